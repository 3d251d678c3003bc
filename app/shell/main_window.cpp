// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/main_window.h"

#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QCloseEvent>
#include <QDesktopServices>
#include <QDir>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QLocale>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QStackedWidget>
#include <QStandardPaths>
#include <QStatusBar>
#include <QStyle>
#include <QTabWidget>
#include <QThread>
#include <QTimer>
#include <QToolBar>
#include <QUuid>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "mixtura/common/version.h"

#include "data/accessible_names.h"
#include "data/data_page.h"
#include "data/import_dialog.h"
#include "data/summary_page.h"
#include "fit/glyph_icon.h"
#include "fit/jobs_panel.h"
#include "fit/setup_panel.h"
#include "plots/plot_view.h"
#include "results/export_dialog.h"
#include "session/current_model.h"
#include "session/import_job.h"
#include "session/project_store.h"
#include "session/samples.h"
#include "session/session.h"
#include "shell/export_task.h"
#include "shell/help_page.h"
#include "shell/info_bar.h"
#include "shell/log_page.h"
#include "shell/problems_page.h"
#include "shell/project_tree.h"
#include "shell/report.h"
#include "shell/result_views.h"
#include "shell/shortcuts.h"
#include "shell/start_page.h"
#include "shell/theme.h"

namespace mixtura::app {

namespace {

constexpr int recentFilesKept = 8;

bool isProjectFile(const QString& path) {
    return path.endsWith(QStringLiteral(".mixtura"), Qt::CaseInsensitive);
}

QString clockText(const QDateTime& time) {
    return QLocale().toString(time.time(), QLocale::ShortFormat);
}

}  // namespace

struct MainWindow::Parts {
    explicit Parts(Session& opened)
        : session(&opened),
          current(opened),
          store(opened),
          recovery(opened),
          views(opened, current),
          exports(opened, current, views) {}

    Session* session;
    CurrentModel current;
    ProjectStore store;
    Recovery recovery;
    ResultViews views;
    ExportTask exports;

    QStackedWidget* stack = nullptr;
    StartPage* start = nullptr;
    QTabWidget* tabs = nullptr;
    InfoBar* info = nullptr;
    DataPage* data = nullptr;
    SummaryPage* summary = nullptr;
    HelpPage* help = nullptr;
    SetupPanel* setup = nullptr;
    JobsPanel* jobs = nullptr;
    LogPage* log = nullptr;
    ProblemsPage* problems = nullptr;
    QDockWidget* projectDock = nullptr;
    QDockWidget* setupDock = nullptr;
    QDockWidget* jobsDock = nullptr;
    QDockWidget* convergenceDock = nullptr;
    QDockWidget* logDock = nullptr;
    QDockWidget* problemsDock = nullptr;
    QToolBar* toolBar = nullptr;
    QMenu* recentMenu = nullptr;
    QMenu* viewMenu = nullptr;
    QLabel* rowsLabel = nullptr;
    QLabel* modelLabel = nullptr;
    QLabel* deviceLabel = nullptr;
    QLabel* savedLabel = nullptr;

    QAction* openAction = nullptr;
    QAction* newAction = nullptr;
    QAction* saveAction = nullptr;
    QAction* saveAsAction = nullptr;
    QAction* closeAction = nullptr;
    QAction* quitAction = nullptr;
    QAction* exportAction = nullptr;
    QAction* exportFigureAction = nullptr;
    QAction* reportAction = nullptr;
    QAction* undoAction = nullptr;
    QAction* redoAction = nullptr;
    QAction* pasteAction = nullptr;
    QAction* findAction = nullptr;
    QAction* goToRowAction = nullptr;
    QAction* copyCommandAction = nullptr;
    QAction* runAction = nullptr;
    QAction* pauseAction = nullptr;
    QAction* keepAction = nullptr;
    QAction* cancelAction = nullptr;
    QAction* compareAction = nullptr;
    QAction* nextProblemAction = nullptr;
    QAction* previousProblemAction = nullptr;
    QAction* fullScreenAction = nullptr;
    QAction* helpAction = nullptr;

