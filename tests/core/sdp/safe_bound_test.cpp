// SPDX-License-Identifier: Apache-2.0
#include "mixtura/sdp/safe_bound.h"

#include <algorithm>
#include <stop_token>

#include <Eigen/Dense>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/random.h"
#include "mixtura/sdp/peng_wei.h"
#include "mixtura/sdp/sum_of_squares.h"
#include "mixtura/sdp/tridiagonal_form.h"

#include "support/near.h"
#include "support/sdp_points.h"
#include "support/text_table.h"

namespace mixtura {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::near;

/// Centred and within [-1, 1].
MatrixXd unit_points(const MatrixXd& observations) {
    const MatrixXd centred = observations.rowwise() - observations.colwise().mean();
    return centred / centred.cwiseAbs().maxCoeff();
}

MatrixXd random_points(Index n, Index d, RandomStream& random) {
    MatrixXd points(n, d);
    for (Index i = 0; i < n; ++i)
        for (Index j = 0; j < d; ++j) points(i, j) = random.normal();
    return points;
}

MatrixXd random_multipliers(Index n, double size, RandomStream& random) {
    MatrixXd multipliers(n, n);
    for (Index i = 0; i < n; ++i)
        for (Index j = 0; j <= i; ++j)
            multipliers(i, j) = multipliers(j, i) = size * random.uniform();
    return multipliers;
}

TEST(TridiagonalForm, AgreesWithTheDefinition) {
    RandomStream random(3);
    for (const Index n : {1, 2, 3, 7, 40, 90}) {
        const MatrixXd half = random_points(n, n, random);
        const MatrixXd matrix = half + half.transpose();
        const TridiagonalForm form(matrix, {});
        const Index count = std::min<Index>(n, 10);
        const MatrixXd vectors = form.vectors(count);
        EXPECT_LE((vectors.transpose() * vectors - MatrixXd::Identity(count, count)).norm(), 1e-12);
        EXPECT_LE((matrix * vectors - vectors * form.values().head(count).asDiagonal()).norm(),
                  1e-11 * matrix.norm());
        EXPECT_TRUE(near(matrix.trace(), form.values().sum(), 1e-11));
        EXPECT_TRUE(std::ranges::is_sorted(form.values(), std::greater<>()));
    }
}

TEST(TridiagonalForm, GivesOrthogonalVectorsOfAManifoldEigenvalue) {
    MatrixXd matrix = MatrixXd::Zero(30, 30);
    for (Index block = 0; block < 3; ++block)
        matrix.block(10 * block, 10 * block, 10, 10).setOnes();
    const TridiagonalForm form(matrix, {});
    const MatrixXd vectors = form.vectors(3);
    EXPECT_LE((vectors.transpose() * vectors - MatrixXd::Identity(3, 3)).norm(), 1e-12);
    EXPECT_LE((matrix * vectors - 10.0 * vectors).norm(), 1e-11);
}

TEST(SafeBound, WithoutMultipliersIsTheScatterBeyondTheFirstPrincipalComponents) {
    const MatrixXd points = unit_points(test::measurements("iris"));
    const Eigen::JacobiSVD<MatrixXd> svd(points);
    const VectorXd squares = svd.singularValues().cwiseAbs2();
    for (const int k : {2, 3, 4}) {
        const double expected = squares.tail(4 - (k - 1)).sum();
        const auto bound = safe_lower_bound(points, MatrixXd::Zero(150, 150), k, {});
        ASSERT_TRUE(bound);
        EXPECT_TRUE(near(expected, *bound, 1e-9));
        EXPECT_LE(*bound, expected * (1.0 + 1e-14));
    }
}

TEST(SafeBound, NeverExceedsTheLeastSumOfSquaresForAnyMultipliers) {
    RandomStream random(11);
    for (int trial = 0; trial < 60; ++trial) {
        const Index n = 4 + trial % 6;
        const int k = 2 + trial % 3;
        const MatrixXd points = unit_points(random_points(n, 1 + trial % 3, random));
        const long double least = test::exhaustive_sum_of_squares(points, k);
        for (const double size : {0.0, 1e-3, 0.1, 1.0, 30.0}) {
            const auto bound = safe_lower_bound(points, random_multipliers(n, size, random), k, {});
            ASSERT_TRUE(bound);
            EXPECT_LE(static_cast<long double>(*bound), least) << n << ' ' << k << ' ' << size;
        }
        const SquaresPartition best = best_squares_partition(points, k, 20, random, {});
        const auto analytic =
            safe_lower_bound(points, partition_multipliers(points, best.labels, k), k, {});
        ASSERT_TRUE(analytic);
        EXPECT_LE(static_cast<long double>(*analytic), least);
    }
}

TEST(SafeBound, IsTightWhereTheGroupsAreFarApart) {
    // Sum of squares and limits of the analytic test: 300 K-means starts and CSDP 6.2.
    const double sum = 88.695656471;
    for (const double delta : {8.0, 7.0}) {
        const MatrixXd observations = test::three_groups(delta);
        const MatrixXd points = observations.rowwise() - observations.colwise().mean();
        RandomStream random(1);
        const SquaresPartition best = best_squares_partition(points, 3, 20, random, {});
        EXPECT_TRUE(near(sum, best.objective, 1e-9));
        const auto bound =
            safe_lower_bound(points, partition_multipliers(points, best.labels, 3), 3, {});
        ASSERT_TRUE(bound);
        EXPECT_TRUE(near(sum, *bound, 1e-9));
        EXPECT_LT(*bound, best.objective);
    }
    const MatrixXd near_groups = test::three_groups(6.0);
    const MatrixXd points = near_groups.rowwise() - near_groups.colwise().mean();
    RandomStream random(1);
    const SquaresPartition best = best_squares_partition(points, 3, 20, random, {});
    EXPECT_TRUE(near(sum, best.objective, 1e-9));
    const auto bound =
        safe_lower_bound(points, partition_multipliers(points, best.labels, 3), 3, {});
    ASSERT_TRUE(bound);
    EXPECT_LT(*bound, 0.9 * sum);
}

struct PengWeiCase {
    const char* data;
    double delta;
    int component_count;
    double value;
    double tolerance;
};

TEST(PengWei, ReachesTheOptimaOfTheRelaxation) {
    // CSDP 6.2 and a prototype that agrees with it; iris to the digits that were settled.
    const PengWeiCase cases[] = {
        {"", 8.0, 3, 88.695656471, 1e-8},  {"", 6.0, 3, 88.6940507, 2e-7},
        {"", 3.0, 3, 62.572119025, 1e-7},  {"", 2.0, 3, 47.368929, 1e-7},
        {"iris", 0.0, 2, 150.68307, 3e-7}, {"iris", 0.0, 3, 75.53710, 3e-7}};
    for (const PengWeiCase& one : cases) {
        const MatrixXd observations =
            one.delta > 0.0 ? test::three_groups(one.delta) : test::measurements(one.data);
        const MatrixXd points = observations.rowwise() - observations.colwise().mean();
        RandomStream random(1);
        const SquaresPartition best =
            best_squares_partition(points, one.component_count, 20, random, {});
        int reported = 0;
        const PengWeiSolution solution =
            solve_peng_wei(points, one.component_count, best.labels, best.objective, 1e-7, 3000, {},
                           [&](int iteration) { reported = iteration; });
        SCOPED_TRACE(std::string(one.data) + " " + std::to_string(one.delta) + " K " +
                     std::to_string(one.component_count) + " iterations " +
                     std::to_string(solution.iterations));
        EXPECT_EQ(reported, solution.iterations);
        // The last relaxation is degenerate: the residual settles slowly, the value does not wait.
        EXPECT_TRUE(solution.is_converged || one.delta == 2.0);
        EXPECT_TRUE(near(one.value, solution.value, one.tolerance));
        const auto bound = safe_lower_bound(points, solution.multipliers, one.component_count, {});
        ASSERT_TRUE(bound);
        EXPECT_TRUE(near(one.value, *bound, 1e-6));
        EXPECT_LE(*bound, one.value * (1.0 + one.tolerance));
        const MatrixXd& z = solution.membership;
        EXPECT_LE((z.rowwise().sum().array() - 1.0).abs().maxCoeff(), 1e-10);
        EXPECT_TRUE(near(one.component_count, z.trace(), 1e-10));
        EXPECT_GE(z.minCoeff(), -1e-5);
    }
}

}  // namespace
}  // namespace mixtura
