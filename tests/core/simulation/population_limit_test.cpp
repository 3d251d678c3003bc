// SPDX-License-Identifier: Apache-2.0
#include "mixtura/simulation/population_limit.h"

#include <array>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "mixtura/common/cancelled.h"
#include "mixtura/simulation/hand_set_mixture.h"

#include "support/near.h"
#include "support/stopped.h"

namespace mixtura {
namespace {

using Eigen::Index;
using test::all_near;
using test::near;

constexpr std::array<double, 7> ratios_of_signal{0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0};

struct TableRow {
    double deviation_ratio;
    std::array<double, 7> separations;
};

/// Fitted t for the truth 1, by quadrature in double precision, six decimals; model of Serov,
/// Balanov & Bendory (2026).
const std::vector<TableRow> table = {
    {0.0, {2.648248, 1.791186, 1.399282, 1.166631, 1.050255, 1.008491, 1.000135}},
    {0.5, {2.560452, 1.746047, 1.376095, 1.157358, 1.047769, 1.008136, 1.000130}},
    {0.75, {2.200162, 1.560740, 1.279831, 1.117593, 1.036498, 1.006426, 1.000107}},
    {0.9, {1.677006, 1.299458, 1.145434, 1.060780, 1.019247, 1.003534, 1.000062}},
    {1.0, {1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0}},
    {1.1, {0.0, 0.405067, 0.777911, 0.912874, 0.971932, 0.994425, 0.999885}},
    {1.25, {0.0, 0.0, 0.0, 0.704019, 0.906882, 0.980308, 0.999509}},
    {1.5, {0.0, 0.0, 0.0, 0.0, 0.697210, 0.931878, 0.997523}},
    {2.0, {0.0, 0.0, 0.0, 0.0, 0.0, 0.631180, 0.975702}}};

CentreArrangement on_a_line(int component_count, int feature_count = 1) {
    HandSetMixture description;
    description.component_count = component_count;
    description.feature_count = feature_count;
    return centre_arrangement(hand_set_mixture(description));
}

TEST(SymmetricFixedPoint, HasTheReferenceValues) {
    for (const TableRow& row : table) {
        for (std::size_t i = 0; i < ratios_of_signal.size(); ++i)
            EXPECT_NEAR(row.separations[i],
                        symmetric_fixed_point(ratios_of_signal[i], row.deviation_ratio), 6e-7)
                << "rho " << row.deviation_ratio << ", SNR " << ratios_of_signal[i];
    }
}

TEST(LineLimit, EndsWhereTheFixedPointLies) {
    const Eigen::Vector2d weights(0.5, 0.5);
    const Eigen::Vector2d positions(-1.0, 1.0);
    for (const TableRow& row : table) {
        for (std::size_t i = 0; i < ratios_of_signal.size(); ++i) {
            const double sigma = 1.0 / std::sqrt(ratios_of_signal[i]);
            const LineLimit limit =
                line_limit(weights, positions, sigma, row.deviation_ratio * sigma);
            EXPECT_TRUE(limit.is_converged);
            EXPECT_NEAR(row.separations[i], limit.positions[1], 6e-7)
                << "rho " << row.deviation_ratio << ", SNR " << ratios_of_signal[i];
            EXPECT_NEAR(-limit.positions[0], limit.positions[1], 1e-9);
        }
    }
}

/// One population iteration by Simpson's rule on many nodes, term by term.
Eigen::VectorXd naive_iteration(const Eigen::VectorXd& weights, const Eigen::VectorXd& truth,
                                double sigma, double tau, const Eigen::VectorXd& fitted) {
    constexpr int intervals = 40000;
    const double low = truth.minCoeff() - 9.0 * sigma;
    const double step = (truth.maxCoeff() + 9.0 * sigma - low) / intervals;
    Eigen::VectorXd mass = Eigen::VectorXd::Zero(fitted.size());
    Eigen::VectorXd sum = mass;
    for (int i = 0; i <= intervals; ++i) {
        const double x = low + step * i;
        const double simpson = i == 0 || i == intervals ? 1.0 : i % 2 == 1 ? 4.0 : 2.0;
        double density = 0.0;
        for (Index j = 0; j < truth.size(); ++j)
            density += weights[j] * std::exp(-0.5 * std::pow((x - truth[j]) / sigma, 2));
        double total = 0.0;
        Eigen::VectorXd part(fitted.size());
        for (Index k = 0; k < fitted.size(); ++k) {
            part[k] = weights[k] * std::exp(-0.5 * std::pow((x - fitted[k]) / tau, 2));
            total += part[k];
        }
        for (Index k = 0; k < fitted.size() && total > 0.0; ++k) {
            mass[k] += simpson * density * part[k] / total;
            sum[k] += simpson * density * part[k] / total * x;
        }
    }
    return sum.cwiseQuotient(mass);
}

TEST(LineLimit, IsAFixedPointForUnequalWeightsAndMoreCentres) {
    const Eigen::Vector3d weights(0.5, 0.2, 0.3);
    const Eigen::Vector3d truth(-1.4, 0.3, 1.9);
    for (const double tau : {0.6, 0.8, 1.0}) {
        const LineLimit limit = line_limit(weights, truth, 0.8, tau);
        EXPECT_TRUE(limit.is_converged);
        EXPECT_TRUE(all_near(limit.positions,
                             naive_iteration(weights, truth, 0.8, tau, limit.positions), 1e-8));
        EXPECT_EQ(tau == 0.8, (limit.positions - truth).cwiseAbs().maxCoeff() < 1e-8);
    }
}

TEST(LineLimit, ApproachesHardAssignmentAsTheDeviationVanishes) {
    const Eigen::Vector3d weights(0.5, 0.2, 0.3);
    const Eigen::Vector3d truth(1.9, -1.4, 0.3);
    const LineLimit hard = line_limit(weights, truth, 0.8, 0.0);
    const LineLimit nearly = line_limit(weights, truth, 0.8, 0.04);
    EXPECT_TRUE(all_near(hard.positions, nearly.positions, 5e-3));
    // Each centre is the mean of what is nearest to it.
    EXPECT_GT(hard.positions[0], hard.positions[2]);
    EXPECT_GT(hard.positions[2], hard.positions[1]);
}

TEST(PopulationLimit, IsConsistentWithTheRightDeviationAndDriftsOutwardsBelowIt) {
    for (const int count : {2, 3, 5}) {
        const CentreArrangement arrangement = on_a_line(count, 3);
        const auto right = population_limit(arrangement, 3.0, 1.0);
        ASSERT_TRUE(right);
        EXPECT_TRUE(near(1.0, right->separation, 1e-8));
        EXPECT_LT(right->mean_distance, 1e-7);
        EXPECT_GT(population_limit(arrangement, 3.0, 0.5)->separation, 1.0);
        EXPECT_LT(population_limit(arrangement, 3.0, 1.2)->separation, 1.0);
        const double collapsed = collapse_ratio(arrangement, 3.0);
        EXPECT_LT(population_limit(arrangement, 3.0, 1.05 * collapsed)->separation, 1e-6);
        EXPECT_GT(population_limit(arrangement, 3.0, 0.95 * collapsed)->separation, 0.1);
    }
}

TEST(PopulationLimit, IsGivenForCentresOnALineAlone) {
    HandSetMixture description;
    description.component_count = 3;
    description.layout = CentreLayout::simplex;
    EXPECT_FALSE(population_limit(centre_arrangement(hand_set_mixture(description)), 1.0, 1.0));
}

TEST(PopulationLimit, StopsWhenAsked) {
    EXPECT_THROW(static_cast<void>(population_limit(on_a_line(3), 1.0, 1.4, test::stopped())),
                 Cancelled);
}

}  // namespace
}  // namespace mixtura
