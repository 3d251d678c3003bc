// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QIcon>
#include <QSettings>

#include "mixtura/common/version.h"

#include "session/session.h"
#include "shell/automation.h"
#include "shell/main_window.h"
#include "shell/start_options.h"
#include "shell/theme.h"

int main(int argc, char** argv) {
    using namespace mixtura::app;
    // --version and --help need no display.
    {
        QStringList arguments;
        for (int i = 0; i < argc; ++i) arguments << QString::fromLocal8Bit(argv[i]);
        StartOptions ignored;
        if (arguments.contains(QStringLiteral("--version")) ||
            arguments.contains(QStringLiteral("-v")) ||
            arguments.contains(QStringLiteral("--help")) ||
            arguments.contains(QStringLiteral("-h"))) {
            const QCoreApplication application(argc, argv);
            return parseArguments(arguments, ignored).value_or(0);
        }
    }
    QApplication application(argc, argv);
    QApplication::setOrganizationName(QStringLiteral("Mixtura"));
    QApplication::setApplicationName(QStringLiteral("mixtura"));
    QApplication::setApplicationDisplayName(QString());  // titles name the program themselves
    QApplication::setApplicationVersion(QString::fromLatin1(mixtura::version));
    QApplication::setDesktopFileName(QStringLiteral("org.mixtura.Mixtura"));
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/icons/mixtura.svg")));

    StartOptions options;
    if (const auto status = parseArguments(QApplication::arguments(), options))
        return *status;
    const QString themeWish = qEnvironmentVariable("MIXTURA_THEME");
    const QString themeSetting =
        options.safeMode ? QString() : QSettings().value(QStringLiteral("theme")).toString();
    applyTheme(themeFrom(themeWish.isEmpty() ? themeSetting : themeWish));

    Session session;
    MainWindow window(session, !options.safeMode);
    window.show();
    Automation automation(window, options);
    if (options.isAutomatic())
        automation.start();
    else
        for (const QString& file : options.files) window.openFile(file);
    return QApplication::exec();
}
