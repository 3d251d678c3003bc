// SPDX-License-Identifier: Apache-2.0
#include "mixtura/data/column_summary.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/cancelled.h"
#include "mixtura/io/csv.h"

#include "support/data_file.h"
#include "support/stopped.h"

namespace mixtura {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

Column numbers(const std::string& name, std::vector<double> values) {
    Column column;
    column.name = name;
    column.numbers = std::move(values);
    return column;
}

/// Quantile of type 7 from all sorted values.
double naive_quantile(std::vector<double> values, double p) {
    std::sort(values.begin(), values.end());
    const double position = p * static_cast<double>(values.size() - 1);
    const double low = std::floor(position);
    const auto at = static_cast<std::size_t>(low);
    const double next = values[std::min(at + 1, values.size() - 1)];
    return values[at] + (position - low) * (next - values[at]);
}

TEST(ColumnSummary, AgreesWithRForOldFaithful) {
    // R 4.2.2: summary(), sd(), cor(), nlevels(factor()) of datasets::faithful.
    const DataSummary summary = summarise_data(import_csv(test::data_file("faithful.csv")).data);
    const ColumnSummary& eruptions = summary.columns[0];
    EXPECT_EQ(eruptions.count, 272);
    EXPECT_NEAR(eruptions.mean, 3.48778308823529, 1e-12);
    EXPECT_NEAR(eruptions.standard_deviation, 1.14137125110521, 1e-12);
    EXPECT_DOUBLE_EQ(eruptions.minimum, 1.6);
    EXPECT_DOUBLE_EQ(eruptions.lower_quartile, 2.16275);
    EXPECT_DOUBLE_EQ(eruptions.median, 4.0);
    EXPECT_DOUBLE_EQ(eruptions.upper_quartile, 4.45425);
    EXPECT_DOUBLE_EQ(eruptions.maximum, 5.1);
    EXPECT_EQ(eruptions.distinct_count, 126);
    EXPECT_NEAR(summary.correlations(0, 1), 0.900811168321813, 1e-12);
    EXPECT_EQ(summary.correlations(0, 0), 1.0);
}

TEST(ColumnSummary, CountsMissingValuesAndLevels) {
    const DataSummary air = summarise_data(import_csv(test::data_file("airquality.csv")).data);
    EXPECT_EQ(air.columns[0].missing_count, 37);
    EXPECT_EQ(air.columns[0].count, 116);
    // R: cor(airquality$Ozone, airquality$Solar.R, use = "complete.obs")
    EXPECT_NEAR(air.correlations(0, 1), 0.348341692993603, 1e-12);
    const DataSummary iris = summarise_data(import_csv(test::data_file("iris.csv")).data);
    EXPECT_EQ(iris.columns[4].distinct_count, 3);
    ASSERT_EQ(iris.columns[4].most_frequent.size(), 3U);
    EXPECT_EQ(iris.columns[4].most_frequent[0].level, "setosa");
    EXPECT_EQ(iris.columns[4].most_frequent[0].count, 50);
    EXPECT_TRUE(std::isnan(iris.columns[4].mean));
    EXPECT_EQ(iris.correlated_columns.size(), 4U);
}

TEST(ColumnSummary, AgreesWithPlainFormulasOnRandomColumns) {
    std::mt19937_64 engine(4);
    for (int round = 0; round < 200; ++round) {
        const std::size_t count = 1 + engine() % 60;
        std::vector<double> values(count);
        for (double& value : values)
            value = 1e6 + static_cast<double>(engine() % (1 + engine() % 50)) / 4.0;
        const ColumnSummary summary = summarise_column(numbers("x", values));
        long double mean = 0.0L;
        for (const double value : values)
            mean += static_cast<long double>(value) / static_cast<long double>(count);
        long double squares = 0.0L;
        for (const double value : values)
            squares +=
                (static_cast<long double>(value) - mean) * (static_cast<long double>(value) - mean);
        EXPECT_NEAR(summary.mean, static_cast<double>(mean), 1e-9);
        if (count > 1) {
            EXPECT_NEAR(
                summary.standard_deviation,
                static_cast<double>(std::sqrt(squares / static_cast<long double>(count - 1))),
                1e-9);
        }
        EXPECT_DOUBLE_EQ(summary.lower_quartile, naive_quantile(values, 0.25));
        EXPECT_DOUBLE_EQ(summary.median, naive_quantile(values, 0.5));
        EXPECT_DOUBLE_EQ(summary.upper_quartile, naive_quantile(values, 0.75));
        EXPECT_EQ(static_cast<std::size_t>(summary.distinct_count),
                  std::set<double>(values.begin(), values.end()).size());
        EXPECT_EQ(std::accumulate(summary.histogram.counts.begin(), summary.histogram.counts.end(),
                                  std::int64_t{0}),
                  static_cast<std::int64_t>(count));
    }
}

TEST(ColumnSummary, HoldsOnHardColumns) {
    const ColumnSummary none = summarise_column(numbers("x", {missing, missing}));
    EXPECT_EQ(none.count, 0);
    EXPECT_TRUE(std::isnan(none.mean));
    EXPECT_TRUE(none.histogram.counts.empty());
    const ColumnSummary one = summarise_column(numbers("x", {3}));
    EXPECT_EQ(one.median, 3.0);
    EXPECT_TRUE(std::isnan(one.standard_deviation));
    const ColumnSummary constant = summarise_column(numbers("x", {2, 2, 2}));
    EXPECT_EQ(constant.standard_deviation, 0.0);
    EXPECT_EQ(constant.histogram.rule, ColumnHistogram::Rule::single);
    const ColumnSummary zeros = summarise_column(numbers("x", {0.0, -0.0}));
    EXPECT_EQ(zeros.distinct_count, 1);
    const ColumnSummary large = summarise_column(numbers("x", {1e308, 1.1e308, 1.2e308, 1.3e308}));
    EXPECT_DOUBLE_EQ(large.mean, 1.15e308);
    EXPECT_TRUE(std::isfinite(large.standard_deviation));
    EXPECT_EQ(std::accumulate(large.histogram.counts.begin(), large.histogram.counts.end(),
                              std::int64_t{0}),
              4);
    std::vector<double> many(20000);
    std::iota(many.begin(), many.end(), 0.5);
    const ColumnSummary capped = summarise_column(numbers("x", many));
    EXPECT_EQ(capped.distinct_count, distinct_limit);
    EXPECT_FALSE(capped.distinct_is_exact);
}

TEST(ColumnHistogram, FollowsTheStatedRules) {
    // IQR = 0.5, n = 101: width 2 * 0.5 * 101^(-1/3) = 0.2147, so five bins over [0, 1].
    std::vector<double> even;
    for (int i = 0; i <= 100; ++i) even.push_back(i / 100.0);
    const ColumnHistogram spread = histogram(even);
    EXPECT_EQ(spread.rule, ColumnHistogram::Rule::freedman_diaconis);
    EXPECT_EQ(spread.counts.size(), 5U);
    EXPECT_NEAR(spread.width, 0.2, 1e-15);
    EXPECT_EQ(spread.counts[4], 21);
    std::vector<double> peaked(16, 0.5);
    peaked[0] = 0.0;
    peaked[15] = 1.0;
    EXPECT_EQ(histogram(peaked).rule, ColumnHistogram::Rule::sturges);
    EXPECT_EQ(histogram(peaked).counts.size(), 5U);
    std::vector<double> integers;
    for (int i = 0; i < 1000; ++i) integers.push_back(i % 6);
    const ColumnHistogram dice = histogram(integers);
    EXPECT_EQ(dice.width, 1.0);
    EXPECT_EQ(dice.lower, -0.5);
    EXPECT_THAT(dice.counts, testing::ElementsAre(167, 167, 167, 167, 166, 166));
    std::vector<double> heavy(10000, 0.0);
    for (std::size_t i = 0; i < heavy.size(); ++i)
        heavy[i] = std::tan(3.1 * (static_cast<double>(i) / 10000.0 - 0.5));
    EXPECT_LE(histogram(heavy).counts.size(), 200U);
}

TEST(DataSummary, AdvisesOnColumnsThatMisleadAFit) {
    std::vector<double> measure;
    std::vector<double> large;
    std::vector<double> code;
    for (int i = 0; i < 100; ++i) {
        measure.push_back(std::sin(i));
        large.push_back(1000.0 * std::cos(i));
        code.push_back(i % 4);
    }
    std::vector<double> sparse(100, missing);
    sparse[3] = 1;
    sparse[4] = 2;
    const DataSet data(
        "f", {numbers("measure", measure), numbers("large", large), numbers("code", code),
              numbers("flat", std::vector<double>(100, 7)),
              numbers("none", std::vector<double>(100, missing)), numbers("sparse", sparse)});
    using Kind = DataAdvice::Kind;
    std::vector<std::pair<Kind, std::size_t>> found;
    for (const DataAdvice& advice : summarise_data(data).advice)
        found.emplace_back(advice.kind, advice.column);
    EXPECT_THAT(found, testing::ElementsAre(std::pair(Kind::few_distinct_values, std::size_t{2}),
                                            std::pair(Kind::constant_column, std::size_t{3}),
                                            std::pair(Kind::no_values, std::size_t{4}),
                                            std::pair(Kind::mostly_missing, std::size_t{5}),
                                            std::pair(Kind::few_distinct_values, std::size_t{5}),
                                            std::pair(Kind::scales_differ, std::size_t{1})));
    EXPECT_TRUE(std::isnan(summarise_data(data).correlations(0, 3)));
}

TEST(DataSummary, IsTheSameForAnyNumberOfThreadsAndRespectsTheFilter) {
    std::mt19937_64 engine(8);
    std::vector<Column> columns;
    for (int c = 0; c < 5; ++c) {
        std::vector<double> values(5000);
        for (double& value : values) value = static_cast<double>(engine() >> 11U) * 0x1p-53;
        columns.push_back(numbers("x" + std::to_string(c), values));
    }
    const DataSet data("f", columns);
    const DataSummary one = summarise_data(data, {}, {}, 1);
    const DataSummary two = summarise_data(data, {}, {}, 2);
    EXPECT_EQ(one.correlations, two.correlations);
    for (std::size_t c = 0; c < 5; ++c)
        EXPECT_EQ(one.columns[c].standard_deviation, two.columns[c].standard_deviation);
    std::vector<bool> half(5000, false);
    std::fill_n(half.begin(), 2500, true);
    EXPECT_EQ(summarise_data(data, half).columns[0].count, 2500);
    EXPECT_NEAR(summarise_data(data, std::vector<bool>(5000, true)).correlations(0, 1),
                one.correlations(0, 1), 1e-14);
}

TEST(DataSummary, CanBeCancelled) {
    EXPECT_THROW(summarise_data(DataSet("f", {numbers("x", {1, 2})}), {}, test::stopped()),
                 Cancelled);
}

}  // namespace
}  // namespace mixtura
