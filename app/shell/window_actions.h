// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>

class QUndoStack;

namespace mixtura::app {

class Session;

/// Every action of the window with its name, words, keys and icon. What they do is connected by
/// the window.
struct WindowActions {
    WindowActions(QWidget& owner, QUndoStack& undoStack);

    /// Enables what is possible now. @param hasModel  a model is shown and its scores are there
    void refresh(Session& session, bool hasModel) const;

    QAction* newProject = nullptr;
    QAction* open = nullptr;
    QAction* save = nullptr;
    QAction* saveAs = nullptr;
    QAction* closeProject = nullptr;
    QAction* quit = nullptr;
    QAction* exportResults = nullptr;
    QAction* exportFigure = nullptr;
    QAction* report = nullptr;
    QAction* undo = nullptr;
    QAction* redo = nullptr;
    QAction* paste = nullptr;
    QAction* find = nullptr;
    QAction* goToRow = nullptr;
    QAction* copyCommand = nullptr;
    QAction* run = nullptr;
    QAction* pause = nullptr;
    QAction* keep = nullptr;
    QAction* cancel = nullptr;
    QAction* compare = nullptr;
    QAction* nextProblem = nullptr;
    QAction* previousProblem = nullptr;
    QAction* clearProblems = nullptr;
    QAction* fullScreen = nullptr;
    QAction* help = nullptr;
    QAction* shortcuts = nullptr;
    QAction* about = nullptr;
};

}  // namespace mixtura::app
