// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/window_pages.h"

#include <QDockWidget>
#include <QMainWindow>
#include <QStackedWidget>
#include <QTabWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <array>
#include <utility>

#include "data/data_page.h"
#include "data/summary_page.h"
#include "fit/jobs_panel.h"
#include "fit/setup_panel.h"
#include "shell/help_page.h"
#include "shell/info_bar.h"
#include "shell/log_page.h"
#include "shell/problems_page.h"
#include "shell/project_tree.h"
#include "shell/result_views.h"
#include "shell/start_page.h"
#include "simulation/simulation_page.h"

namespace mixtura::app {

namespace {

/// Names of the tabs, in their order; a project remembers its view by them.
constexpr std::array viewNames{"data",          "summary", "scatter",    "fit",
                               "understanding", "compare", "simulation", "help"};

}  // namespace

WindowPages::WindowPages(QMainWindow& window, Session& session, CurrentModel& current,
                         ResultViews& views)
    : start(new StartPage),
      info(new InfoBar),
      data(new DataPage(session)),
      summary(new SummaryPage(session)),
      scatter(views.scatterPage()),
      fit(views.fitPage()),
      understanding(views.understandingPage()),
      compare(views.comparePage()),
      simulation(new SimulationPage(session, current)),
      help(new HelpPage),
      project(new ProjectTree(session)),
      setup(new SetupPanel(session)),
      jobs(new JobsPanel(session)),
      convergence(views.convergencePage()),
      log(new LogPage(session)),
      problems(new ProblemsPage(session)),
      results(&views) {
    buildViews(window);
    buildDocks(window);
}

void WindowPages::buildViews(QMainWindow& window) {
    tabs = new QTabWidget;
    tabs->setObjectName(QStringLiteral("views"));
    tabs->setAccessibleName(tr("Views"));
    tabs->setDocumentMode(true);
    tabs->addTab(data, tr("Data"));
    tabs->addTab(summary, tr("Summary"));
    tabs->addTab(scatter, tr("Scatter matrix"));
    tabs->addTab(fit, tr("Fit"));
    tabs->addTab(understanding, tr("Understanding"));
    tabs->addTab(compare, tr("Compare"));
    tabs->addTab(simulation, tr("Simulation"));
    tabs->addTab(help, tr("Help"));
    // On a small screen the panels keep their place; a view that needs more is cut, not the window.
    tabs->setMinimumWidth(window.fontMetrics().averageCharWidth() * 60);
    stack = new QStackedWidget;
    stack->addWidget(start);
    stack->addWidget(tabs);
    auto* centre = new QWidget;
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(info);
    layout->addWidget(stack, 1);
    window.setCentralWidget(centre);
}

void WindowPages::buildDocks(QMainWindow& window) {
    const auto dock = [&window](const char* name, const QString& title, QWidget* widget,
                                Qt::DockWidgetArea area) {
        auto* result = new QDockWidget(title, &window);
        result->setObjectName(QLatin1String(name));
        result->setWidget(widget);
        window.addDockWidget(area, result);
        return result;
    };
    projectDock = dock("projectDock", tr("Project"), project, Qt::LeftDockWidgetArea);
    setupDock = dock("setupDock", tr("Model set-up"), setup, Qt::RightDockWidgetArea);
    jobsDock = dock("jobsDock", tr("Jobs"), jobs, Qt::BottomDockWidgetArea);
    convergenceDock =
        dock("convergenceDock", tr("Convergence"), convergence, Qt::BottomDockWidgetArea);
    logDock = dock("logDock", tr("Log"), log, Qt::BottomDockWidgetArea);
    problemsDock = dock("problemsDock", tr("Problems"), problems, Qt::BottomDockWidgetArea);
    window.setDockNestingEnabled(true);
    window.setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    window.setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    for (QDockWidget* next : {convergenceDock, logDock, problemsDock})
        window.tabifyDockWidget(jobsDock, next);
    jobsDock->raise();
}

void WindowPages::showTab(int tab) const {
    stack->setCurrentWidget(tabs);
    tabs->setCurrentIndex(tab);
}

void WindowPages::showView(const QString& name) const {
    if (results->showUnderstanding(name)) {
        stack->setCurrentWidget(tabs);
        tabs->setCurrentWidget(understanding);
        return;
    }
    if (simulation->showPart(name)) {
        stack->setCurrentWidget(tabs);
        tabs->setCurrentWidget(simulation);
        return;
    }
    const auto* found = std::find_if(viewNames.begin(), viewNames.end(), [&](const char* known) {
        return name == QLatin1String(known);
    });
    if (found != viewNames.end())
        showTab(int(found - viewNames.begin()));
}

QString WindowPages::shownView() const {
    return QLatin1String(viewNames.at(std::size_t(tabs->currentIndex())));
}

void WindowPages::showStart() const {
    stack->setCurrentWidget(start);
}

void WindowPages::follow(bool hasData) const {
    const bool needsData = tabs->currentWidget() != help && tabs->currentWidget() != simulation;
    if (!hasData && needsData)
        showStart();
    else
        stack->setCurrentWidget(tabs);
    if (hasData && tabs->currentWidget() == help)
        tabs->setCurrentWidget(data);
}

void WindowPages::showProblems() const {
    problemsDock->show();
    problemsDock->raise();
}

void WindowPages::showLog() const {
    logDock->show();
    logDock->raise();
}

QString WindowPages::helpPageOf(const QWidget* widget) const {
    for (; widget != nullptr; widget = widget->parentWidget()) {
        if (widget == setup || widget == fit || widget == compare || widget == scatter ||
            widget == understanding || widget == convergence)
            return QStringLiteral("gaussian-mixture");
        if (widget == data || widget == summary || widget == start)
            return QStringLiteral("importing-data");
        if (widget == simulation)
            return QStringLiteral("simulation");
    }
    return QStringLiteral("index");
}

QList<QDockWidget*> WindowPages::docks() const {
    return {projectDock, setupDock, jobsDock, convergenceDock, logDock, problemsDock};
}

}  // namespace mixtura::app
