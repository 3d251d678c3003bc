// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/import_job.h"

#include <QFile>
#include <exception>
#include <new>
#include <utility>

#include "mixtura/compute/row_passes.h"

namespace mixtura::app {

ImportJob::ImportJob(QString path, CsvOptions options, QObject* parent)
    : QObject(parent), path_(std::move(path)), options_(std::move(options)) {
    poll_.setInterval(100);
    connect(&poll_, &QTimer::timeout, this,
            [this] { emit progressed(qint64(bytesDone_), qint64(bytesTotal_)); });
}

ImportJob::~ImportJob() {
    thread_.request_stop();
}

void ImportJob::settle() {
    isSettled_ = true;
    poll_.stop();
}

void ImportJob::start() {
    poll_.start();
    thread_ = std::jthread([this](const std::stop_token& stop) {
        // Answers are dropped where `cancel` settled the job in the meantime.
        const auto answer = [this](auto&& send) {
            QMetaObject::invokeMethod(
                this,
                [this, send = std::forward<decltype(send)>(send)] {
                    if (isSettled_)
                        return;
                    settle();
                    send();
                },
                Qt::QueuedConnection);
        };
        const auto fail = [&](const QString& message, FailureKind kind) {
            answer([this, message, kind] { emit failed(message, kind); });
        };
        try {
            auto result = std::make_shared<ImportResult>(
                import_csv(QFile::encodeName(path_).toStdString(), options_, stop,
                           [this](std::uint64_t done, std::uint64_t total) {
                               bytesDone_ = done;
                               bytesTotal_ = total;
                           }));
            answer([this, result] { emit finished(result); });
        } catch (const compute::Cancelled&) {
            answer([this] { emit cancelled(); });
        } catch (const std::bad_alloc&) {
            fail(tr("There is not enough memory to read %1. Close other programs, or open a part "
                    "of the file.")
                     .arg(path_),
                 FailureKind::resource);
        } catch (const std::exception& error) {
            fail(QString::fromUtf8(error.what()), kindOf(error));
        }
    });
}

void ImportJob::cancel() {
    thread_.request_stop();
    if (isSettled_)
        return;
    settle();
    emit cancelled();
}

}  // namespace mixtura::app
