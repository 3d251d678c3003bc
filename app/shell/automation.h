// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include "shell/start_options.h"

namespace mixtura::app {

class MainWindow;

/// Does in order what the command line asked for: open, run, export, save, picture, quit. Ends the
/// program with the exit status of `mixtura-cli`: 0 done, 1 the fit failed, 3 the data cannot be
/// used, 4 a file could not be read or written.
class Automation : public QObject {
    Q_OBJECT
  public:
    Automation(MainWindow& window, StartOptions options, QObject* parent = nullptr);

    void start();

  private:
    void openNext();
    void fit();
    void whenSettled(void (Automation::*next)());
    void exportFiles();
    void saveProject();
    void finish();
    void fail(int status, const QString& message);
    void quit(int status);

    MainWindow* window_;
    StartOptions options_;
    int status_ = 0;
};

}  // namespace mixtura::app
