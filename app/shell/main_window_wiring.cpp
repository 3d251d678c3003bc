// SPDX-License-Identifier: GPL-3.0-or-later
/// What follows from what: actions, session, pages and files of the window told to each other.
#include <QApplication>
#include <QDir>
#include <QDockWidget>
#include <QMessageBox>
#include <QStatusBar>

#include "data/data_page.h"
#include "data/summary_page.h"
#include "fit/jobs_panel.h"
#include "fit/setup_panel.h"
#include "shell/info_bar.h"
#include "shell/log_page.h"
#include "shell/main_window_parts.h"
#include "shell/problems_page.h"
#include "shell/project_tree.h"
#include "shell/shortcuts.h"
#include "shell/start_page.h"
#include "simulation/simulation_page.h"

namespace mixtura::app {

void MainWindow::connectActions() {
    Parts& p = *parts_;
    const WindowActions& actions = p.actions;
    const auto on = [this](const QAction* action, auto&& call) {
        connect(action, &QAction::triggered, this, call);
    };
    on(actions.newProject, [&p] { p.keeper.startNew(); });
    on(actions.closeProject, [&p] { p.keeper.startNew(); });
    on(actions.open, [&p] { p.opener.choose(); });
    on(actions.paste, [&p] { p.opener.pasteTable(); });
    on(actions.save, [&p] { p.keeper.save(); });
    on(actions.saveAs, [&p] { p.keeper.saveAs(); });
    on(actions.quit, [this] { close(); });
    on(actions.exportResults, [&p] { p.exports.showDialog(); });
    on(actions.exportFigure, [this] { exportFigure(); });
    on(actions.report, [&p] { p.exports.writeReport(); });
    on(actions.find, [this, &p] {
        showView(QStringLiteral("data"));
        p.pages.data->startFind();
    });
    on(actions.goToRow, [this, &p] {
        showView(QStringLiteral("data"));
        p.pages.data->startGoToRow();
    });
    on(actions.copyCommand, [&p] { p.pages.log->copyLastCommand(); });
    on(actions.run, [this] { runFit(); });
    on(actions.pause, [this] { togglePause(); });
    on(actions.keep, [&p] {
        if (FitJob* job = p.session->fitJob())
            job->stopAndKeep();
    });
    on(actions.cancel, [&p] {
        if (FitJob* job = p.session->fitJob())
            job->discard();
    });
    on(actions.compare, [this] { showView(QStringLiteral("compare")); });
    on(actions.nextProblem, [&p] {
        p.pages.showProblems();
        p.pages.problems->showNext();
    });
    on(actions.previousProblem, [&p] {
        p.pages.showProblems();
        p.pages.problems->showPrevious();
    });
    on(actions.clearProblems, [&p] { p.session->clearProblems(); });
    on(actions.fullScreen, [this] { setWindowState(windowState() ^ Qt::WindowFullScreen); });
    on(actions.help, [this, &p] { showHelp(p.pages.helpPageOf(QApplication::focusWidget())); });
    on(actions.shortcuts, [this] {
        auto* dialog = shortcutDialog(*this, this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->open();
    });
    on(actions.about, [this] { showAbout(); });
    connect(&p.menus, &WindowMenus::recentChosen, this, &MainWindow::openFile);
    connect(&p.menus, &WindowMenus::sampleChosen, this,
            [this](const QString& path) { importFile(path, {}); });
    connect(&p.menus, &WindowMenus::helpRequested, this, &MainWindow::showHelp);
    connect(&p.menus, &WindowMenus::layoutResetRequested, this, [this, &p] {
        restoreState(p.defaultState, layoutVersion);
        p.pages.jobsDock->raise();
    });
}

void MainWindow::connectSession() {
    Parts& p = *parts_;
    Session* session = p.session;
    connect(session, &Session::modifiedChanged, this, [this] { refreshTitle(); });
    connect(session, &Session::dataListChanged, this, [this, &p] {
        p.pages.follow(!p.session->content().data.empty());
        refreshTitle();
    });
    for (const auto signal :
         {&Session::currentDataChanged, &Session::columnsChanged, &Session::selectionChanged,
          &Session::currentModelChanged, &Session::setupChanged})
        connect(session, signal, this, &MainWindow::refreshStatus);
    for (const auto signal : {&Session::currentDataChanged, &Session::currentModelChanged,
                              &Session::fitStarted, &Session::fitEnded, &Session::setupChanged})
        connect(session, signal, this, &MainWindow::refreshActions);
    connect(&p.current, &CurrentModel::scoresChanged, this, &MainWindow::refreshActions);
    connect(session, &Session::problemsChanged, this, &MainWindow::refreshProblems);
    connect(session, &Session::fitStarted, this, &MainWindow::followFit);
    connect(session, &Session::fitAdded, this, [this, &p] {
        // The result is shown, unless the analyst is busy elsewhere than with data or set-up.
        const QString shown = p.pages.shownView();
        if (shown == u"data" || shown == u"summary")
            showView(QStringLiteral("fit"));
    });
    connect(session->background(), &BackgroundQueue::idle, this, &MainWindow::refreshStatus);
}

void MainWindow::followFit() {
    Parts& p = *parts_;
    p.pages.convergenceDock->show();
    p.pages.jobsDock->show();
    p.pages.jobsDock->raise();
    connect(p.session->fitJob(), &FitJob::progressed, this,
            [&p](const FitProgress& progress) { p.actions.pause->setChecked(progress.isPaused); });
}

void MainWindow::connectPages() {
    Parts& p = *parts_;
    connect(p.pages.start, &StartPage::openRequested, this, [&p] { p.opener.choose(); });
    connect(p.pages.start, &StartPage::fileChosen, this, &MainWindow::openFile);
    connect(p.pages.start, &StartPage::sampleChosen, this,
            [this](const QString& path) { importFile(path, {}); });
    connect(p.pages.start, &StartPage::offerChosen, this,
            [&p](const RecoveryOffer& offer) { p.keeper.restore(offer); });
    connect(p.pages.start, &StartPage::offerDeclined, this, [this](const RecoveryOffer& offer) {
        const auto answer = QMessageBox::question(
            this, tr("Unsaved work"),
            tr("Delete this unsaved work for good? It holds %1.").arg(offer.contents));
        if (answer == QMessageBox::Yes) {
            Recovery::remove(offer);
            refreshOffers();
        }
    });
    connect(p.pages.setup, &SetupPanel::runRequested, this, &MainWindow::runFit);
    connect(p.pages.setup, &SetupPanel::helpRequested, this, &MainWindow::showHelp);
    connect(p.pages.summary, &SummaryPage::scaleRatioChanged, p.pages.setup,
            &SetupPanel::setScaleRatio);
    connect(p.pages.jobs, &JobsPanel::pauseRequested, this, &MainWindow::togglePause);
    connect(p.pages.jobs, &JobsPanel::keepRequested, p.actions.keep, &QAction::trigger);
    connect(p.pages.jobs, &JobsPanel::cancelRequested, p.actions.cancel, &QAction::trigger);
    connect(p.pages.project, &ProjectTree::fitActivated, this,
            [this] { showView(QStringLiteral("fit")); });
    connect(p.pages.problems, &ProblemsPage::cellRequested, this, &MainWindow::showProblemCell);
    connect(p.pages.info, &InfoBar::detailsRequested, this, [&p] {
        p.pages.showProblems();
        p.pages.problems->setFocus();
    });
    connect(p.pages.info, &InfoBar::actionChosen, this, [&p] { p.pages.showStart(); });
    connect(&p.views, &ResultViews::fitViewRequested, this,
            [this] { showView(QStringLiteral("fit")); });
    const auto sayWritten = [this, &p](const QString& path) {
        const QString words = tr("Wrote %1").arg(QDir::toNativeSeparators(path));
        p.session->logAction(words);
        statusBar()->showMessage(words, 5000);
    };
    connect(&p.views, &ResultViews::fileWritten, this, sayWritten);
    connect(p.pages.simulation, &SimulationPage::fileWritten, this, sayWritten);
    connect(p.pages.simulation, &SimulationPage::openRequested, this,
            [&p](const QByteArray& csv, const CsvOptions& options, const QString& words,
                 const QString& command) {
                p.session->logAction(words, command);
                p.opener.importTable(QStringLiteral("simulated"), csv, options);
            });
}

void MainWindow::connectFiles() {
    Parts& p = *parts_;
    connect(&p.opener, &FileOpener::imported, this, [this](const QString& path) {
        showView(QStringLiteral("data"));
        emit fileOpened(path);
    });
    connect(&p.opener, &FileOpener::modelOpened, this, [this](const QString& path) {
        showView(QStringLiteral("fit"));
        emit fileOpened(path);
    });
    connect(&p.opener, &FileOpener::failed, this, &MainWindow::openFailed);
    connect(&p.opener, &FileOpener::recentFilesChanged, this, &MainWindow::refreshRecent);
    connect(&p.opener, &FileOpener::busyWith, this,
            [this](const QString& words) { statusBar()->showMessage(words); });
    connect(&p.keeper, &ProjectKeeper::aboutToSave, this, [&p] {
        p.session->setViewState({{QStringLiteral("view"), p.pages.shownView()}});
    });
    connect(&p.keeper, &ProjectKeeper::pathChanged, this, &MainWindow::refreshTitle);
    connect(&p.keeper, &ProjectKeeper::savedWordsChanged, this, &MainWindow::refreshStatus);
    connect(&p.keeper, &ProjectKeeper::opened, this, [this, &p](const QString& path) {
        showView(p.session->content().viewState.value(QStringLiteral("view")).toString());
        emit fileOpened(path);
    });
    connect(&p.keeper, &ProjectKeeper::saved, this, &MainWindow::projectSaved);
    connect(&p.keeper, &ProjectKeeper::startedNew, this, [this, &p] {
        refreshOffers();
        refreshRecent();
        p.pages.showStart();
    });
    connect(&p.keeper, &ProjectKeeper::restored, this, [this, &p](const QString& originalPath) {
        p.pages.info->hide();
        if (!originalPath.isEmpty())
            statusBar()->showMessage(
                tr("This work belongs to %1; save it there or under another name.")
                    .arg(QDir::toNativeSeparators(originalPath)),
                10000);
        emit fileOpened(originalPath);
    });
    connect(&p.keeper, &ProjectKeeper::failed, this, [this, &p](const QString& message) {
        p.session->report(
            {Problem::Severity::error, message, {}, {}, -1, -1, FailureKind::resource});
        emit openFailed(message, FailureKind::resource);
    });
    connect(&p.exports, &ResultExports::allWritten, this, &MainWindow::exportDone);
}

}  // namespace mixtura::app
