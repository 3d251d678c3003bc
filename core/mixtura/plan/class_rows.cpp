// SPDX-License-Identifier: Apache-2.0
#include "mixtura/plan/class_rows.h"

#include <algorithm>

#include "mixtura/common/error.h"
#include "mixtura/data/row_filter.h"
#include "mixtura/io/number_format.h"

namespace mixtura {

namespace {

std::string counted(std::int64_t count, const std::string& what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

/// A mixture of a class needs rows that differ in every feature.
void check_class(const DataSet& data, const FeatureTable& table, const std::string& place,
                 const std::vector<Eigen::Index>& rows) {
    if (rows.size() < 2)
        throw DataError(place +
                            " has a single row, and a mixture of its own needs two or more. Leave "
                            "the row out, or fit all classes together as known labels.",
                        {.file = data.source(), .column_name = {}, .cell = {}});
    for (Eigen::Index j = 0; j < table.observations.cols(); ++j) {
        const Eigen::VectorXd values = table.observations.col(j)(rows);
        if ((values.array() != values[0]).any())
            continue;
        const std::string& name = table.names[static_cast<std::size_t>(j)];
        throw DataError(
            place + ": column '" + name + "' has the same value (" + exact_text(values[0]) +
                ") in all its " + std::to_string(rows.size()) +
                " rows, so that the class has no covariance. Leave the column out, or "
                "fit all classes together as known labels.",
            {.file = data.source(), .column_name = name, .cell = exact_text(values[0])});
    }
}

}  // namespace

std::vector<bool> rows_with_class(const std::string& column, const DataSet& data,
                                  std::vector<std::string>& notes) {
    if (column.empty())
        return {};
    const RowCondition has_class{.column = data.column(data.column_index(column)).name,
                                 .comparison = Comparison::is_present,
                                 .value = {}};
    std::vector<bool> rows = rows_where(data, {has_class});
    const auto without = std::ranges::count(rows, false);
    if (without > 0)
        notes.push_back(std::to_string(without) + " of " + counted(data.row_count(), "row") +
                        " left out, because column '" + column + "' states no class there.");
    if (without == std::ssize(rows))
        throw DataError("'" + data.source() + "': column '" + column +
                            "' states no class in any row. Name another column.",
                        {.file = data.source(), .column_name = column, .cell = {}});
    return rows;
}

void check_classes(const Plan& plan, const DataSet& data, const FeatureTable& table,
                   const RowClasses& classes) {
    const std::string& column = plan.columns.classes;
    if (std::ranges::find(table.names, column) != table.names.end())
        throw InvalidArgument("Column '" + column +
                              "' is a feature and cannot hold the classes too.");
    if (plan.label_fold_count > std::ssize(classes.of_rows))
        throw InvalidArgument("label_fold_count is " + std::to_string(plan.label_fold_count) +
                              "; it must be 0, or from 2 to " +
                              std::to_string(classes.of_rows.size()) +
                              ", the number of rows with a class.");
    if (classes.names.size() < 2)
        throw DataError("'" + data.source() + "': column '" + column +
                            "' has a single class in the rows used; two or more are needed. Name "
                            "another column, or fit without classes.",
                        {.file = data.source(), .column_name = column, .cell = {}});
    std::vector<std::vector<Eigen::Index>> rows(classes.names.size());
    for (std::size_t i = 0; i < classes.of_rows.size(); ++i)
        rows[static_cast<std::size_t>(classes.of_rows[i])].push_back(static_cast<Eigen::Index>(i));
    for (std::size_t c = 0; c < rows.size(); ++c)
        check_class(
            data, table,
            "'" + data.source() + "': class '" + classes.names[c] + "' of column '" + column + "'",
            rows[c]);
}

SearchResult joint_search(const ClassMixtures& mixtures) {
    SearchResult search{
        .candidates = {mixtures.joint}, .best = std::nullopt, .cancelled = mixtures.cancelled};
    if (mixtures.joint.fit)
        search.best = 0;
    return search;
}

void add_class_models(const ClassMixtures& mixtures, const RowClasses& classes,
                      const Standardisation& scales, RunResult& result) {
    result.component_classes = mixtures.component_classes;
    result.joint_log_likelihood = mixtures.joint_log_likelihood;
    if (mixtures.joint.fit)
        result.joint_log_likelihood -= mixtures.joint.fit->weight_sum * scales.log_jacobian();
    for (std::size_t c = 0; c < mixtures.chosen.size(); ++c) {
        const std::vector<Candidate>& candidates = mixtures.searches[c].candidates;
        result.class_models.push_back(
            selection_record(scales.undo(candidates[mixtures.chosen[c]])));
        const auto failed = std::ranges::count_if(
            candidates, [](const Candidate& candidate) { return !candidate.is_admissible(); });
        if (failed > 0 && !mixtures.cancelled)
            result.notes.push_back(
                "Class '" + classes.names[c] + "' (" +
                counted(std::ranges::count(classes.of_rows, static_cast<std::int32_t>(c)), "row") +
                "): " + std::to_string(failed) + " of " + counted(std::ssize(candidates), "model") +
                " are out of the question: its rows do not bear them.");
    }
}

}  // namespace mixtura
