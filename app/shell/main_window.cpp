// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/main_window.h"

#include <QDockWidget>
#include <QTabWidget>

#include "session/session.h"

namespace mixtura::app {

struct MainWindow::Parts {
    Session* session = nullptr;
    QTabWidget* tabs = nullptr;
};

MainWindow::MainWindow(Session& session, QWidget* parent)
    : QMainWindow(parent), parts_(std::make_unique<Parts>()) {
    parts_->session = &session;
    parts_->tabs = new QTabWidget(this);
    parts_->tabs->setAccessibleName(tr("Views"));
    setCentralWidget(parts_->tabs);
    setWindowTitle(tr("%1[*] - Mixtura").arg(tr("Untitled")));
    connect(&session, &Session::modifiedChanged, this, &MainWindow::setWindowModified);
    resize(1280, 800);
}

MainWindow::~MainWindow() = default;

}  // namespace mixtura::app
