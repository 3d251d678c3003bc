// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/window_actions.h"

#include <QCoreApplication>
#include <QStyle>
#include <QUndoStack>
#include <QWidget>

#include "fit/glyph_icon.h"
#include "session/session.h"

namespace mixtura::app {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("WindowActions", text);
}

QAction* action(QWidget& owner, const char* name, const QString& text, const QString& tip,
                const QList<QKeySequence>& keys = {}) {
    auto* result = new QAction(text, &owner);
    result->setObjectName(QLatin1String(name));
    result->setShortcuts(keys);
    const QString key =
        keys.isEmpty()
            ? QString()
            : QStringLiteral(" (%1)").arg(keys.front().toString(QKeySequence::NativeText));
    result->setToolTip(tip + key);
    result->setStatusTip(tip);
    return result;
}

}  // namespace

WindowActions::WindowActions(QWidget& owner, QUndoStack& undoStack) {
    using Key = QKeySequence;
    newProject =
        action(owner, "actionNew", tr("&New project"), tr("Begin an empty project"), {Key::New});
    open = action(owner, "actionOpen", tr("&Open ..."),
                  tr("Open a data file, a project or a saved model"), {Key::Open});
    save = action(owner, "actionSave", tr("&Save"), tr("Save the project"), {Key::Save});
    saveAs = action(owner, "actionSaveAs", tr("Save &as ..."),
                    tr("Save the project under another name"), {Key(tr("Ctrl+Shift+S"))});
    closeProject = action(owner, "actionClose", tr("&Close project"),
                          tr("Close the project and show the start page"), {Key(tr("Ctrl+W"))});
    quit = action(owner, "actionQuit", tr("&Quit"), tr("End the program"), {Key(tr("Ctrl+Q"))});
    exportResults = action(owner, "actionExport", tr("&Export ..."),
                           tr("Export model, labels, programs and figures"), {Key(tr("Ctrl+E"))});
    exportFigure = action(owner, "actionExportFigure", tr("Export &figure ..."),
                          tr("Export the figure shown"), {Key(tr("Ctrl+Shift+E"))});
    report = action(owner, "actionReport", tr("&Report ..."),
                    tr("Write a report on the fit shown, one HTML file"), {Key::Print});
    undo = undoStack.createUndoAction(&owner, tr("&Undo"));
    undo->setObjectName(QStringLiteral("actionUndo"));
    undo->setShortcut(Key(tr("Ctrl+Z")));
    undo->setToolTip(tr("Take back the last change"));
    redo = undoStack.createRedoAction(&owner, tr("&Redo"));
    redo->setObjectName(QStringLiteral("actionRedo"));
    redo->setShortcuts({Key(tr("Ctrl+Shift+Z")), Key(tr("Ctrl+Y"))});
    redo->setToolTip(tr("Do again what was taken back"));
    paste = action(owner, "actionPaste", tr("&Paste table"), tr("Open the table on the clipboard"),
                   {Key(tr("Ctrl+Shift+V"))});
    find = action(owner, "actionFind", tr("&Find ..."), tr("Find a text or number in the data"),
                  {Key::Find});
    goToRow = action(owner, "actionGoToRow", tr("&Go to row ..."), tr("Show a row of the data"),
                     {Key(tr("Ctrl+G"))});
    copyCommand = action(owner, "actionCopyCommand", tr("Copy last co&mmand"),
                         tr("Copy the mixtura-cli command of the last action"));
    run = action(owner, "actionRunFit", tr("&Run"), tr("Fit the models chosen"), {Key(Qt::Key_F5)});
    pause = action(owner, "actionPauseFit", tr("&Pause"), tr("Hold the fit, or let it go on"),
                   {Key(Qt::Key_F6)});
    pause->setCheckable(true);
    keep = action(owner, "actionStopAndKeep", tr("&Stop and keep best so far"),
                  tr("End the fit and keep what is done"));
    cancel = action(owner, "actionCancelFit", tr("&Cancel"),
                    tr("End the fit and keep nothing of it"), {Key(Qt::SHIFT | Qt::Key_F5)});
    compare = action(owner, "actionCompare", tr("Compare &models"),
                     tr("Show the models side by side"), {Key(tr("Ctrl+M"))});
    nextProblem = action(owner, "actionNextProblem", tr("&Next problem"),
                         tr("Show the next problem"), {Key(Qt::Key_F8)});
    previousProblem = action(owner, "actionPreviousProblem", tr("&Previous problem"),
                             tr("Show the previous problem"), {Key(Qt::SHIFT | Qt::Key_F8)});
    clearProblems = action(owner, "actionClearProblems", tr("&Clear problems"),
                           tr("Empty the list of problems"));
    fullScreen = action(owner, "actionFullScreen", tr("&Full screen"), tr("Use the whole screen"),
                        {Key(Qt::Key_F11)});
    help = action(owner, "actionHelp", tr("&Help"), tr("Help on what has the focus"),
                  {Key(Qt::Key_F1)});
    shortcuts = action(owner, "actionShortcuts", tr("&Keyboard shortcuts"),
                       tr("Show all keys of the program"), {Key(tr("Ctrl+?"))});
    about = action(owner, "actionAbout", tr("&About Mixtura"), tr("Version and licence"));
    open->setIcon(owner.style()->standardIcon(QStyle::SP_DialogOpenButton));
    save->setIcon(owner.style()->standardIcon(QStyle::SP_DialogSaveButton));
    run->setIcon(glyphIcon(Glyph::run));
    pause->setIcon(glyphIcon(Glyph::pause));
    cancel->setIcon(glyphIcon(Glyph::stop));
}

void WindowActions::refresh(Session& session, bool hasModel) const {
    const bool hasData = session.currentData() != nullptr;
    const FitJob* job = session.fitJob();
    const bool isFitting = job != nullptr && job->isRunning();
    for (QAction* action : {save, saveAs, closeProject, find, goToRow, compare, exportFigure})
        action->setEnabled(hasData);
    run->setEnabled(hasData && !isFitting);
    for (QAction* action : {pause, keep, cancel}) action->setEnabled(isFitting);
    if (!isFitting)
        pause->setChecked(false);
    exportResults->setEnabled(hasModel);
    report->setEnabled(hasModel);
}

}  // namespace mixtura::app
