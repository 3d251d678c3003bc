// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/agreement.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_set>

#include "mixtura/common/error.h"

namespace mixtura::app {

namespace {

bool areFewWholeNumbers(const std::vector<double>& numbers, const std::stop_token& stop) {
    constexpr std::size_t rowsBetweenLooks = 65536;
    std::unordered_set<double> values;
    for (std::size_t row = 0; row < numbers.size(); ++row) {
        if (row % rowsBetweenLooks == 0 && stop.stop_requested())
            return false;
        const double value = numbers[row];
        if (std::isnan(value))
            continue;
        if (value != std::floor(value) || !std::isfinite(value))
            return false;
        values.insert(value);
        if (values.size() > labelLimit)
            return false;
    }
    return !values.empty();
}

bool canHoldLabels(const Column& column, const std::stop_token& stop) {
    if (column.is_numeric())
        return areFewWholeNumbers(column.numbers, stop);
    return column.type != ColumnType::date && !column.levels.empty() &&
           column.levels.size() <= labelLimit;
}

/// Numbers in their order instead of that of the file.
void sortByNumber(LabelComparison& comparison) {
    std::vector<std::size_t> order(comparison.labels.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto number = [&](std::size_t label) { return std::stod(comparison.labels[label]); };
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return number(a) < number(b); });
    const LabelComparison before = comparison;
    for (std::size_t place = 0; place < order.size(); ++place) {
        comparison.labels[place] = before.labels[order[place]];
        comparison.counts.row(static_cast<Eigen::Index>(place)) =
            before.counts.row(static_cast<Eigen::Index>(order[place]));
    }
}

}  // namespace

std::vector<std::string> labelColumns(const DataSet& data, const std::stop_token& stop) {
    std::vector<std::string> names;
    for (const Column& column : data.columns())
        if (canHoldLabels(column, stop))
            names.push_back(column.name);
    return names;
}

Agreement agreementOf(const DataSet& data, const FeatureTable& table, const Scores& scores,
                      const std::string& wanted, const std::stop_token& stop) {
    Agreement agreement;
    agreement.columns = labelColumns(data, stop);
    const auto& names = agreement.columns;
    auto chosen = std::ranges::find(names, wanted);
    if (chosen == names.end())
        chosen = std::ranges::find_if(names, [&](const std::string& name) {
            return !data.column(data.column_index(name)).is_numeric() &&
                   std::ranges::find(table.names, name) == table.names.end();
        });
    if (chosen == names.end())
        return agreement;
    agreement.column = *chosen;
    const Column& column = data.column(data.column_index(*chosen));
    try {
        agreement.comparison = compare_with_labels(
            column, table, scores.classification, static_cast<int>(scores.responsibilities.cols()));
    } catch (const DataError& error) {
        agreement.failure = error.what();
        return agreement;
    }
    if (column.is_numeric())
        sortByNumber(*agreement.comparison);
    return agreement;
}

}  // namespace mixtura::app
