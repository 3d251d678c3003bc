// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include "mixtura/common/random.h"
#include "mixtura/linalg/cholesky.h"
#include "mixtura/linalg/log_domain.h"
#include "mixtura/linalg/student_t.h"
#include "mixtura/linalg/symmetric_eigen.h"

namespace mixtura {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

MatrixXd random_symmetric(Index d, std::uint64_t seed) {
    RandomStream random(seed);
    MatrixXd matrix(d, d);
    for (Index i = 0; i < matrix.size(); ++i) matrix(i) = random.normal();
    return matrix + matrix.transpose();
}

/// Gamma(a + m) / Gamma(a) = a (a + 1) ... (a + m - 1): no digit is lost at many degrees of freedom.
TEST(StudentT, CentreIsExactAtManyDegreesOfFreedom) {
    for (const double nu : {3.0, 199.0, 201.0, 5e3, 1e6, 1e9}) {
        for (const int d : {2, 4, 20}) {
            double expected = -0.5 * d * std::log(nu * std::acos(-1.0));
            for (int i = 0; i < d / 2; ++i) expected += std::log(0.5 * nu + i);
            EXPECT_NEAR(student_log_centre(nu, d), expected, 1e-12 * d) << nu << " " << d;
        }
    }
}

TEST(SymmetricEigen, DecomposesAtSmallAndLargeSizes) {
    for (const Index d : {1, 2, 3, 4, 8, 9, 30}) {
        const MatrixXd matrix = random_symmetric(d, static_cast<std::uint64_t>(d));
        const SymmetricEigen eigen = symmetric_eigen(matrix);
        EXPECT_TRUE(
            (eigen.vectors.transpose() * eigen.vectors).isApprox(MatrixXd::Identity(d, d), 1e-13));
        const MatrixXd again = recompose(eigen.vectors, eigen.values);
        EXPECT_TRUE(again.isApprox(matrix, 1e-12));
        EXPECT_TRUE(again.isApprox(again.transpose(), 0.0));
        for (Index j = 0; j + 1 < d; ++j) EXPECT_GE(eigen.values[j], eigen.values[j + 1]);
    }
}

TEST(SymmetricEigen, TakesZeroEqualAndSingularMatrices) {
    EXPECT_EQ(symmetric_eigen(MatrixXd::Zero(3, 3)).values, VectorXd::Zero(3));
    EXPECT_EQ(symmetric_eigen(MatrixXd::Identity(4, 4)).values, VectorXd::Ones(4));
    const SymmetricEigen eigen = symmetric_eigen(MatrixXd::Ones(4, 4));
    EXPECT_NEAR(eigen.values[0], 4.0, 1e-14);
    EXPECT_NEAR(eigen.values[3], 0.0, 1e-14);
    MatrixXd hollow = MatrixXd::Zero(2, 2);
    hollow(1, 0) = hollow(0, 1) = 3.0;
    EXPECT_NEAR(symmetric_eigen(hollow).values[1], -3.0, 1e-14);
}

TEST(Cholesky, FactorisesOrSaysThatItCannot) {
    for (const Index d : {1, 4, 24, 25, 60}) {
        const MatrixXd root = random_symmetric(d, 3) + 30.0 * MatrixXd::Identity(d, d);
        const MatrixXd matrix = root * root;
        MatrixXd factor = matrix;
        ASSERT_TRUE(cholesky_in_place(factor));
        EXPECT_TRUE((factor * factor.transpose()).isApprox(matrix, 1e-13));
        EXPECT_TRUE(factor.isLowerTriangular(0.0));
        EXPECT_NEAR(half_log_determinant(factor), 0.5 * std::log(matrix.determinant()),
                    1e-8 * static_cast<double>(d));
        MatrixXd indefinite = matrix;
        indefinite(d - 1, d - 1) = -1.0;
        EXPECT_FALSE(cholesky_in_place(indefinite));
        indefinite = matrix;
        indefinite(0, 0) = std::numeric_limits<double>::quiet_NaN();
        EXPECT_FALSE(cholesky_in_place(indefinite));
    }
}

TEST(Cholesky, ExceedsADiagonalWhereTheDifferenceIsPositive) {
    const Eigen::Vector2d bound(1.0, 4.0);
    EXPECT_TRUE(exceeds_diagonal(Eigen::Matrix2d(Eigen::Vector2d(1.1, 4.1).asDiagonal()), bound));
    EXPECT_FALSE(exceeds_diagonal(Eigen::Matrix2d(Eigen::Vector2d(1.1, 3.9).asDiagonal()), bound));
}

TEST(LogDomain, SumsAndMeansWithoutOverflow) {
    EXPECT_NEAR(log_sum_exp(Eigen::Vector2d(1000.0, 1000.0)), 1000.0 + std::log(2.0), 1e-12);
    EXPECT_NEAR(log_sum_exp(Eigen::Vector2d(-2000.0, -1e300)), -2000.0, 1e-12);
    const double infinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(log_sum_exp(Eigen::Vector2d(-infinity, -infinity)), -infinity);
    EXPECT_EQ(log_sum_exp(VectorXd()), -infinity);
    EXPECT_NEAR(geometric_mean(VectorXd::Constant(5, 1e200)), 1e200, 1e188);
    EXPECT_EQ(geometric_mean(Eigen::Vector2d(0.0, 3.0)), 0.0);
}

}  // namespace
}  // namespace mixtura
