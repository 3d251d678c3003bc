// SPDX-License-Identifier: Apache-2.0
#include "mixtura/data/column_summary.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include "mixtura/common/cancelled.h"

namespace mixtura {

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t frequent_levels = 10;
constexpr std::int64_t few_values = 10;

bool is_used(const std::vector<bool>& row_is_used, std::size_t row) {
    return row_is_used.empty() || row_is_used[row];
}

struct Moments {
    double mean = no_value;
    double standard_deviation = no_value;
};

/// Mean and standard deviation in two passes, centred, in extended precision: values up to the
/// largest double do not overflow, and a mean far from zero costs no digits.
Moments moments_of(const std::vector<double>& values) {
    Moments moments;
    const auto count = static_cast<long double>(values.size());
    if (values.empty())
        return moments;
    long double sum = 0.0L;
    for (const double value : values) sum += static_cast<long double>(value);
    const long double mean = sum / count;
    moments.mean = static_cast<double>(mean);
    if (values.size() < 2)
        return moments;
    long double squares = 0.0L;
    for (const double value : values) {
        const long double deviation = static_cast<long double>(value) - mean;
        squares += deviation * deviation;
    }
    moments.standard_deviation = static_cast<double>(std::sqrt(squares / (count - 1.0L)));
    return moments;
}

/// Quantile of type 7: position (n - 1) p among the order statistics, linear in between. Only the
/// values from `from` on are reordered; those before it must be no greater than the rest.
double quantile(std::vector<double>& values, double p, std::size_t from) {
    const double position = p * static_cast<double>(values.size() - 1);
    const auto index = static_cast<std::size_t>(position);
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(index);
    std::nth_element(values.begin() + static_cast<std::ptrdiff_t>(from), at, values.end());
    const double fraction = position - static_cast<double>(index);
    if (fraction == 0.0)
        return *at;
    const double next = *std::min_element(at + 1, values.end());
    return (1.0 - fraction) * *at + fraction * next;
}

/// Number of different values, counted up to `distinct_limit`; -0 and 0 are one.
std::pair<std::int64_t, bool> count_distinct(const std::vector<double>& values) {
    constexpr std::size_t slot_count = 32768;  // three times the limit, a power of two
    constexpr double free_slot = std::numeric_limits<double>::quiet_NaN();
    std::vector<double> slots(slot_count, free_slot);
    std::int64_t count = 0;
    for (const double value : values) {
        std::uint64_t bits = std::bit_cast<std::uint64_t>(value + 0.0) * 0x9E3779B97F4A7C15ULL;
        auto slot = static_cast<std::size_t>(bits >> 49U);
        while (!std::isnan(slots[slot]) && slots[slot] != value) slot = (slot + 1) % slot_count;
        if (!std::isnan(slots[slot]))
            continue;
        if (count == distinct_limit)
            return {count, false};
        slots[slot] = value;
        ++count;
    }
    return {count, true};
}

void summarise_numbers(std::vector<double> values, ColumnSummary& summary) {
    const auto [distinct, is_exact] = count_distinct(values);
    summary.distinct_count = distinct;
    summary.distinct_is_exact = is_exact;
    const Moments moments = moments_of(values);
    summary.mean = moments.mean;
    summary.standard_deviation = moments.standard_deviation;
    const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
    summary.minimum = *least;
    summary.maximum = *greatest;
    const std::size_t last = values.size() - 1;
    summary.lower_quartile = quantile(values, 0.25, 0);
    summary.median = quantile(values, 0.5, last / 4);
    summary.upper_quartile = quantile(values, 0.75, last / 2);
    summary.histogram = histogram(values);
}

void summarise_levels(const Column& column, const std::vector<bool>& row_is_used,
                      ColumnSummary& summary) {
    std::vector<std::int64_t> counts(column.levels.size(), 0);
    for (std::size_t row = 0; row < column.codes.size(); ++row) {
        if (!is_used(row_is_used, row))
            continue;
        if (column.codes[row] < 0)
            ++summary.missing_count;
        else
            ++counts[static_cast<std::size_t>(column.codes[row])];
    }
    std::vector<std::size_t> order;
    for (std::size_t level = 0; level < counts.size(); ++level) {
        summary.count += counts[level];
        if (counts[level] > 0)
            order.push_back(level);
    }
    summary.distinct_count = static_cast<std::int64_t>(order.size());
    const std::size_t shown = std::min(order.size(), frequent_levels);
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(shown),
                      order.end(), [&](std::size_t a, std::size_t b) {
                          return counts[a] != counts[b] ? counts[a] > counts[b] : a < b;
                      });
    for (std::size_t i = 0; i < shown; ++i)
        summary.most_frequent.push_back({column.levels[order[i]], counts[order[i]]});
}

