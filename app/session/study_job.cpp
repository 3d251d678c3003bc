// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/study_job.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <new>
#include <utility>

#include "mixtura/common/cancelled.h"

namespace mixtura::app {

namespace {

constexpr int pollInterval = 100;  // ms
constexpr int curvePoints = 81;

}  // namespace

StudyResult studyOf(const GaussianMixture& model, const MisspecificationOptions& options,
                    const FitControl& control) {
    StudyResult result{misspecification_study(model, options, control), {}};
    const auto [least, greatest] = std::ranges::minmax(options.signal_to_noise);
    try {
        result.limits = limit_curves(result.study.arrangement, options.deviation_ratios, least,
                                     greatest, curvePoints, control);
    } catch (const Cancelled&) {
        // The samples are kept without the curves.
    }
    return result;
}

/// Counts on the working threads, read on the window's.
class StudyJob::Observer final : public FitObserver {
  public:
    void on_progress(std::string_view /*what*/, double done, double total) override {
        done_ = static_cast<qint64>(done);
        total_ = static_cast<qint64>(total);
    }
    [[nodiscard]] Progress progress() const { return {done_, total_}; }

  private:
    std::atomic<qint64> done_ = 0;
    std::atomic<qint64> total_ = 0;
};

StudyJob::StudyJob(QObject* parent) : QObject(parent) {
    poll_.setInterval(pollInterval);
    connect(&poll_, &QTimer::timeout, this, &StudyJob::progressed);
}

StudyJob::~StudyJob() {
    if (work_)
        work_->thread.request_stop();
    for (const auto& work : ending_) work->thread.request_stop();
    work_.reset();
    ending_.clear();
}

void StudyJob::start(const GaussianMixture& model, const MisspecificationOptions& options,
                     int threadCount) {
    retire();
    failure_.clear();
    work_ = std::make_unique<Work>();
    work_->observer = std::make_shared<Observer>();
    work_->thread = std::jthread([this, model, options, threadCount,
                                  observer = work_->observer](const std::stop_token& stop) {
        std::shared_ptr<const StudyResult> result;
        QString failure;
        try {
            FitControl control;
            control.stop = stop;
            control.observer = observer.get();
            control.thread_count = threadCount;
            result = std::make_shared<const StudyResult>(studyOf(model, options, control));
        } catch (const Cancelled&) {
            failure = tr("Stopped before there was anything to keep.");
        } catch (const std::bad_alloc&) {
            failure = tr("There is not enough memory for this. Ask for fewer rows or samples.");
        } catch (const std::exception& error) {
            failure = QString::fromUtf8(error.what());
        }
        QMetaObject::invokeMethod(
            this,
            [this, observer, result = std::move(result), failure] {
                take(observer.get(), result, failure);
            },
            Qt::QueuedConnection);
    });
    poll_.start();
    emit changed();
}

void StudyJob::stop() {
    if (work_)
        work_->thread.request_stop();
}

/// Ends the work and drops its answer; the window does not wait for the thread.
void StudyJob::retire() {
    if (!work_)
        return;
    work_->thread.request_stop();
    ending_.push_back(std::move(work_));
    poll_.stop();
}

void StudyJob::take(const Observer* worker, std::shared_ptr<const StudyResult> result,
                    const QString& failure) {
    if (!work_ || work_->observer.get() != worker) {
        std::erase_if(ending_, [worker](const std::unique_ptr<Work>& work) {
            return work->observer.get() == worker;
        });
        return;
    }
    work_.reset();  // the thread has said its last
    poll_.stop();
    if (result)
        result_ = std::move(result);
    failure_ = failure;
    emit changed();
}

StudyJob::Progress StudyJob::progress() const {
    return work_ ? work_->observer->progress() : Progress();
}

}  // namespace mixtura::app
