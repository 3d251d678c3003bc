// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QObject>
#include <QString>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace mixtura::app {

/// One background thread for short work that a view waits for: sniffing, sorting, scoring, density
/// grids. Work is posted under a key; posting again under the same key stops the earlier work and
/// drops its answer, so that a view only ever sees the latest. Used from the UI thread.
class BackgroundQueue : public QObject {
    Q_OBJECT
  public:
    /// What to do on the UI thread with the answer.
    using Delivery = std::function<void()>;
    /// Runs in the background; looks at the token at least every 50 ms.
    using Work = std::function<Delivery(const std::stop_token&)>;

    explicit BackgroundQueue(QObject* parent = nullptr);
    /// Stops what runs, drops what waits, and joins.
    ~BackgroundQueue() override;

    void post(const QString& key, Work work);
    void cancel(const QString& key);
    /// Work posted and not yet delivered, dropped or failed.
    [[nodiscard]] int pendingCount() const { return int(current_.size()); }

  signals:
    /// The work under `key` threw; `message` is its text.
    void failed(const QString& key, const QString& message);
    /// Nothing is pending any more.
    void idle();

  private:
    struct Task {
        QString key;
        quint64 ticket = 0;
        std::stop_source stop;
        Work work;
    };
    void runTasks(const std::stop_token& stop);
    void deliver(const QString& key, quint64 ticket, const Delivery& delivery);
    void fail(const QString& key, quint64 ticket, const QString& message);
    bool settle(const QString& key, quint64 ticket);

    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::deque<Task> waiting_;
    QHash<QString, QPair<quint64, std::stop_source>> current_;  ///< UI thread only
    quint64 lastTicket_ = 0;
    std::jthread thread_;  ///< last: joins before the rest goes
};

}  // namespace mixtura::app
