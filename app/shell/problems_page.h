// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTreeWidget>

#include "session/session.h"

namespace mixtura::app {

/// Everything that went wrong or should be known, newest first; activating one shows its cell or
/// its details. objectName problemsView.
class ProblemsPage : public QTreeWidget {
    Q_OBJECT
  public:
    explicit ProblemsPage(Session& session, QWidget* parent = nullptr);

  public slots:
    void showNext();
    void showPrevious();

  signals:
    void cellRequested(const QString& dataId, std::int64_t row, int column);

  private:
    void rebuild();
    void step(int by);
    void activate(const QTreeWidgetItem* item);

    Session* session_;
};

}  // namespace mixtura::app
