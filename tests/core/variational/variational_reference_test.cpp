// SPDX-License-Identifier: Apache-2.0
// Bounds by scikit-learn's BayesianGaussianMixture formulas, run in R without its additions of 10 eps
// and without a covariance regularisation, from the same start partitions.
#include <cmath>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

#include "mixtura/variational/lower_bound.h"
#include "mixtura/variational/variational_fit.h"
#include "mixtura/variational/variational_run.h"

#include "support/data_file.h"
#include "support/near.h"
#include "support/text_table.h"

namespace mixtura {
namespace {

using Eigen::Index;
using test::near;

/// Half a unit of the last digit that the references give.
constexpr double last_digit = 5e-9;

/// What our bound holds beyond scikit-learn's `lower_bound_`: the constants of prior and rows.
double constants(const VariationalPrior& prior, double weight_sum, int component_count) {
    const auto d = static_cast<double>(prior.mean.size());
    const double count = component_count;
    const double alpha = prior.concentration;
    const double of_weights = prior.weight_prior == WeightPrior::dirichlet
                                  ? std::lgamma(count * alpha) - count * std::lgamma(alpha)
                                  : count * std::log(alpha);
    return of_weights +
           count * (log_wishart_normaliser(prior.scale_matrix, prior.degrees_of_freedom) +
                    0.5 * d * std::log(prior.mean_precision)) -
           0.5 * weight_sum * d * std::log(2.0 * std::numbers::pi);
}

/// Iterations on iris without sorting, as scikit-learn does them: the bound after each.
struct Reference {
    EmProblem problem;
    VariationalPrior prior;
    VariationalPosterior posterior;
    std::vector<double> bounds;  ///< in scikit-learn's form

    Reference(const Eigen::MatrixXd& rows, const Partition& start,
              const VariationalOptions& options)
        : problem(rows, Eigen::VectorXd(), {}),
          prior(variational_prior(problem, options)),
          posterior(
              updated_posterior(prior, problem.moments(start, options.component_count,
                                                       compute::GaussianParameters::Shape::full))) {
        const double shift = constants(prior, problem.weight_sum(), options.component_count);
        for (int iteration = 0; iteration < 5000; ++iteration) {
            const ExpectedLogDensity density = expected_log_density(posterior);
            const compute::GaussianStatistics statistics = problem.statistics(density.parameters);
            posterior = updated_posterior(prior, statistics);
            bounds.push_back(
                lower_bound(prior, posterior, responsibility_entropy(density, statistics)) - shift);
            if (iteration > 10 && bounds.back() - bounds[bounds.size() - 2] < 1e-12)
                break;
        }
    }
};

Partition species() {
    return test::TextTable(test::data_file("iris.csv")).classes("species");
}

void expect_bounds(const std::vector<double>& bounds, double first, double tenth, double limit) {
    EXPECT_NEAR(bounds[0], first, last_digit);
    EXPECT_NEAR(bounds[9], tenth, last_digit);
    EXPECT_NEAR(bounds.back(), limit, last_digit);
}

TEST(VariationalReference, IrisSpeciesDirichlet) {
    const Eigen::MatrixXd iris = test::measurements("iris");
    expect_bounds(Reference(iris, species(), {.component_count = 3}).bounds, 271.29841399,
                  272.70061336, 275.02849226);
}

TEST(VariationalReference, IrisSpeciesProcess) {
    const Eigen::MatrixXd iris = test::measurements("iris");
    expect_bounds(
        Reference(iris, species(), {.component_count = 3, .weight_prior = WeightPrior::process})
            .bounds,
        269.86880496, 271.11538838, 272.57261250);
}

TEST(VariationalReference, IrisSixComponentsOfWhichOneEmpties) {
    const Eigen::MatrixXd iris = test::measurements("iris");
    const Reference found(iris, test::reference_partition("iris-hc", 6), {.component_count = 6});
    expect_bounds(found.bounds, 279.94821735, 310.16076598, 311.43626463);
    const double masses[] = {49.907, 1.3e-5, 13.622, 22.694, 40.669, 23.108};
    // The bound is flat at its limit: 1e-9 nats are a thousandth of a row between two components.
    const double tolerances[] = {1.5e-3, 5e-7, 1.5e-3, 1.5e-3, 1.5e-3, 1.5e-3};
    for (Index k = 0; k < 6; ++k) EXPECT_NEAR(found.posterior.masses[k], masses[k], tolerances[k]);
}

TEST(VariationalReference, TheWholeFitReachesTheSameLimits) {
    const Eigen::MatrixXd iris = test::measurements("iris");
    const VariationalFit fit =
        fit_variational(iris, {.component_count = 6, .tolerance = 1e-9}, {}, Eigen::VectorXd(),
                        test::reference_partition("iris-hc", 6));
    const double shift = constants(fit.prior, fit.weight_sum, 6);
    EXPECT_NEAR(fit.runs[0].log_likelihood.front() - shift, 279.94821735, last_digit);
    EXPECT_NEAR(fit.posterior.lower_bound - shift, 311.43626463,
                1e-10 * (1.0 + std::abs(fit.posterior.lower_bound)) * 10.0);
    EXPECT_EQ(fit.runs[0].status, FitStatus::converged);
}

TEST(VariationalReference, SortingTheSticksRaisesTheBound) {
    const Eigen::MatrixXd iris = test::measurements("iris");
    const VariationalOptions options{
        .component_count = 6, .weight_prior = WeightPrior::process, .tolerance = 1e-9};
    const Partition start = test::reference_partition("iris-hc", 6);
    const Reference unsorted(iris, start, options);
    const VariationalFit sorted = fit_variational(iris, options, {}, Eigen::VectorXd(), start);
    EXPECT_GT(sorted.posterior.lower_bound - constants(sorted.prior, sorted.weight_sum, 6),
              unsorted.bounds.back() + 0.1);
    for (Index k = 1; k < 6; ++k)
        EXPECT_GE(sorted.posterior.masses[k - 1], sorted.posterior.masses[k]);
}

}  // namespace
}  // namespace mixtura
