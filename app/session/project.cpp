// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/project.h"

#include <QCoreApplication>
#include <QFile>
#include <QLocale>
#include <algorithm>
#include <limits>

#include "session/model_entry.h"

namespace mixtura::app {

QString uniqueName(const QString& wanted, const std::vector<DataEntry>& entries) {
    const auto isTaken = [&](const QString& name) {
        return std::any_of(entries.begin(), entries.end(),
                           [&](const DataEntry& entry) { return entry.name == name; });
    };
    QString name = wanted;
    for (int number = 2; isTaken(name); ++number)
        name = QStringLiteral("%1 (%2)").arg(wanted).arg(number);
    return name;
}

std::vector<std::size_t> featureColumns(const DataEntry& entry) {
    std::vector<std::size_t> features;
    for (std::size_t column = 0; column < entry.roles.size(); ++column)
        if (entry.roles[column] == ColumnRole::feature)
            features.push_back(column);
    return features;
}

int weightColumn(const DataEntry& entry) {
    for (std::size_t column = 0; column < entry.roles.size(); ++column)
        if (entry.roles[column] == ColumnRole::weight)
            return int(column);
    return -1;
}

Plan planOf(const DataEntry& entry) {
    Plan plan = entry.setup;
    plan.data_path = QFile::encodeName(entry.path).toStdString();
    plan.import = entry.importOptions;
    plan.columns.features.clear();
    plan.columns.excluded.clear();
    for (const std::size_t column : featureColumns(entry))
        plan.columns.features.push_back(entry.data->column(column).name);
    const int weights = weightColumn(entry);
    plan.columns.weights =
        weights < 0 ? std::string() : entry.data->column(std::size_t(weights)).name;
    return plan;
}

Plan defaultSetup(const QString& path, const CsvOptions& importOptions, std::int64_t rowCount) {
    Plan plan;
    plan.search.em.run_count = rowCount <= manyStartsRowLimit ? manyStarts : 1;
    plan.data_path = QFile::encodeName(path).toStdString();
    plan.import = importOptions;
    return plan;
}

QString nameOf(const FitEntry& fit) {
    if (fit.best < 0 || !fit.result)
        return QCoreApplication::translate("Project", "GMM, no model");
    const SelectionRecord& record = fit.result->selection.at(std::size_t(fit.best));
    if (fit.result->chosen && fit.result->chosen->incremental)
        return QCoreApplication::translate("Project", "Incremental, K = %1")
            .arg(record.component_count);
    if (fit.plan.search.variational)
        return QCoreApplication::translate("Project", "Bayes, K = %1").arg(record.component_count);
    if (!fit.plan.columns.classes.empty())
        return QCoreApplication::translate("Project", "Classes, K = %1")
            .arg(record.component_count);
    const bool isStudent = fit.plan.search.em.family == ComponentFamily::student;
    return (fit.plan.search.factors ? QCoreApplication::translate("Project", "MFA %1, K = %2")
            : isStudent             ? QCoreApplication::translate("Project", "Student-t %1, K = %2")
                                    : QCoreApplication::translate("Project", "GMM %1, K = %2"))
        .arg(QString::fromStdString(record.covariance_structure))
        .arg(record.component_count);
}

QString verdictOf(const FitEntry& fit) {
    if (fit.modelPath.isEmpty() && fit.result->chosen && fit.result->chosen->posterior)
        return QCoreApplication::translate("Project", "Lower bound of the log evidence: %1 nats.")
            .arg(QLocale().toString(fit.result->chosen->posterior->lower_bound, 'f', 3));
    if (fit.modelPath.isEmpty())
        return QString::fromStdString(verdict(fit.result->search, fit.plan.search.criterion));
    return QCoreApplication::translate("Project", "This is the saved model %1.")
        .arg(originWords(fit.modelPath, *fit.result->chosen));
}

std::optional<SavedModel> modelOf(const DataEntry& entry, const FitEntry& fit, int record) {
    if (!fit.result || record < 0 || record >= int(fit.result->search.candidates.size()) ||
        !fit.result->search.candidates[std::size_t(record)].fit)
        return std::nullopt;
    if (!fit.modelPath.isEmpty())
        return *fit.result->chosen;  // exactly as it stands in the file
    return saved_model(fit.plan, *entry.data, *fit.result, std::size_t(record));
}

}  // namespace mixtura::app
