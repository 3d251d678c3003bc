// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/em_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "mixtura/common/brief_text.h"
#include "mixtura/common/error.h"
#include "mixtura/gaussian_mixture/em_journal.h"
#include "mixtura/gaussian_mixture/em_problem.h"
#include "mixtura/gaussian_mixture/em_run.h"
#include "mixtura/gaussian_mixture/observation_checks.h"
#include "mixtura/gaussian_mixture/short_runs.h"

namespace mixtura {

namespace {

using Eigen::Index;

void check_rows(const EmProblem& problem, const EmOptions& options) {
    const int labelled = problem.labelled_component_count();
    if (labelled > 0 && options.family == ComponentFamily::student)
        throw InvalidArgument(
            "Known labels go with Gaussian components: fit Student-t components without labels, or "
            "start them from the labels.");
    if (options.has_missing_values && options.family == ComponentFamily::student)
        throw InvalidArgument(
            "Missing values go with Gaussian components: leave out the rows that have some, or fit "
            "Gaussian components.");
    if (options.component_count < labelled)
        throw InvalidArgument("The labels name " + std::to_string(labelled) +
                              " components; ask for that many or more, not " +
                              std::to_string(options.component_count) + ".");
    if (options.has_noise != problem.noise().has_value())
        throw InvalidArgument("The rows were not made ready for what the options say of noise.");
    const Index rows = problem.used_row_count();
    const std::string have = "; the data have " + std::to_string(rows) + ".";
    if (rows < options.component_count) {
        throw DataError(std::to_string(options.component_count) + " components need at least " +
                        std::to_string(options.component_count) + " rows" + have);
    }
    if (!is_diagonal(options.covariance_structure) && rows <= problem.feature_count()) {
        throw DataError("The structure " + std::string(to_string(options.covariance_structure)) +
                        " of " + std::to_string(problem.feature_count()) +
                        " features needs at least " + std::to_string(problem.feature_count() + 1) +
                        " rows" + have + " Use a diagonal structure, for example EEI.");
    }
}

void check_start(const EmProblem& problem, const EmOptions& options, const EmStart& start) {
    const int component_count = options.component_count;
    if (start.model) {
        if (!start.partition.empty())
            throw InvalidArgument("A fit starts from a partition or from a model, not from both.");
        if (start.model->noise().has_value() != options.has_noise)
            throw InvalidArgument(options.has_noise
                                      ? "The start model has no noise component; the fit has one."
                                      : "The start model has a noise component; the fit has none.");
        if (start.model->component_count() != component_count ||
            start.model->feature_count() != problem.feature_count()) {
            throw InvalidArgument(
                "The start model has " + std::to_string(start.model->component_count()) +
                " components and " + std::to_string(start.model->feature_count()) +
                " features; the fit has " + std::to_string(component_count) + " and " +
                std::to_string(problem.feature_count()) + ".");
        }
        return;
    }
    if (start.partition.empty())
        return;
    check_start_partition(start.partition, problem.row_count(), component_count, options.has_noise);
}

/// With noise two starts at least: one with much noise, one with little.
int run_count_of(const EmOptions& options, bool is_given) {
    if (is_given)
        return 1;
    const int asked = options.component_count == 1 ? 1 : options.run_count;
    return options.has_noise ? std::max(2, asked) : asked;
}

/// The starts that go on to the end: the first, and of the others the first ones or, where short
/// runs choose, those whose short runs reached most, better ones first.
std::vector<int> starts_to_run(const EmProblem& problem, const EmOptions& options, int run_count,
                               const FitControl& control) {
    std::vector<int> starts(static_cast<std::size_t>(run_count));
    std::iota(starts.begin(), starts.end(), 0);
    if (run_count == 1 || options.short_run_count < run_count)
        return starts;
    const std::vector<int> ranked = rank_starts(problem, options, control);
    std::copy_n(ranked.begin(), run_count - 1, starts.begin() + 1);
    return starts;
}

}  // namespace

std::string_view to_string(Initialisation initialisation) noexcept {
    switch (initialisation) {
        case Initialisation::hierarchical:
            return "hierarchical";
        case Initialisation::kmeans:
            return "kmeans";
        case Initialisation::random:
            return "random";
    }
    return "";
}

Initialisation initialisation_from(std::string_view name) {
    constexpr std::array all = {Initialisation::hierarchical, Initialisation::kmeans,
                                Initialisation::random};
    for (const Initialisation initialisation : all) {
        if (name == to_string(initialisation))
            return initialisation;
    }
    throw InvalidArgument("Unknown initialisation \"" + std::string(name) +
                          "\": use hierarchical, kmeans or random.");
}

std::string_view to_string(Prior prior) noexcept {
    return prior == Prior::conjugate ? "conjugate" : "none";
}

Prior prior_from(std::string_view name) {
    for (const Prior prior : {Prior::none, Prior::conjugate}) {
        if (name == to_string(prior))
            return prior;
    }
    throw InvalidArgument("Unknown prior \"" + std::string(name) + "\": use none or conjugate.");
}

void validate(const EmOptions& options) {
    const auto require = [](bool holds, const std::string& option, const std::string& value,
                            const std::string& condition) {
        if (!holds)
            throw InvalidArgument(option + " is " + value + "; it must be " + condition + ".");
    };
    require(options.component_count >= 1 && options.component_count <= component_count_limit,
            "component_count", std::to_string(options.component_count),
            "from 1 to " + std::to_string(component_count_limit));
    require(options.tolerance >= 0.0 && std::isfinite(options.tolerance), "tolerance",
            brief_text(options.tolerance), "zero or a positive number");
    require(options.iteration_limit >= 1, "iteration_limit",
            std::to_string(options.iteration_limit), "at least 1");
    require(options.run_count >= 1 && options.run_count <= run_count_limit, "run_count",
            std::to_string(options.run_count), "from 1 to " + std::to_string(run_count_limit));
    require(options.short_run_count >= 0 && options.short_run_count <= run_count_limit,
            "short_run_count", std::to_string(options.short_run_count),
            "from 0 to " + std::to_string(run_count_limit));
    require(options.degrees_of_freedom >= degrees_of_freedom_least &&
                options.degrees_of_freedom <= degrees_of_freedom_limit,
            "degrees_of_freedom", brief_text(options.degrees_of_freedom),
            "from " + brief_text(degrees_of_freedom_least) + " to " +
                brief_text(degrees_of_freedom_limit));
    if (options.has_noise && options.family == ComponentFamily::student)
        throw InvalidArgument(
            "Noise goes with Gaussian components: Student-t components bear outlying rows in their "
            "tails.");
    if (options.family == ComponentFamily::student && options.prior != Prior::none)
        throw InvalidArgument(
            "The prior is one of Gaussian components: fit Student-t components without it.");
    require(
        options.covariance_floor >= covariance_floor_least &&
            options.covariance_floor <= covariance_floor_limit,
        "covariance_floor", brief_text(options.covariance_floor),
        "from " + brief_text(covariance_floor_least) + " to " + brief_text(covariance_floor_limit));
}

int parameter_count(const EmOptions& options, int feature_count) noexcept {
    const int count =
        parameter_count(options.covariance_structure, options.component_count, feature_count) +
        (options.has_noise ? noise_parameter_count : 0);
    return options.family == ComponentFamily::gaussian
               ? count
               : count +
                     tail_parameter_count(options.degrees_of_freedom_rule, options.component_count);
}

EmFit fit_em(const EmProblem& problem, const EmOptions& options, const FitControl& control,
             const EmStart& start) {
    validate(options);
    check_rows(problem, options);
    check_start(problem, options, start);
    const bool is_given = start.model || !start.partition.empty();
    const int run_count = run_count_of(options, is_given);
    SerialReporter reporter(control.observer, options);
    std::vector<EmRunOutcome> outcomes(static_cast<std::size_t>(run_count));
    // The first start may share the hierarchical tree; it goes first and alone.
    outcomes[0] = run_em(problem, options, control, start, reporter, {});
    const std::vector<int> starts = starts_to_run(problem, options, run_count, control);
    tbb::parallel_for(1, run_count, [&](int run) {
        const auto at = static_cast<std::size_t>(run);
        outcomes[at] =
            run_em(problem, options, control, start, reporter, {.run = run, .start = starts[at]});
    });

    std::vector<FinishedRun> finished;
    for (const EmRunOutcome& outcome : outcomes)
        finished.push_back({.record = &outcome.record, .has_model = outcome.model.has_value()});
    const std::size_t best = kept_run(finished);
    EmRunOutcome& winner = outcomes[best];
    EmFit fit{.runs = {},
              .best_run = best,
              .model = std::move(*winner.model),
              .log_likelihood = winner.record.log_likelihood.back(),
              .entropy = 0.0,
              .map_term = 0.0,
              .weight_sum = problem.weight_sum(),
              .spurious = std::move(winner.spurious)};
    for (EmRunOutcome& outcome : outcomes) fit.runs.push_back(std::move(outcome.record));
    if (fit.model.group_count() > 1) {
        const EmProblem::Certainty certainty = problem.certainty(fit.model, control);
        fit.entropy = certainty.entropy;
        fit.map_term = certainty.map_term;
    }
    return fit;
}

EmFit fit_em(const MatrixRef& observations, const EmOptions& options, const FitControl& control,
             const VectorRef& observation_weights, const EmStart& start,
             const std::vector<std::int32_t>& known_components) {
    validate(options);
    const int threads =
        control.thread_count > 0 ? control.thread_count : tbb::task_arena::automatic;
    tbb::task_arena arena(threads);
    return arena.execute([&] {
        const EmProblem problem(observations, observation_weights, control, known_components,
                                row_model(options));
        return fit_em(problem, options, control, start);
    });
}

}  // namespace mixtura