/// Sums over blocks, added in order: close to pairwise summation and free to run in vectors.
template <typename Term>
double sum_of(std::size_t count, const Term& term) {
    constexpr std::size_t block = 4096;
    constexpr std::size_t lane_count = 4;
    double total = 0.0;
    for (std::size_t begin = 0; begin < count; begin += block) {
        const std::size_t end = std::min(count, begin + block);
        std::array<double, lane_count> lanes{};
        std::size_t i = begin;
        for (; i + lane_count <= end; i += lane_count)
            for (std::size_t lane = 0; lane < lane_count; ++lane) lanes[lane] += term(i + lane);
        for (; i < end; ++i) lanes[0] += term(i);
        total += (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
    }
    return total;
}

double clamped(double correlation) {
    return std::clamp(correlation, -1.0, 1.0);
}

/// Pearson's correlation over the rows where both have a value.
double correlation_of_common_rows(const Column& a, const Column& b,
                                  const std::vector<bool>& row_is_used) {
    std::vector<double> x;
    std::vector<double> y;
    for (std::size_t row = 0; row < a.numbers.size(); ++row)
        if (is_used(row_is_used, row) && !std::isnan(a.numbers[row]) &&
            !std::isnan(b.numbers[row])) {
            x.push_back(a.numbers[row]);
            y.push_back(b.numbers[row]);
        }
    const Moments mx = moments_of(x);
    const Moments my = moments_of(y);
    if (!(mx.standard_deviation > 0.0) || !(my.standard_deviation > 0.0))
        return no_value;
    long double products = 0.0L;
    for (std::size_t i = 0; i < x.size(); ++i)
        products += (static_cast<long double>(x[i]) - mx.mean) / mx.standard_deviation *
                    ((static_cast<long double>(y[i]) - my.mean) / my.standard_deviation);
    return clamped(static_cast<double>(products / static_cast<long double>(x.size() - 1)));
}

/// The same where neither column misses a value and all rows are used: no copies.
double correlation_of_all_rows(const Column& a, const ColumnSummary& of_a, const Column& b,
                               const ColumnSummary& of_b) {
    if (!(of_a.standard_deviation > 0.0) || !(of_b.standard_deviation > 0.0))
        return no_value;
    const double* const x = a.numbers.data();
    const double* const y = b.numbers.data();
    const double scale_x = 1.0 / of_a.standard_deviation;
    const double scale_y = 1.0 / of_b.standard_deviation;
    const double products = sum_of(a.numbers.size(), [&](std::size_t i) {
        return (x[i] - of_a.mean) * scale_x * ((y[i] - of_b.mean) * scale_y);
    });
    // Values near the largest double overflow on the way: take the slower way, which can't.
    return std::isfinite(products) ? clamped(products / static_cast<double>(of_a.count - 1))
                                   : correlation_of_common_rows(a, b, {});
}

std::string in_quotes(const std::string& name) {
    return '"' + name + '"';
}

void advise_on_column(const ColumnSummary& summary, std::size_t column,
                      std::vector<DataAdvice>& advice) {
    using Kind = DataAdvice::Kind;
    const std::string name = "Column " + in_quotes(summary.name);
    if (summary.count == 0) {
        advice.push_back({Kind::no_values, column, name + " has no values: leave it out."});
        return;
    }
    if (summary.missing_count > summary.count)
        advice.push_back({Kind::mostly_missing, column,
                          name + " misses " + std::to_string(summary.missing_count) + " of " +
                              std::to_string(summary.missing_count + summary.count) +
                              " values: rows without a value are left out of a fit."});
    if (summary.distinct_count == 1) {
        advice.push_back({Kind::constant_column, column,
                          name + " has the same value in every row: it tells nothing and would "
                                 "make covariances singular. Leave it out."});
    } else if (summary.type == ColumnType::numeric && summary.distinct_count < few_values) {
        advice.push_back({Kind::few_distinct_values, column,
                          name + " has only " + std::to_string(summary.distinct_count) +
                              " distinct values: it may be a code for categories rather than a "
                              "measurement."});
    }
}

/// Features on scales that far apart ask for standardising, where the covariance structure is not
/// free in its scales.
void advise_on_scales(const std::vector<ColumnSummary>& columns, std::vector<DataAdvice>& advice) {
    const ColumnSummary* least = nullptr;
    const ColumnSummary* greatest = nullptr;
    for (const ColumnSummary& column : columns) {
        if (column.type != ColumnType::numeric || !(column.standard_deviation > 0.0))
            continue;
        if (least == nullptr || column.standard_deviation < least->standard_deviation)
            least = &column;
        if (greatest == nullptr || column.standard_deviation > greatest->standard_deviation)
            greatest = &column;
    }
    if (least == nullptr ||
        greatest->standard_deviation / least->standard_deviation < scale_ratio_advised)
        return;
    const double ratio = greatest->standard_deviation / least->standard_deviation;
    const std::string times =
        ratio < 1e6 ? std::to_string(std::llround(ratio)) : std::string("more than a million");
    advice.push_back({DataAdvice::Kind::scales_differ,
                      static_cast<std::size_t>(greatest - columns.data()),
                      "Column " + in_quotes(greatest->name) + " varies " + times +
                          " times as much as " + in_quotes(least->name) +
                          ": standardise the features, or the larger one decides alone."});
}

}  // namespace

