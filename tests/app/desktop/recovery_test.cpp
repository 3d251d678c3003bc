// SPDX-License-Identifier: Apache-2.0
#include "session/recovery.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QProcess>
#include <QTemporaryDir>

#include <gtest/gtest.h>

#include "child_process.h"
#include "desktop_support.h"
#include "session/project_file.h"

namespace mixtura::app {
namespace {

TEST(Recovery, WorkOfAKilledProgramIsOfferedAndKeptUntilSaved) {
    QProcess child;
    child.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    child.start(QCoreApplication::applicationFilePath(),
                {QLatin1String(test::childArgument), test::dataPath("iris.csv")});
    ASSERT_TRUE(child.waitForReadyRead(test::patience));
    EXPECT_EQ(child.readAllStandardOutput().trimmed(), "ready");
    EXPECT_TRUE(Recovery::offers().empty()) << "a running program's work is its own";
    child.kill();
    child.waitForFinished();

    const std::vector<RecoveryOffer> offers = Recovery::offers();
    ASSERT_EQ(offers.size(), 1u);
    EXPECT_EQ(offers[0].originalPath, QStringLiteral("/somewhere/mine.mixtura"));
    EXPECT_EQ(offers[0].contents, QStringLiteral("iris.csv (150 rows), 1 fit"));
    {
        Session session;
        Recovery recovery(session);
        EXPECT_EQ(recovery.restore(offers[0]), QString());
        ASSERT_NE(session.currentFit(), nullptr);
        EXPECT_EQ(session.currentData()->data->row_count(), 150);
        EXPECT_TRUE(session.isModified());
        EXPECT_TRUE(Recovery::offers().empty());
    }
    ASSERT_EQ(Recovery::offers().size(), 1u) << "not saved, so still there";
    {
        Session session;
        Recovery recovery(session);
        EXPECT_EQ(recovery.restore(Recovery::offers()[0]), QString());
        recovery.discardCopy();  // as after an explicit save
    }
    EXPECT_TRUE(Recovery::offers().empty());
}

TEST(Recovery, NothingIsLeftBehindWhereNothingWasChanged) {
    {
        Session session;
        const Recovery recovery(session);
    }
    EXPECT_TRUE(Recovery::offers().empty());
    EXPECT_TRUE(QDir(Recovery::root()).isEmpty());
}

TEST(Recovery, CopyIsWrittenBeforeEveryFit) {
    Session session;
    Recovery recovery(session);
    test::open(session, "faithful.csv");
    test::setUpSmallFit(session);
    ASSERT_TRUE(test::fit(session));
    const QString copy = recovery.folder() + QStringLiteral("/project.mixtura");
    ASSERT_TRUE(test::waitFor([&] { return QFileInfo::exists(copy); }));
    EXPECT_EQ(readProject(copy).content.data.size(), 1u);
    recovery.discardCopy();
}

TEST(Recovery, CrashLeavesAMarker) {
    const QString folder = QTemporaryDir().path();
    EXPECT_EXIT(
        {
            QDir().mkpath(folder);
            installCrashMarker(folder);
            std::abort();
        },
        testing::KilledBySignal(SIGABRT), "");
    EXPECT_TRUE(QFileInfo::exists(folder + QStringLiteral("/crashed")));
    QDir(folder).removeRecursively();
}

}  // namespace
}  // namespace mixtura::app
