// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/window_menus.h"

#include <QActionGroup>
#include <QApplication>
#include <QDockWidget>
#include <QFileInfo>
#include <QMainWindow>
#include <QMenuBar>
#include <QSettings>
#include <QTabWidget>
#include <QToolBar>
#include <algorithm>
#include <utility>

#include "session/samples.h"
#include "shell/theme.h"
#include "shell/window_actions.h"
#include "shell/window_pages.h"

namespace mixtura::app {

namespace {

/// A file name in a menu shows its own ampersands.
QString menuText(QString name) {
    return name.replace(u'&', QStringLiteral("&&"));
}

/// @param factor  on the size now; 0: back to `normal`
void changeTextSize(double factor, double normal) {
    QFont font = QApplication::font();
    const double size = factor > 0.0 ? font.pointSizeF() * factor : normal;
    font.setPointSizeF(std::clamp(size, normal * 0.6, normal * 2.5));
    QApplication::setFont(font);
}

}  // namespace

WindowMenus::WindowMenus(QMainWindow& window, const WindowActions& actions,
                         const WindowPages& pages) {
    QMenuBar& bar = *window.menuBar();
    fillFileMenu(*bar.addMenu(tr("&File")), actions);
    QMenu* edit = bar.addMenu(tr("&Edit"));
    edit->addActions({actions.undo, actions.redo});
    edit->addSeparator();
    edit->addActions({actions.paste, actions.copyCommand});
    QMenu* data = bar.addMenu(tr("&Data"));
    data->addActions({actions.find, actions.goToRow});
    QMenu* model = bar.addMenu(tr("&Model"));
    model->addActions({actions.run, actions.pause, actions.keep, actions.cancel});
    model->addSeparator();
    model->addAction(actions.compare);
    QMenu* view = bar.addMenu(tr("&View"));
    fillViewMenu(*view, actions, pages);
    QMenu* tools = bar.addMenu(tr("&Tools"));
    tools->addActions({actions.nextProblem, actions.previousProblem, actions.clearProblems});
    QMenu* help = bar.addMenu(tr("&Help"));
    help->addAction(actions.help);
    addHelpPages(*help);
    help->addAction(actions.shortcuts);
    help->addSeparator();
    help->addAction(actions.about);

    QToolBar* toolBar = window.addToolBar(tr("Main tools"));
    toolBar->setObjectName(QStringLiteral("mainToolBar"));
    toolBar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    toolBar->setMovable(false);
    toolBar->addActions({actions.open, actions.save});
    toolBar->addSeparator();
    toolBar->addActions({actions.run, actions.pause, actions.cancel});
    toolBar->addSeparator();
    toolBar->addActions({actions.exportResults, actions.report});
    view->addAction(toolBar->toggleViewAction());
    toolBar->toggleViewAction()->setText(tr("Tool &bar"));
}

void WindowMenus::fillFileMenu(QMenu& menu, const WindowActions& actions) {
    menu.addActions({actions.newProject, actions.open});
    recent_ = menu.addMenu(tr("Open recen&t"));
    QMenu* samples = menu.addMenu(tr("Sample &data"));
    samples->setToolTipsVisible(true);
    for (const SampleData& sample : sampleData()) {
        QAction* open = samples->addAction(QString(sample.title).replace(u'&', u'+'));
        open->setToolTip(sample.story);
        connect(open, &QAction::triggered, this,
                [this, path = sample.path] { emit sampleChosen(path); });
    }
    menu.addSeparator();
    menu.addActions({actions.save, actions.saveAs});
    menu.addSeparator();
    menu.addActions({actions.exportResults, actions.exportFigure, actions.report});
    menu.addSeparator();
    menu.addActions({actions.closeProject, actions.quit});
}

void WindowMenus::fillViewMenu(QMenu& menu, const WindowActions& actions,
                               const WindowPages& pages) {
    for (int tab = 0; tab < pages.tabs->count(); ++tab) {
        QAction* show =
            menu.addAction(QStringLiteral("&%1 %2").arg(tab + 1).arg(pages.tabs->tabText(tab)));
        show->setShortcut(QKeySequence(Qt::CTRL | Qt::Key(Qt::Key_1 + tab)));
        connect(show, &QAction::triggered, this, [&pages, tab] { pages.showTab(tab); });
    }
    menu.addSeparator();
    QMenu* panels = menu.addMenu(tr("&Panels"));
    for (QDockWidget* dock : pages.docks()) panels->addAction(dock->toggleViewAction());
    QAction* log = menu.addAction(tr("Show &log"));
    log->setShortcut(QKeySequence(tr("Ctrl+L")));
    connect(log, &QAction::triggered, this, [&pages] { pages.showLog(); });
    connect(menu.addAction(tr("&Reset layout")), &QAction::triggered, this,
            &WindowMenus::layoutResetRequested);
    menu.addSeparator();
    addTextSizes(menu);
    addColours(*menu.addMenu(tr("&Colours")));
    menu.addAction(actions.fullScreen);
}

void WindowMenus::addTextSizes(QMenu& menu) {
    const double normal = QApplication::font().pointSizeF();
    const auto add = [&](const QString& text, const QList<QKeySequence>& keys, double factor) {
        QAction* action = menu.addAction(text);
        action->setShortcuts(keys);
        connect(action, &QAction::triggered, this,
                [factor, normal] { changeTextSize(factor, normal); });
    };
    add(tr("Larger te&xt"), {QKeySequence(tr("Ctrl++")), QKeySequence(tr("Ctrl+="))}, 1.1);
    add(tr("&Smaller text"), {QKeySequence(tr("Ctrl+-"))}, 1.0 / 1.1);
    add(tr("&Normal text"), {QKeySequence(tr("Ctrl+0"))}, 0.0);
}

void WindowMenus::addColours(QMenu& menu) {
    auto* group = new QActionGroup(this);
    const QString setting = QSettings().value(QStringLiteral("theme")).toString();
    for (const auto& [theme, text] : {std::pair{Theme::system, tr("As the &desktop")},
                                      {Theme::light, tr("&Light")},
                                      {Theme::dark, tr("Dar&k")}}) {
        QAction* choice = menu.addAction(text);
        choice->setCheckable(true);
        choice->setChecked(themeFrom(setting) == theme);
        group->addAction(choice);
        connect(choice, &QAction::triggered, this, [theme = theme] {
            QSettings().setValue(QStringLiteral("theme"), themeName(theme));
            applyTheme(theme);
        });
    }
}

void WindowMenus::addHelpPages(QMenu& menu) {
    for (const auto& [text, page] : {std::pair{tr("&Contents"), QStringLiteral("index")},
                                     {tr("&Gaussian mixtures"), QStringLiteral("gaussian-mixture")},
                                     {tr("&Importing data"), QStringLiteral("importing-data")},
                                     {tr("&Simulation"), QStringLiteral("simulation")}})
        connect(menu.addAction(text), &QAction::triggered, this,
                [this, page = page] { emit helpRequested(page); });
}

void WindowMenus::setRecentFiles(const QStringList& paths) {
    recent_->clear();
    recent_->setEnabled(!paths.isEmpty());
    int number = 0;
    for (const QString& path : paths) {
        QAction* open = recent_->addAction(
            QStringLiteral("&%1 %2").arg(++number).arg(menuText(QFileInfo(path).fileName())));
        open->setToolTip(path);
        connect(open, &QAction::triggered, this, [this, path] { emit recentChosen(path); });
    }
}

}  // namespace mixtura::app
