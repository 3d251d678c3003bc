// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/component_name.h"

#include <QCoreApplication>

namespace mixtura::app {

QString noiseName() {
    return QCoreApplication::translate("Component", "Noise");
}

QString componentTitle(int component, const QStringList& names) {
    const QString name = names.value(component);
    if (name == noiseName())
        return name;
    return name.isEmpty()
               ? QCoreApplication::translate("Component", "Component %1").arg(component + 1)
               : QCoreApplication::translate("Component", "Component %1 (%2)")
                     .arg(QString::number(component + 1), name);
}

QString componentMark(int component, const QStringList& names) {
    const QString number = QString::number(component + 1);
    const QString name = names.value(component);
    if (name == noiseName())
        return name;
    return name.isEmpty() ? number
                          : QCoreApplication::translate("Component", "%1: %2").arg(number, name);
}

}  // namespace mixtura::app
