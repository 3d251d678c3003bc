// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QString;
class QWidget;

namespace mixtura::app {

/// `choice` behind its label, which leads the keyboard to it, as one item of a bar of choices.
QWidget* labelledChoice(const QString& label, QWidget* choice);

}  // namespace mixtura::app
