// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/gaussian_mixture.h"

#include <cmath>
#include <limits>
#include <string>

#include <Eigen/Dense>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"

#include "support/gaussian_pass_reference.h"
#include "support/near.h"

namespace mixtura {
namespace {

using Eigen::Matrix2d;
using Eigen::MatrixXd;
using Eigen::Vector2d;
using Eigen::VectorXd;
using test::all_near;
using test::near;
using testing::HasSubstr;
using testing::ThrowsMessage;

const Matrix2d first_covariance = (Matrix2d() << 2.0, 0.6, 0.6, 1.0).finished();
const Matrix2d second_covariance = (Matrix2d() << 0.5, -0.2, -0.2, 0.8).finished();

MatrixXd two_means() {
    return (MatrixXd(2, 2) << -1.0, 0.5, 2.0, -0.5).finished();
}

GaussianMixture two_components() {
    return {Vector2d(0.3, 0.7), two_means(), {first_covariance, second_covariance}};
}

void expect_refusal(const VectorXd& weights, const MatrixXd& means,
                    const std::vector<MatrixXd>& covariances, const std::string& message) {
    EXPECT_THAT([&] { GaussianMixture(weights, means, covariances); },
                ThrowsMessage<InvalidArgument>(HasSubstr(message)));
}

TEST(GaussianMixture, RefusesParametersOfNoMixture) {
    const std::vector<MatrixXd> covariances = {first_covariance, second_covariance};
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const MatrixXd means = two_means();
    expect_refusal(VectorXd(), MatrixXd(0, 2), {}, "at least one component");
    expect_refusal(Vector2d(0.3, 0.7), MatrixXd::Zero(3, 2), covariances, "counts must agree");
    expect_refusal(Vector2d(0.3, 0.7), means, {first_covariance}, "counts must agree");
    expect_refusal(Vector2d(0.0, 1.0), means, covariances, "weight of component 1 is 0");
    expect_refusal(Vector2d(nan, 0.7), means, covariances, "weight of component 1");
    expect_refusal(Vector2d(0.3, 0.6), means, covariances, "sum to 0.9");
    MatrixXd bad_means = means;
    bad_means(1, 0) = nan;
    expect_refusal(Vector2d(0.3, 0.7), bad_means, covariances, "mean of component 2");
    expect_refusal(Vector2d(0.3, 0.7), means, {first_covariance, MatrixXd::Identity(3, 3)},
                   "covariance of component 2 is 3 x 3");
    Matrix2d bad = first_covariance;
    bad(0, 1) = 0.5;
    expect_refusal(Vector2d(0.3, 0.7), means, {bad, second_covariance},
                   "covariance of component 1 is not symmetric");
    bad = Matrix2d::Ones();
    expect_refusal(Vector2d(0.3, 0.7), means, {first_covariance, bad},
                   "covariance of component 2 is not positive definite");
    bad(0, 0) = nan;
    expect_refusal(Vector2d(0.3, 0.7), means, {first_covariance, bad}, "not finite");
}

TEST(GaussianMixture, NormalisesWeightsWithinRounding) {
    const GaussianMixture model(Vector2d(0.3 + 1e-10, 0.7), two_means(),
                                {first_covariance, second_covariance});
    EXPECT_DOUBLE_EQ(model.mixing_weights().sum(), 1.0);
}

TEST(GaussianMixture, CanonicalOrderIsByWeightThenFirstMean) {
    MatrixXd means(4, 1);
    means << 3.0, 1.0, 2.0, 0.0;
    const GaussianMixture model(Eigen::Vector4d(0.25, 0.125, 0.25, 0.375), means,
                                std::vector<MatrixXd>(4, MatrixXd::Ones(1, 1)));
    EXPECT_EQ(canonical_order(model), (std::vector<int>{3, 2, 0, 1}));
    const GaussianMixture ordered = reordered(model, canonical_order(model));
    EXPECT_EQ(ordered.means()(0, 0), 0.0);
    EXPECT_EQ(ordered.means()(1, 0), 2.0);
    EXPECT_EQ(ordered.mixing_weights()[3], 0.125);
    EXPECT_THAT(
        [&] {
            (void)reordered(model, {0, 0, 1, 2});
        },
        ThrowsMessage<InvalidArgument>(HasSubstr("permutation")));
}

TEST(GaussianMixture, MarginalTakesTheFeaturesInTheirOrder) {
    const GaussianMixture swapped = marginal(two_components(), {1, 0});
    EXPECT_EQ(swapped.means()(0, 0), 0.5);
    EXPECT_EQ(swapped.means()(0, 1), -1.0);
    EXPECT_EQ(swapped.covariances()[0](0, 0), first_covariance(1, 1));
    EXPECT_EQ(swapped.covariances()[0](0, 1), first_covariance(0, 1));
    const GaussianMixture one = marginal(two_components(), {1});
    EXPECT_EQ(one.feature_count(), 1);
    EXPECT_EQ(one.covariances()[1](0, 0), second_covariance(1, 1));
    for (const std::vector<int>& wrong : {std::vector<int>{0, 0}, {2}, {-1}})
        EXPECT_THAT([&] { (void)marginal(two_components(), wrong); },
                    ThrowsMessage<InvalidArgument>(HasSubstr("distinct and from 0 to 1")));
    EXPECT_THAT([&] { (void)marginal(two_components(), {}); },
                ThrowsMessage<InvalidArgument>(HasSubstr("at least one feature")));
}

TEST(GaussianMixture, ScoresEqualTheLongDoubleFormulas) {
    const GaussianMixture model = two_components();
    RandomStream random(3);
    const Sample draws = sample(model, 500, random);
    const Scores scores = score(model, draws.observations);
    const test::GaussianPassReference expected =
        test::gaussian_pass_reference(draws.observations, VectorXd(), model.pass_parameters());
    EXPECT_TRUE(near(static_cast<double>(expected.log_likelihood), scores.log_likelihood, 1e-13));
    EXPECT_TRUE(all_near(expected.log_densities, scores.log_densities, 1e-12));
    EXPECT_TRUE(all_near(expected.responsibilities, scores.responsibilities, 1e-12));
    for (Eigen::Index i = 0; i < 500; ++i) {
        EXPECT_NEAR(scores.responsibilities.row(i).sum(), 1.0, 1e-14);
        EXPECT_EQ(scores.uncertainty[i], 1.0 - scores.responsibilities.row(i).maxCoeff());
        const int label = scores.responsibilities(i, 1) > scores.responsibilities(i, 0) ? 1 : 0;
        EXPECT_EQ(scores.classification[static_cast<std::size_t>(i)], label);
    }
}

TEST(GaussianMixture, ScoreRefusesOtherDataAndTakesNone) {
    const GaussianMixture model = two_components();
    EXPECT_THAT([&] { (void)score(model, MatrixXd::Zero(4, 3)); },
                ThrowsMessage<InvalidArgument>(HasSubstr("2 features; the data have 3")));
    MatrixXd data = MatrixXd::Zero(4, 2);
    data(2, 1) = std::numeric_limits<double>::infinity();
    EXPECT_THAT([&] { (void)score(model, data); },
                ThrowsMessage<InvalidArgument>(HasSubstr("Row 3, feature 2")));
    EXPECT_EQ(score(model, MatrixXd(0, 2)).classification.size(), 0U);
}

TEST(GaussianMixture, FarRowsHaveFiniteDensities) {
    MatrixXd far(2, 2);
    far << 1e8, -1e8, 1e140, 0.0;
    const Scores scores = score(two_components(), far);
    EXPECT_TRUE(scores.log_densities.allFinite());
    EXPECT_TRUE(scores.responsibilities.allFinite());
}

// Mahalanobis distances of draws from each component are chi-square with two degrees of freedom,
// so exp(-distance / 2) is uniform; components come in their proportions.
TEST(GaussianMixture, SamplesFollowTheModel) {
    const GaussianMixture model = two_components();
    RandomStream random(5);
    constexpr int rows = 20000;
    constexpr int cells = 20;
    const Sample draws = sample(model, rows, random);
    double counts[2][cells] = {};
    for (int i = 0; i < rows; ++i) {
        const int k = draws.components[static_cast<std::size_t>(i)];
        const Vector2d difference = (draws.observations.row(i) - model.means().row(k)).transpose();
        const double distance =
            difference.dot(model.covariances()[static_cast<std::size_t>(k)].inverse() * difference);
        counts[k][static_cast<int>(std::exp(-0.5 * distance) * cells * (1.0 - 1e-15))] += 1.0;
    }
    double chi_square = 0.0;
    for (int k = 0; k < 2; ++k) {
        const double expected = rows * model.mixing_weights()[k] / cells;
        for (const double count : counts[k])
            chi_square += (count - expected) * (count - expected) / expected;
    }
    EXPECT_LT(chi_square, 95.5);  // 39 degrees of freedom, p = 1e-6
    EXPECT_THAT([&] { (void)sample(model, -1, random); },
                ThrowsMessage<InvalidArgument>(HasSubstr("is -1")));
}

TEST(GaussianMixture, SameSeedDrawsTheSameRows) {
    RandomStream first(9);
    RandomStream second(9);
    EXPECT_EQ(sample(two_components(), 50, first).observations,
              sample(two_components(), 50, second).observations);
}

TEST(GaussianMixture, FactorsOfDiagonalCovariancesAreTheirRoots) {
    const Eigen::Vector3d variances(4.0, 1e-300, 2.25);
    const GaussianMixture model(Eigen::VectorXd::Ones(1), Eigen::MatrixXd::Zero(1, 3),
                                {Eigen::MatrixXd(variances.asDiagonal())});
    EXPECT_EQ(model.covariance_factors()[0],
              Eigen::MatrixXd(Eigen::Vector3d(2.0, 1e-150, 1.5).asDiagonal()));
    EXPECT_THROW(GaussianMixture(Eigen::VectorXd::Ones(1), Eigen::MatrixXd::Zero(1, 2),
                                 {Eigen::MatrixXd(Eigen::Vector2d(1.0, 0.0).asDiagonal())}),
                 InvalidArgument);
}

}  // namespace
}  // namespace mixtura
