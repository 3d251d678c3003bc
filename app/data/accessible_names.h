// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QWidget;

namespace mixtura::app {

/// Gives names to the parts inside standard widgets that take the focus by themselves: the lists of
/// combo boxes are called like their combo box, tab bars like what they switch.
void nameInnerWidgets(QWidget& root);

}  // namespace mixtura::app
