// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "session/session.h"

class QPlainTextEdit;

namespace mixtura::app {

/// Everything done so far as a shell script: what, as comments, and the `mixtura-cli` commands
/// that repeat it. The text inside has objectName logView.
class LogPage : public QWidget {
    Q_OBJECT
  public:
    explicit LogPage(Session& session, QWidget* parent = nullptr);

  public slots:
    /// Copies the commands alone.
    void copyCommands();
    void copyLastCommand();

  private:
    void append(const ActionRecord& action);

    Session* session_;
    QPlainTextEdit* text_;
};

}  // namespace mixtura::app
