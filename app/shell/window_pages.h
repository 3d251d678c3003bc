// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <QList>
#include <QString>

class QDockWidget;
class QMainWindow;
class QStackedWidget;
class QTabWidget;
class QWidget;

namespace mixtura::app {

class CurrentModel;
class DataPage;
class HelpPage;
class InfoBar;
class JobsPanel;
class LogPage;
class ProblemsPage;
class ProjectTree;
class ResultViews;
class Session;
class SetupPanel;
class SimulationPage;
class StartPage;
class SummaryPage;

/// The views in the middle of the window and the panels around them: who stands where.
struct WindowPages {
    Q_DECLARE_TR_FUNCTIONS(WindowPages)
  public:
    WindowPages(QMainWindow& window, Session& session, CurrentModel& current, ResultViews& views);

    /// Shows the view called "data", "summary", "scatter", "fit", "understanding", "compare",
    /// "simulation" or "help"; or a part of "understanding": "standard-errors", "agreement",
    /// "local-optima" or "loadings"; or of "simulation": "misspecification".
    void showView(const QString& name) const;
    void showTab(int tab) const;
    [[nodiscard]] QString shownView() const;
    void showStart() const;
    /// The start page while nothing is open, the views else.
    void follow(bool hasData) const;
    void showProblems() const;
    void showLog() const;
    /// The page of the help on this widget, or on the nearest one around it that has any.
    [[nodiscard]] QString helpPageOf(const QWidget* widget) const;
    [[nodiscard]] QList<QDockWidget*> docks() const;

    QStackedWidget* stack = nullptr;
    StartPage* start = nullptr;
    QTabWidget* tabs = nullptr;
    InfoBar* info = nullptr;
    DataPage* data = nullptr;
    SummaryPage* summary = nullptr;
    QWidget* scatter = nullptr;
    QWidget* fit = nullptr;
    QWidget* understanding = nullptr;
    QWidget* compare = nullptr;
    SimulationPage* simulation = nullptr;
    HelpPage* help = nullptr;
    ProjectTree* project = nullptr;
    SetupPanel* setup = nullptr;
    JobsPanel* jobs = nullptr;
    QWidget* convergence = nullptr;
    LogPage* log = nullptr;
    ProblemsPage* problems = nullptr;
    QDockWidget* projectDock = nullptr;
    QDockWidget* setupDock = nullptr;
    QDockWidget* jobsDock = nullptr;
    QDockWidget* convergenceDock = nullptr;
    QDockWidget* logDock = nullptr;
    QDockWidget* problemsDock = nullptr;

  private:
    const ResultViews* results;

    void buildViews(QMainWindow& window);
    void buildDocks(QMainWindow& window);
};

}  // namespace mixtura::app
