// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/background_queue.h"

#include <QMetaObject>
#include <exception>
#include <utility>

#include "mixtura/compute/row_passes.h"

namespace mixtura::app {

BackgroundQueue::BackgroundQueue(QObject* parent)
    : QObject(parent), thread_([this](const std::stop_token& stop) { runTasks(stop); }) {}

BackgroundQueue::~BackgroundQueue() {
    for (auto& entry : current_) entry.second.request_stop();
    thread_.request_stop();
    wake_.notify_all();
    thread_.join();
}

void BackgroundQueue::post(const QString& key, Work work) {
    cancel(key);
    Task task{key, ++lastTicket_, {}, std::move(work)};
    current_.insert(key, {task.ticket, task.stop});
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(std::move(task));
    }
    wake_.notify_one();
}

void BackgroundQueue::cancel(const QString& key) {
    const auto found = current_.find(key);
    if (found == current_.end())
        return;
    found->second.request_stop();
    current_.erase(found);
}

void BackgroundQueue::runTasks(const std::stop_token& stop) {
    while (true) {
        Task task;
        {
            std::unique_lock lock(mutex_);
            if (!wake_.wait(lock, stop, [this] { return !waiting_.empty(); }))
                return;
            task = std::move(waiting_.front());
            waiting_.pop_front();
        }
        if (task.stop.stop_requested())
            continue;
        try {
            Delivery delivery = task.work(task.stop.get_token());
            QMetaObject::invokeMethod(
                this,
                [this, key = task.key, ticket = task.ticket, delivery = std::move(delivery)] {
                    deliver(key, ticket, delivery);
                },
                Qt::QueuedConnection);
        } catch (const compute::Cancelled&) {
            continue;  // a newer task, or none, has taken its place
        } catch (const std::exception& error) {
            QMetaObject::invokeMethod(
                this,
                [this, key = task.key, ticket = task.ticket,
                 message = QString::fromUtf8(error.what())] { fail(key, ticket, message); },
                Qt::QueuedConnection);
        }
    }
}

bool BackgroundQueue::settle(const QString& key, quint64 ticket) {
    const auto found = current_.find(key);
    if (found == current_.end() || found->first != ticket)
        return false;
    current_.erase(found);
    return true;
}

void BackgroundQueue::deliver(const QString& key, quint64 ticket, const Delivery& delivery) {
    if (!settle(key, ticket))
        return;
    if (delivery)
        delivery();
    if (current_.isEmpty())
        emit idle();
}

void BackgroundQueue::fail(const QString& key, quint64 ticket, const QString& message) {
    if (!settle(key, ticket))
        return;
    emit failed(key, message);
    if (current_.isEmpty())
        emit idle();
}

}  // namespace mixtura::app