std::string_view to_string(ColumnHistogram::Rule rule) noexcept {
    switch (rule) {
        case ColumnHistogram::Rule::freedman_diaconis:
            return "Freedman-Diaconis";
        case ColumnHistogram::Rule::sturges:
            return "Sturges";
        case ColumnHistogram::Rule::single:
            return "single";
    }
    return "";
}

ColumnHistogram histogram(std::vector<double>& values, int bin_limit) {
    ColumnHistogram result;
    if (values.empty())
        return result;
    const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
    const double low = *least;
    const double high = *greatest;
    const auto count = static_cast<double>(values.size());
    if (low == high) {
        result.lower = low;
        result.counts = {static_cast<std::int64_t>(values.size())};
        return result;
    }
    const double spread = quantile(values, 0.75, 0) - quantile(values, 0.25, 0);
    // In halves: the range itself may be beyond the largest double.
    const double half_range = high / 2.0 - low / 2.0;
    double bins = 1.0;
    if (spread > 0.0) {
        result.rule = ColumnHistogram::Rule::freedman_diaconis;
        bins = std::ceil(half_range / spread * std::cbrt(count));
    } else {
        result.rule = ColumnHistogram::Rule::sturges;
        bins = std::ceil(1.0 + std::log2(count));
    }
    bins = std::clamp(bins, 1.0, static_cast<double>(bin_limit));
    result.lower = low;
    result.width = half_range / bins * 2.0;
    const bool all_integers = std::all_of(values.begin(), values.end(),
                                          [](double value) { return value == std::trunc(value); });
    constexpr double exact_integers = 9007199254740992.0;
    if (all_integers && high < exact_integers && low > -exact_integers) {
        result.width = std::ceil(result.width);
        result.lower = low - 0.5;
        bins = std::floor((high - result.lower) / result.width) + 1.0;
    }
    const auto bin_count = static_cast<std::size_t>(bins);
    result.counts.assign(bin_count, 0);
    for (const double value : values) {
        const double position = (value / 2.0 - result.lower / 2.0) / result.width * 2.0;
        const auto bin = static_cast<std::size_t>(std::max(position, 0.0));
        ++result.counts[std::min(bin, bin_count - 1)];
    }
    return result;
}

