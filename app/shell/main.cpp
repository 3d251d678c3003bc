// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>

#include "mixtura/common/version.h"

#include "session/session.h"
#include "shell/main_window.h"

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("mixtura"));
    QApplication::setApplicationDisplayName(QStringLiteral("Mixtura"));
    mixtura::app::Session session;
    mixtura::app::MainWindow window(session);
    window.show();
    return QApplication::exec();
}
