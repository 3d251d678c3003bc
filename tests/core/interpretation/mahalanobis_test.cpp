// SPDX-License-Identifier: Apache-2.0
#include "mixtura/interpretation/mahalanobis.h"

#include <cmath>

#include <Eigen/LU>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <gmock/gmock.h>

#include "mixtura/common/cancelled.h"
#include "mixtura/common/error.h"

#include "support/near.h"
#include "support/reference_fit.h"
#include "support/stopped.h"

namespace mixtura {
namespace {

using test::near;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

GaussianMixture one_feature() {
    Eigen::MatrixXd means(2, 1);
    means << 0.0, 10.0;
    return {Eigen::Vector2d(0.25, 0.75),
            means,
            {Eigen::MatrixXd::Constant(1, 1, 4.0), Eigen::MatrixXd::Constant(1, 1, 9.0)}};
}

TEST(Mahalanobis, IsTheStandardisedDistanceInOneFeature) {
    Eigen::MatrixXd rows(3, 1);
    rows << 4.0, 4.0, 10.0;
    const auto distances = mahalanobis_distances(one_feature(), rows, {0, 1, 1});
    EXPECT_TRUE(near(4.0, distances.squared_distances[0], 1e-15));
    EXPECT_TRUE(near(4.0, distances.squared_distances[1], 1e-15));
    EXPECT_EQ(distances.squared_distances[2], 0.0);
    // Both tails of a standard normal beyond 2.
    EXPECT_TRUE(near(std::erfc(std::sqrt(2.0)), distances.tail_probabilities[0], 1e-14));
    EXPECT_EQ(distances.tail_probabilities[2], 1.0);
}

TEST(Mahalanobis, EqualsTheFormulaWithAnExplicitInverse) {
    const GaussianMixture model = test::reference_fit("iris", "hc", "VVV", 3, 20).model;
    const Eigen::MatrixXd rows = test::measurements("iris");
    const Scores scores = score(model, rows);
    const auto distances = mahalanobis_distances(model, rows, scores.classification);
    for (Eigen::Index i = 0; i < rows.rows(); ++i) {
        const std::int32_t k = scores.classification[static_cast<std::size_t>(i)];
        const Eigen::VectorXd difference = (rows.row(i) - model.means().row(k)).transpose();
        const Eigen::MatrixXd& covariance = model.covariances()[static_cast<std::size_t>(k)];
        const double expected = difference.dot(covariance.inverse() * difference);
        EXPECT_TRUE(near(expected, distances.squared_distances[i], 1e-10));
        // With 4 degrees of freedom the tail beyond q is exp(-q/2) (1 + q/2).
        EXPECT_TRUE(near(std::exp(-0.5 * expected) * (1.0 + 0.5 * expected),
                         distances.tail_probabilities[i], 1e-10));
    }
}

TEST(Mahalanobis, FlagsTheFarthestRowsFirst) {
    Eigen::MatrixXd rows(4, 1);
    rows << 1.0, 7.0, -9.0, 6.0;
    const auto distances = mahalanobis_distances(one_feature(), rows, {0, 0, 0, 0});
    EXPECT_THAT(outlying_rows(distances, 0.01), ElementsAre(2, 1, 3));
    EXPECT_THAT(outlying_rows(distances, 1e-3), ElementsAre(2, 1));
    EXPECT_THAT(outlying_rows(distances, 1e-9), ElementsAre());
}

TEST(Mahalanobis, PlotsAgainstTheQuantilesOfTheChiSquare) {
    const Eigen::Vector4d distances(5.0, 0.5, 2.0, 0.1);
    const ChiSquarePlot plot = chi_square_plot(distances, 2);
    EXPECT_THAT(plot.rows, ElementsAre(3, 1, 2, 0));
    EXPECT_EQ(plot.squared_distances, Eigen::Vector4d(0.1, 0.5, 2.0, 5.0));
    for (int i = 0; i < 4; ++i)  // two degrees of freedom: the exponential distribution
        EXPECT_TRUE(near(-2.0 * std::log1p(-(i + 0.5) / 4.0), plot.quantiles[i], 1e-13));
}

TEST(Mahalanobis, OfStudentComponentsTheTailsAreTheirOwn) {
    const auto with_tails = [](double nu) {
        return GaussianMixture(
            Eigen::VectorXd::Ones(1), Eigen::MatrixXd::Zero(1, 1),
            {Eigen::MatrixXd::Constant(1, 1, 4.0)}, CovarianceStructure::VVV,
            StudentTails{.degrees_of_freedom = Eigen::VectorXd::Constant(1, nu)});
    };
    Eigen::MatrixXd rows(2, 1);
    rows << 3.0, 1e100;
    const auto light = mahalanobis_distances(with_tails(5.0), rows, {0, 0});
    const double tail =
        2.0 * boost::math::cdf(boost::math::complement(boost::math::students_t(5.0), 1.5));
    EXPECT_TRUE(near(2.25, light.squared_distances[0], 1e-15));
    EXPECT_TRUE(near(tail, light.tail_probabilities[0], 1e-13));
    // A normal variable is beyond x or -x with the same probability at this square.
    const double x =
        boost::math::quantile(boost::math::complement(boost::math::normal(), 0.5 * tail));
    EXPECT_TRUE(near(x * x, light.gaussian_distances[0], 1e-12));
    // The probability underflows; the row is still the farthest.
    const auto nearly_gaussian = mahalanobis_distances(with_tails(200.0), rows, {0, 0});
    EXPECT_TRUE(std::isfinite(nearly_gaussian.gaussian_distances[1]));
    EXPECT_GT(nearly_gaussian.gaussian_distances[1], 1000.0);
}

TEST(Mahalanobis, RefusesWhatDoesNotFitTheModel) {
    const Eigen::MatrixXd rows = Eigen::MatrixXd::Zero(2, 1);
    EXPECT_THAT(
        [&] {
            mahalanobis_distances(one_feature(), Eigen::MatrixXd::Zero(2, 3), {0, 0});
        },
        ThrowsMessage<InvalidArgument>(HasSubstr("1 features, the observations 3")));
    EXPECT_THAT([&] { mahalanobis_distances(one_feature(), rows, {0}); },
                ThrowsMessage<InvalidArgument>(HasSubstr("1 classifications for 2 rows")));
    EXPECT_THAT(
        [&] {
            mahalanobis_distances(one_feature(), rows, {0, 2});
        },
        ThrowsMessage<InvalidArgument>(HasSubstr("component 3; the model has 2")));
    EXPECT_THAT([&] { outlying_rows({}, 0.0); },
                ThrowsMessage<InvalidArgument>(HasSubstr("between 0 and 1")));
    EXPECT_THAT([&] { chi_square_plot(rows.col(0), 0); },
                ThrowsMessage<InvalidArgument>(HasSubstr("at least 1 degree")));
}

TEST(Mahalanobis, StopsWhereAsked) {
    EXPECT_THROW(
        mahalanobis_distances(one_feature(), Eigen::MatrixXd::Zero(1, 1), {0}, test::stopped()),
        Cancelled);
}

}  // namespace
}  // namespace mixtura
