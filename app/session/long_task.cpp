// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/long_task.h"

#include <atomic>
#include <exception>
#include <new>
#include <utility>

#include "mixtura/common/cancelled.h"

namespace mixtura::app {

namespace {

constexpr int pollInterval = 100;  // ms

}  // namespace

/// Counts on the working threads, read on the window's.
class LongTask::Observer final : public FitObserver {
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

LongTask::LongTask(QObject* parent) : QObject(parent) {
    poll_.setInterval(pollInterval);
    connect(&poll_, &QTimer::timeout, this, &LongTask::progressed);
}

LongTask::~LongTask() {
    if (run_)
        run_->thread.request_stop();
    for (const auto& run : ending_) run->thread.request_stop();
    run_.reset();
    ending_.clear();
}

void LongTask::start(int threadCount, const QString& memoryAdvice, Work work) {
    retire();
    run_ = std::make_unique<Run>();
    run_->observer = std::make_shared<Observer>();
    run_->thread = std::jthread([this, threadCount, memoryAdvice, work = std::move(work),
                                 observer = run_->observer](const std::stop_token& stop) {
        Delivery delivery;
        QString failure;
        try {
            FitControl control;
            control.stop = stop;
            control.observer = observer.get();
            control.thread_count = threadCount;
            delivery = work(control);
        } catch (const Cancelled&) {
            failure = tr("Stopped before there was anything to keep.");
        } catch (const std::bad_alloc&) {
            failure = memoryAdvice;
        } catch (const std::exception& error) {
            failure = QString::fromUtf8(error.what());
        }
        QMetaObject::invokeMethod(
            this,
            [this, observer, delivery = std::move(delivery), failure] {
                end(observer.get(), delivery, failure);
            },
            Qt::QueuedConnection);
    });
    poll_.start();
}

void LongTask::stop() {
    if (run_)
        run_->thread.request_stop();
}

void LongTask::retire() {
    if (!run_)
        return;
    run_->thread.request_stop();
    ending_.push_back(std::move(run_));
    poll_.stop();
}

void LongTask::end(const Observer* worker, const Delivery& delivery, const QString& failure) {
    if (!run_ || run_->observer.get() != worker) {
        std::erase_if(ending_, [worker](const std::unique_ptr<Run>& run) {
            return run->observer.get() == worker;
        });
        return;
    }
    run_.reset();  // the thread has said its last
    poll_.stop();
    if (delivery)
        delivery();
    emit ended(failure);
}

LongTask::Progress LongTask::progress() const {
    return run_ ? run_->observer->progress() : Progress();
}

}  // namespace mixtura::app
