// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/accessible_names.h"

#include <QAbstractItemView>
#include <QComboBox>
#include <QCoreApplication>
#include <QTabBar>

namespace mixtura::app {

void nameInnerWidgets(QWidget& root) {
    for (const QComboBox* combo : root.findChildren<QComboBox*>())
        if (combo->view()->accessibleName().isEmpty())
            combo->view()->setAccessibleName(combo->accessibleName());
    for (QTabBar* bar : root.findChildren<QTabBar*>())
        if (bar->accessibleName().isEmpty())
            bar->setAccessibleName(QCoreApplication::translate("MainWindow", "Panels"));
}

}  // namespace mixtura::app
