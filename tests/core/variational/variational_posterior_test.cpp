// SPDX-License-Identifier: Apache-2.0
#include "mixtura/variational/variational_posterior.h"

#include <cmath>

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include "mixtura/common/random.h"
#include "mixtura/variational/lower_bound.h"
#include "mixtura/variational/variational_fit.h"
#include "mixtura/variational/variational_run.h"

#include "support/near.h"
#include "support/text_table.h"
#include "support/variational_reference.h"

namespace mixtura {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::all_near;
using test::near;

constexpr double oracle_tolerance = 1e-10;

struct Case {
    WeightPrior weight_prior = WeightPrior::dirichlet;
    double concentration = 1.0;
    double mean_precision = 1.0;
    double degrees_of_freedom = 4.0;
    bool is_weighted = false;
};

class VariationalStep : public testing::TestWithParam<Case> {
  protected:
    static VariationalOptions options() {
        return {.component_count = 4,
                .weight_prior = GetParam().weight_prior,
                .concentration = GetParam().concentration,
                .mean_precision = GetParam().mean_precision,
                .prior_degrees_of_freedom = GetParam().degrees_of_freedom};
    }
    static VectorXd weights(Index n) {
        VectorXd result = VectorXd::Ones(n);
        RandomStream random(5);
        for (Index i = 0; GetParam().is_weighted && i < n; ++i) result[i] = 3.0 * random.uniform();
        return result;
    }
};

/// Ten iterations of the program beside ten of plain loops; the sticks stand in their given order.
TEST_P(VariationalStep, AgreesWithPlainLoops) {
    const MatrixXd rows = test::measurements("iris");
    const VectorXd w = weights(rows.rows());
    const EmProblem problem(rows, w, {});
    const VariationalPrior prior = variational_prior(problem, options());
    const Partition start = test::reference_partition("iris-hc", 4);
    VariationalPosterior ours = updated_posterior(
        prior, problem.moments(start, 4, compute::GaussianParameters::Shape::full));
    test::NaivePosterior naive = test::naive_update(prior, rows, w, test::indicators(start, 4));
    for (int iteration = 0; iteration < 10; ++iteration) {
        const ExpectedLogDensity density = expected_log_density(ours);
        const compute::GaussianStatistics statistics = problem.statistics(density.parameters);
        ours = updated_posterior(prior, statistics);
        const double bound = lower_bound(prior, ours, responsibility_entropy(density, statistics));
        const MatrixXd r = test::naive_responsibilities(prior, naive, rows);
        naive = test::naive_update(prior, rows, w, r);
        EXPECT_TRUE(
            near(test::naive_lower_bound(prior, naive, rows, w, r), bound, oracle_tolerance));
        EXPECT_TRUE(all_near(naive.masses, ours.masses, oracle_tolerance));
        EXPECT_TRUE(all_near(naive.means, ours.means, oracle_tolerance));
        EXPECT_TRUE(all_near(naive.concentrations, ours.weights.concentrations, oracle_tolerance));
        for (std::size_t k = 0; k < 4; ++k)
            EXPECT_TRUE(all_near(MatrixXd(naive.wisharts[k].inverse()), ours.scale_matrices[k],
                                 oracle_tolerance));
    }
}

INSTANTIATE_TEST_SUITE_P(
    Priors, VariationalStep,
    testing::Values(Case{}, Case{.concentration = 0.01, .mean_precision = 0.1},
                    Case{.concentration = 30.0, .degrees_of_freedom = 9.5, .is_weighted = true},
                    Case{.weight_prior = WeightPrior::process, .concentration = 0.25},
                    Case{.weight_prior = WeightPrior::process,
                         .concentration = 5.0,
                         .mean_precision = 4.0,
                         .degrees_of_freedom = 3.5,
                         .is_weighted = true}));

TEST(VariationalPosterior, BoundOfOneComponentIsTheEvidence) {
    const MatrixXd rows = test::measurements("iris");
    for (const WeightPrior weight_prior : {WeightPrior::dirichlet, WeightPrior::process}) {
        const VariationalFit fit = fit_variational(
            rows, {.component_count = 1, .weight_prior = weight_prior, .mean_precision = 0.3});
        // The one stick of a process leaves something for components that are not there.
        const double of_the_stick = log_weight_evidence(fit.posterior.weights);
        EXPECT_TRUE(near(test::sequential_log_evidence(fit.prior, rows) + of_the_stick,
                         fit.posterior.lower_bound, 1e-11));
        if (weight_prior == WeightPrior::dirichlet) {
            EXPECT_NEAR(of_the_stick, 0.0, 1e-12);
        }
    }
}

TEST(VariationalPosterior, RowOfWeightTwoIsTwoRows) {
    const MatrixXd iris = test::measurements("iris");
    MatrixXd doubled(200, 4);
    doubled << iris, iris.topRows(50);
    VectorXd weights = VectorXd::Ones(150);
    weights.head(50).setConstant(2.0);
    Partition start = test::reference_partition("iris-hc", 3);
    const VariationalOptions options{.component_count = 3, .tolerance = 0.0, .iteration_limit = 20};
    const VariationalFit weighted = fit_variational(iris, options, {}, weights, start);
    start.insert(start.end(), start.begin(), start.begin() + 50);
    const VariationalFit repeated = fit_variational(doubled, options, {}, VectorXd(), start);
    EXPECT_TRUE(near(repeated.posterior.lower_bound, weighted.posterior.lower_bound, 1e-11));
    EXPECT_TRUE(all_near(repeated.posterior.means, weighted.posterior.means, 1e-10));
}

TEST(VariationalPosterior, EmptyComponentHasThePriorAgain) {
    const VariationalPrior prior{.weight_prior = WeightPrior::dirichlet,
                                 .concentration = 0.2,
                                 .mean = Eigen::RowVector2d(1.0, -2.0),
                                 .mean_precision = 0.5,
                                 .degrees_of_freedom = 3.0,
                                 .scale_matrix = Eigen::Matrix2d{{2.0, 0.5}, {0.5, 1.0}}};
    compute::GaussianStatistics statistics;
    statistics.masses = Eigen::Vector2d(7.0, 0.0);
    statistics.means = Eigen::Matrix2d{{3.0, 4.0}, {100.0, 100.0}};
    statistics.scatters = {Eigen::Matrix2d::Identity(), Eigen::Matrix2d::Zero()};
    const VariationalPosterior posterior = updated_posterior(prior, statistics);
    EXPECT_EQ(posterior.means.row(1), prior.mean);
    EXPECT_EQ(posterior.scale_matrices[1], prior.scale_matrix);
    EXPECT_EQ(posterior.mean_precisions[1], prior.mean_precision);
    EXPECT_EQ(posterior.degrees_of_freedom[1], prior.degrees_of_freedom);
    EXPECT_EQ(posterior.weights.concentrations[1], prior.concentration);
}

}  // namespace
}  // namespace mixtura
