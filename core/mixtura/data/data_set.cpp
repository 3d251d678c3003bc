// SPDX-License-Identifier: Apache-2.0
#include "mixtura/data/data_set.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_set>
#include <utility>

#include "mixtura/common/error.h"

namespace mixtura {

namespace {

std::int64_t length(const Column& column) {
    return static_cast<std::int64_t>(column.is_numeric() ? column.numbers.size()
                                                         : column.codes.size());
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Levenshtein's distance between `a` and `b` without regard to ASCII case.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t substituted = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({substituted, row[j] + 1, diagonal + 1});
        }
    }
    return row[b.size()];
}

/// Up to three column names near `name`, else the first ones there are.
std::string name_advice(const std::vector<Column>& columns, std::string_view name) {
    constexpr std::size_t advised = 3;
    constexpr std::size_t listed = 10;
    constexpr std::size_t compared_length = 100;
    std::vector<std::pair<std::size_t, std::string_view>> near;
    for (const Column& column : columns) {
        const std::size_t distance =
            edit_distance(name.substr(0, compared_length),
                          std::string_view(column.name).substr(0, compared_length));
        if (distance <= std::max<std::size_t>(1, name.size() / 3))
            near.emplace_back(distance, column.name);
    }
    std::stable_sort(near.begin(), near.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::string text;
    const auto add = [&text](std::string_view entry) {
        text += (text.empty() ? "" : ", ") + std::string(entry);
    };
    if (!near.empty()) {
        for (std::size_t i = 0; i < std::min(near.size(), advised); ++i) add(near[i].second);
        return "Did you mean " + text + "?";
    }
    for (std::size_t i = 0; i < std::min(columns.size(), listed); ++i) add(columns[i].name);
    return "The columns are " + text + (columns.size() > listed ? ", ..." : "") + ".";
}

/// Where a value of `column` in `row` stands, for messages.
DataLocation location_of(const DataSet& data, std::size_t column, std::int64_t row) {
    DataLocation location;
    location.file = data.source();
    location.line = data.line_of_row(row);
    location.row = row + 1;
    location.column = static_cast<std::int64_t>(column) + 1;
    location.column_name = data.column(column).name;
    location.cell = data.column(column).text(row);
    return location;
}

std::string place(const DataLocation& location) {
    std::string text = location.file;
    if (location.line > 0)
        text += (text.empty() ? "line " : ", line ") + std::to_string(location.line);
    text += (text.empty() ? "column \"" : ", column \"") + location.column_name + "\" (row " +
            std::to_string(location.row) + ")";
    return text;
}

std::string shortest(double value) {
    std::array<char, 32> buffer{};
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    (void)error;  // the buffer holds any double
    return {buffer.data(), end};
}

void check_numeric(const DataSet& data, std::size_t column, std::string_view purpose) {
    if (column >= data.columns().size())
        throw InvalidArgument("There is no column " + std::to_string(column + 1) +
                              " in the data, which have " + std::to_string(data.columns().size()) +
                              ".");
    const Column& chosen = data.column(column);
    if (chosen.is_numeric())
        return;
    DataLocation location;
    location.file = data.source();
    location.column = static_cast<std::int64_t>(column) + 1;
    location.column_name = chosen.name;
    throw DataError("Column \"" + chosen.name + "\" holds " + std::string(to_string(chosen.type)) +
                        " values, not numbers, and can't be used as " + std::string(purpose) +
                        ". Leave it out, or import it as numbers.",
                    std::move(location));
}

}  // namespace

std::string_view to_string(ColumnType type) noexcept {
    switch (type) {
        case ColumnType::numeric:
            return "numeric";
        case ColumnType::category:
            return "category";
        case ColumnType::text:
            return "text";
        case ColumnType::date:
            return "date";
    }
    return "";
}

std::string_view to_string(ColumnRole role) noexcept {
    switch (role) {
        case ColumnRole::none:
            return "none";
        case ColumnRole::feature:
            return "feature";
        case ColumnRole::response:
            return "response";
        case ColumnRole::expert_input:
            return "expert_input";
        case ColumnRole::gate_input:
            return "gate_input";
        case ColumnRole::weight:
            return "weight";
        case ColumnRole::group:
            return "group";
        case ColumnRole::label:
            return "label";
        case ColumnRole::id:
            return "id";
    }
    return "";
}

std::string Column::text(std::int64_t row) const {
    const auto index = static_cast<std::size_t>(row);
    if (is_numeric())
        return std::isnan(numbers.at(index)) ? std::string() : shortest(numbers.at(index));
    const std::int32_t code = codes.at(index);
    return code < 0 ? std::string() : levels.at(static_cast<std::size_t>(code));
}

DataSet::DataSet(std::string source, std::vector<Column> columns)
    : source_(std::move(source)),
      columns_(std::move(columns)),
      row_count_(columns_.empty() ? 0 : length(columns_.front())) {
    std::unordered_set<std::string_view> names;
    for (const Column& column : columns_) {
        if (column.name.empty())
            throw InvalidArgument("A column of the data has no name.");
        if (!names.insert(column.name).second)
            throw InvalidArgument("Two columns of the data are called \"" + column.name + "\".");
        if (length(column) != length(columns_.front()))
            throw InvalidArgument("Column \"" + column.name + "\" has " +
                                  std::to_string(length(column)) + " rows, but \"" +
                                  columns_.front().name + "\" has " +
                                  std::to_string(length(columns_.front())) + ".");
    }
}

