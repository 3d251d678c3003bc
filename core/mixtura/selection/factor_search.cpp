// SPDX-License-Identifier: Apache-2.0
#include "mixtura/selection/factor_search.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <tbb/task_arena.h>

#include "mixtura/common/error.h"
#include "mixtura/compute/cancelled.h"
#include "mixtura/factor_mixture/factor_problem.h"
#include "mixtura/selection/search_jobs.h"

namespace mixtura {

namespace {

/// The values in their order, each once.
template <class Value>
std::vector<Value> distinct(const std::vector<Value>& values) {
    std::vector<Value> seen;
    for (const Value& value : values) {
        if (std::ranges::find(seen, value) == seen.end())
            seen.push_back(value);
    }
    return seen;
}

FactorOptions factor_options(const SearchOptions& options, const FactorForm& form,
                             int component_count) {
    const EmOptions& em = options.em;
    return {.component_count = component_count,
            .factor_count = form.factor_count,
            .structure = form.structure,
            .initialisation = em.initialisation,
            .tolerance = em.tolerance,
            .iteration_limit = em.iteration_limit,
            .run_count = em.run_count,
            .uniqueness_floor = options.factors->uniqueness_floor,
            .seed = em.seed};
}

/// @throw InvalidArgument, DataError  no candidate could be fitted
void check_counts(const FactorProblem& problem, const SearchOptions& options) {
    const int d = problem.feature_count();
    const int largest = largest_factor_count(d);
    const std::string features = std::to_string(d) + (d == 1 ? " feature" : " features");
    if (largest == 0)
        throw InvalidArgument("Factors need at least 4 features; the data have " + features +
                              ". Use a Gaussian mixture instead.");
    if (std::ranges::min(options.factors->factor_counts) > largest)
        throw InvalidArgument("None of the factor_counts is admissible for " + features +
                              "; the greatest is " + std::to_string(largest) + ".");
    const int least_components = std::ranges::min(options.component_counts);
    if (problem.used_row_count() < least_components)
        throw DataError(std::to_string(least_components) + " components need at least " +
                        std::to_string(least_components) + " rows; the data have " +
                        std::to_string(problem.used_row_count()) + ".");
}

std::vector<Candidate> candidates_of(const SearchOptions& options, int feature_count) {
    std::vector<Candidate> candidates;
    for (const int component_count : distinct(options.component_counts)) {
        for (const CovarianceForm& form : distinct(covariance_forms(options))) {
            Candidate candidate;
            candidate.component_count = component_count;
            candidate.covariance_form = form;
            candidate.parameter_count = parameter_count(form, component_count, feature_count);
            candidates.push_back(std::move(candidate));
        }
    }
    return candidates;
}

/// Fits the candidate; what can go wrong with one model becomes its failure.
void fit_candidate(const FactorProblem& problem, const SearchOptions& options,
                   const FitControl& control, const Partition& start, Candidate& candidate) {
    const auto begin = std::chrono::steady_clock::now();
    try {
        candidate.fit =
            fit_factor_mixture(problem,
                               factor_options(options, *candidate.covariance_form.factors(),
                                              candidate.component_count),
                               control, start);
        candidate.criteria = information_criteria(*candidate.fit);
    } catch (const compute::Cancelled&) {
        candidate.failure = to_string(FitStatus::cancelled);
    } catch (const Error& error) {
        candidate.failure = error.what();
    }
    candidate.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Position of the first candidate that is the same model as candidate `index`.
std::size_t first_alike(const std::vector<Candidate>& candidates, std::size_t index) {
    const Candidate& candidate = candidates[index];
    if (candidate.component_count > 1)
        return index;
    const FactorForm form = *candidate.covariance_form.factors();
    const auto found = std::ranges::find_if(candidates, [&](const Candidate& other) {
        const FactorForm known = *other.covariance_form.factors();
        return other.component_count == 1 && known.factor_count == form.factor_count &&
               is_isotropic(known.structure) == is_isotropic(form.structure);
    });
    return static_cast<std::size_t>(found - candidates.begin());
}

/// The outcome of `source` under the name of another structure that is the same model.
void report_alike(const Candidate& source, Candidate& candidate) {
    candidate.failure = source.failure;
    candidate.criteria = source.criteria;
    candidate.fit = source.fit;
    if (!candidate.fit)
        return;
    const GaussianMixture& model = source.fit->model;
    FactorDecomposition factors = *model.factors();
    factors.structure = candidate.covariance_form.factors()->structure;
    candidate.fit->model =
        GaussianMixture(model.mixing_weights(), model.means(), std::move(factors));
}

SearchResult search(const MatrixRef& observations, const SearchOptions& options,
                    const FitControl& control, SearchObserver* observer,
                    const VectorRef& observation_weights, const Partition& start) {
    SerialObserver serial(control.observer, observer);
    FitControl fit_control = control;
    const bool is_watched = control.observer != nullptr || observer != nullptr;
    fit_control.observer = is_watched ? &serial : nullptr;
    const auto feature_count = static_cast<int>(observations.cols());
    SearchResult result;
    result.candidates = candidates_of(options, feature_count);
    std::vector<Candidate>& candidates = result.candidates;
    std::optional<FactorProblem> problem;
    try {
        problem.emplace(observations, observation_weights, fit_control);
        check_counts(*problem, options);
        if (options.em.initialisation == Initialisation::hierarchical && start.empty() &&
            std::ranges::max(options.component_counts) > 1)
            problem->prepare_hierarchical_tree(fit_control);
    } catch (const compute::Cancelled&) {
        return cancelled_search(std::move(candidates));
    }
    std::vector<std::size_t> to_fit;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        if (first_alike(candidates, i) == i)
            to_fit.push_back(i);
    }
    fit_candidates(
        candidates, std::move(to_fit),
        [&](Candidate& candidate) {
            fit_candidate(*problem, options, fit_control, start, candidate);
        },
        serial);
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const std::size_t first = first_alike(candidates, i);
        if (first == i)
            continue;
        report_alike(candidates[first], candidates[i]);
        serial.on_candidate(i, candidates[i]);
    }
    result.cancelled = std::ranges::any_of(candidates, is_cancelled);
    result.best = best_of(candidates, options.criterion);
    return result;
}

}  // namespace

