// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <optional>

#include "mixtura/plan/plan.h"

#include "session/failure.h"
#include "shell/start_options.h"

namespace mixtura::app {

class MainWindow;

/// Does in order what the command line asked for: open, run, export, save, picture, quit. Ends the
/// program with the exit status of `mixtura-cli`: 0 done, else a `FailureKind`.
class Automation : public QObject {
    Q_OBJECT
  public:
    Automation(MainWindow& window, StartOptions options, QObject* parent = nullptr);

    void start();

  private:
    void openNext();
    bool readPlan();
    void fit();
    void writeOutputs();
    void whenSettled(void (Automation::*next)());
    void exportFiles();
    void saveProject();
    void finish();
    void fail(FailureKind kind, const QString& message);
    void quit(int status);

    MainWindow* window_;
    StartOptions options_;
    std::optional<Plan> plan_;
    bool hasFitted_ = false;
    int status_ = 0;
};

}  // namespace mixtura::app
