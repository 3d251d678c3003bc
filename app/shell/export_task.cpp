// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/export_task.h"

#include <QFileInfo>

#include "plots/figure_export.h"
#include "plots/plot_view.h"
#include "session/current_model.h"
#include "session/exports.h"
#include "session/session.h"
#include "shell/result_views.h"

namespace mixtura::app {

ExportTask::ExportTask(Session& session, CurrentModel& current, ResultViews& views, QObject* parent)
    : QObject(parent), session_(&session), current_(&current), views_(&views) {}

bool ExportTask::isPossible() const {
    return current_->model().has_value() && !current_->summary().headline.empty();
}

QString ExportTask::stem() const {
    const DataEntry* entry = session_->currentData();
    return entry == nullptr ? QStringLiteral("mixtura") : QFileInfo(entry->name).completeBaseName();
}

QVector<ExportItem> ExportTask::everything(const QString& folder, const QString& stem) {
    const QString base = folder + u'/' + stem;
    return {{ExportKind::modelJson, base + QStringLiteral("-model.json"), {}},
            {ExportKind::labelsCsv, base + QStringLiteral("-labels.csv"), {}},
            {ExportKind::rProgram, base + QStringLiteral("-model.R"), {}},
            {ExportKind::pythonProgram, base + QStringLiteral("-model.py"), {}},
            {ExportKind::cppProgram, base + QStringLiteral("-model.cpp"), {}},
            {ExportKind::comparisonCsv, base + QStringLiteral("-comparison.csv"), {}},
            {ExportKind::figureSvg, base + QStringLiteral("-fit.svg"), QStringLiteral("fit")},
            {ExportKind::figurePdf, base + QStringLiteral("-scatter-matrix.pdf"),
             QStringLiteral("scatter-matrix")},
            {ExportKind::figurePng, base + QStringLiteral("-comparison.png"),
             QStringLiteral("comparison")}};
}

void ExportTask::answer(const QString& path, const QString& failure) {
    if (failure.isEmpty())
        emit itemWritten(path);
    else
        emit itemFailed(path, failure);
}

void ExportTask::write(const QVector<ExportItem>& items) {
    for (const ExportItem& item : items) {
        if (!isPossible()) {
            answer(item.path, tr("There is no model yet. Run a fit first."));
            continue;
        }
        const SavedModel& saved = *current_->model();
        switch (item.kind) {
            case ExportKind::modelJson:
                answer(item.path, writeModel(item.path, saved, ExportFormat::json));
                break;
            case ExportKind::rProgram:
                answer(item.path, writeModel(item.path, saved, ExportFormat::r));
                break;
            case ExportKind::pythonProgram:
                answer(item.path, writeModel(item.path, saved, ExportFormat::python));
                break;
            case ExportKind::cppProgram:
                answer(item.path, writeModel(item.path, saved, ExportFormat::cpp));
                break;
            case ExportKind::labelsCsv:
                if (!current_->scores()) {
                    answer(item.path, tr("The data of this model are not open, so that there are "
                                         "no rows to label. Open the data, then the model."));
                    break;
                }
                writeLabels(
                    *session_->background(), item.path, current_->table(), current_->scores(),
                    row_labels(saved), session_->currentData()->data->row_count(),
                    [this, path = item.path](const QString& failure) { answer(path, failure); });
                break;
            case ExportKind::comparisonCsv:
                answer(item.path, writeFileSafely(item.path, views_->comparisonCsv()));
                break;
            case ExportKind::figurePdf:
            case ExportKind::figureSvg:
            case ExportKind::figurePng: {
                PlotView* figure = views_->figure(item.figure);
                answer(item.path, figure != nullptr ? figure->saveFigure(item.path)
                                                    : tr("There is no figure of that name."));
                break;
            }
        }
    }
}

}  // namespace mixtura::app
