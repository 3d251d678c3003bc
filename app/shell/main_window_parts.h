// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/current_model.h"
#include "session/session.h"
#include "shell/file_opener.h"
#include "shell/main_window.h"
#include "shell/project_keeper.h"
#include "shell/result_exports.h"
#include "shell/result_views.h"
#include "shell/window_actions.h"
#include "shell/window_menus.h"
#include "shell/window_pages.h"
#include "shell/window_status.h"

namespace mixtura::app {

/// What the window is composed of; known to its own sources alone.
struct MainWindow::Parts {
    Parts(MainWindow& window, Session& opened, bool reads)
        : session(&opened),
          readsSettings(reads),
          current(opened),
          views(opened, current),
          keeper(opened, window),
          opener(opened, keeper, window, reads),
          exports(opened, current, views, window, reads),
          actions(window, *opened.undoStack()),
          pages(window, opened, current, views),
          menus(window, actions, pages),
          status(*window.statusBar()) {}

    Session* session;
    bool readsSettings;
    CurrentModel current;
    ResultViews views;
    ProjectKeeper keeper;
    FileOpener opener;
    ResultExports exports;
    WindowActions actions;
    WindowPages pages;
    WindowMenus menus;
    WindowStatus status;

    bool answersItself = false;
    bool isClosing = false;
    QByteArray defaultState;
    std::size_t problemsSeen = 0;
};

}  // namespace mixtura::app
