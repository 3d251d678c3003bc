// SPDX-License-Identifier: Apache-2.0
#include "mixtura/data/weighted_histogram.h"

#include <cmath>
#include <limits>
#include <numeric>

#include <gmock/gmock.h>

#include "mixtura/common/error.h"

namespace mixtura {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(AxisRange, HoldsTheFiniteValuesWithAMargin) {
    const Eigen::VectorXd values = Eigen::Vector4d(2.0, nan, 4.0, infinity);
    EXPECT_DOUBLE_EQ(axis_range(values, 0.1).lower, 1.8);
    EXPECT_DOUBLE_EQ(axis_range(values, 0.1).upper, 4.2);
}

TEST(AxisRange, HasAWidthForConstantHugeAndAbsentValues) {
    EXPECT_EQ(axis_range(Eigen::Vector2d(10.0, 10.0)).lower, 5.0);
    EXPECT_EQ(axis_range(Eigen::Vector2d(10.0, 10.0)).upper, 15.0);
    EXPECT_EQ(axis_range(Eigen::VectorXd::Zero(3)).size(), 2.0);
    EXPECT_TRUE(std::isfinite(axis_range(Eigen::Vector2d(-1e308, 1e308)).size()));
    EXPECT_EQ(axis_range(Eigen::VectorXd()).size(), 1.0);
    EXPECT_EQ(axis_range(Eigen::Vector2d(nan, nan)).size(), 1.0);
}

TEST(WeightedHistogram, CountsEveryFiniteValueOnce) {
    Eigen::VectorXd values(7);
    values << 0.0, 0.5, 1.0, 1.5, 2.0, nan, 4.0;
    const WeightedHistogram result = weighted_histogram(values, Eigen::VectorXd(), 4);
    EXPECT_THAT(result.counts, ElementsAre(2.0, 2.0, 1.0, 1.0));
    EXPECT_EQ(result.total, 6.0);
    EXPECT_EQ(result.bin_width(), 1.0);
    EXPECT_EQ(result.bin_centre(3), 3.5);
}

TEST(WeightedHistogram, HasUnitAreaAsADensity) {
    Eigen::VectorXd values(1000);
    for (Eigen::Index i = 0; i < values.size(); ++i)
        values[i] = std::sin(0.37 * static_cast<double>(i)) * 3.0;
    const WeightedHistogram result = weighted_histogram(values);
    double area = 0.0;
    for (std::size_t bin = 0; bin < result.counts.size(); ++bin)
        area += result.density(bin) * result.bin_width();
    EXPECT_NEAR(area, 1.0, 1e-12);
    EXPECT_GT(result.counts.size(), 5U);
}

TEST(WeightedHistogram, CountsWeights) {
    const WeightedHistogram result =
        weighted_histogram(Eigen::Vector3d(0.0, 1.0, 2.0), Eigen::Vector3d(2.0, 0.5, 3.0), 2);
    EXPECT_THAT(result.counts, ElementsAre(2.0, 3.5));
    EXPECT_EQ(result.total, 5.5);
}

TEST(WeightedHistogram, GivesRoundedValuesBinsOfWholeSteps) {
    // Each value from 0 to 9.9 in steps of 0.1 equally often: a flat histogram, no comb.
    Eigen::VectorXd values(2000);
    for (Eigen::Index i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i % 100) * 0.1;
    const WeightedHistogram result = weighted_histogram(values);
    const double steps = result.bin_width() / 0.1;
    EXPECT_NEAR(steps, std::round(steps), 1e-9);
    for (std::size_t bin = 0; bin + 1 < result.counts.size(); ++bin)
        EXPECT_EQ(result.counts[bin], 20.0 * std::round(steps));
    EXPECT_EQ(std::accumulate(result.counts.begin(), result.counts.end(), 0.0), 2000.0);
}

TEST(WeightedHistogram, GivesACategoryCodeItsOwnBin) {
    Eigen::VectorXd values(6);
    values << 1.0, 1.0, 1.0, 1.0, 2.0, 3.0;
    const WeightedHistogram result = weighted_histogram(values);
    EXPECT_THAT(result.counts, ElementsAre(4.0, 1.0, 1.0));
    EXPECT_EQ(result.range.lower, 0.5);
}

TEST(WeightedHistogram, IsSaneForConstantHugeAndAbsentValues) {
    EXPECT_EQ(weighted_histogram(Eigen::VectorXd::Constant(5, 3.0)).counts.at(0), 5.0);
    EXPECT_EQ(weighted_histogram(Eigen::VectorXd::Constant(1, 3.0)).total, 1.0);
    EXPECT_EQ(weighted_histogram(Eigen::VectorXd()).total, 0.0);
    EXPECT_EQ(weighted_histogram(Eigen::VectorXd()).density(0), 0.0);
    EXPECT_EQ(weighted_histogram(Eigen::Vector3d(-1e308, 0.0, 1e308)).total, 3.0);
    EXPECT_EQ(weighted_histogram(Eigen::Vector3d(0.0, 1e-300, 1e300)).total, 3.0);
}

TEST(WeightedHistogram, NeverHasMoreBinsThanItsLimit) {
    Eigen::VectorXd values = Eigen::VectorXd::Zero(1000);
    for (Eigen::Index i = 0; i < 500; ++i) values[i] = static_cast<double>(i) * 1e-6;
    values[999] = 1e6;
    EXPECT_LE(weighted_histogram(values).counts.size(),
              static_cast<std::size_t>(histogram_bin_limit));
    for (Eigen::Index i = 0; i < 1000; ++i) values[i] = static_cast<double>(i % 700);
    values[0] = 90000.0;
    EXPECT_LE(weighted_histogram(values).counts.size(),
              static_cast<std::size_t>(histogram_bin_limit));
}

TEST(WeightedHistogram, RefusesBinCountsAndWeightsOutOfRange) {
    const Eigen::VectorXd values = Eigen::Vector2d(0.0, 1.0);
    EXPECT_THAT([&] { weighted_histogram(values, Eigen::VectorXd(), 201); },
                ThrowsMessage<InvalidArgument>(HasSubstr("1 to 200 bins, not 201")));
    EXPECT_THAT([&] { weighted_histogram(values, Eigen::VectorXd(), -1); },
                ThrowsMessage<InvalidArgument>(HasSubstr("not -1")));
    EXPECT_THAT([&] { weighted_histogram(values, Eigen::VectorXd::Ones(3)); },
                ThrowsMessage<InvalidArgument>(HasSubstr("as many weights, not 3")));
}

}  // namespace
}  // namespace mixtura
