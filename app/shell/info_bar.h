// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

#include "session/session.h"

class QLabel;
class QPushButton;

namespace mixtura::app {

/// One line above the views that says what went wrong and what to do, without standing in the way.
class InfoBar : public QFrame {
    Q_OBJECT
  public:
    explicit InfoBar(QWidget* parent = nullptr);

    void showProblem(const Problem& problem);
    /// A message with something to do about it.
    void showOffer(const QString& text, const QString& action);
    [[nodiscard]] QString text() const;

  signals:
    /// The button with the action, or "Details", was pressed.
    void actionChosen();
    void detailsRequested();

  private:
    void showText(const QString& text, Problem::Severity severity);

    QLabel* icon_;
    QLabel* text_;
    QPushButton* action_;
    QPushButton* details_;
};

}  // namespace mixtura::app
