// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mixtura/common/matrix.h"

namespace mixtura {

enum class ColumnType { numeric, category, text, date };
/// What a column is used for. `none` is kept but not used.
enum class ColumnRole {
    none,
    feature,
    response,
    expert_input,
    gate_input,
    weight,
    group,
    label,
    id
};

std::string_view to_string(ColumnType type) noexcept;
std::string_view to_string(ColumnRole role) noexcept;

/// One named, typed column. Numbers stand in `numbers` (NaN = missing); every other type is a
/// dictionary: `codes` (-1 = missing) index into `levels`, in order of first appearance.
struct Column {
    std::string name;   ///< unique, never empty
    std::string label;  ///< the header as it stood in the file
    ColumnType type = ColumnType::numeric;
    ColumnRole role = ColumnRole::none;
    std::vector<double> numbers;
    std::vector<std::int32_t> codes;
    std::vector<std::string> levels;
    std::int64_t missing_count = 0;

    [[nodiscard]] bool is_numeric() const noexcept { return type == ColumnType::numeric; }
    /// The cell as text; empty where missing. Numbers in the shortest form that reads back exactly.
    [[nodiscard]] std::string text(std::int64_t row) const;
};

/// A table of named, typed columns of equal length, as imported. A value: copies are deep.
class DataSet {
  public:
    DataSet() = default;
    /// @throw InvalidArgument  unequal lengths, an empty or repeated name
    DataSet(std::string source, std::vector<Column> columns);

    [[nodiscard]] const std::string& source() const noexcept { return source_; }
    [[nodiscard]] std::int64_t row_count() const noexcept { return row_count_; }
    [[nodiscard]] const std::vector<Column>& columns() const noexcept { return columns_; }
    [[nodiscard]] Column& column(std::size_t index) { return columns_.at(index); }
    [[nodiscard]] const Column& column(std::size_t index) const { return columns_.at(index); }
    /// Index of the column called `name`, or given by 1-based position ("3") where no column is
    /// called so. @throw InvalidArgument  none; the text lists close names
    [[nodiscard]] std::size_t column_index(std::string_view name) const;

    /// 1-based line of the source file on which row `row` begins; 0 if not from a file.
    [[nodiscard]] std::int64_t line_of_row(std::int64_t row) const noexcept;
    void set_row_lines(std::vector<std::int64_t> lines, std::int64_t first_line);

  private:
    std::string source_;
    std::vector<Column> columns_;
    std::int64_t row_count_ = 0;
    std::int64_t first_line_ = 0;          ///< rows stand on consecutive lines from here on ...
    std::vector<std::int64_t> row_lines_;  ///< ... unless given one by one
};

/// Rows with a missing feature are left out, refused, or used: what they hold, missing at random.
enum class MissingRows { drop, error, mar };

/// The rows and columns a fit uses, taken out of a data set.
struct FeatureTable {
    std::vector<std::string> names;  ///< d
    Eigen::MatrixXd observations;    ///< n x d, finite, in the data's own units
    Eigen::VectorXd weights;         ///< n, or empty: all one
    std::vector<std::int64_t> rows;  ///< row of the data set for each observation
    std::int64_t rows_dropped = 0;   ///< left out because a feature or the weight was missing
    /// Rows used of which a feature is missing (NaN in `observations`); only under `mar`.
    std::int64_t incomplete_rows = 0;
};

/// Collects `features` (indices of numeric columns) and the case weights (index, or -1).
/// @throw DataError  a column that is not numeric, an infinite value, a weight that is negative
///                   or not finite, a missing value where `missing` is `error`, no row left.
///                   Under `mar` a row needs a weight and one feature at least.
FeatureTable feature_table(const DataSet& data, const std::vector<std::size_t>& features,
                           int weight_column = -1, MissingRows missing = MissingRows::drop,
                           const std::vector<bool>& row_is_used = {});

/// The rows of which no feature is missing.
FeatureTable complete_rows(const FeatureTable& table);

}  // namespace mixtura
