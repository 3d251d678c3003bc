// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/main_window.h"

#include <QCloseEvent>
#include <QDockWidget>
#include <QFileInfo>
#include <QMessageBox>
#include <QMimeData>
#include <QSettings>
#include <QTimer>

#include "mixtura/common/version.h"

#include "data/accessible_names.h"
#include "data/data_page.h"
#include "plots/plot_view.h"
#include "session/samples.h"
#include "shell/help_page.h"
#include "shell/info_bar.h"
#include "shell/main_window_parts.h"
#include "shell/start_page.h"
#include "simulation/simulation_page.h"

namespace mixtura::app {

MainWindow::MainWindow(Session& session, bool readsSettings, QWidget* parent)
    : QMainWindow(parent), parts_(std::make_unique<Parts>(*this, session, readsSettings)) {
    setObjectName(QStringLiteral("mainWindow"));
    setAcceptDrops(true);
    connectActions();
    connectSession();
    connectPages();
    connectFiles();
    arrange();
    nameInnerWidgets(*this);
    parts_->pages.start->setSamples(sampleData());
    refreshRecent();
    refreshOffers();
    parts_->pages.follow(!session.content().data.empty());
    refreshTitle();
    refreshActions();
    refreshStatus();
}

MainWindow::~MainWindow() {
    // The session outlives the window: nothing may be heard from it while the views go.
    disconnect(parts_->session, nullptr, this, nullptr);
}

Session& MainWindow::session() const {
    return *parts_->session;
}

void MainWindow::setAnswersItself(bool answersItself) {
    parts_->answersItself = answersItself;
    parts_->keeper.setAnswersItself(answersItself);
    parts_->opener.setAnswersItself(answersItself);
}

bool MainWindow::isIdle() const {
    const Parts& p = *parts_;
    return p.session->fitJob() == nullptr && p.current.isSettled() && p.views.isSettled() &&
           p.pages.simulation->isSettled() && p.session->background()->pendingCount() == 0 &&
           !p.keeper.isBusy() && !p.opener.isBusy();
}

// --- layout ---

void MainWindow::arrange() {
    Parts& p = *parts_;
    resize(1280, 800);
    const int unit = fontMetrics().averageCharWidth();
    resizeDocks({p.pages.projectDock, p.pages.setupDock}, {unit * 26, unit * 34}, Qt::Horizontal);
    resizeDocks({p.pages.jobsDock}, {fontMetrics().height() * 9}, Qt::Vertical);
    p.defaultState = saveState(layoutVersion);
    if (!p.readsSettings)
        return;
    const QSettings settings;
    restoreGeometry(settings.value(QStringLiteral("geometry")).toByteArray());
    restoreState(settings.value(QStringLiteral("layout")).toByteArray(), layoutVersion);
}

void MainWindow::closeEvent(QCloseEvent* event) {
    Parts& p = *parts_;
    if (!p.isClosing) {
        event->ignore();
        p.keeper.afterSaving([this] {
            parts_->isClosing = true;
            // Qt takes no second close() while the first is being answered.
            QMetaObject::invokeMethod(this, &QWidget::close, Qt::QueuedConnection);
        });
        return;
    }
    if (p.readsSettings && !p.answersItself) {
        QSettings settings;
        settings.setValue(QStringLiteral("geometry"), saveGeometry());
        settings.setValue(QStringLiteral("layout"), saveState(layoutVersion));
    }
    p.keeper.discardCopy();
    event->accept();
}

// --- what is shown ---

void MainWindow::refreshTitle() {
    const Parts& p = *parts_;
    const DataEntry* entry = p.session->currentData();
    const QString project = !p.keeper.path().isEmpty()
                                ? QFileInfo(p.keeper.path()).completeBaseName()
                            : entry != nullptr ? QFileInfo(entry->name).completeBaseName()
                                               : tr("Untitled");
    setWindowTitle(tr("%1[*] - Mixtura").arg(QString(project).remove(QStringLiteral("[*]"))));
    setWindowModified(p.session->isModified());
    setWindowFilePath({});
}

void MainWindow::refreshActions() {
    parts_->actions.refresh(*parts_->session, parts_->exports.isPossible());
}

void MainWindow::refreshStatus() {
    parts_->status.refresh(*parts_->session, parts_->keeper.savedWords());
}

void MainWindow::refreshProblems() {
    Parts& p = *parts_;
    const std::vector<Problem>& problems = p.session->problems();
    p.pages.problemsDock->setWindowTitle(
        problems.empty() ? tr("Problems") : tr("Problems (%1)").arg(problems.size()));
    // What is new and needs to be known now stands above the views.
    for (std::size_t i = p.problemsSeen; i < problems.size(); ++i)
        if (problems[i].severity != Problem::Severity::note)
            p.pages.info->showProblem(problems[i]);
    if (problems.empty())
        p.pages.info->hide();
    p.problemsSeen = problems.size();
}

void MainWindow::refreshRecent() {
    const QStringList recent = parts_->opener.recentFiles();
    parts_->pages.start->setRecentFiles(recent);
    parts_->menus.setRecentFiles(recent);
}

void MainWindow::refreshOffers() {
    const std::vector<RecoveryOffer> offers = Recovery::offers();
    parts_->pages.start->setOffers(offers);
    if (!offers.empty())
        parts_->pages.info->showOffer(
            tr("Unsaved work of an earlier session was found: %1.").arg(offers.front().contents),
            tr("Show it"));
}

void MainWindow::showView(const QString& name) {
    parts_->pages.showView(name);
}

void MainWindow::showHelp(const QString& page) {
    parts_->pages.help->showPage(page);
    showView(QStringLiteral("help"));
    parts_->pages.help->setFocus();
}

void MainWindow::showProblemCell(const QString& dataId, std::int64_t row, int column) {
    Parts& p = *parts_;
    const auto& entries = p.session->content().data;
    for (std::size_t d = 0; d < entries.size(); ++d)
        if (entries[d].id == dataId)
            p.session->setCurrentData(int(d));
    showView(QStringLiteral("data"));
    p.pages.data->showCell(row, column);
}

void MainWindow::showAbout() {
    QMessageBox::about(
        this, tr("About Mixtura"),
        tr("<h3>Mixtura %1</h3><p>Statistical mixture modelling: which groups are in a table, how "
           "many, and what they look like.</p><p>The desktop application is free software under "
           "the GNU General Public License, version 3 or later; the computing core is under the "
           "Apache License 2.0.</p><p>Built with Qt %2, QCustomPlot, Eigen and SQLite.</p>")
            .arg(QLatin1String(mixtura::version), QLatin1String(qVersion())));
}

// --- files ---

void MainWindow::openFile(const QString& path) {
    parts_->opener.open(path);
}

void MainWindow::importFile(const QString& path, const CsvOptions& options) {
    parts_->opener.import(path, options);
}

void MainWindow::saveProject(const QString& path) {
    parts_->keeper.saveTo(path);
}

void MainWindow::exportAll(const QString& folder) {
    parts_->exports.writeAll(folder);
}

void MainWindow::exportFigure() {
    const QString shown = parts_->pages.shownView();
    if (shown == u"simulation") {
        parts_->pages.simulation->shownPlot()->saveFigureAs();
        return;
    }
    parts_->views
        .figure(shown == u"fit"             ? QStringLiteral("fit")
                : shown == u"understanding" ? QStringLiteral("understanding")
                : shown == u"compare"       ? QStringLiteral("comparison")
                                            : QStringLiteral("scatter-matrix"))
        ->saveFigureAs();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasUrls())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    QStringList paths;
    for (const QUrl& url : event->mimeData()->urls())
        if (url.isLocalFile())
            paths << url.toLocalFile();
    event->acceptProposedAction();
    // The drop ends before a dialog opens, or the other program would hang with it.
    QTimer::singleShot(0, this, [this, paths] {
        for (const QString& path : paths) openFile(path);
    });
}

// --- fitting ---

void MainWindow::runFit() {
    if (parts_->actions.run->isEnabled())
        parts_->session->startFit();
}

void MainWindow::togglePause() {
    if (FitJob* job = parts_->session->fitJob())
        job->setPaused(!job->isPaused());
}

}  // namespace mixtura::app