    bool readsSettings = true;
    bool answersItself = false;
    bool isClosing = false;
    QStringList recent;
    QStringList waiting;  ///< files whose import dialog is still to come
    ImportDialog* dialog = nullptr;
    std::unique_ptr<ImportJob> importJob;
    std::function<void()> afterSave;
    QString savedText;
    QString autosavedText;
    QByteArray defaultState;
    double fontSize = 0.0;
    std::size_t problemsSeen = 0;
};

MainWindow::MainWindow(Session& session, bool readsSettings, QWidget* parent)
    : QMainWindow(parent), parts_(std::make_unique<Parts>(session)) {
    setObjectName(QStringLiteral("mainWindow"));
    parts_->readsSettings = readsSettings;
    parts_->fontSize = QApplication::font().pointSizeF();
    setAcceptDrops(true);
    setDockNestingEnabled(true);
    buildViews();
    buildActions();
    buildMenus();
    buildToolBar();
    buildStatusBar();
    connectSession();
    resize(1280, 800);
    const int unit = fontMetrics().averageCharWidth();
    resizeDocks({parts_->projectDock, parts_->setupDock}, {unit * 26, unit * 34}, Qt::Horizontal);
    resizeDocks({parts_->jobsDock}, {fontMetrics().height() * 9}, Qt::Vertical);
    parts_->defaultState = saveState(layoutVersion);
    restoreLayout();
    nameInnerWidgets(*this);
    refreshRecent();
    refreshOffers();
    parts_->start->setSamples(sampleData());
    refreshPages();
    refreshTitle();
    refreshActions();
    refreshStatus();
}

MainWindow::~MainWindow() {
    parts_->importJob.reset();
    // The session outlives the window: nothing may be heard from it while the views go.
    disconnect(parts_->session, nullptr, this, nullptr);
}

Session& MainWindow::session() const {
    return *parts_->session;
}

void MainWindow::setAnswersItself(bool answersItself) {
    parts_->answersItself = answersItself;
}

// --- building ---

void MainWindow::buildViews() {
    Parts& p = *parts_;
    p.data = new DataPage(*p.session);
    p.summary = new SummaryPage(*p.session);
    p.help = new HelpPage;
    p.tabs = new QTabWidget;
    p.tabs->setObjectName(QStringLiteral("views"));
    p.tabs->setAccessibleName(tr("Views"));
    p.tabs->setDocumentMode(true);
    p.tabs->addTab(p.data, tr("Data"));
    p.tabs->addTab(p.summary, tr("Summary"));
    p.tabs->addTab(p.views.scatterPage(), tr("Scatter matrix"));
    p.tabs->addTab(p.views.fitPage(), tr("Fit"));
    p.tabs->addTab(p.views.comparePage(), tr("Compare"));
    p.tabs->addTab(p.help, tr("Help"));
    // On a small screen the panels keep their place; a view that needs more is cut, not the window.
    p.tabs->setMinimumWidth(fontMetrics().averageCharWidth() * 60);
    p.start = new StartPage;
    p.stack = new QStackedWidget;
    p.stack->addWidget(p.start);
    p.stack->addWidget(p.tabs);
    p.info = new InfoBar;
    auto* centre = new QWidget;
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(p.info);
    layout->addWidget(p.stack, 1);
    setCentralWidget(centre);

    p.setup = new SetupPanel(*p.session);
    p.jobs = new JobsPanel(*p.session);
    p.log = new LogPage(*p.session);
    p.problems = new ProblemsPage(*p.session);
    const auto dock = [this](const QString& name, const QString& title, QWidget* widget,
                             Qt::DockWidgetArea area) {
        auto* result = new QDockWidget(title, this);
        result->setObjectName(name);
        result->setWidget(widget);
        addDockWidget(area, result);
        return result;
    };
    p.projectDock = dock(QStringLiteral("projectDock"), tr("Project"), new ProjectTree(*p.session),
                         Qt::LeftDockWidgetArea);
    p.setupDock =
        dock(QStringLiteral("setupDock"), tr("Model set-up"), p.setup, Qt::RightDockWidgetArea);
    p.jobsDock = dock(QStringLiteral("jobsDock"), tr("Jobs"), p.jobs, Qt::BottomDockWidgetArea);
    p.convergenceDock = dock(QStringLiteral("convergenceDock"), tr("Convergence"),
                             p.views.convergencePage(), Qt::BottomDockWidgetArea);
    p.logDock = dock(QStringLiteral("logDock"), tr("Log"), p.log, Qt::BottomDockWidgetArea);
    p.problemsDock =
        dock(QStringLiteral("problemsDock"), tr("Problems"), p.problems, Qt::BottomDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    for (QDockWidget* next : {p.convergenceDock, p.logDock, p.problemsDock})
        tabifyDockWidget(p.jobsDock, next);
    p.jobsDock->raise();
}

void MainWindow::buildActions() {
    Parts& p = *parts_;
    const auto action = [this](const QString& name, const QString& text, const QString& tip,
                               const QList<QKeySequence>& keys, auto&& call) {
        auto* result = new QAction(text, this);
        result->setObjectName(name);
        result->setShortcuts(keys);
        const QString key =
            keys.isEmpty()
                ? QString()
                : QStringLiteral(" (%1)").arg(keys.front().toString(QKeySequence::NativeText));
        result->setToolTip(tip + key);
        result->setStatusTip(tip);
        connect(result, &QAction::triggered, this, call);
        return result;
    };
    using Key = QKeySequence;
    p.newAction = action(QStringLiteral("actionNew"), tr("&New project"),
                         tr("Begin an empty project"), {Key::New}, [this] { newProject(); });
    p.openAction =
        action(QStringLiteral("actionOpen"), tr("&Open ..."), tr("Open a data file or a project"),
               {Key::Open}, [this] { openRequested(); });
    p.saveAction = action(QStringLiteral("actionSave"), tr("&Save"), tr("Save the project"),
                          {Key::Save}, [this] { save(); });
    p.saveAsAction = action(QStringLiteral("actionSaveAs"), tr("Save &as ..."),
                            tr("Save the project under another name"), {Key(tr("Ctrl+Shift+S"))},
                            [this] { saveAs(); });
    p.closeAction = action(QStringLiteral("actionClose"), tr("&Close project"),
                           tr("Close the project and show the start page"), {Key(tr("Ctrl+W"))},
                           [this] { newProject(); });
    p.quitAction = action(QStringLiteral("actionQuit"), tr("&Quit"), tr("End the program"),
                          {Key(tr("Ctrl+Q"))}, [this] { close(); });
    p.exportAction = action(QStringLiteral("actionExport"), tr("&Export ..."),
                            tr("Export model, labels, programs and figures"), {Key(tr("Ctrl+E"))},
                            [this] { exportResults(); });
    p.exportFigureAction = action(QStringLiteral("actionExportFigure"), tr("Export &figure ..."),
                                  tr("Export the figure shown"), {Key(tr("Ctrl+Shift+E"))},
                                  [this] { exportFigure(); });
    p.reportAction = action(QStringLiteral("actionReport"), tr("&Report ..."),
                            tr("Write a report on the fit shown, one HTML file"), {Key::Print},
                            [this] { writeReport(); });
    p.undoAction = p.session->undoStack()->createUndoAction(this, tr("&Undo"));
    p.undoAction->setObjectName(QStringLiteral("actionUndo"));
    p.undoAction->setShortcut(Key(tr("Ctrl+Z")));
    p.redoAction = p.session->undoStack()->createRedoAction(this, tr("&Redo"));
    p.redoAction->setObjectName(QStringLiteral("actionRedo"));
    p.redoAction->setShortcuts({Key(tr("Ctrl+Shift+Z")), Key(tr("Ctrl+Y"))});
    p.pasteAction = action(QStringLiteral("actionPaste"), tr("&Paste table"),
                           tr("Open the table on the clipboard"), {Key(tr("Ctrl+Shift+V"))},
                           [this] { pasteTable(); });
    p.findAction = action(QStringLiteral("actionFind"), tr("&Find ..."),
                          tr("Find a text or number in the data"), {Key::Find}, [this] {
                              showView(QStringLiteral("data"));
                              parts_->data->startFind();
                          });
    p.goToRowAction = action(QStringLiteral("actionGoToRow"), tr("&Go to row ..."),
                             tr("Show a row of the data"), {Key(tr("Ctrl+G"))}, [this] {
                                 showView(QStringLiteral("data"));
                                 parts_->data->startGoToRow();
                             });
    p.copyCommandAction = action(QStringLiteral("actionCopyCommand"), tr("Copy last co&mmand"),
                                 tr("Copy the mixtura-cli command of the last action"), {},
                                 [this] { parts_->log->copyLastCommand(); });
    p.runAction = action(QStringLiteral("actionRunFit"), tr("&Run"), tr("Fit the models chosen"),
                         {Key(Qt::Key_F5)}, [this] { runFit(); });
    p.pauseAction =
        action(QStringLiteral("actionPauseFit"), tr("&Pause"), tr("Hold the fit, or let it go on"),
               {Key(Qt::Key_F6)}, [this] { togglePause(); });
    p.keepAction = action(QStringLiteral("actionStopAndKeep"), tr("&Stop and keep best so far"),
                          tr("End the fit and keep what is done"), {}, [this] {
                              if (FitJob* job = parts_->session->fitJob())
                                  job->stopAndKeep();
                          });
    p.cancelAction = action(QStringLiteral("actionCancelFit"), tr("&Cancel"),
                            tr("End the fit and keep nothing of it"), {Key(Qt::SHIFT | Qt::Key_F5)},
                            [this] { cancelFit(); });
    p.compareAction = action(QStringLiteral("actionCompare"), tr("Compare &models"),
                             tr("Show the models side by side"), {Key(tr("Ctrl+M"))},
                             [this] { showView(QStringLiteral("compare")); });
    p.nextProblemAction = action(QStringLiteral("actionNextProblem"), tr("&Next problem"),
                                 tr("Show the next problem"), {Key(Qt::Key_F8)}, [this] {
                                     parts_->problemsDock->show();
                                     parts_->problemsDock->raise();
                                     parts_->problems->showNext();
                                 });
    p.previousProblemAction =
        action(QStringLiteral("actionPreviousProblem"), tr("&Previous problem"),
               tr("Show the previous problem"), {Key(Qt::SHIFT | Qt::Key_F8)}, [this] {
                   parts_->problemsDock->show();
                   parts_->problemsDock->raise();
                   parts_->problems->showPrevious();
               });
    p.fullScreenAction = action(QStringLiteral("actionFullScreen"), tr("&Full screen"),
                                tr("Use the whole screen"), {Key(Qt::Key_F11)},
                                [this] { setWindowState(windowState() ^ Qt::WindowFullScreen); });
    p.helpAction =
        action(QStringLiteral("actionHelp"), tr("&Help"), tr("Help on what has the focus"),
               {Key(Qt::Key_F1)}, [this] { helpOnFocus(); });
    const auto icon = [this](QStyle::StandardPixmap pixmap) {
        return style()->standardIcon(pixmap);
    };
    p.openAction->setIcon(icon(QStyle::SP_DialogOpenButton));
    p.saveAction->setIcon(icon(QStyle::SP_DialogSaveButton));
    p.runAction->setIcon(glyphIcon(Glyph::run));
    p.pauseAction->setIcon(glyphIcon(Glyph::pause));
    p.pauseAction->setCheckable(true);
    p.cancelAction->setIcon(glyphIcon(Glyph::stop));
    p.undoAction->setToolTip(tr("Take back the last change"));
    p.redoAction->setToolTip(tr("Do again what was taken back"));
}

void MainWindow::buildMenus() {
    Parts& p = *parts_;
    QMenu* file = menuBar()->addMenu(tr("&File"));
    file->addActions({p.newAction, p.openAction});
    p.recentMenu = file->addMenu(tr("Open recen&t"));
    QMenu* samples = file->addMenu(tr("Sample &data"));
    for (const SampleData& sample : sampleData()) {
        QAction* open = samples->addAction(QString(sample.title).replace(u'&', u'+'));
        open->setToolTip(sample.story);
        connect(open, &QAction::triggered, this,
                [this, path = sample.path] { importFile(path, {}); });
    }
    samples->setToolTipsVisible(true);
    file->addSeparator();
    file->addActions({p.saveAction, p.saveAsAction});
    file->addSeparator();
    file->addActions({p.exportAction, p.exportFigureAction, p.reportAction});
    file->addSeparator();
    file->addActions({p.closeAction, p.quitAction});

    QMenu* edit = menuBar()->addMenu(tr("&Edit"));
    edit->addActions({p.undoAction, p.redoAction});
    edit->addSeparator();
    edit->addActions({p.pasteAction, p.copyCommandAction});

    QMenu* dataMenu = menuBar()->addMenu(tr("&Data"));
    dataMenu->addActions({p.findAction, p.goToRowAction});

    QMenu* model = menuBar()->addMenu(tr("&Model"));
    model->addActions({p.runAction, p.pauseAction, p.keepAction, p.cancelAction});
    model->addSeparator();
    model->addAction(p.compareAction);

    p.viewMenu = menuBar()->addMenu(tr("&View"));
    for (int tab = 0; tab < p.tabs->count(); ++tab) {
        QAction* show =
            p.viewMenu->addAction(QStringLiteral("&%1 %2").arg(tab + 1).arg(p.tabs->tabText(tab)));
        show->setShortcut(QKeySequence(Qt::CTRL | Qt::Key(Qt::Key_1 + tab)));
        connect(show, &QAction::triggered, this, [this, tab] {
            parts_->stack->setCurrentWidget(parts_->tabs);
            parts_->tabs->setCurrentIndex(tab);
        });
    }
    p.viewMenu->addSeparator();
    QMenu* panels = p.viewMenu->addMenu(tr("&Panels"));
    for (QDockWidget* dock :
         {p.projectDock, p.setupDock, p.jobsDock, p.convergenceDock, p.logDock, p.problemsDock})
        panels->addAction(dock->toggleViewAction());
    QAction* log = p.viewMenu->addAction(tr("Show &log"));
    log->setShortcut(QKeySequence(tr("Ctrl+L")));
    connect(log, &QAction::triggered, this, [this] {
        parts_->logDock->show();
        parts_->logDock->raise();
    });
    connect(p.viewMenu->addAction(tr("&Reset layout")), &QAction::triggered, this,
            &MainWindow::resetLayout);
    p.viewMenu->addSeparator();
    const auto zoom = [this](const QString& text, QKeySequence key, double factor) {
        QAction* action = parts_->viewMenu->addAction(text);
        action->setShortcut(key);
        connect(action, &QAction::triggered, this, [this, factor] { changeFontSize(factor); });
        return action;
    };
    zoom(tr("Larger te&xt"), QKeySequence(tr("Ctrl++")), 1.1)
        ->setShortcuts({QKeySequence(tr("Ctrl++")), QKeySequence(tr("Ctrl+="))});
    zoom(tr("&Smaller text"), QKeySequence(tr("Ctrl+-")), 1.0 / 1.1);
    zoom(tr("&Normal text"), QKeySequence(tr("Ctrl+0")), 0.0);
    QMenu* themes = p.viewMenu->addMenu(tr("&Colours"));
    auto* group = new QActionGroup(this);
    const QString setting = QSettings().value(QStringLiteral("theme")).toString();
    for (const auto& [theme, text] : {std::pair{Theme::system, tr("As the &desktop")},
                                      {Theme::light, tr("&Light")},
                                      {Theme::dark, tr("Dar&k")}}) {
        QAction* choice = themes->addAction(text);
        choice->setCheckable(true);
        choice->setChecked(themeFrom(setting) == theme);
        group->addAction(choice);
        connect(choice, &QAction::triggered, this, [theme = theme] {
            QSettings().setValue(QStringLiteral("theme"), themeName(theme));
            applyTheme(theme);
        });
    }
    p.viewMenu->addAction(p.fullScreenAction);

    QMenu* tools = menuBar()->addMenu(tr("&Tools"));
    tools->addActions({p.nextProblemAction, p.previousProblemAction});
    connect(tools->addAction(tr("&Clear problems")), &QAction::triggered, p.session,
            &Session::clearProblems);

    QMenu* help = menuBar()->addMenu(tr("&Help"));
    help->addAction(p.helpAction);
    for (const auto& [text, page] : {std::pair{tr("&Contents"), QStringLiteral("index")},
                                     {tr("&Gaussian mixtures"), QStringLiteral("gaussian-mixture")},
                                     {tr("&Importing data"), QStringLiteral("importing-data")}})
        connect(help->addAction(text), &QAction::triggered, this,
                [this, page = page] { showHelp(page); });
    QAction* keys = help->addAction(tr("&Keyboard shortcuts"));
    keys->setShortcut(QKeySequence(tr("Ctrl+?")));
    connect(keys, &QAction::triggered, this, &MainWindow::showShortcuts);
    help->addSeparator();
    connect(help->addAction(tr("&About Mixtura")), &QAction::triggered, this,
            &MainWindow::showAbout);
}

void MainWindow::buildToolBar() {
    Parts& p = *parts_;
    p.toolBar = addToolBar(tr("Main tools"));
    p.toolBar->setObjectName(QStringLiteral("mainToolBar"));
    p.toolBar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    p.toolBar->setMovable(false);
    p.toolBar->addActions({p.openAction, p.saveAction});
    p.toolBar->addSeparator();
    p.toolBar->addActions({p.runAction, p.pauseAction, p.cancelAction});
    p.toolBar->addSeparator();
    p.toolBar->addActions({p.exportAction, p.reportAction});
    p.viewMenu->addAction(p.toolBar->toggleViewAction());
    p.toolBar->toggleViewAction()->setText(tr("Tool &bar"));
}

void MainWindow::buildStatusBar() {
    Parts& p = *parts_;
    p.rowsLabel = new QLabel;
    p.modelLabel = new QLabel;
    p.deviceLabel = new QLabel;
    p.savedLabel = new QLabel;
    for (QLabel* label : {p.rowsLabel, p.modelLabel}) statusBar()->addWidget(label);
    for (QLabel* label : {p.deviceLabel, p.savedLabel}) statusBar()->addPermanentWidget(label);
}

void MainWindow::connectSession() {
    Parts& p = *parts_;
    Session* session = p.session;
    connect(session, &Session::modifiedChanged, this, [this] { refreshTitle(); });
    connect(session, &Session::dataListChanged, this, &MainWindow::refreshPages);
    connect(session, &Session::dataListChanged, this, &MainWindow::refreshTitle);
    for (const auto signal :
         {&Session::currentDataChanged, &Session::columnsChanged, &Session::selectionChanged,
          &Session::currentModelChanged, &Session::setupChanged})
        connect(session, signal, this, &MainWindow::refreshStatus);
    for (const auto signal : {&Session::currentDataChanged, &Session::currentModelChanged,
                              &Session::fitStarted, &Session::fitEnded, &Session::setupChanged})
        connect(session, signal, this, &MainWindow::refreshActions);
    connect(&p.current, &CurrentModel::scoresChanged, this, &MainWindow::refreshActions);
    connect(session, &Session::problemsChanged, this, &MainWindow::refreshProblems);
    connect(session, &Session::fitStarted, this, [this] {
        parts_->convergenceDock->show();
        parts_->jobsDock->show();
        parts_->jobsDock->raise();
        connect(parts_->session->fitJob(), &FitJob::progressed, this,
                [this](const FitProgress& progress) {
                    parts_->pauseAction->setChecked(progress.isPaused);
                });
    });
    connect(session, &Session::fitAdded, this, [this] {
        // The result is shown, unless the analyst is busy elsewhere than with data or set-up.
        const QWidget* shown = parts_->tabs->currentWidget();
        if (shown == parts_->data || shown == parts_->summary)
            showView(QStringLiteral("fit"));
    });
    connect(session->background(), &BackgroundQueue::idle, this, &MainWindow::refreshStatus);

    connect(p.start, &StartPage::openRequested, this, &MainWindow::openRequested);
    connect(p.start, &StartPage::fileChosen, this, &MainWindow::openFile);
    connect(p.start, &StartPage::sampleChosen, this,
            [this](const QString& path) { importFile(path, {}); });
    connect(p.start, &StartPage::offerChosen, this, &MainWindow::restore);
    connect(p.start, &StartPage::offerDeclined, this, [this](const RecoveryOffer& offer) {
        const auto answer = QMessageBox::question(
            this, tr("Unsaved work"),
            tr("Delete this unsaved work for good? It holds %1.").arg(offer.contents));
        if (answer == QMessageBox::Yes) {
            Recovery::remove(offer);
            refreshOffers();
        }
    });
    connect(p.setup, &SetupPanel::runRequested, this, &MainWindow::runFit);
    connect(p.setup, &SetupPanel::helpRequested, this, &MainWindow::showHelp);
    connect(p.summary, &SummaryPage::scaleRatioChanged, p.setup, &SetupPanel::setScaleRatio);
    connect(p.jobs, &JobsPanel::pauseRequested, this, &MainWindow::togglePause);
    connect(p.jobs, &JobsPanel::keepRequested, p.keepAction, &QAction::trigger);
    connect(p.jobs, &JobsPanel::cancelRequested, this, &MainWindow::cancelFit);
    connect(&p.views, &ResultViews::fitViewRequested, this,
            [this] { showView(QStringLiteral("fit")); });
    connect(&p.views, &ResultViews::fileWritten, this, [this](const QString& path) {
        parts_->session->logAction(tr("Wrote %1").arg(QDir::toNativeSeparators(path)));
        statusBar()->showMessage(tr("Wrote %1").arg(QDir::toNativeSeparators(path)), 5000);
    });
    connect(findChild<ProjectTree*>(), &ProjectTree::fitActivated, this,
            [this] { showView(QStringLiteral("fit")); });
    connect(p.problems, &ProblemsPage::cellRequested, this,
            [this](const QString& dataId, std::int64_t row, int column) {
                const auto& entries = parts_->session->content().data;
                for (std::size_t d = 0; d < entries.size(); ++d)
                    if (entries[d].id == dataId)
                        parts_->session->setCurrentData(int(d));
                showView(QStringLiteral("data"));
                parts_->data->showCell(row, column);
            });
    connect(p.info, &InfoBar::detailsRequested, this, [this] {
        parts_->problemsDock->show();
        parts_->problemsDock->raise();
        parts_->problems->setFocus();
    });
    connect(p.info, &InfoBar::actionChosen, this,
            [this] { parts_->stack->setCurrentWidget(parts_->start); });

    connect(&p.store, &ProjectStore::pathChanged, this, [this] {
        parts_->recovery.setOriginalPath(parts_->store.path());
        refreshTitle();
    });
    connect(&p.store, &ProjectStore::opened, this, [this](const QString& path) {
        parts_->recovery.discardCopy();
        remember(path);
        parts_->savedText.clear();
        parts_->autosavedText.clear();
        refreshStatus();
        showView(parts_->session->content().viewState.value(QStringLiteral("view")).toString());
        emit fileOpened(path);
    });
    connect(&p.store, &ProjectStore::saved, this, [this](const QString& path) {
        if (!parts_->session->isModified())
            parts_->recovery.discardCopy();
        remember(path);
        parts_->savedText = clockText(QDateTime::currentDateTime());
        refreshStatus();
        emit projectSaved(path);
        if (parts_->afterSave)
            std::exchange(parts_->afterSave, {})();
    });
    connect(&p.store, &ProjectStore::failed, this, [this](const QString& message) {
        parts_->afterSave = {};
        parts_->session->report({Problem::Severity::error, message, {}, {}, -1, -1});
        emit openFailed(message);
    });
    connect(&p.recovery, &Recovery::copyWritten, this, [this](const QDateTime& time) {
        parts_->autosavedText = clockText(time);
        refreshStatus();
    });
    connect(&p.recovery, &Recovery::copyFailed, this, [this](const QString& message) {
        parts_->session->report({Problem::Severity::warning,
                                 tr("The safety copy could not be written, save the project "
                                    "yourself: %1")
                                     .arg(message),
                                 {},
                                 {},
                                 -1,
                                 -1});
    });
}

// --- layout and settings ---

void MainWindow::restoreLayout() {
    Parts& p = *parts_;
    if (!p.readsSettings)
        return;
    const QSettings settings;
    p.recent = settings.value(QStringLiteral("recentFiles")).toStringList();
    restoreGeometry(settings.value(QStringLiteral("geometry")).toByteArray());
    restoreState(settings.value(QStringLiteral("layout")).toByteArray(), layoutVersion);
}

void MainWindow::resetLayout() {
    restoreState(parts_->defaultState, layoutVersion);
    parts_->jobsDock->raise();
}

void MainWindow::changeFontSize(double factor) {
    QFont font = QApplication::font();
    const double size = factor > 0.0 ? font.pointSizeF() * factor : parts_->fontSize;
    font.setPointSizeF(std::clamp(size, parts_->fontSize * 0.6, parts_->fontSize * 2.5));
    QApplication::setFont(font);
}

// --- what is shown ---

void MainWindow::refreshTitle() {
    const Parts& p = *parts_;
    const DataEntry* entry = p.session->currentData();
    const QString project = !p.store.path().isEmpty() ? QFileInfo(p.store.path()).completeBaseName()
                            : entry != nullptr        ? QFileInfo(entry->name).completeBaseName()
                                                      : tr("Untitled");
    setWindowTitle(tr("%1[*] - Mixtura").arg(QString(project).remove(QStringLiteral("[*]"))));
    setWindowModified(p.session->isModified());
    setWindowFilePath({});
}

void MainWindow::refreshPages() {
    Parts& p = *parts_;
    const bool hasData = !p.session->content().data.empty();
    if (!hasData && p.tabs->currentWidget() != p.help)
        p.stack->setCurrentWidget(p.start);
    else
        p.stack->setCurrentWidget(p.tabs);
    if (hasData && p.tabs->currentWidget() == p.help)
        p.tabs->setCurrentWidget(p.data);
}

void MainWindow::refreshActions() {
    Parts& p = *parts_;
    const bool hasData = p.session->currentData() != nullptr;
    const FitJob* job = p.session->fitJob();
    const bool isFitting = job != nullptr && job->isRunning();
    const bool hasModel = p.exports.isPossible();
    for (QAction* action : {p.saveAction, p.saveAsAction, p.closeAction, p.findAction,
                            p.goToRowAction, p.compareAction, p.exportFigureAction})
        action->setEnabled(hasData);
    p.runAction->setEnabled(hasData && !isFitting);
    for (QAction* action : {p.pauseAction, p.keepAction, p.cancelAction})
        action->setEnabled(isFitting);
    if (!isFitting)
        p.pauseAction->setChecked(false);
    p.exportAction->setEnabled(hasModel);
    p.reportAction->setEnabled(hasModel);
}

void MainWindow::refreshStatus() {
    Parts& p = *parts_;
    const QLocale locale;
    const DataEntry* entry = p.session->currentData();
    QString rows;
    if (entry != nullptr) {
        rows = tr("%1 rows").arg(locale.toString(qint64(entry->data->row_count())));
        const auto selected =
            std::count(p.session->selectedRows().begin(), p.session->selectedRows().end(), true);
        if (selected > 0)
            rows += tr(" (%1 selected)").arg(locale.toString(qint64(selected)));
        const auto features = featureColumns(*entry).size();
        rows += features == 1 ? tr("  |  1 feature")
                              : tr("  |  %1 features").arg(locale.toString(qint64(features)));
    }
    p.rowsLabel->setText(rows);
    const FitEntry* fit = p.session->currentFit();
    const int record = p.session->currentRecord();
    QString model;
    if (fit != nullptr && record >= 0) {
        const SelectionRecord& shown = fit->result->selection[std::size_t(record)];
        model = tr("|  shown: %1, K = %2, BIC %3")
                    .arg(QString::fromStdString(shown.covariance_structure))
                    .arg(shown.component_count)
                    .arg(locale.toString(shown.bic, 'f', 1));
    }
    p.modelLabel->setText(model);
    const int threads =
        p.session->threadCount() > 0 ? p.session->threadCount() : QThread::idealThreadCount();
    p.deviceLabel->setText(threads == 1 ? tr("CPU, 1 thread")
                                        : tr("CPU, %1 threads").arg(locale.toString(threads)));
    QString saved = p.savedText.isEmpty() ? QString() : tr("saved %1").arg(p.savedText);
    if (!p.autosavedText.isEmpty())
        saved += (saved.isEmpty() ? QString() : QStringLiteral(", ")) +
                 tr("safety copy %1").arg(p.autosavedText);
    p.savedLabel->setText(saved);
}

void MainWindow::refreshProblems() {
    Parts& p = *parts_;
    const std::vector<Problem>& problems = p.session->problems();
    p.problemsDock->setWindowTitle(problems.empty() ? tr("Problems")
                                                    : tr("Problems (%1)").arg(problems.size()));
    // What is new and needs to be known now stands above the views.
    for (std::size_t i = p.problemsSeen; i < problems.size(); ++i)
        if (problems[i].severity != Problem::Severity::note)
            p.info->showProblem(problems[i]);
    if (problems.empty())
        p.info->hide();
    p.problemsSeen = problems.size();
}

void MainWindow::refreshRecent() {
    Parts& p = *parts_;
    QStringList existing;
    for (const QString& path : p.recent)
        if (QFileInfo::exists(path))
            existing << path;
    p.recent = existing;
    p.start->setRecentFiles(existing);
    p.recentMenu->clear();
    p.recentMenu->setEnabled(!existing.isEmpty());
    int number = 0;
    for (const QString& path : existing) {
        QAction* open = p.recentMenu->addAction(QStringLiteral("&%1 %2").arg(++number).arg(
            QFileInfo(path).fileName().replace(u'&', QStringLiteral("&&"))));
        open->setToolTip(path);
        connect(open, &QAction::triggered, this, [this, path] { openFile(path); });
    }
}

void MainWindow::remember(const QString& path) {
    Parts& p = *parts_;
    const QString absolute = QFileInfo(path).absoluteFilePath();
    p.recent.removeAll(absolute);
    p.recent.prepend(absolute);
    while (p.recent.size() > recentFilesKept) p.recent.removeLast();
    if (p.readsSettings)
        QSettings().setValue(QStringLiteral("recentFiles"), p.recent);
    refreshRecent();
}

void MainWindow::refreshOffers() {
    const std::vector<RecoveryOffer> offers = Recovery::offers();
    parts_->start->setOffers(offers);
    if (!offers.empty())
        parts_->info->showOffer(
            tr("Unsaved work of an earlier session was found: %1.").arg(offers.front().contents),
            tr("Show it"));
}

void MainWindow::showView(const QString& name) {
    Parts& p = *parts_;
    const std::pair<const char*, QWidget*> pages[] = {{"data", p.data},
                                                      {"summary", p.summary},
                                                      {"scatter", p.views.scatterPage()},
                                                      {"fit", p.views.fitPage()},
                                                      {"compare", p.views.comparePage()},
                                                      {"help", p.help}};
    for (const auto& [id, page] : pages) {
        if (name == QLatin1String(id)) {
            p.tabs->setCurrentWidget(page);
            p.stack->setCurrentWidget(p.tabs);
        }
    }
}

void MainWindow::showHelp(const QString& page) {
    parts_->help->showPage(page);
    showView(QStringLiteral("help"));
    parts_->help->setFocus();
}

void MainWindow::helpOnFocus() {
    QString page = QStringLiteral("index");
    const Parts& p = *parts_;
    for (const QWidget* widget = QApplication::focusWidget(); widget != nullptr;
         widget = widget->parentWidget())
        if (widget == p.setup || widget == p.views.fitPage() || widget == p.views.comparePage() ||
            widget == p.views.scatterPage() || widget == p.views.convergencePage())
            page = QStringLiteral("gaussian-mixture");
        else if (widget == p.data || widget == p.summary || widget == p.start)
            page = QStringLiteral("importing-data");
    showHelp(page);
}

bool MainWindow::isIdle() const {
    const Parts& p = *parts_;
    return p.session->fitJob() == nullptr && p.current.isSettled() &&
           p.session->background()->pendingCount() == 0 && !p.store.isBusy() && !p.importJob;
}

// --- opening and saving ---

void MainWindow::openRequested() {
    auto* dialog = new QFileDialog(this, tr("Open"));
    dialog->setObjectName(QStringLiteral("openDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    dialog->setNameFilters({tr("Data and projects (*.csv *.tsv *.txt *.dat *.mixtura)"),
                            tr("Projects (*.mixtura)"), tr("All files (*)")});
    if (!parts_->recent.isEmpty())
        dialog->setDirectory(QFileInfo(parts_->recent.front()).absolutePath());
    connect(dialog, &QFileDialog::filesSelected, this, [this](const QStringList& paths) {
        for (const QString& path : paths) openFile(path);
    });
    dialog->open();
}

void MainWindow::openFile(const QString& path) {
    Parts& p = *parts_;
    if (!QFileInfo::exists(path)) {
        const QString message = tr("'%1' is not there. Has it been moved or renamed?").arg(path);
        p.session->report({Problem::Severity::error, message, {}, {}, -1, -1});
        emit openFailed(message);
        return;
    }
    if (isProjectFile(path)) {
        afterSaving([this, path] { parts_->store.open(path); });
        return;
    }
    if (p.dialog != nullptr) {
        p.waiting << path;
        return;
    }
    p.dialog = new ImportDialog(path, {}, this);
    p.dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(p.dialog, &ImportDialog::imported, this,
            [this](const QString& file, const CsvOptions& options,
                   const std::shared_ptr<const ImportResult>& result) {
                parts_->session->addImport(file, options, result);
                remember(file);
                showView(QStringLiteral("data"));
                emit fileOpened(file);
            });
    connect(p.dialog, &QDialog::finished, this, [this] {
        parts_->dialog = nullptr;
        activateWindow();  // not every platform gives the focus back by itself
        if (!parts_->waiting.isEmpty())
            openFile(parts_->waiting.takeFirst());
    });
    p.dialog->open();
}

void MainWindow::importFile(const QString& path, const CsvOptions& options) {
    Parts& p = *parts_;
    p.importJob = std::make_unique<ImportJob>(path, options);
    statusBar()->showMessage(tr("Reading %1 ...").arg(QFileInfo(path).fileName()));
    const auto done = [this] {
        statusBar()->clearMessage();
        parts_->importJob.release()->deleteLater();
    };
    connect(p.importJob.get(), &ImportJob::finished, this,
            [this, done, path, options](const std::shared_ptr<ImportResult>& result) {
                done();
                if (!result->dialect.ambiguity.empty() && !options.decimal) {
                    openFile(path);  // only a person can tell
                    return;
                }
                parts_->session->addImport(path, options, result);
                remember(path);
                showView(QStringLiteral("data"));
                emit fileOpened(path);
            });
    connect(p.importJob.get(), &ImportJob::failed, this, [this, done](const QString& message) {
        done();
        parts_->session->report({Problem::Severity::error, message, {}, {}, -1, -1});
        emit openFailed(message);
    });
    p.importJob->start();
}

void MainWindow::newProject() {
    afterSaving([this] {
        parts_->store.detach();
        parts_->session->setContent({});
        parts_->recovery.discardCopy();
        parts_->savedText.clear();
        parts_->autosavedText.clear();
        refreshStatus();
        refreshOffers();
        refreshRecent();
        parts_->stack->setCurrentWidget(parts_->start);
    });
}

void MainWindow::save() {
    if (parts_->store.path().isEmpty()) {
        saveAs();
        return;
    }
    saveProject(parts_->store.path());
}

void MainWindow::saveProject(const QString& path) {
    Parts& p = *parts_;
    const QString tabNames[] = {QStringLiteral("data"),    QStringLiteral("summary"),
                                QStringLiteral("scatter"), QStringLiteral("fit"),
                                QStringLiteral("compare"), QStringLiteral("help")};
    p.session->setViewState({{QStringLiteral("view"), tabNames[p.tabs->currentIndex()]}});
    p.store.saveAs(path);
}

void MainWindow::saveAs() {
    Parts& p = *parts_;
    auto* dialog = new QFileDialog(this, tr("Save project"));
    dialog->setObjectName(QStringLiteral("saveDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilter(tr("Mixtura projects (*.mixtura)"));
    dialog->setDefaultSuffix(QStringLiteral("mixtura"));
    dialog->selectFile(!p.store.path().isEmpty() ? p.store.path()
                                                 : p.exports.stem() + QStringLiteral(".mixtura"));
    connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::saveProject);
    connect(dialog, &QDialog::rejected, this, [this] { parts_->afterSave = {}; });
    dialog->open();
}

MainWindow::FitAnswer MainWindow::askAboutRunningFit() {
    if (parts_->answersItself)
        return FitAnswer::discard;
    QMessageBox box(QMessageBox::Question, tr("A fit is running"),
                    tr("A fit is still running. What should become of it?"), QMessageBox::NoButton,
                    this);
    QPushButton* keepRunning = box.addButton(tr("Keep &running"), QMessageBox::RejectRole);
    QPushButton* keepBest =
        box.addButton(tr("&Stop and keep best so far"), QMessageBox::AcceptRole);
    box.addButton(tr("&Discard it"), QMessageBox::DestructiveRole);
    box.setDefaultButton(keepRunning);
    box.setEscapeButton(keepRunning);
    box.exec();
    return box.clickedButton() == keepRunning ? FitAnswer::keepRunning
           : box.clickedButton() == keepBest  ? FitAnswer::keepBest
                                              : FitAnswer::discard;
}

void MainWindow::afterSaving(const std::function<void()>& then) {
    Parts& p = *parts_;
    if (p.session->fitJob() != nullptr && p.session->fitJob()->isRunning()) {
        const FitAnswer answer = askAboutRunningFit();
        FitJob* job = p.session->fitJob();  // it may have ended while the question stood
        if (answer == FitAnswer::keepRunning)
            return;
        if (job != nullptr && answer == FitAnswer::keepBest) {
            connect(
                p.session, &Session::fitEnded, this, [this, then] { afterSaving(then); },
                Qt::ConnectionType(Qt::QueuedConnection | Qt::SingleShotConnection));
            job->stopAndKeep();
            return;
        }
        if (job != nullptr)
            job->discard();
    }
    if (!p.session->isModified() || p.session->content().data.empty() || p.answersItself) {
        then();
        return;
    }
    QMessageBox box(QMessageBox::Question, tr("Unsaved changes"),
                    tr("Save the changes to this project first?"),
                    QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, this);
    box.setInformativeText(contentsOf(p.session->content()));
    box.setDefaultButton(QMessageBox::Save);
    switch (box.exec()) {
        case QMessageBox::Save:
            p.afterSave = then;
            save();
            break;
        case QMessageBox::Discard:
            then();
            break;
        default:
            break;
    }
}

void MainWindow::restore(const RecoveryOffer& offer) {
    afterSaving([this, offer] {
        const QString failure = parts_->recovery.restore(offer);
        if (!failure.isEmpty()) {
            parts_->session->report({Problem::Severity::error, failure, {}, {}, -1, -1});
            return;
        }
        parts_->store.detach();
        parts_->info->hide();
        parts_->session->logAction(tr("Continued unsaved work"));
        if (!offer.originalPath.isEmpty())
            statusBar()->showMessage(
                tr("This work belongs to %1; save it there or under another name.")
                    .arg(QDir::toNativeSeparators(offer.originalPath)),
                10000);
        emit fileOpened(offer.folder);
    });
}

void MainWindow::closeEvent(QCloseEvent* event) {
    Parts& p = *parts_;
    if (!p.isClosing) {
        event->ignore();
        afterSaving([this] {
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
    p.recovery.discardCopy();
    event->accept();
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

void MainWindow::pasteTable() {
    const QString text = QApplication::clipboard()->text();
    if (text.trimmed().isEmpty()) {
        parts_->session->report({Problem::Severity::warning,
                                 tr("There is no table on the clipboard. Copy cells in another "
                                    "program first."),
                                 {},
                                 {},
                                 -1,
                                 -1});
        return;
    }
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) +
                           QStringLiteral("/pasted");
    QDir().mkpath(folder);
    const QString path =
        folder +
        QDateTime::currentDateTime().toString(QStringLiteral("'/pasted-'yyyyMMdd-HHmmss")) +
        QStringLiteral(".tsv");
    const QString failure = writeFileSafely(path, text.toUtf8());
    if (failure.isEmpty())
        openFile(path);
    else
        parts_->session->report({Problem::Severity::error, failure, {}, {}, -1, -1});
}

// --- fitting ---

void MainWindow::runFit() {
    if (parts_->runAction->isEnabled())
        parts_->session->startFit();
}

void MainWindow::togglePause() {
    if (FitJob* job = parts_->session->fitJob())
        job->setPaused(!job->isPaused());
}

void MainWindow::cancelFit() {
    if (FitJob* job = parts_->session->fitJob())
        job->discard();
}

// --- export ---

void MainWindow::exportResults() {
    Parts& p = *parts_;
    if (!p.exports.isPossible())
        return;
    auto* dialog = new ExportDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    const DataEntry* entry = p.session->currentData();
    const QString folder =
        p.readsSettings ? QSettings().value(QStringLiteral("exportFolder")).toString() : QString();
    dialog->setTarget(folder.isEmpty() ? QFileInfo(entry->path).absolutePath() : folder,
                      p.exports.stem());
    dialog->setFigures(ResultViews::figures());
    connect(dialog, &ExportDialog::exportRequested, this, [this](const QVector<ExportItem>& items) {
        if (!items.isEmpty() && parts_->readsSettings)
            QSettings().setValue(QStringLiteral("exportFolder"),
                                 QFileInfo(items.front().path).absolutePath());
        parts_->exports.write(items);
    });
    connect(&p.exports, &ExportTask::itemWritten, dialog, [this, dialog](const QString& path) {
        parts_->session->logAction(tr("Exported %1").arg(QDir::toNativeSeparators(path)));
        dialog->reportWritten(path);
    });
    connect(&p.exports, &ExportTask::itemFailed, dialog, &ExportDialog::reportFailed);
    dialog->open();
}

void MainWindow::exportAll(const QString& folder) {
    Parts& p = *parts_;
    const QVector<ExportItem> items =
        p.exports.everything(QFileInfo(folder).absoluteFilePath(), p.exports.stem());
    auto left = std::make_shared<qsizetype>(items.size());
    auto failures = std::make_shared<QStringList>();
    auto* answers = new QObject(this);
    const auto count = [this, left, failures, answers](const QString& failure) {
        if (!failure.isEmpty())
            *failures << failure;
        if (--*left > 0)
            return;
        answers->deleteLater();
        emit exportDone(failures->join(u'\n'));
    };
    connect(&p.exports, &ExportTask::itemWritten, answers, [count] { count({}); });
    connect(&p.exports, &ExportTask::itemFailed, answers,
            [count](const QString& path, const QString& reason) {
                count(path + QStringLiteral(": ") + reason);
            });
    p.exports.write(items);
}

void MainWindow::exportFigure() {
    Parts& p = *parts_;
    PlotView* figure = p.tabs->currentWidget() == p.views.fitPage()
                           ? p.views.figure(QStringLiteral("fit"))
                       : p.tabs->currentWidget() == p.views.comparePage()
                           ? p.views.figure(QStringLiteral("comparison"))
                           : p.views.figure(QStringLiteral("scatter-matrix"));
    figure->saveFigureAs();
}

void MainWindow::writeReport() {
    Parts& p = *parts_;
    const QString proposal = QFileInfo(p.session->currentData()->path).absolutePath() + u'/' +
                             p.exports.stem() + QStringLiteral("-report.html");
    auto* dialog = new QFileDialog(this, tr("Write report"), proposal, tr("Web page (*.html)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("html"));
    dialog->selectFile(proposal);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        Parts& parts = *parts_;
        const QString failure =
            writeFileSafely(path, reportHtml(*parts.session, parts.current, parts.views).toUtf8());
        if (!failure.isEmpty()) {
            parts.session->report({Problem::Severity::error, failure, {}, {}, -1, -1});
            return;
        }
        parts.session->logAction(tr("Wrote the report %1").arg(QDir::toNativeSeparators(path)));
        QDesktopServices::openUrl(QUrl::fromLocalFile(path));
    });
    dialog->open();
}

// --- about ---

void MainWindow::showShortcuts() {
    auto* dialog = shortcutDialog(*this, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
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

}  // namespace mixtura::app
