// SPDX-License-Identifier: Apache-2.0
#include "mixtura/variational/variational_fit.h"

#include <cmath>
#include <string>
#include <utility>

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "mixtura/common/brief_text.h"
#include "mixtura/common/error.h"
#include "mixtura/gaussian_mixture/em_run.h"
#include "mixtura/gaussian_mixture/observation_checks.h"
#include "mixtura/linalg/cholesky.h"
#include "mixtura/variational/predictive_mixture.h"
#include "mixtura/variational/variational_run.h"

namespace mixtura {

namespace {

/// Least diagonal of the Cholesky factor of a correlation matrix that is not taken for singular:
/// below it, a feature is determined by the others but for 1e-12 of its variance.
constexpr double least_correlation_factor = 1e-6;

void check_rows(const EmProblem& problem, const VariationalOptions& options) {
    if (problem.used_row_count() < options.component_count)
        throw DataError(std::to_string(options.component_count) + " components need at least " +
                        std::to_string(options.component_count) + " rows; the data have " +
                        std::to_string(problem.used_row_count()) + ". Ask for fewer components.");
}

bool is_singular(const Eigen::MatrixXd& covariance) {
    const Eigen::VectorXd deviations = covariance.diagonal().cwiseSqrt();
    Eigen::MatrixXd factor = deviations.cwiseInverse().asDiagonal() * covariance *
                             deviations.cwiseInverse().asDiagonal();
    return !cholesky_in_place(factor) || factor.diagonal().minCoeff() < least_correlation_factor;
}

}  // namespace

void validate(const VariationalOptions& options) {
    const auto require = [](bool holds, const std::string& option, const std::string& value,
                            const std::string& condition) {
        if (!holds)
            throw InvalidArgument(option + " is " + value + "; it must be " + condition + ".");
    };
    const auto require_strength = [&](const std::string& option, double value) {
        require(
            value >= prior_strength_least && value <= prior_strength_limit, option,
            brief_text(value),
            "from " + brief_text(prior_strength_least) + " to " + brief_text(prior_strength_limit));
    };
    require(options.component_count >= 1 && options.component_count <= component_count_limit,
            "component_count", std::to_string(options.component_count),
            "from 1 to " + std::to_string(component_count_limit));
    if (options.concentration)
        require_strength("concentration", *options.concentration);
    require_strength("mean_precision", options.mean_precision);
    if (options.prior_degrees_of_freedom)
        require_strength("prior_degrees_of_freedom", *options.prior_degrees_of_freedom);
    require(options.tolerance >= 0.0 && std::isfinite(options.tolerance), "tolerance",
            brief_text(options.tolerance), "zero or a positive number");
    require(options.iteration_limit >= 1, "iteration_limit",
            std::to_string(options.iteration_limit), "at least 1");
    require(options.run_count >= 1 && options.run_count <= run_count_limit, "run_count",
            std::to_string(options.run_count), "from 1 to " + std::to_string(run_count_limit));
}

VariationalPrior variational_prior(const EmProblem& problem, const VariationalOptions& options) {
    const int d = problem.feature_count();
    const double nu = options.prior_degrees_of_freedom.value_or(d);
    if (!(nu > d - 1))
        throw InvalidArgument("prior_degrees_of_freedom is " + brief_text(nu) +
                              "; it must be greater than " + std::to_string(d - 1) + ", for " +
                              std::to_string(d) + " features.");
    if (problem.used_row_count() <= d)
        throw DataError("The prior takes its scale from the covariance of all rows, which " +
                        std::to_string(d) + " features determine only with " +
                        std::to_string(d + 1) + " rows or more; the data have " +
                        std::to_string(problem.used_row_count()) + ". Use fewer features.");
    if (!(problem.weight_sum() > 1.0))
        throw InvalidArgument(
            "The observation_weights sum to " + brief_text(problem.weight_sum()) +
            "; a weight counts rows, so that they must sum to more than 1. Scale them up.");
    const EmProblem::Moments all = problem.moments_of_all();
    if (is_singular(all.covariance))
        throw DataError(
            "A feature is a linear combination of the others, so that their covariance, the scale "
            "of "
            "the prior, is singular. Leave it out.");
    return {.weight_prior = options.weight_prior,
            .concentration = options.concentration.value_or(1.0 / options.component_count),
            .mean = all.mean,
            .mean_precision = options.mean_precision,
            .degrees_of_freedom = nu,
            .scale_matrix = all.covariance};
}

VariationalFit fit_variational(const EmProblem& problem, const VariationalOptions& options,
                               const FitControl& control, const Partition& start_partition) {
    validate(options);
    check_rows(problem, options);
    const VariationalPrior prior = variational_prior(problem, options);
    if (!start_partition.empty())
        check_start_partition(start_partition, problem.row_count(), options.component_count);
    const int run_count =
        !start_partition.empty() || options.component_count == 1 ? 1 : options.run_count;
    SerialReporter reporter(control.observer, std::string(to_string(CovarianceStructure::VVV)) +
                                                  "," + std::to_string(options.component_count));
    std::vector<VariationalRunOutcome> outcomes(static_cast<std::size_t>(run_count));
    tbb::parallel_for(0, run_count, [&](int run) {
        outcomes[static_cast<std::size_t>(run)] =
            run_variational(problem, options, prior, control, start_partition, reporter, run);
    });
    std::vector<FinishedRun> finished;
    for (const VariationalRunOutcome& outcome : outcomes)
        finished.push_back({.record = &outcome.record, .has_model = outcome.posterior.has_value()});
    const std::size_t best = kept_run(finished);
    VariationalFit fit{.runs = {},
                       .best_run = best,
                       .prior = prior,
                       .posterior = in_order_of_mass(*outcomes[best].posterior),
                       .weight_sum = problem.weight_sum()};
    for (VariationalRunOutcome& outcome : outcomes) fit.runs.push_back(std::move(outcome.record));
    return fit;
}

VariationalFit fit_variational(const MatrixRef& observations, const VariationalOptions& options,
                               const FitControl& control, const VectorRef& observation_weights,
                               const std::vector<std::int32_t>& start_partition) {
    validate(options);
    const int threads =
        control.thread_count > 0 ? control.thread_count : tbb::task_arena::automatic;
    tbb::task_arena arena(threads);
    return arena.execute([&] {
        EmProblem problem(observations, observation_weights, control);
        return fit_variational(problem, options, control, start_partition);
    });
}

}  // namespace mixtura