ColumnSummary summarise_column(const Column& column, const std::vector<bool>& row_is_used) {
    ColumnSummary summary;
    summary.name = column.name;
    summary.type = column.type;
    summary.mean = summary.standard_deviation = no_value;
    summary.minimum = summary.lower_quartile = summary.median = no_value;
    summary.upper_quartile = summary.maximum = no_value;
    if (!column.is_numeric()) {
        summarise_levels(column, row_is_used, summary);
        return summary;
    }
    std::vector<double> values;
    values.reserve(column.numbers.size());
    for (std::size_t row = 0; row < column.numbers.size(); ++row) {
        if (!is_used(row_is_used, row))
            continue;
        if (std::isnan(column.numbers[row]))
            ++summary.missing_count;
        else
            values.push_back(column.numbers[row]);
    }
    summary.count = static_cast<std::int64_t>(values.size());
    if (!values.empty())
        summarise_numbers(std::move(values), summary);
    return summary;
}

DataSummary summarise_data(const DataSet& data, const std::vector<bool>& row_is_used,
                           const std::stop_token& stop, int thread_count) {
    DataSummary summary;
    const std::vector<Column>& columns = data.columns();
    summary.columns.resize(columns.size());
    const int cores = oneapi::tbb::info::default_concurrency();
    oneapi::tbb::task_arena arena(thread_count > 0 ? std::min(thread_count, cores) : cores);
    const auto for_each = [&](std::size_t count, const auto& work) {
        arena.execute([&] {
            oneapi::tbb::parallel_for(std::size_t{0}, count, [&](std::size_t i) {
                if (stop.stop_requested())
                    throw Cancelled{};
                work(i);
            });
        });
    };
    for_each(columns.size(), [&](std::size_t i) {
        summary.columns[i] = summarise_column(columns[i], row_is_used);
    });

    for (std::size_t i = 0; i < columns.size(); ++i)
        if (columns[i].is_numeric() && summary.correlated_columns.size() < correlation_limit)
            summary.correlated_columns.push_back(i);
    const std::size_t size = summary.correlated_columns.size();
    summary.correlations = Eigen::MatrixXd::Constant(static_cast<Eigen::Index>(size),
                                                     static_cast<Eigen::Index>(size), no_value);
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    for (std::size_t i = 0; i < size; ++i)
        for (std::size_t j = 0; j <= i; ++j) pairs.emplace_back(i, j);
    for_each(pairs.size(), [&](std::size_t k) {
        const auto [i, j] = pairs[k];
        const std::size_t a = summary.correlated_columns[i];
        const std::size_t b = summary.correlated_columns[j];
        double correlation = no_value;
        if (i == j)
            correlation = summary.columns[a].standard_deviation > 0.0 ? 1.0 : no_value;
        else if (row_is_used.empty() && summary.columns[a].missing_count == 0 &&
                 summary.columns[b].missing_count == 0)
            correlation = correlation_of_all_rows(columns[a], summary.columns[a], columns[b],
                                                  summary.columns[b]);
        else
            correlation = correlation_of_common_rows(columns[a], columns[b], row_is_used);
        summary.correlations(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) =
            correlation;
        summary.correlations(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(i)) =
            correlation;
    });

    for (std::size_t i = 0; i < columns.size(); ++i)
        advise_on_column(summary.columns[i], i, summary.advice);
    advise_on_scales(summary.columns, summary.advice);
    return summary;
}

}  // namespace mixtura
