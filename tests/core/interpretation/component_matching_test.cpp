// SPDX-License-Identifier: Apache-2.0
#include "mixtura/interpretation/component_matching.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <gmock/gmock.h>

#include "mixtura/common/error.h"
#include "mixtura/common/random.h"

#include "support/near.h"
#include "support/reference_fit.h"

namespace mixtura {
namespace {

using test::near;
using testing::ElementsAre;

GaussianMixture normals(const Eigen::VectorXd& means, const std::vector<double>& variances) {
    std::vector<Eigen::MatrixXd> covariances;
    for (const double variance : variances)
        covariances.emplace_back(Eigen::MatrixXd::Constant(1, 1, variance));
    return {Eigen::VectorXd::Constant(means.size(), 1.0 / static_cast<double>(means.size())), means,
            covariances};
}

TEST(Bhattacharyya, EqualsItsFormulaInOneFeature) {
    const GaussianMixture model = normals(Eigen::Vector2d(1.0, 4.0), {2.0, 5.0});
    const double expected = 0.25 * 9.0 / 7.0 + 0.5 * std::log(7.0 / (2.0 * std::sqrt(10.0)));
    EXPECT_TRUE(near(expected, bhattacharyya_distance(model, 0, model, 1), 1e-14));
    EXPECT_NEAR(0.0, bhattacharyya_distance(model, 1, model, 1), 1e-15);
}

/// Brute force over all permutations.
TEST(LeastCostAssignment, IsTheBestOfAllPermutations) {
    RandomStream random(3);
    for (int count = 1; count <= 6; ++count) {
        for (int repeat = 0; repeat < 20; ++repeat) {
            Eigen::MatrixXd costs(count, count);
            for (double& cost : costs.reshaped()) cost = std::floor(10.0 * random.normal());
            std::vector<int> order(static_cast<std::size_t>(count));
            std::iota(order.begin(), order.end(), 0);
            double least = std::numeric_limits<double>::infinity();
            do {
                double sum = 0.0;
                for (int k = 0; k < count; ++k) sum += costs(k, order[static_cast<std::size_t>(k)]);
                least = std::min(least, sum);
            } while (std::next_permutation(order.begin(), order.end()));
            const std::vector<int> assigned = least_cost_assignment(costs);
            double sum = 0.0;
            for (int k = 0; k < count; ++k) sum += costs(k, assigned[static_cast<std::size_t>(k)]);
            EXPECT_EQ(sum, least);
            std::vector<int> sorted = assigned;
            std::sort(sorted.begin(), sorted.end());
            std::iota(order.begin(), order.end(), 0);
            EXPECT_EQ(sorted, order);
        }
    }
}

TEST(MatchingOrder, UndoesAPermutation) {
    const GaussianMixture model = test::reference_fit("iris", "hc", "VVV", 3, 10).model;
    const std::vector<int> order{2, 0, 1};
    EXPECT_THAT(matching_order(reordered(model, order), model), ElementsAre(1, 2, 0));
}

/// The nearest component of each is not one for one: 0.4 and 0.6 both lie nearest to 0.5.
TEST(MatchingOrder, IsOneForOne) {
    const GaussianMixture reference = normals(Eigen::Vector2d(0.5, 3.0), {1.0, 1.0});
    const GaussianMixture model = normals(Eigen::Vector2d(0.6, 0.4), {1.0, 1.0});
    EXPECT_THAT(matching_order(model, reference), ElementsAre(1, 0));
}

TEST(MatchingOrder, RefusesMixturesThatDiffer) {
    const GaussianMixture two = normals(Eigen::Vector2d(0.0, 1.0), {1.0, 1.0});
    const GaussianMixture three = normals(Eigen::Vector3d(0.0, 1.0, 2.0), {1.0, 1.0, 1.0});
    EXPECT_THROW(matching_order(two, three), InvalidArgument);
}

}  // namespace
}  // namespace mixtura
