// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

class QWidget;

namespace mixtura::app {

/// Asks for a path in the folder of the last export, proposes `fileName`, and writes the table
/// there; says so where it cannot. @return the path, or an empty string where nothing was written
QString saveCsvAs(QWidget* parent, const QString& fileName, const QByteArray& csv);

}  // namespace mixtura::app
