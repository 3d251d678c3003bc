// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/result_exports.h"

#include <QDesktopServices>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QSettings>
#include <QUrl>
#include <memory>

#include "plots/figure_export.h"
#include "results/export_dialog.h"
#include "session/current_model.h"
#include "session/exports.h"
#include "session/session.h"
#include "shell/result_views.h"

namespace mixtura::app {

ResultExports::ResultExports(Session& session, CurrentModel& current, ResultViews& views,
                             QWidget& window, bool remembers)
    : session_(&session),
      current_(&current),
      views_(&views),
      window_(&window),
      remembers_(remembers),
      task_(session, current, views) {}

void ResultExports::showDialog() {
    if (!task_.isPossible())
        return;
    auto* dialog = new ExportDialog(window_);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    const QString folder =
        remembers_ ? QSettings().value(QStringLiteral("exportFolder")).toString() : QString();
    dialog->setTarget(
        folder.isEmpty() ? QFileInfo(session_->currentData()->path).absolutePath() : folder,
        task_.stem());
    dialog->setFigures(ResultViews::figures());
    connect(dialog, &ExportDialog::exportRequested, this, [this](const QVector<ExportItem>& items) {
        if (!items.isEmpty() && remembers_)
            QSettings().setValue(QStringLiteral("exportFolder"),
                                 QFileInfo(items.front().path).absolutePath());
        task_.write(items);
    });
    connect(&task_, &ExportTask::itemWritten, dialog, [this, dialog](const QString& path) {
        session_->logAction(tr("Exported %1").arg(QDir::toNativeSeparators(path)));
        dialog->reportWritten(path);
    });
    connect(&task_, &ExportTask::itemFailed, dialog, &ExportDialog::reportFailed);
    dialog->open();
}

void ResultExports::writeAll(const QString& folder) {
    const QVector<ExportItem> items =
        ExportTask::everything(QFileInfo(folder).absoluteFilePath(), task_.stem());
    auto left = std::make_shared<qsizetype>(items.size());
    auto failures = std::make_shared<QStringList>();
    auto* answers = new QObject(this);
    const auto count = [this, left, failures, answers](const QString& failure) {
        if (!failure.isEmpty())
            *failures << failure;
        if (--*left > 0)
            return;
        answers->deleteLater();
        emit allWritten(failures->join(u'\n'));
    };
    connect(&task_, &ExportTask::itemWritten, answers, [count] { count({}); });
    connect(&task_, &ExportTask::itemFailed, answers,
            [count](const QString& path, const QString& reason) {
                count(path + QStringLiteral(": ") + reason);
            });
    task_.write(items);
}

void ResultExports::writeReport() {
    const QString proposal = QFileInfo(session_->currentData()->path).absolutePath() + u'/' +
                             task_.stem() + QStringLiteral("-report.html");
    auto* dialog = new QFileDialog(window_, tr("Write report"), proposal, tr("Web page (*.html)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("html"));
    dialog->selectFile(proposal);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        const FitEntry* fit = session_->currentFit();
        if (fit == nullptr || !current_->model() || !current_->scores())
            return;
        app::writeReport(*session_->background(), path, *current_->model(), current_->table(),
                         current_->scores(),
                         {.verdict = verdict(fit->result->search, fit->plan.search.criterion),
                          .command = command_line(fit->plan),
                          .rows = {}},
                         [this, path](const QString& failure) { reportWritten(path, failure); });
    });
    dialog->open();
}

void ResultExports::reportWritten(const QString& path, const QString& failure) {
    if (!failure.isEmpty()) {
        session_->report({Problem::Severity::error, failure, {}, {}, -1, -1});
        return;
    }
    session_->logAction(tr("Wrote the report %1").arg(QDir::toNativeSeparators(path)));
    QDesktopServices::openUrl(QUrl::fromLocalFile(path));
}

}  // namespace mixtura::app
