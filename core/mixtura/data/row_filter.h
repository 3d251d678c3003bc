// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mixtura/data/data_set.h"

namespace mixtura {

enum class Comparison {
    equal,
    not_equal,
    less,
    less_or_equal,
    greater,
    greater_or_equal,
    is_missing,
    is_present
};

/// One condition on a row: a column's value held against `value`. Numbers compare as numbers, texts
/// and dates in byte order. A missing value meets `is_missing` alone.
struct RowCondition {
    std::string column;
    Comparison comparison = Comparison::equal;
    std::string value;
};

/// "waiting >= 60", "species != setosa", "Ozone is missing", "Ozone is present".
/// @throw InvalidArgument  none of these
RowCondition row_condition_from(std::string_view text);
std::string to_string(const RowCondition& condition);

/// Rows that meet all of `conditions`, to be passed to `feature_table`.
/// @throw InvalidArgument  no such column; a value that is no number for a numeric column
std::vector<bool> rows_where(const DataSet& data, const std::vector<RowCondition>& conditions);

}  // namespace mixtura
