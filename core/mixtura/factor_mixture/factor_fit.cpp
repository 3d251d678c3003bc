// SPDX-License-Identifier: Apache-2.0
#include "mixtura/factor_mixture/factor_fit.h"

#include <cmath>
#include <optional>
#include <utility>

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "mixtura/common/brief_text.h"
#include "mixtura/common/error.h"
#include "mixtura/compute/cancelled.h"
#include "mixtura/factor_mixture/factor_estimate.h"
#include "mixtura/factor_mixture/factor_problem.h"
#include "mixtura/factor_mixture/factor_run.h"
#include "mixtura/gaussian_mixture/em_journal.h"

namespace mixtura {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;

void check_counts(const FactorProblem& problem, const FactorOptions& options) {
    const int d = problem.feature_count();
    const std::string features = std::to_string(d) + (d == 1 ? " feature" : " features");
    const int largest = largest_factor_count(d);
    if (largest == 0) {
        throw InvalidArgument("Factors need at least 4 features; the data have " + features +
                              ". Use a Gaussian mixture instead.");
    }
    if (options.factor_count > largest) {
        throw InvalidArgument("factor_count is " + std::to_string(options.factor_count) + "; for " +
                              features + " it must be from 1 to " + std::to_string(largest) +
                              ", so that (d - q)^2 > d + q.");
    }
    if (problem.used_row_count() < options.component_count) {
        throw DataError(std::to_string(options.component_count) + " components need at least " +
                        std::to_string(options.component_count) + " rows; the data have " +
                        std::to_string(problem.used_row_count()) + ".");
    }
}

/// The components in canonical order, their loadings turned to principal axes.
GaussianMixture as_model(const FactorParameters& found, FactorStructure structure) {
    const GaussianMixture model(found.mixing_weights, found.means,
                                FactorDecomposition{.structure = structure,
                                                    .loadings = found.loadings,
                                                    .uniquenesses = found.uniquenesses});
    return reordered(model, canonical_order(model));
}

}  // namespace

void validate(const FactorOptions& options) {
    const auto require = [](bool holds, const std::string& option, const std::string& value,
                            const std::string& condition) {
        if (!holds)
            throw InvalidArgument(option + " is " + value + "; it must be " + condition + ".");
    };
    require(options.component_count >= 1 && options.component_count <= component_count_limit,
            "component_count", std::to_string(options.component_count),
            "from 1 to " + std::to_string(component_count_limit));
    require(options.factor_count >= 1 && options.factor_count <= factor_count_limit, "factor_count",
            std::to_string(options.factor_count),
            "from 1 to " + std::to_string(factor_count_limit));
    require(options.tolerance >= 0.0 && std::isfinite(options.tolerance), "tolerance",
            brief_text(options.tolerance), "zero or a positive number");
    require(options.iteration_limit >= 1, "iteration_limit",
            std::to_string(options.iteration_limit), "at least 1");
    require(options.run_count >= 1 && options.run_count <= run_count_limit, "run_count",
            std::to_string(options.run_count), "from 1 to " + std::to_string(run_count_limit));
    require(
        options.uniqueness_floor >= uniqueness_floor_least &&
            options.uniqueness_floor <= uniqueness_floor_limit,
        "uniqueness_floor", brief_text(options.uniqueness_floor),
        "from " + brief_text(uniqueness_floor_least) + " to " + brief_text(uniqueness_floor_limit));
}

EmFit fit_factor_mixture(const FactorProblem& problem, const FactorOptions& options,
                         const FitControl& control, const Partition& start_partition) {
    validate(options);
    check_counts(problem, options);
    if (!start_partition.empty())
        problem.check_partition(start_partition, options.component_count);
    const int run_count =
        !start_partition.empty() || options.component_count == 1 ? 1 : options.run_count;
    const CovarianceForm form =
        FactorForm{.structure = options.structure, .factor_count = options.factor_count};
    SerialReporter reporter(control.observer,
                            to_string(form) + "," + std::to_string(options.component_count));
    std::vector<FactorRunOutcome> outcomes(static_cast<std::size_t>(run_count));
    tbb::parallel_for(0, run_count, [&](int run) {
        // A thread that waits for a pass of this run must not begin another one.
        tbb::this_task_arena::isolate([&] {
            outcomes[static_cast<std::size_t>(run)] =
                run_aecm(problem, options, control, start_partition, reporter, run);
        });
    });
    std::vector<FinishedRun> finished;
    for (const FactorRunOutcome& outcome : outcomes)
        finished.push_back(
            {.record = &outcome.record, .has_model = outcome.parameters.has_value()});
    const std::size_t best = kept_run(finished);
    const EmRun& winner = outcomes[best].record;
    FactorParameters& found = *outcomes[best].parameters;
    const FactorCertainty certainty = problem.passes().certainty(found);
    turn_to_principal_axes(options.structure, found);
    EmFit fit{.runs = {},
              .best_run = best,
              .model = as_model(found, options.structure),
              .log_likelihood = winner.log_likelihood.back(),
              .entropy = options.component_count > 1 ? certainty.entropy : 0.0,
              .map_term = options.component_count > 1 ? certainty.map_term : 0.0,
              .weight_sum = problem.weight_sum(),
              .spurious = winner.diagnosis};
    for (FactorRunOutcome& outcome : outcomes) fit.runs.push_back(std::move(outcome.record));
    return fit;
}

EmFit fit_factor_mixture(const MatrixRef& observations, const FactorOptions& options,
                         const FitControl& control, const VectorRef& observation_weights,
                         const std::vector<std::int32_t>& start_partition) {
    validate(options);
    const int threads =
        control.thread_count > 0 ? control.thread_count : tbb::task_arena::automatic;
    tbb::task_arena arena(threads);
    return arena.execute([&] {
        FactorProblem problem(observations, observation_weights, control);
        return fit_factor_mixture(problem, options, control, start_partition);
    });
}

}  // namespace mixtura
