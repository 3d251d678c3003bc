// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "mixtura/common/matrix.h"
#include "mixtura/data/data_set.h"

namespace mixtura {

/// Counts of values in intervals of equal width: bin b holds
/// lower + b width <= x < lower + (b + 1) width, the last one its upper end as well.
struct ColumnHistogram {
    enum class Rule {
        freedman_diaconis,  ///< width 2 IQR n^(-1/3); Z. Wahrsch. verw. Geb. 57:453 (1981)
        sturges,            ///< 1 + log2 n bins, where the IQR is zero; JASA 21:65 (1926)
        single              ///< one bin: a constant column
    };
    Rule rule = Rule::single;
    double lower = 0.0;
    double width = 0.0;
    std::vector<std::int64_t> counts;
};
std::string_view to_string(ColumnHistogram::Rule rule) noexcept;

/// At most `bin_limit` bins, never narrower than 1 where all values are integers (a comb of empty
/// bins would say nothing). `values` are finite, in any order; they are reordered.
ColumnHistogram histogram(std::vector<double>& values, int bin_limit = 200);

struct LevelCount {
    std::string level;
    std::int64_t count = 0;
};

/// What a column holds. Statistics are NaN where there is no value, or the column is not numeric.
struct ColumnSummary {
    std::string name;
    ColumnType type = ColumnType::numeric;
    std::int64_t count = 0;  ///< values, missing ones not counted
    std::int64_t missing_count = 0;
    double mean = 0.0;
    double standard_deviation = 0.0;  ///< with divisor n - 1; NaN for a single value
    double minimum = 0.0;
    double lower_quartile = 0.0;  ///< linear between order statistics (Hyndman & Fan 1996, type 7)
    double median = 0.0;
    double upper_quartile = 0.0;
    double maximum = 0.0;
    std::int64_t distinct_count = 0;
    bool distinct_is_exact = true;          ///< false: counting stopped at `distinct_limit`
    std::vector<LevelCount> most_frequent;  ///< at most ten, most frequent first; not for numbers
    ColumnHistogram histogram;              ///< of a numeric column
};

/// Something about a column that the analyst should know before a fit.
struct DataAdvice {
    enum class Kind {
        no_values,
        constant_column,
        few_distinct_values,  ///< fewer than ten, so likely a code
        mostly_missing,
        scales_differ  ///< standard deviations differ 100 times or more: standardise
    };
    Kind kind = Kind::constant_column;
    std::size_t column = 0;  ///< the one with the larger scale, for `scales_differ`
    std::string message;
};

struct DataSummary {
    std::vector<ColumnSummary> columns;
    /// Columns of `correlations`: numeric ones, the first `correlation_limit` of them.
    std::vector<std::size_t> correlated_columns;
    /// Pearson's, over the rows where both columns have a value; NaN where one is constant there.
    Eigen::MatrixXd correlations;
    std::vector<DataAdvice> advice;
};

constexpr std::int64_t distinct_limit = 10000;
constexpr std::size_t correlation_limit = 100;
constexpr double scale_ratio_advised = 100.0;

/// @param row_is_used  rows to look at; empty: all
ColumnSummary summarise_column(const Column& column, const std::vector<bool>& row_is_used = {});

/// Summaries of all columns, in parallel; the same bits for any number of threads.
/// Time O(n d + n min(d, correlation_limit)^2); memory one copy of a column per thread.
/// @throw Cancelled  the stop was requested (asked for before every column and pair)
DataSummary summarise_data(const DataSet& data, const std::vector<bool>& row_is_used = {},
                           const std::stop_token& stop = {}, int thread_count = 0);

}  // namespace mixtura
