// SPDX-License-Identifier: Apache-2.0
#include "child_process.h"

#include <QCoreApplication>
#include <cstdio>

#include "desktop_support.h"
#include "session/recovery.h"
#include "session/session.h"

namespace mixtura::test {

int runChild(const QString& path) {
    app::Session session;
    app::Recovery recovery(session);
    recovery.setOriginalPath(QStringLiteral("/somewhere/mine.mixtura"));
    session.addImport(path, {}, std::make_shared<ImportResult>(import_csv(path.toStdString())));
    setUpSmallFit(session);
    if (!fit(session))
        return 1;
    bool isWritten = false;
    QObject::connect(&recovery, &app::Recovery::copyWritten, [&] { isWritten = true; });
    recovery.writeCopy();
    waitFor([&] { return isWritten; });
    std::puts("ready");
    std::fflush(stdout);
    return QCoreApplication::exec();
}

}  // namespace mixtura::test
