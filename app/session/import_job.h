// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QTimer>
#include <atomic>
#include <memory>
#include <thread>

#include "mixtura/io/csv.h"

#include "session/failure.h"

namespace mixtura::app {

/// Reads one delimited text file in the background. Exactly one of `finished`, `failed` and
/// `cancelled` follows `start`; after `cancel` none but `cancelled` does.
class ImportJob : public QObject {
    Q_OBJECT
  public:
    ImportJob(QString path, CsvOptions options, QObject* parent = nullptr);
    /// Stops and joins.
    ~ImportJob() override;

    void start();
    void cancel();
    [[nodiscard]] bool isRunning() const { return thread_.joinable() && !isSettled_; }
    [[nodiscard]] const QString& path() const { return path_; }
    [[nodiscard]] const CsvOptions& options() const { return options_; }

  signals:
    /// At most 10 times a second.
    void progressed(qint64 bytesDone, qint64 bytesTotal);
    void finished(std::shared_ptr<mixtura::ImportResult> result);
    /// @param message  a sentence for the analyst
    void failed(const QString& message, mixtura::app::FailureKind kind);
    void cancelled();

  private:
    void settle();

    QString path_;
    CsvOptions options_;
    std::atomic<quint64> bytesDone_ = 0;
    std::atomic<quint64> bytesTotal_ = 0;
    QTimer poll_;
    bool isSettled_ = false;
    std::jthread thread_;
};

}  // namespace mixtura::app
