// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

// What a component is called on screen. Known labels name the first components; `names` holds
// these, and may be shorter than the model or empty. The noise, behind the last component, is named
// by `noiseName`.
namespace mixtura::app {

/// "Noise"
QString noiseName();
/// "Component 1 (setosa)", or "Component 4" without a name.
QString componentTitle(int component, const QStringList& names);
/// For narrow places, beside a mark or a number: "1: setosa", or "4".
QString componentMark(int component, const QStringList& names);

}  // namespace mixtura::app
