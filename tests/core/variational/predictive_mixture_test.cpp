// SPDX-License-Identifier: Apache-2.0
#include "mixtura/variational/predictive_mixture.h"

#include <cmath>

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include "mixtura/variational/variational_fit.h"

#include "support/near.h"
#include "support/text_table.h"
#include "support/variational_reference.h"

namespace mixtura {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::near;

/// p(x | X) = p(X, x) / p(X), each of which is exact for one component.
TEST(PredictiveMixture, OfOneComponentIsTheRatioOfEvidences) {
    const MatrixXd iris = test::measurements("iris");
    const VariationalFit fit = fit_variational(iris, {.component_count = 1});
    const GaussianMixture predictive = predictive_mixture(fit.posterior);
    for (const double shift : {0.0, 0.7, -5.0, 400.0}) {
        MatrixXd one_more(151, 4);
        one_more << iris, iris.row(60).array() + shift;
        const double expected = test::sequential_log_evidence(fit.prior, one_more) -
                                test::sequential_log_evidence(fit.prior, iris);
        EXPECT_TRUE(near(expected, score(predictive, one_more.bottomRows(1)).log_likelihood, 1e-10))
            << shift;
    }
}

VariationalPosterior posterior_of(WeightPrior prior, const VectorXd& masses) {
    const Index count = masses.size();
    compute::GaussianStatistics statistics;
    statistics.masses = masses;
    statistics.means = MatrixXd::Zero(count, 2);
    for (Index k = 0; k < count; ++k) {
        statistics.means(k, 0) = static_cast<double>(k);
        statistics.scatters.emplace_back(masses[k] * Eigen::Matrix2d::Identity());
    }
    return updated_posterior({.weight_prior = prior,
                              .concentration = 0.25,
                              .mean = Eigen::RowVector2d::Zero(),
                              .mean_precision = 1.0,
                              .degrees_of_freedom = 2.0,
                              .scale_matrix = Eigen::Matrix2d::Identity()},
                             statistics);
}

TEST(PredictiveMixture, LeavesOutComponentsWithLessThanARow) {
    const VariationalPosterior posterior =
        posterior_of(WeightPrior::dirichlet, Eigen::Vector4d(60.0, 30.0, 1.0, 0.999));
    const GaussianMixture predictive = predictive_mixture(posterior);
    ASSERT_EQ(predictive.component_count(), 3);
    EXPECT_NEAR(predictive.mixing_weights()[0], 60.25 / (60.25 + 30.25 + 1.25), 1e-15);
    EXPECT_NEAR(predictive.tails()->degrees_of_freedom[1], 2.0 + 30.0 + 1.0 - 2.0, 1e-15);
}

TEST(PredictiveMixture, KeepsTheLargestComponentWhereNoneHasARow) {
    EXPECT_EQ(supported_component_count(
                  posterior_of(WeightPrior::dirichlet, Eigen::Vector3d(0.5, 0.3, 0.1))),
              1);
}

/// E[pi] of a process by its definition, E[v_k] prod (1 - E[v_j]), in falling order.
TEST(PredictiveMixture, WeightsOfAProcessAreThoseOfItsSticks) {
    const VariationalPosterior posterior =
        posterior_of(WeightPrior::process, Eigen::Vector3d(50.0, 30.0, 20.0));
    const GaussianMixture predictive = predictive_mixture(posterior);
    const double first = 51.0 / (51.0 + 50.25);
    const double second = (1.0 - first) * 31.0 / (31.0 + 20.25);
    const double third = (1.0 - first - second) * 21.0 / (21.0 + 0.25);
    const double sum = first + second + third;
    EXPECT_LT(sum, 1.0);
    EXPECT_NEAR(predictive.mixing_weights()[0], first / sum, 1e-15);
    EXPECT_NEAR(predictive.mixing_weights()[1], second / sum, 1e-15);
    EXPECT_NEAR(predictive.mixing_weights()[2], third / sum, 1e-15);
}

TEST(PredictiveMixture, OrderOfMassKeepsEveryPart) {
    const VariationalPosterior ordered =
        in_order_of_mass(posterior_of(WeightPrior::dirichlet, Eigen::Vector3d(5.0, 50.0, 20.0)));
    EXPECT_EQ(ordered.masses, VectorXd(Eigen::Vector3d(50.0, 20.0, 5.0)));
    EXPECT_EQ(ordered.weights.concentrations, VectorXd(Eigen::Vector3d(50.25, 20.25, 5.25)));
    EXPECT_EQ(ordered.degrees_of_freedom, VectorXd(Eigen::Vector3d(52.0, 22.0, 7.0)));
    EXPECT_NEAR(ordered.means(0, 0), 50.0 / 51.0, 1e-15);
    EXPECT_NEAR(ordered.scale_matrices[2](1, 1), 6.0, 1e-15);
}

/// A fit of the standardised rows, scaled back, is the fit of the rows: the default prior moves along.
TEST(PredictiveMixture, RescaledPosteriorIsThatOfTheRowsThemselves) {
    const MatrixXd iris = test::measurements("iris");
    const Eigen::RowVectorXd centre = iris.colwise().mean();
    const Eigen::RowVector4d scale(0.5, 2.0, 3.0, 0.125);
    const MatrixXd scaled = (iris.rowwise() - centre).array().rowwise() / scale.array();
    const VariationalOptions options{.component_count = 3, .tolerance = 0.0, .iteration_limit = 15};
    const Partition start = test::reference_partition("iris-hc", 3);
    const VariationalFit own = fit_variational(iris, options, {}, VectorXd(), start);
    const VariationalFit other = fit_variational(scaled, options, {}, VectorXd(), start);
    const VariationalPosterior back = rescaled(other.posterior, centre, scale);
    EXPECT_TRUE(test::all_near(own.posterior.means, back.means, 1e-11));
    for (std::size_t k = 0; k < 3; ++k)
        EXPECT_TRUE(test::all_near(own.posterior.scale_matrices[k], back.scale_matrices[k], 1e-11));
    EXPECT_TRUE(near(own.posterior.lower_bound,
                     back.lower_bound - 150.0 * scale.array().log().sum(), 1e-11));
}

}  // namespace
}  // namespace mixtura
