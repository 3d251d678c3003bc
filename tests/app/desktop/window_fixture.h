// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QAction>
#include <QDialogButtonBox>
#include <QPushButton>
#include <QTest>
#include <memory>

#include <gtest/gtest.h>

#include "data/import_dialog.h"
#include "desktop_support.h"
#include "session/session.h"
#include "shell/main_window.h"

namespace mixtura::test {

/// A window of its own for every test, as an analyst has it before opening anything.
class WindowFixture : public testing::Test {
  protected:
    void SetUp() override {
        window = std::make_unique<app::MainWindow>(session, false);
        window->setAnswersItself(true);
        window->show();
        ASSERT_TRUE(QTest::qWaitForWindowExposed(window.get()));
    }
    /// As an analyst ends it: no safety copy stays behind for the next test to find.
    void TearDown() override {
        if (window) {
            window->close();
            waitFor([&] { return !window->isVisible(); });
        }
    }
    template <typename Widget = QWidget>
    [[nodiscard]] Widget* child(const char* name) const {
        return window->findChild<Widget*>(QLatin1String(name));
    }
    void trigger(const char* name) const { child<QAction>(name)->trigger(); }
    /// Opens a sample through the import dialog, as an analyst does: look, then Enter.
    void openThroughDialog(const QString& path) {
        window->openFile(path);
        auto* dialog = child<app::ImportDialog>("importDialog");
        ASSERT_NE(dialog, nullptr);
        auto* open = dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Open);
        ASSERT_TRUE(waitFor([&] { return open->isEnabled(); }));
        QTest::keyClick(dialog, Qt::Key_Return);
        ASSERT_TRUE(waitFor([&] { return session.currentData() != nullptr; }));
        ASSERT_TRUE(waitFor([&] { return child<app::ImportDialog>("importDialog") == nullptr; }));
        ASSERT_TRUE(QTest::qWaitForWindowActive(window.get()));
    }
    [[nodiscard]] bool settle() const {
        return waitFor([&] { return window->isIdle(); });
    }

    app::Session session;
    std::unique_ptr<app::MainWindow> window;
};

}  // namespace mixtura::test
