// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <memory>

#include "session/fit_job.h"

namespace mixtura::app {

class Session;

/// The running fit in one row: how far, what, how fast it still gains, how long yet; pause, stop
/// and keep, cancel. Without a fit it says how the last one ended.
class JobsPanel : public QWidget {
    Q_OBJECT
  public:
    explicit JobsPanel(Session& session, QWidget* parent = nullptr);
    ~JobsPanel() override;

  signals:
    void pauseRequested();
    void keepRequested();
    void cancelRequested();

  private:
    struct Parts;
    void showProgress(const FitProgress& progress);
    void showIdle();

    std::unique_ptr<Parts> parts_;
};

/// A stretch of time for the eye: "4 s", "2 min 05 s".
QString durationText(double seconds);

}  // namespace mixtura::app
