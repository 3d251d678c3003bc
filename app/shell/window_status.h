// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>

class QLabel;
class QStatusBar;
class QString;

namespace mixtura::app {

class Session;

/// What the status bar always shows: rows and features, the model shown, threads, when it was
/// saved.
class WindowStatus {
    Q_DECLARE_TR_FUNCTIONS(WindowStatus)
  public:
    explicit WindowStatus(QStatusBar& bar);

    void refresh(const Session& session, const QString& savedWords) const;

  private:
    QLabel* rows_;
    QLabel* model_;
    QLabel* device_;
    QLabel* saved_;
};

}  // namespace mixtura::app
