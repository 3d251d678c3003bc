// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/fit_job.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <utility>

#include "session/forecast.h"

namespace mixtura::app {

/// The mailbox. Core calls it from fitting threads, one at a time; blocking in it holds the fit.
class FitJob::Observer final : public SearchObserver {
  public:
    struct Post {
        std::vector<FitIteration> iterations;
        std::vector<std::pair<std::size_t, Candidate>> candidates;
        std::string stage;
        double stageShare = 0.0;  ///< done of the stage, 0 to 1
        bool hasStage = false;
    };

    explicit Observer(std::stop_token stop) : stop_(std::move(stop)) {}

    void on_iteration(const IterationReport& report) override {
        std::unique_lock lock(mutex_);
        post_.iterations.push_back({std::string(report.model), report.run, report.iteration,
                                    report.log_likelihood, report.remaining});
        waitWhilePaused(lock);
    }
    void on_progress(std::string_view what, double done, double total) override {
        std::unique_lock lock(mutex_);
        post_.stage = what;
        post_.stageShare = total > 0.0 ? done / total : 0.0;
        if (total > 0.0)
            post_.stage += " (" + std::to_string(int(100.0 * done / total)) + " %)";
        post_.hasStage = true;
        waitWhilePaused(lock);
    }
    void on_candidate(std::size_t index, const Candidate& candidate) override {
        std::unique_lock lock(mutex_);
        post_.candidates.emplace_back(index, candidate);
        waitWhilePaused(lock);
    }

    void setPaused(bool isPaused) {
        {
            const std::lock_guard lock(mutex_);
            isPaused_ = isPaused;
        }
        resumed_.notify_all();
    }
    Post fetch() {
        const std::lock_guard lock(mutex_);
        return std::exchange(post_, {});
    }

  private:
    void waitWhilePaused(std::unique_lock<std::mutex>& lock) {
        resumed_.wait(lock, stop_, [this] { return !isPaused_; });
    }

    std::stop_token stop_;
    std::mutex mutex_;
    std::condition_variable_any resumed_;
    bool isPaused_ = false;
    Post post_;
};

FitJob::FitJob(Plan plan, std::shared_ptr<const DataSet> data, int threadCount, QObject* parent)
    : QObject(parent), plan_(std::move(plan)), data_(std::move(data)), threadCount_(threadCount) {
    const int features = int(plan_.columns.features.size());
    for (const int count : plan_.search.component_counts)
        for (const CovarianceForm& form : covariance_forms(plan_.search))
            work_.push_back(relativeWork(form, count, features));
    if (!plan_.columns.classes.empty())
        work_ = {1.0};  // the joint model, whose classes report as stages
    for (const double work : work_) workTotal_ += work;
    progress_.modelCount = int(work_.size());
    progress_.runCount = plan_.search.em.run_count;
    poll_.setInterval(33);
    connect(&poll_, &QTimer::timeout, this, &FitJob::poll);
}

FitJob::~FitJob() {
    thread_.request_stop();
    if (thread_.joinable())
        thread_.join();  // before the observer goes
}

void FitJob::start() {
    isRunning_ = true;
    std::stop_source stop;
    observer_ = std::make_unique<Observer>(stop.get_token());
    clock_.start();
    poll_.start();
    thread_ = std::jthread([this, stop](const std::stop_token& threadStop) mutable {
        const std::stop_callback relay(threadStop, [&stop] { stop.request_stop(); });
        // An answer that comes after `discard` is dropped.
        const auto answer = [this](auto&& send) {
            QMetaObject::invokeMethod(
                this,
                [this, send = std::forward<decltype(send)>(send)] {
                    if (!isRunning_)
                        return;
                    poll();
                    settle();
                    send();
                },
                Qt::QueuedConnection);
        };
        try {
            const FitControl control{.stop = stop.get_token(), .thread_count = threadCount_};
            auto result =
                std::make_shared<const RunResult>(run(plan_, *data_, control, observer_.get()));
            answer([this, result] { emit finished(result); });
        } catch (const std::bad_alloc&) {
            answer([this] {
                emit failed(tr("There is not enough memory for this fit. Use fewer columns or "
                               "components, or close other programs."),
                            FailureKind::resource);
            });
        } catch (const compute::Cancelled&) {
            answer([this] {
                emit failed(tr("The fit was stopped before the first model was complete, so there "
                               "is nothing to keep."),
                            FailureKind::fit);
            });
        } catch (const std::exception& error) {
            answer([this, message = QString::fromUtf8(error.what()), kind = kindOf(error)] {
                emit failed(message, kind);
            });
        }
        QMetaObject::invokeMethod(this, &FitJob::threadEnded, Qt::QueuedConnection);
    });
}

void FitJob::settle() {
    isRunning_ = false;
    progress_.isPaused = false;
    poll_.stop();
}

void FitJob::setPaused(bool isPaused) {
    if (!isRunning_ || isPaused == progress_.isPaused)
        return;
    if (isPaused)
        secondsBefore_ += double(clock_.elapsed()) / 1000.0;
    clock_.restart();
    progress_.isPaused = isPaused;
    observer_->setPaused(isPaused);
    poll();
}

void FitJob::stopAndKeep() {
    if (!isRunning_)
        return;
    thread_.request_stop();
    observer_->setPaused(false);
}

void FitJob::discard() {
    if (!isRunning_)
        return;
    settle();
    thread_.request_stop();
    observer_->setPaused(false);
    emit discarded();
}

void FitJob::poll() {
    Observer::Post post = observer_->fetch();
    for (const FitIteration& report : post.iterations) {
        const QString key =
            QString::fromStdString(report.model) + u'/' + QString::number(report.run);
        const auto last = lastLogLikelihood_.constFind(key);
        progress_.gain = last == lastLogLikelihood_.cend()
                             ? std::numeric_limits<double>::quiet_NaN()
                             : report.logLikelihood - *last;
        lastLogLikelihood_[key] = report.logLikelihood;
    }
    if (post.hasStage)
        progress_.stage = QString::fromStdString(post.stage);
    if (!post.iterations.empty()) {
        const FitIteration& latest = post.iterations.back();
        progress_.stage.clear();
        progress_.model = QString::fromStdString(latest.model);
        progress_.run = latest.run;
        progress_.iteration = latest.iteration;
        progress_.remaining = latest.remaining;
    }
    for (const auto& [index, candidate] : post.candidates) {
        ++progress_.modelsDone;
        if (index < work_.size())
            workDone_ += work_[index];
    }
    progress_.elapsedSeconds =
        secondsBefore_ + (progress_.isPaused ? 0.0 : double(clock_.elapsed()) / 1000.0);
    if (post.hasStage && !plan_.columns.classes.empty() && progress_.modelsDone == 0)
        progress_.fraction = std::max(progress_.fraction, post.stageShare);
    if (workTotal_ > 0.0)
        progress_.fraction = std::max(progress_.fraction, std::min(1.0, workDone_ / workTotal_));
    // One finished model tells little of the others: wait for a twentieth of the work.
    if (progress_.fraction >= 0.05)
        progress_.remainingSeconds =
            progress_.elapsedSeconds * (1.0 - progress_.fraction) / progress_.fraction;
    if (!post.iterations.empty())
        emit iterated(post.iterations);
    for (const auto& [index, candidate] : post.candidates)
        emit candidateFinished(int(index), candidate);
    emit progressed(progress_);
}

}  // namespace mixtura::app
