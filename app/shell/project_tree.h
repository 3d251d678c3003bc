// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTreeWidget>

namespace mixtura::app {

class Session;

/// The project as a tree: data sets with their size, below each its fits with the criterion.
class ProjectTree : public QTreeWidget {
    Q_OBJECT
  public:
    explicit ProjectTree(Session& session, QWidget* parent = nullptr);

  signals:
    /// A fit was chosen here.
    void fitActivated();

  private:
    void rebuild();
    void showContextMenu(const QPoint& position);
    void choose(QTreeWidgetItem* item);

    Session* session_;
    bool isUpdating_ = false;
};

}  // namespace mixtura::app
