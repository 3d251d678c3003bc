// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/exports.h"

#include <QFile>
#include <string>
#include <utility>

#include "mixtura/common/error.h"
#include "mixtura/io/atomic_file.h"

namespace mixtura::app {

namespace {

QString writeText(const QString& path, const std::string& text) {
    try {
        write_file_atomically(QFile::encodeName(path).toStdString(), text);
        return {};
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
}

}  // namespace

QString writeModel(const QString& path, const SavedModel& saved, ExportFormat format) {
    try {
        return writeText(path, export_model(saved, format));
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
}

void writeLabels(BackgroundQueue& background, const QString& path,
                 std::shared_ptr<const FeatureTable> table, std::shared_ptr<const Scores> scores,
                 RowLabels labels, std::int64_t rowCount,
                 std::function<void(const QString&)> done) {
    background.post(
        QStringLiteral("labels/") + path,
        [path, table = std::move(table), scores = std::move(scores), labels = std::move(labels),
         rowCount, done = std::move(done)](const std::stop_token& /*stop*/) {
            const QString failure =
                writeText(path, assignments_csv(*table, *scores, rowCount, labels));
            return [done, failure] { done(failure); };
        });
}

void writeReport(BackgroundQueue& background, const QString& path, SavedModel saved,
                 std::shared_ptr<const FeatureTable> table, std::shared_ptr<const Scores> scores,
                 ReportWords words, std::function<void(const QString&)> done) {
    background.post(
        QStringLiteral("report/") + path,
        [path, saved = std::move(saved), table = std::move(table), scores = std::move(scores),
         words = std::move(words), done = std::move(done)](const std::stop_token& /*stop*/) {
            const ReportRows rows{.table = *table, .scores = *scores};
            const QString failure = writeText(path, report_html(saved, &rows, words));
            return [done, failure] { done(failure); };
        });
}

}  // namespace mixtura::app