void validate_factor_search(const SearchOptions& options) {
    if (options.component_counts.empty())
        throw InvalidArgument("There are no component_counts to try.");
    if (options.factors->factor_counts.empty())
        throw InvalidArgument("There are no factor_counts to try.");
    if (options.factors->structures.empty())
        throw InvalidArgument("There are no factor structures to try.");
    if (options.criterion == Criterion::nec || options.criterion == Criterion::cv)
        throw InvalidArgument("The criterion " + std::string(to_string(options.criterion)) +
                              " does not exist for factor analysers; use bic, icl or aic.");
    if (options.em.family != ComponentFamily::gaussian || options.em.prior != Prior::none)
        throw InvalidArgument(
            "Factor analysers are Gaussian components without a prior: leave out the prior and "
            "the Student-t family.");
    if (options.em.short_run_count > 0)
        throw InvalidArgument("Factor analysers have no short runs; ask for more starts instead.");
    for (const int component_count : options.component_counts) {
        for (const int factor_count : options.factors->factor_counts)
            validate(factor_options(
                options,
                {.structure = options.factors->structures.front(), .factor_count = factor_count},
                component_count));
    }
}

SearchResult search_factor_mixtures(const MatrixRef& observations, const SearchOptions& options,
                                    const FitControl& control, SearchObserver* observer,
                                    const VectorRef& observation_weights, const Partition& start) {
    if (!options.factors)
        throw InvalidArgument("The search names no factor analysers to try.");
    validate_factor_search(options);
    const int threads =
        control.thread_count > 0 ? control.thread_count : tbb::task_arena::automatic;
    tbb::task_arena arena(threads);
    return arena.execute([&] {
        return search(observations, options, control, observer, observation_weights, start);
    });
}

}  // namespace mixtura
