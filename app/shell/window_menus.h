// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QStringList>

class QMainWindow;
class QMenu;

namespace mixtura::app {

struct WindowActions;
struct WindowPages;

/// The menu bar and the tool bar: which action stands where, and the small ones about the look
/// of the window that need nothing else.
class WindowMenus : public QObject {
    Q_OBJECT
  public:
    WindowMenus(QMainWindow& window, const WindowActions& actions, const WindowPages& pages);

    void setRecentFiles(const QStringList& paths);

  signals:
    void recentChosen(const QString& path);
    void sampleChosen(const QString& path);
    void helpRequested(const QString& page);
    void layoutResetRequested();

  private:
    void fillFileMenu(QMenu& menu, const WindowActions& actions);
    void fillViewMenu(QMenu& menu, const WindowActions& actions, const WindowPages& pages);
    void addTextSizes(QMenu& menu);
    void addColours(QMenu& menu);
    void addHelpPages(QMenu& menu);

    QMenu* recent_ = nullptr;
};

}  // namespace mixtura::app
