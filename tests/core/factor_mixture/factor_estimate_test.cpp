// SPDX-License-Identifier: Apache-2.0
#include "mixtura/factor_mixture/factor_estimate.h"

#include <cmath>

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include "mixtura/factor_mixture/factor_run.h"

#include "support/factor_reference.h"
#include "support/near.h"

namespace mixtura {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::all_near;
using test::near;

MatrixXd covariance_of(const FactorParameters& parameters, std::size_t k) {
    return parameters.loadings[k] * parameters.loadings[k].transpose() +
           MatrixXd(parameters.uniquenesses.row(static_cast<Index>(k)).transpose().asDiagonal());
}

TEST(FactorPosterior, IsThatOfTheDenseCovariance) {
    RandomStream random(3);
    const FactorParameters parameters =
        test::random_factor_parameters(FactorStructure::UUU, 1, 9, 3, 0.0, random);
    const MatrixXd& loadings = parameters.loadings.front();
    const VectorXd uniquenesses = parameters.uniquenesses.row(0).transpose();
    const MatrixXd covariance = covariance_of(parameters, 0);
    const FactorPosterior posterior = factor_posterior(loadings, uniquenesses);
    const MatrixXd beta = loadings.transpose() * covariance.inverse();
    EXPECT_TRUE(all_near(beta.transpose(), posterior.regression, 1e-13));
    EXPECT_TRUE(all_near(MatrixXd::Identity(3, 3) - beta * loadings, posterior.covariance, 1e-13));
    EXPECT_TRUE(near(std::log(covariance.determinant()), posterior.log_determinant, 1e-13));
}

class FactorStep : public testing::TestWithParam<FactorStructure> {};

/// Rows enough for several blocks, weights of all sizes, uniquenesses of which some are at the floor.
TEST_P(FactorStep, EqualsThatOfDenseCovariances) {
    RandomStream random(17);
    const FactorParameters truth = test::random_factor_parameters(GetParam(), 3, 7, 2, 2.0, random);
    const MatrixXd observations = test::factor_sample(truth, 2500, random).observations;
    VectorXd weights(2500);
    for (double& weight : weights) weight = random.below(4) == 0 ? 0.0 : 3.0 * random.uniform();
    for (const double floor : {1e-6, 0.08}) {
        const FactorOptions options{.component_count = 3,
                                    .factor_count = 2,
                                    .structure = GetParam(),
                                    .uniqueness_floor = floor};
        const FactorProblem problem(observations, weights, {});
        FactorParameters expected =
            test::random_factor_parameters(GetParam(), 3, 7, 2, 1.0, random);
        FactorParameters found = expected;
        FactorMeanStatistics statistics = problem.passes().mean_statistics(found);
        EXPECT_TRUE(near(test::factor_expectation(observations, weights, expected).log_likelihood,
                         statistics.log_likelihood, 1e-12));
        for (int iteration = 0; iteration < 2; ++iteration) {
            int floors_applied = 0;
            std::string fault;
            const auto next = aecm_step(problem, options, found, statistics, floors_applied, fault);
            ASSERT_TRUE(next) << fault;
            found = *next;
            expected = test::factor_step(observations, weights, expected, GetParam(),
                                         floor * problem.variances());
            EXPECT_TRUE(all_near(expected.mixing_weights, found.mixing_weights, 1e-11));
            EXPECT_TRUE(all_near(expected.means, found.means, 1e-11));
            EXPECT_TRUE(all_near(expected.uniquenesses, found.uniquenesses, 1e-10));
            for (std::size_t k = 0; k < 3; ++k)
                EXPECT_TRUE(all_near(expected.loadings[k], found.loadings[k], 1e-10));
            EXPECT_TRUE(
                near(test::factor_expectation(observations, weights, expected).log_likelihood,
                     statistics.log_likelihood, 1e-12));
        }
    }
}

TEST_P(FactorStep, TurningToPrincipalAxesLeavesTheCovariances) {
    RandomStream random(5);
    const FactorParameters before =
        test::random_factor_parameters(GetParam(), 2, 8, 3, 1.0, random);
    FactorParameters after = before;
    turn_to_principal_axes(GetParam(), after);
    for (std::size_t k = 0; k < 2; ++k) {
        EXPECT_TRUE(all_near(covariance_of(before, k), covariance_of(after, k), 1e-13));
        const VectorXd uniquenesses =
            has_common_loadings(GetParam())
                ? VectorXd(before.uniquenesses.transpose() * before.mixing_weights)
                : VectorXd(before.uniquenesses.row(static_cast<Index>(k)).transpose());
        const MatrixXd form = after.loadings[k].transpose() *
                              uniquenesses.cwiseInverse().asDiagonal() * after.loadings[k];
        EXPECT_TRUE(all_near(MatrixXd(form.diagonal().asDiagonal()), form, 1e-12));
        EXPECT_GT(form(0, 0), form(1, 1));
        EXPECT_GT(form(1, 1), form(2, 2));
        const MatrixXd scaled =
            uniquenesses.cwiseSqrt().cwiseInverse().asDiagonal() * after.loadings[k];
        for (Index l = 0; l < 3; ++l) {
            Index greatest = 0;
            scaled.col(l).cwiseAbs().maxCoeff(&greatest);
            EXPECT_GT(scaled(greatest, l), 0.0);
        }
    }
    if (has_common_loadings(GetParam())) {
        EXPECT_EQ(after.loadings[0], after.loadings[1]);
    }
}

INSTANTIATE_TEST_SUITE_P(All, FactorStep, testing::ValuesIn(all_factor_structures),
                         [](const auto& parameter) {
                             return std::string(to_string(parameter.param));
                         });

/// Isotropic noise on principal axes: the start is the closed form of Tipping & Bishop (1999) there.
TEST(FactorStart, OfOneComponentIsTheMaximumOfPrincipalComponentAnalysis) {
    RandomStream random(8);
    const FactorParameters truth =
        test::random_factor_parameters(FactorStructure::CCC, 1, 6, 2, 0.0, random);
    const MatrixXd observations = test::factor_sample(truth, 400, random).observations;
    const MatrixXd centred = observations.rowwise() - observations.colwise().mean();
    const VectorXd eigenvalues =
        Eigen::SelfAdjointEigenSolver<MatrixXd>(centred.transpose() * centred / 400.0)
            .eigenvalues();  // ascending
    const double noise = eigenvalues.head(4).mean();
    // -n/2 (d log 2 pi + sum of the q greatest log lambda + (d - q) log s^2 + d)
    const double closed_form =
        -200.0 * (6.0 * std::log(2.0 * M_PI) + eigenvalues.tail(2).array().log().sum() +
                  4.0 * std::log(noise) + 6.0);
    const EmFit fit = fit_factor_mixture(
        observations, {.component_count = 1, .factor_count = 2, .structure = FactorStructure::CCC});
    EXPECT_TRUE(near(closed_form, fit.runs[0].log_likelihood.front(), 1e-12));
    EXPECT_TRUE(near(closed_form, fit.log_likelihood, 1e-12));
    EXPECT_NEAR(fit.model.factors()->uniquenesses(0, 3), noise, 1e-9);
}

/// A cluster of two rows has no scatter for two factors; it takes the pooled axes.
TEST(FactorStart, GivesNoComponentAFactorOfZero) {
    RandomStream random(12);
    const FactorParameters truth =
        test::random_factor_parameters(FactorStructure::UUU, 2, 8, 2, 5.0, random);
    const MatrixXd observations = test::factor_sample(truth, 80, random).observations;
    Partition partition(80, 0);
    partition[3] = 1;
    partition[9] = 1;
    const VectorXd ones = VectorXd::Ones(8);
    const FactorParameters start =
        factor_start(observations, VectorXd(), partition, 2, 2, FactorStructure::UUU, ones,
                     1e-3 * ones, std::stop_token());
    EXPECT_GT(start.loadings[1].colwise().norm().minCoeff(), 0.1);
    EXPECT_TRUE(near(2.0 / 80.0, start.mixing_weights[1], 1e-15));
    EXPECT_TRUE(
        all_near((observations.row(3) + observations.row(9)) / 2.0, start.means.row(1), 1e-14));
}

}  // namespace
}  // namespace mixtura
