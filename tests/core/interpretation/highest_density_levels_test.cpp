// SPDX-License-Identifier: Apache-2.0
#include "mixtura/interpretation/highest_density_levels.h"

#include <cmath>

#include <gmock/gmock.h>

#include "mixtura/common/error.h"

#include "support/near.h"
#include "support/reference_fit.h"

namespace mixtura {
namespace {

using test::near;

/// Reference: an independent prototype at the limit of the same fit, type-7 quantiles.
TEST(HighestDensityLevels, EqualTheReferenceOfFaithful) {
    const GaussianMixture model = test::reference_fit("faithful", "hc", "EEE", 3, 89).model;
    const Scores scores = score(model, test::measurements("faithful"));
    const auto levels = highest_density_levels(scores.log_densities, {0.25, 0.5, 0.75, 0.95});
    const std::vector<double> expected{.03198447727, .02084354991, .01104171808, .001683631082};
    ASSERT_EQ(levels.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
        EXPECT_NEAR(expected[i], std::exp(levels[i].log_level), 1e-10) << levels[i].mass;
    EXPECT_EQ(levels[2].mass, 0.75);
    EXPECT_NEAR(.06794202, scores.uncertainty.mean(), 1e-8);
    EXPECT_NEAR(.48590887, scores.uncertainty.maxCoeff(), 1e-8);
}

/// Densities of hundreds of features lie outside the range of a double.
TEST(HighestDensityLevels, MoveWithTheDensitiesBeyondTheRangeOfADouble) {
    const Eigen::VectorXd log_densities = Eigen::VectorXd::LinSpaced(11, -3.0, 1.0);
    const auto here = highest_density_levels(log_densities, {0.32, 0.9});
    for (const double shift : {-5000.0, 5000.0}) {
        const auto there =
            highest_density_levels((log_densities.array() + shift).matrix(), {0.32, 0.9});
        for (std::size_t i = 0; i < here.size(); ++i)
            EXPECT_TRUE(near(here[i].log_level + shift, there[i].log_level, 1e-12));
    }
}

TEST(HighestDensityLevels, TakeARowOfWeightTwoAsTwoRows) {
    const Eigen::Vector4d once(-1.0, -2.0, -0.5, -4.0);
    Eigen::VectorXd twice(5);
    twice << -1.0, -2.0, -2.0, -0.5, -4.0;
    const auto weighted = highest_density_levels(once, {0.3, 0.6}, Eigen::Vector4d(1, 2, 1, 1));
    const auto repeated = highest_density_levels(twice, {0.3, 0.6});
    for (std::size_t i = 0; i < 2; ++i)
        EXPECT_TRUE(near(repeated[i].log_level, weighted[i].log_level, 1e-14));
}

TEST(HighestDensityLevels, RefuseAMassThatIsNone) {
    EXPECT_THROW(highest_density_levels(Eigen::Vector2d(0.0, 1.0), {1.0}), InvalidArgument);
    EXPECT_THROW(highest_density_levels(Eigen::VectorXd(), {0.5}), InvalidArgument);
}

}  // namespace
}  // namespace mixtura
