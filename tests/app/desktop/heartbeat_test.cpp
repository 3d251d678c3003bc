// SPDX-License-Identifier: Apache-2.0
/// The window answers within 200 ms whatever it does, and what is cancelled ends within 250 ms.
#include <QDialogButtonBox>
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <gtest/gtest.h>

#include "data/import_dialog.h"
#include "desktop_support.h"
#include "session/session.h"
#include "shell/main_window.h"
#include "window_fixture.h"

namespace mixtura::app {
namespace {

using test::waitFor;

constexpr qint64 longestGap = 200;     // ms
constexpr qint64 longestCancel = 250;  // ms

class HEARTBEAT_SUITE : public test::WindowFixture {
  protected:
    void SetUp() override {
        WindowFixture::SetUp();
        window->resize(1280, 800);
        path = folder.path() + QStringLiteral("/big.csv");
        test::writeClouds(path, HEARTBEAT_ROWS, 11);
    }
    /// Lets the window settle, and checks how long it was away since the last call.
    void expectAnswered(const char* what) {
        ASSERT_TRUE(settle());
        QTest::qWait(50);
        const qint64 longest = heart.takeLongest();
        RecordProperty(what, int(longest));
        EXPECT_LT(longest, longestGap) << "while " << what;
    }
    /// Milliseconds until the fit's thread is gone.
    qint64 cancelFit() {
        bool isGone = false;
        QObject::connect(session.fitJob(), &QObject::destroyed, [&] { isGone = true; });
        QElapsedTimer clock;
        clock.start();
        trigger("actionCancelFit");
        EXPECT_TRUE(waitFor([&] { return isGone; }, 5000));
        return clock.elapsed();
    }

    QTemporaryDir folder;
    QString path;
    test::Heartbeat heart;
};

TEST_F(HEARTBEAT_SUITE, StaysWhileABigFileIsReadShownAndFitted) {
    static_cast<void>(heart.takeLongest());
    openThroughDialog(path);
    expectAnswered("reading");
    for (const char* view : {"summary", "scatter", "fit", "understanding", "compare", "data"}) {
        window->showView(QLatin1String(view));
        expectAnswered(view);
    }
    test::setUpSmallFit(session, {1, 2}, {CovarianceStructure::VVV});
    ASSERT_TRUE(test::fit(session));
    expectAnswered("fitting");
    for (const char* view : {"fit", "scatter", "compare"}) {
        window->showView(QLatin1String(view));
        expectAnswered(view);
    }
}

TEST_F(HEARTBEAT_SUITE, StaysWhileAFitIsPausedAndCancelled) {
    openThroughDialog(path);
    ASSERT_TRUE(settle());
    static_cast<void>(heart.takeLongest());
    test::setUpSmallFit(session, {2, 3, 4, 5},
                        {CovarianceStructure::VVV, CovarianceStructure::EVE});
    for (const int wait : {0, 20, 100, 500, 1500}) {
        trigger("actionRunFit");
        ASSERT_NE(session.fitJob(), nullptr);
        QTest::qWait(wait);
        if (session.fitJob() == nullptr)
            break;  // so soon done that there is nothing to cancel
        EXPECT_LT(cancelFit(), longestCancel) << "after " << wait << " ms";
    }
    trigger("actionRunFit");
    ASSERT_NE(session.fitJob(), nullptr);
    trigger("actionPauseFit");
    QTest::qWait(100);
    EXPECT_LT(cancelFit(), longestCancel) << "while paused";
    expectAnswered("cancelling");
}

TEST_F(HEARTBEAT_SUITE, StaysWhileReadingIsCancelled) {
    window->openFile(path);
    auto* dialog = child<ImportDialog>("importDialog");
    ASSERT_NE(dialog, nullptr);
    auto* open = dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Open);
    ASSERT_TRUE(waitFor([&] { return open->isEnabled(); }));
    static_cast<void>(heart.takeLongest());
    QTest::keyClick(dialog, Qt::Key_Return);
    QTest::qWait(100);
    QElapsedTimer clock;
    clock.start();
    while (child<ImportDialog>("importDialog") != nullptr && clock.elapsed() < 5000) {
        QTest::keyClick(dialog, Qt::Key_Escape);
        QTest::qWait(1);
    }
    EXPECT_LT(clock.elapsed(), longestCancel);
    expectAnswered("cancelling the import");
}

}  // namespace
}  // namespace mixtura::app
