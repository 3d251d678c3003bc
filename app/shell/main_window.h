// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMainWindow>
#include <memory>

namespace mixtura::app {

class Session;

/// The window: composes the views of a session and nothing more.
class MainWindow : public QMainWindow {
    Q_OBJECT
  public:
    explicit MainWindow(Session& session, QWidget* parent = nullptr);
    ~MainWindow() override;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace mixtura::app
