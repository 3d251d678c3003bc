// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/squarem.h"

#include <cmath>
#include <limits>

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include "mixtura/gaussian_mixture/em_fit.h"

#include "support/near.h"
#include "support/text_table.h"

namespace mixtura {
namespace {

using compute::GaussianParameters;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::all_near;

constexpr double no_limit = std::numeric_limits<double>::infinity();

GaussianParameters two_components(GaussianParameters::Shape shape) {
    GaussianParameters parameters;
    parameters.shape = shape;
    parameters.mixing_weights = Eigen::Vector2d(0.25, 0.75);
    parameters.means = (MatrixXd(2, 2) << 1.0, -20.0, 3.0, 40.0).finished();
    if (shape == GaussianParameters::Shape::full)
        parameters.covariance_factors = {(MatrixXd(2, 2) << 0.5, 0.0, -3.0, 7.0).finished(),
                                         (MatrixXd(2, 2) << 2.0, 0.0, 1.0, 0.1).finished()};
    else
        parameters.covariance_factors = {Eigen::Vector2d(0.5, 7.0), Eigen::Vector2d(2.0, 0.1)};
    return parameters;
}

TEST(Squarem, CoordinatesLeadBackToTheMixture) {
    const Eigen::Vector2d scales(0.5, 30.0);
    for (const auto shape :
         {GaussianParameters::Shape::full, GaussianParameters::Shape::diagonal}) {
        const GaussianParameters parameters = two_components(shape);
        const GaussianParameters back =
            from_squarem_coordinates(squarem_coordinates(parameters, scales), scales, parameters);
        EXPECT_TRUE(all_near(parameters.mixing_weights, back.mixing_weights, 1e-15));
        EXPECT_TRUE(all_near(parameters.means, back.means, 1e-15));
        for (std::size_t k = 0; k < 2; ++k)
            EXPECT_TRUE(
                all_near(parameters.covariance_factors[k], back.covariance_factors[k], 1e-15));
    }
}

TEST(Squarem, CoordinatesDifferByTheSameWhateverTheUnits) {
    const GaussianParameters first = two_components(GaussianParameters::Shape::full);
    GaussianParameters second = first;
    second.means.array() *= 1.5;
    for (MatrixXd& factor : second.covariance_factors) factor *= 1.25;
    const Eigen::Vector2d scales(0.5, 30.0);
    const VectorXd difference =
        squarem_coordinates(second, scales) - squarem_coordinates(first, scales);
    const Eigen::Vector2d units(1e-3, 1e6);
    const auto converted = [&](GaussianParameters parameters) {
        parameters.means = (parameters.means * units.asDiagonal()).eval();
        for (MatrixXd& factor : parameters.covariance_factors)
            factor = (units.asDiagonal() * factor).eval();
        return squarem_coordinates(parameters, units.cwiseProduct(scales));
    };
    EXPECT_TRUE(all_near(difference, converted(second) - converted(first), 1e-12));
}

// x -> limit + rate (x - limit): one jump of unlimited length lands on the limit.
TEST(Squarem, OneStepEndsALinearIteration) {
    const Eigen::Vector3d limit(1.0, -2.0, 0.5);
    const Eigen::Vector3d start(4.0, 4.0, 4.0);
    for (const double rate : {0.2, 0.9, 0.99}) {
        const Eigen::Vector3d first = limit + rate * (start - limit);
        const Eigen::Vector3d second = limit + rate * (first - limit);
        const SquaremStep step = squarem_step(start, first, second, no_limit);
        // The rounding of v is multiplied by the square of the length.
        EXPECT_TRUE(all_near(limit, step.point, 1e-14 * step.length * step.length)) << rate;
        EXPECT_NEAR(step.length, 1.0 / (1.0 - rate), 1e-9 / (1.0 - rate));
        EXPECT_NEAR(step.rate, rate, 1e-12);
    }
}

TEST(Squarem, LengthOneIsTheSecondStepAndTheLimitHolds) {
    const Eigen::Vector2d start(0.0, 0.0);
    const Eigen::Vector2d first(1.0, 2.0);
    const Eigen::Vector2d second(1.9, 3.8);
    EXPECT_TRUE(all_near(second, squarem_step(start, first, second, 1.0).point, 1e-15));
    EXPECT_EQ(squarem_step(start, first, second, 4.0).length, 4.0);
    // An iteration at rest stays there.
    const SquaremStep rest = squarem_step(start, start, start, 4.0);
    EXPECT_EQ(rest.point, start);
}

class AcceleratedFit : public testing::TestWithParam<CovarianceStructure> {};

TEST_P(AcceleratedFit, NeverLosesLikelihoodAndEndsWherePlainIterationsStay) {
    for (const char* const data_set : {"iris", "faithful", "diabetes"}) {
        SCOPED_TRACE(data_set);
        const MatrixXd observations = test::measurements(data_set);
        const EmFit fit =
            fit_em(observations, {.component_count = 3, .covariance_structure = GetParam()});
        const std::vector<double>& trace = fit.runs[0].log_likelihood;
        for (std::size_t t = 1; t < trace.size(); ++t)
            ASSERT_GE(trace[t], trace[t - 1] - 1e-9 * (1.0 + std::abs(trace[t]))) << t;
        ASSERT_EQ(fit.runs[0].status, FitStatus::converged);
        const EmFit further = fit_em(observations,
                                     {.component_count = 3,
                                      .covariance_structure = GetParam(),
                                      .tolerance = 0.0,
                                      .iteration_limit = 20},
                                     {}, VectorXd(), {.partition = {}, .model = fit.model});
        EXPECT_LT(further.log_likelihood - fit.log_likelihood, 1e-5);
    }
}

INSTANTIATE_TEST_SUITE_P(Squarem, AcceleratedFit, testing::ValuesIn(all_covariance_structures),
                         [](const auto& structure) {
                             return std::string(to_string(structure.param));
                         });

// Plain EM of an independent prototype needed 204 iterations to within 1e-6 of the limit of VVV and
// 470 for VVE from the hierarchical start of faithful with three components.
TEST(Squarem, NeedsLessThanHalfTheIterationsOfPlainEm) {
    const MatrixXd observations = test::measurements("faithful");
    const EmStart start{.partition = test::reference_partition("faithful-hc", 3), .model = {}};
    const auto iterations = [&](CovarianceStructure structure) {
        return fit_em(observations, {.component_count = 3, .covariance_structure = structure}, {},
                      VectorXd(), start)
            .runs[0]
            .iterations;
    };
    EXPECT_LT(iterations(CovarianceStructure::VVV), 204 / 2);
    EXPECT_LT(iterations(CovarianceStructure::VVE), 470 / 2);
}

}  // namespace
}  // namespace mixtura
