// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <memory>
#include <vector>

#include "mixtura/simulation/limit_curves.h"
#include "mixtura/simulation/misspecification_study.h"

#include "session/long_task.h"

namespace mixtura::app {

/// A study with the curves that its samples lie about, one for each ratio; none where the centres are
/// not on a line.
struct StudyResult {
    MisspecificationStudy study;
    std::vector<std::vector<LimitPoint>> limits;
};
/// @throw InvalidArgument, Cancelled  as misspecification_study
StudyResult studyOf(const GaussianMixture& model, const MisspecificationOptions& options,
                    const FitControl& control = {});

/// The study of a wrong variance, worked out on a thread of its own.
class StudyJob : public QObject {
    Q_OBJECT
  public:
    explicit StudyJob(QObject* parent = nullptr);

    /// Ends earlier work. The result shown until then stays until the new one is there.
    void start(const GaussianMixture& model, const MisspecificationOptions& options,
               int threadCount);
    /// Ends the work; the samples drawn until then are kept.
    void stop() { task_.stop(); }
    [[nodiscard]] bool isRunning() const { return task_.isRunning(); }
    [[nodiscard]] LongTask::Progress progress() const { return task_.progress(); }
    /// Null until worked out.
    [[nodiscard]] const std::shared_ptr<const StudyResult>& result() const { return result_; }
    /// Why the last request brought no result, as a sentence; else empty.
    [[nodiscard]] const QString& failure() const { return failure_; }

  signals:
    /// Anything but the progress.
    void changed();
    /// At most ten times a second.
    void progressed();

  private:
    std::shared_ptr<const StudyResult> result_;
    QString failure_;
    LongTask task_;  ///< last: its thread ends before the rest goes
};

}  // namespace mixtura::app
