// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/conjugate_prior.h"

#include <cmath>

#include <Eigen/Dense>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"
#include "mixtura/gaussian_mixture/em_fit.h"

#include "support/near.h"
#include "support/text_table.h"

namespace mixtura {
namespace {

using enum CovarianceStructure;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::near;

EmFit mode_of(const MatrixXd& observations, CovarianceStructure structure,
              std::vector<std::int32_t> partition, int component_count) {
    return fit_em(observations,
                  {.component_count = component_count,
                   .covariance_structure = structure,
                   .tolerance = 0.0,
                   .iteration_limit = 3000,
                   .prior = Prior::conjugate},
                  {}, VectorXd(), {.partition = std::move(partition), .model = {}});
}

std::vector<std::int32_t> species() {
    std::vector<std::int32_t> labels;
    for (int i = 0; i < 150; ++i) labels.push_back(i / 50);
    return labels;
}

// Log-likelihoods at the posterior mode, of mclust 6.0.0 with priorControl() and an independent
// program; iris from the species.
TEST(ConjugatePrior, HasTheReferenceValuesOnIris) {
    const MatrixXd iris = test::measurements("iris");
    const auto log_likelihood = [&](CovarianceStructure structure) {
        return mode_of(iris, structure, species(), 3).log_likelihood;
    };
    EXPECT_TRUE(near(-192.69528387, log_likelihood(VVV), 2e-7));
    EXPECT_TRUE(near(-257.73937661, log_likelihood(EEE), 2e-7));
    EXPECT_TRUE(near(-312.90408707, log_likelihood(VVI), 2e-7));
    EXPECT_TRUE(near(-384.47867622, log_likelihood(VII), 2e-7));
}

// The same for one feature, from quantiles.
TEST(ConjugatePrior, HasTheReferenceValuesOnGalaxies) {
    const MatrixXd galaxies = test::measurements("galaxies") / 1000.0;
    const auto log_likelihood = [&](CovarianceStructure structure, int component_count) {
        return mode_of(galaxies, structure,
                       test::reference_partition("galaxies-quantile", component_count),
                       component_count)
            .log_likelihood;
    };
    EXPECT_TRUE(near(-197.10617770, log_likelihood(EII, 6), 2e-7));
    EXPECT_TRUE(near(-212.84030491, log_likelihood(VII, 3), 2e-7));
    EXPECT_TRUE(near(-201.02654994, log_likelihood(VII, 4), 2e-7));
    EXPECT_TRUE(near(-199.75779174, log_likelihood(VII, 6), 2e-7));
}

TEST(ConjugatePrior, LogDensityIsTheFormula) {
    const MatrixXd iris = test::measurements("iris").leftCols(3);
    const Eigen::RowVectorXd mean = iris.colwise().mean();
    const MatrixXd centred = iris.rowwise() - mean;
    const MatrixXd covariance = centred.transpose() * centred / 149.0;
    MatrixXd sigma(3, 3);
    sigma << 2.0, 0.3, -0.1, 0.3, 1.0, 0.2, -0.1, 0.2, 0.5;
    const Eigen::RowVectorXd mu = mean + Eigen::RowVector3d(0.5, -1.0, 2.0);
    const ConjugatePrior prior = default_conjugate_prior(VVV, 2, mean, covariance);
    compute::GaussianParameters parameters;
    parameters.mixing_weights = VectorXd::Ones(1);
    parameters.means = mu;
    parameters.covariance_factors = {MatrixXd(sigma.llt().matrixL())};
    // Normal of the mean with covariance sigma / 0.01, and inverse Wishart of d + 2 degrees of freedom.
    const MatrixXd inverse = sigma.inverse();
    const double distance = ((mu - mean) * inverse * (mu - mean).transpose())(0, 0);
    const MatrixXd scale = covariance / std::pow(2.0, 2.0 / 3.0);
    const double normal = -0.5 * std::log(sigma.determinant()) - 0.5 * 0.01 * distance;
    const double wishart =
        -0.5 * (5.0 + 3.0 + 1.0) * std::log(sigma.determinant()) - 0.5 * (scale * inverse).trace();
    EXPECT_TRUE(near(normal + wishart, log_prior(prior, parameters), 1e-12));
}

class PriorOfEveryStructure : public testing::TestWithParam<CovarianceStructure> {};

TEST_P(PriorOfEveryStructure, PosteriorNeverDecreasesAndNoComponentCollapses) {
    MatrixXd observations = test::measurements("iris");
    for (int i = 0; i < 8; ++i) observations.row(i) = observations.row(0);  // a point of eight rows
    const EmFit fit = fit_em(observations, {.component_count = 6,
                                            .covariance_structure = GetParam(),
                                            .initialisation = Initialisation::kmeans,
                                            .tolerance = 0.0,
                                            .iteration_limit = 60,
                                            .prior = Prior::conjugate});
    const EmRun& run = fit.runs[0];
    ASSERT_EQ(run.log_posterior.size(), run.log_likelihood.size());
    for (std::size_t i = 1; i < run.log_posterior.size(); ++i) {
        EXPECT_GE(run.log_posterior[i],
                  run.log_posterior[i - 1] - 1e-9 * std::abs(run.log_posterior[i]))
            << i;
    }
    EXPECT_EQ(run.floors_applied, 0);
    EXPECT_EQ(run.status, FitStatus::iteration_limit);
}

INSTANTIATE_TEST_SUITE_P(ConjugatePrior, PriorOfEveryStructure,
                         testing::ValuesIn(all_covariance_structures), [](const auto& structure) {
                             return std::string(to_string(structure.param));
                         });

TEST(ConjugatePrior, JumpsLeadToTheSameMode) {
    const MatrixXd iris = test::measurements("iris");
    const EmFit fast = fit_em(iris,
                              {.component_count = 3,
                               .covariance_structure = VVV,
                               .tolerance = 1e-9,
                               .prior = Prior::conjugate},
                              {}, VectorXd(), {.partition = species(), .model = {}});
    const EmFit plain = mode_of(iris, VVV, species(), 3);
    EXPECT_LT(fast.runs[0].iterations, 400);
    EXPECT_TRUE(near(plain.runs[0].log_posterior.back(), fast.runs[0].log_posterior.back(), 1e-9));
}

TEST(ConjugatePrior, HasNames) {
    EXPECT_EQ(prior_from("conjugate"), Prior::conjugate);
    EXPECT_EQ(prior_from("none"), Prior::none);
    EXPECT_THAT([] { (void)prior_from("flat"); },
                testing::ThrowsMessage<InvalidArgument>(testing::HasSubstr("\"flat\"")));
}

}  // namespace
}  // namespace mixtura
