// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QHash>
#include <QObject>
#include <QString>
#include <QTimer>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "mixtura/plan/plan.h"

#include "session/failure.h"

namespace mixtura::app {

/// One iteration of one run, as it came out of the mailbox.
struct FitIteration {
    std::string model;  ///< "VVE,3"
    int run = 0;        ///< 0-based start
    int iteration = 0;
    double logLikelihood = 0.0;                                   ///< nats
    double remaining = std::numeric_limits<double>::quiet_NaN();  ///< nats, estimated
};

/// Where a running fit stands.
struct FitProgress {
    QString stage;  ///< "initialising", ...; empty while models are fitted
    QString model;  ///< the one last heard of: "VVE,3"
    int run = 0;    ///< 0-based start
    int runCount = 1;
    int iteration = 0;
    double gain = std::numeric_limits<double>::quiet_NaN();       ///< nats, of the last iteration
    double remaining = std::numeric_limits<double>::quiet_NaN();  ///< nats to this run's limit
    int modelsDone = 0;
    int modelCount = 0;
    double fraction = 0.0;        ///< 0..1 by estimated work, never falls
    double elapsedSeconds = 0.0;  ///< without pauses
    double remainingSeconds = std::numeric_limits<double>::quiet_NaN();  ///< NaN: not known yet
    bool isPaused = false;
};

/// Runs one plan in the background on data already imported. Reports are collected by the fitting
/// threads in a mailbox and fetched 30 times a second. Exactly one of `finished`, `failed` and
/// `discarded` follows `start`.
class FitJob : public QObject {
    Q_OBJECT
  public:
    FitJob(Plan plan, std::shared_ptr<const DataSet> data, int threadCount,
           QObject* parent = nullptr);
    /// Stops and joins.
    ~FitJob() override;

    void start();
    /// Holds the fit at its next report; the threads sleep.
    void setPaused(bool isPaused);
    /// Ends the fit and keeps what is done: `finished` follows with a cancelled search.
    void stopAndKeep();
    /// Ends the fit; `discarded` follows at once.
    void discard();
    [[nodiscard]] bool isRunning() const { return isRunning_; }
    [[nodiscard]] bool isPaused() const { return progress_.isPaused; }
    [[nodiscard]] const FitProgress& progress() const { return progress_; }
    [[nodiscard]] const Plan& plan() const { return plan_; }

  signals:
    void iterated(const std::vector<mixtura::app::FitIteration>& iterations);
    /// One model of the search is done; comes in order of completion.
    void candidateFinished(int index, const mixtura::Candidate& candidate);
    void progressed(const mixtura::app::FitProgress& progress);
    void finished(std::shared_ptr<const mixtura::RunResult> result);
    void failed(const QString& message, mixtura::app::FailureKind kind);
    void discarded();
    /// The last signal: nothing of the job runs any more, destroying it waits for nothing.
    void threadEnded();

  private:
    class Observer;
    void poll();
    void settle();

    Plan plan_;
    std::shared_ptr<const DataSet> data_;
    int threadCount_;
    std::unique_ptr<Observer> observer_;
    FitProgress progress_;
    std::vector<double> work_;  ///< estimated work of each model, any unit
    double workDone_ = 0.0;
    double workTotal_ = 0.0;
    QHash<QString, double> lastLogLikelihood_;  ///< by model and run
    QElapsedTimer clock_;                       ///< since the last change between run and pause
    double secondsBefore_ = 0.0;
    QTimer poll_;
    bool isRunning_ = false;
    std::jthread thread_;
};

}  // namespace mixtura::app

Q_DECLARE_METATYPE(mixtura::app::FitProgress)