std::size_t DataSet::column_index(std::string_view name) const {
    for (std::size_t i = 0; i < columns_.size(); ++i)
        if (columns_[i].name == name)
            return i;
    std::size_t position = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), position);
    if (error == std::errc{} && end == name.data() + name.size() && position >= 1 &&
        position <= columns_.size())
        return position - 1;
    throw InvalidArgument("There is no column \"" + std::string(name) + "\" in the data. " +
                          name_advice(columns_, name));
}

std::int64_t DataSet::line_of_row(std::int64_t row) const noexcept {
    if (row < 0 || row >= row_count_)
        return 0;
    if (!row_lines_.empty())
        return row_lines_[static_cast<std::size_t>(row)];
    return first_line_ > 0 ? first_line_ + row : 0;
}

void DataSet::set_row_lines(std::vector<std::int64_t> lines, std::int64_t first_line) {
    if (!lines.empty() && static_cast<std::int64_t>(lines.size()) != row_count_)
        throw InvalidArgument("There are " + std::to_string(lines.size()) + " line numbers for " +
                              std::to_string(row_count_) + " rows.");
    row_lines_ = std::move(lines);
    first_line_ = first_line;
}

FeatureTable feature_table(const DataSet& data, const std::vector<std::size_t>& features,
                           int weight_column, MissingRows missing,
                           const std::vector<bool>& row_is_used) {
    if (features.empty())
        throw InvalidArgument("No feature was chosen: choose at least one numeric column.");
    std::vector<std::size_t> needed = features;
    for (const std::size_t feature : features) check_numeric(data, feature, "a feature");
    const bool has_weights = weight_column >= 0;
    const auto weight_index = static_cast<std::size_t>(std::max(weight_column, 0));
    if (has_weights) {
        check_numeric(data, weight_index, "case weights");
        needed.push_back(weight_index);
    }
    if (!row_is_used.empty() && static_cast<std::int64_t>(row_is_used.size()) != data.row_count())
        throw InvalidArgument("The row filter has " + std::to_string(row_is_used.size()) +
                              " entries for " + std::to_string(data.row_count()) + " rows.");

    FeatureTable table;
    for (const std::size_t feature : features) table.names.push_back(data.column(feature).name);
    table.rows.reserve(static_cast<std::size_t>(data.row_count()));
    for (std::int64_t row = 0; row < data.row_count(); ++row) {
        const auto index = static_cast<std::size_t>(row);
        if (!row_is_used.empty() && !row_is_used[index])
            continue;
        std::size_t missing_count = 0;
        for (const std::size_t column : needed) {
            const double value = data.column(column).numbers[index];
            if (std::isfinite(value))
                continue;
            const DataLocation location = location_of(data, column, row);
            if (std::isinf(value))
                throw DataError(place(location) +
                                    " holds an infinite value. Correct the cell or "
                                    "leave the row out.",
                                location);
            if (missing == MissingRows::error)
                throw DataError(place(location) +
                                    " is empty. Fill the cell, or leave out rows "
                                    "with missing values.",
                                location);
            ++missing_count;
        }
        const bool has_weight =
            !has_weights || std::isfinite(data.column(weight_index).numbers[index]);
        const bool is_used = missing_count == 0 || (missing == MissingRows::mar && has_weight &&
                                                    missing_count < features.size());
        if (is_used && has_weights && data.column(weight_index).numbers[index] < 0.0) {
            const DataLocation location = location_of(data, weight_index, row);
            throw DataError(place(location) + " holds the negative case weight " + location.cell +
                                ". Weights must be zero or more.",
                            location);
        }
        if (!is_used) {
            ++table.rows_dropped;
            continue;
        }
        table.rows.push_back(row);
        if (missing_count > 0)
            ++table.incomplete_rows;
    }
    if (table.rows.empty()) {
        DataLocation location;
        location.file = data.source();
        throw DataError(data.row_count() == 0 ? "The data have no rows."
                        : table.rows_dropped > 0
                            ? "No row is left: all " + std::to_string(table.rows_dropped) +
                                  " rows miss a value in the chosen columns. Choose other columns."
                            : "No row is left: the row filter leaves all of them out.",
                        std::move(location));
    }

    const auto row_count = static_cast<Eigen::Index>(table.rows.size());
    table.observations.resize(row_count, static_cast<Eigen::Index>(features.size()));
    for (std::size_t j = 0; j < features.size(); ++j) {
        const std::vector<double>& numbers = data.column(features[j]).numbers;
        double* const target = table.observations.col(static_cast<Eigen::Index>(j)).data();
        for (std::size_t i = 0; i < table.rows.size(); ++i)
            target[i] = numbers[static_cast<std::size_t>(table.rows[i])];
    }
    if (has_weights) {
        const std::vector<double>& numbers = data.column(weight_index).numbers;
        table.weights.resize(row_count);
        for (std::size_t i = 0; i < table.rows.size(); ++i)
            table.weights[static_cast<Eigen::Index>(i)] =
                numbers[static_cast<std::size_t>(table.rows[i])];
    }
    return table;
}

FeatureTable complete_rows(const FeatureTable& table) {
    if (table.incomplete_rows == 0)
        return table;
    std::vector<Eigen::Index> kept;
    for (Eigen::Index i = 0; i < table.observations.rows(); ++i) {
        if (!table.observations.row(i).hasNaN())
            kept.push_back(i);
    }
    FeatureTable complete;
    complete.names = table.names;
    complete.observations = table.observations(kept, Eigen::all);
    if (table.weights.size() > 0)
        complete.weights = table.weights(kept);
    for (const Eigen::Index i : kept)
        complete.rows.push_back(table.rows[static_cast<std::size_t>(i)]);
    complete.rows_dropped = table.rows_dropped + table.incomplete_rows;
    return complete;
}

}  // namespace mixtura
