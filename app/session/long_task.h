// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "mixtura/common/fit_control.h"

namespace mixtura::app {

/// One piece of long work at a time, on a thread of its own. New work ends earlier one, whose answer
/// is dropped; the window never waits for a thread. Used from the UI thread.
class LongTask : public QObject {
    Q_OBJECT
  public:
    /// What to do on the UI thread with the answer.
    using Delivery = std::function<void()>;
    /// Runs on the thread; heeds the control's stop and reports to its observer.
    using Work = std::function<Delivery(const FitControl&)>;

    explicit LongTask(QObject* parent = nullptr);
    /// Stops and joins.
    ~LongTask() override;

    /// @param memoryAdvice  the sentence for when memory does not suffice
    void start(int threadCount, const QString& memoryAdvice, Work work);
    /// Asks the work to end with what it has.
    void stop();
    /// Ends the work and drops its answer.
    void retire();
    [[nodiscard]] bool isRunning() const { return run_ != nullptr; }
    /// Units of work done, and how many there are; 0 of 0 where not known yet.
    struct Progress {
        qint64 done = 0;
        qint64 total = 0;
    };
    [[nodiscard]] Progress progress() const;

  signals:
    /// The work is over and its answer delivered, or there is none for the reason `failure`.
    void ended(const QString& failure);
    /// At most ten times a second.
    void progressed();

  private:
    class Observer;
    struct Run {
        std::shared_ptr<Observer> observer;
        std::jthread thread;
    };
    void end(const Observer* worker, const Delivery& delivery, const QString& failure);

    QTimer poll_;
    std::unique_ptr<Run> run_;
    std::vector<std::unique_ptr<Run>> ending_;  ///< stopped, their threads on the way out
};

}  // namespace mixtura::app
