// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QDialog;
class QWidget;

namespace mixtura::app {

/// A list of every shortcut of the window's actions, and those of plots.
QDialog* shortcutDialog(const QWidget& window, QWidget* parent);

}  // namespace mixtura::app
