// SPDX-License-Identifier: Apache-2.0
#include "mixtura/selection/variational_search.h"

#include <chrono>
#include <limits>
#include <utility>

#include <tbb/task_arena.h>

#include "mixtura/common/error.h"
#include "mixtura/compute/cancelled.h"
#include "mixtura/selection/search_jobs.h"
#include "mixtura/variational/predictive_mixture.h"
#include "mixtura/variational/variational_fit.h"

namespace mixtura {

namespace {

constexpr double not_applicable = std::numeric_limits<double>::quiet_NaN();

VariationalOptions variational_options(const SearchOptions& options) {
    const EmOptions& em = options.em;
    const VariationalSearchOptions& variational = *options.variational;
    return {.component_count = options.component_counts.front(),
            .weight_prior = variational.weight_prior,
            .concentration = variational.concentration,
            .mean_precision = variational.mean_precision,
            .prior_degrees_of_freedom = variational.prior_degrees_of_freedom,
            .initialisation = em.initialisation,
            .tolerance = em.tolerance,
            .iteration_limit = em.iteration_limit,
            .run_count = em.run_count,
            .seed = em.seed};
}

/// The fit in the terms of the other mixtures.
EmFit as_em_fit(VariationalFit fit, const EmProblem& problem, const FitControl& control) {
    GaussianMixture model = predictive_mixture(fit.posterior);
    const EmProblem::Certainty certainty =
        model.component_count() > 1 ? problem.certainty(model, control) : EmProblem::Certainty{};
    std::string spurious = fit.runs[fit.best_run].diagnosis;
    return {.runs = std::move(fit.runs),
            .best_run = fit.best_run,
            .model = std::move(model),
            .log_likelihood = not_applicable,
            .entropy = certainty.entropy,
            .map_term = certainty.map_term,
            .weight_sum = fit.weight_sum,
            .spurious = std::move(spurious)};
}

Candidate fitted_candidate(const EmProblem& problem, const SearchOptions& options,
                           const FitControl& control, const Partition& start) {
    Candidate candidate;
    candidate.component_count = options.component_counts.front();
    candidate.covariance_form = CovarianceStructure::VVV;
    const auto begin = std::chrono::steady_clock::now();
    try {
        VariationalFit fit = fit_variational(problem, variational_options(options), control, start);
        candidate.posterior = fit.posterior;
        candidate.fit = as_em_fit(std::move(fit), problem, control);
        candidate.component_count = candidate.fit->model.component_count();
        candidate.criteria.emplace(InformationCriteria{
            .bic = not_applicable, .icl = not_applicable, .aic = not_applicable});
    } catch (const compute::Cancelled&) {
        candidate.failure = to_string(FitStatus::cancelled);
    } catch (const NumericalError& error) {
        candidate.failure = error.what();
    }
    candidate.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return candidate;
}

SearchResult search(const MatrixRef& observations, const SearchOptions& options,
                    const FitControl& control, SearchObserver* observer,
                    const VectorRef& observation_weights, const Partition& start) {
    SerialObserver serial(control.observer, observer);
    FitControl fit_control = control;
    const bool is_watched = control.observer != nullptr || observer != nullptr;
    fit_control.observer = is_watched ? &serial : nullptr;
    SearchResult result;
    try {
        EmProblem problem(observations, observation_weights, fit_control);
        result.candidates.push_back(fitted_candidate(problem, options, fit_control, start));
    } catch (const compute::Cancelled&) {
        Candidate unreached;
        unreached.component_count = options.component_counts.front();
        unreached.covariance_form = CovarianceStructure::VVV;
        return cancelled_search({std::move(unreached)});
    }
    serial.on_candidate(0, result.candidates.front());
    result.cancelled = is_cancelled(result.candidates.front());
    if (result.candidates.front().fit)
        result.best = 0;
    return result;
}

}  // namespace

void validate_variational_search(const SearchOptions& options) {
    if (options.component_counts.size() != 1)
        throw InvalidArgument(
            "A variational Bayesian mixture takes one component count, the largest that there can "
            "be: components that the data do not support empty by themselves.");
    if (options.factors)
        throw InvalidArgument(
            "A variational Bayesian mixture is not one of factor analysers; ask for one of the "
            "two.");
    if (options.em.family != ComponentFamily::gaussian || options.em.prior != Prior::none)
        throw InvalidArgument(
            "A variational Bayesian mixture has Gaussian components and a prior of its own: leave "
            "out the Student-t family and the conjugate prior.");
    if (options.criterion != Criterion::bic)
        throw InvalidArgument("The criterion " + std::string(to_string(options.criterion)) +
                              " does not exist for a variational Bayesian mixture, which has a "
                              "lower bound in its place; leave it out.");
    if (options.em.short_run_count > 0)
        throw InvalidArgument(
            "A variational Bayesian mixture has no short runs; ask for more starts instead.");
    if (options.em.covariance_floor != EmOptions{}.covariance_floor)
        throw InvalidArgument(
            "A variational Bayesian mixture has no covariance_floor: its prior keeps covariances "
            "away from zero. Leave it out, or change the mean precision and the degrees of "
            "freedom.");
    if (options.em.degrees_of_freedom_rule != EmOptions{}.degrees_of_freedom_rule)
        throw InvalidArgument(
            "The degrees of freedom of a variational Bayesian mixture follow from the data; leave "
            "them out, or give prior_degrees_of_freedom.");
    validate(variational_options(options));
}

SearchResult search_variational_mixture(const MatrixRef& observations, const SearchOptions& options,
                                        const FitControl& control, SearchObserver* observer,
                                        const VectorRef& observation_weights,
                                        const Partition& start) {
    if (!options.variational)
        throw InvalidArgument("The options ask for no variational Bayesian mixture.");
    validate_variational_search(options);
    const int threads =
        control.thread_count > 0 ? control.thread_count : tbb::task_arena::automatic;
    tbb::task_arena arena(threads);
    return arena.execute([&] {
        return search(observations, options, control, observer, observation_weights, start);
    });
}

}  // namespace mixtura
