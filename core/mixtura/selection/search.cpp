// SPDX-License-Identifier: Apache-2.0
#include "mixtura/selection/search.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include <tbb/task_arena.h>

#include "mixtura/common/error.h"
#include "mixtura/gaussian_mixture/em_problem.h"
#include "mixtura/selection/cross_validation.h"
#include "mixtura/selection/search_jobs.h"
#include "mixtura/selection/shared_starts.h"

namespace mixtura {

namespace {

/// Structures that are the same model for one component or one feature share a representative.
CovarianceStructure representative(CovarianceStructure structure, int component_count,
                                   int feature_count) {
    const std::string_view name = to_string(structure);
    if (feature_count == 1) {
        return component_count > 1 && name[0] == 'V' ? CovarianceStructure::VII
                                                     : CovarianceStructure::EII;
    }
    if (component_count > 1)
        return structure;
    if (name[1] == 'I')
        return CovarianceStructure::EII;
    return name[2] == 'I' ? CovarianceStructure::EEI : CovarianceStructure::EEE;
}

/// The structures to try, in the order asked for, without repetitions.
std::vector<CovarianceStructure> distinct_structures(
    const std::vector<CovarianceStructure>& structures, int feature_count) {
    constexpr int several_components = 2;
    std::set<CovarianceStructure> seen;
    std::vector<CovarianceStructure> distinct;
    for (const CovarianceStructure structure : structures) {
        if (seen.insert(representative(structure, several_components, feature_count)).second)
            distinct.push_back(structure);
    }
    return distinct;
}

void validate(const SearchOptions& options) {
    if (options.component_counts.empty())
        throw InvalidArgument("There are no component_counts to try.");
    if (options.covariance_structures.empty())
        throw InvalidArgument("There are no covariance_structures to try.");
    if (options.fold_count < fold_count_least || options.fold_count > fold_count_limit)
        throw InvalidArgument("fold_count is " + std::to_string(options.fold_count) +
                              "; it must be from " + std::to_string(fold_count_least) + " to " +
                              std::to_string(fold_count_limit) + ".");
    if (options.em.has_noise && options.criterion == Criterion::nec)
        throw InvalidArgument(
            "The criterion nec does not exist with noise, since one component then has an entropy "
            "too; use bic, icl, aic or cv.");
    if (options.em.has_missing_values && options.criterion == Criterion::cv)
        throw InvalidArgument(
            "Cross-validation takes complete rows: leave out those with missing values, or use "
            "bic, icl or aic.");
    for (const int component_count : options.component_counts) {
        EmOptions em = options.em;
        em.component_count = component_count;
        validate(em);
    }
}

std::vector<Candidate> candidates_of(const SearchOptions& options, int feature_count) {
    const std::vector<CovarianceStructure> structures =
        distinct_structures(options.covariance_structures, feature_count);
    std::vector<Candidate> candidates;
    std::set<int> seen;
    for (const int component_count : options.component_counts) {
        if (!seen.insert(component_count).second)
            continue;
        for (const CovarianceStructure structure : structures) {
            Candidate candidate;
            candidate.component_count = component_count;
            candidate.covariance_form = structure;
            EmOptions em = options.em;
            em.component_count = component_count;
            em.covariance_structure = structure;
            candidate.parameter_count = parameter_count(em, feature_count);
            candidates.push_back(std::move(candidate));
        }
    }
    return candidates;
}

/// The cross-validated figure, or why there is none.
void cross_validate(const CrossValidation& folds, const EmOptions& em, Candidate& candidate) {
    const CrossValidated result = folds.evaluate(em);
    candidate.cv_failure = result.failure;
    if (!result.failure.empty())
        return;
    candidate.criteria->cv = -2.0 * result.log_likelihood;
    candidate.criteria->cv_standard_error = 2.0 * result.standard_error;
}

/// Fits the candidate; what can go wrong with one model becomes its failure.
/// @param folds  those of the cross-validation, or null where none is asked for
void fit_candidate(const EmProblem& problem, const SearchOptions& options,
                   const FitControl& control, const EmStart& start, const CrossValidation* folds,
                   Candidate& candidate) {
    const auto begin = std::chrono::steady_clock::now();
    EmOptions em = options.em;
    em.component_count = candidate.component_count;
    em.covariance_structure = candidate.covariance_form.structure();
    try {
        candidate.fit = fit_em(problem, em, control, start);
        candidate.criteria = information_criteria(*candidate.fit);
        candidate.failure.clear();
        if (folds != nullptr && candidate.is_admissible())
            cross_validate(*folds, em, candidate);
    } catch (const compute::Cancelled&) {
        candidate.failure = to_string(FitStatus::cancelled);
    } catch (const BackendError&) {
        throw;
    } catch (const Error& error) {
        candidate.failure = error.what();
    }
    candidate.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// The outcome of `source` under the name of another structure that is the same model.
Candidate reported_alike(const Candidate& source, Candidate candidate) {
    candidate.failure = source.failure;
    candidate.criteria = source.criteria;
    candidate.cv_failure = source.cv_failure;
    if (source.fit) {
        candidate.fit = source.fit;
        const GaussianMixture& model = source.fit->model;
        candidate.fit->model =
            GaussianMixture(model.mixing_weights(), model.means(), model.covariances(),
                            candidate.covariance_form.structure(), model.tails(), model.noise());
    }
    return candidate;
}

/// Position of the first candidate that is the same model as candidate `index`.
std::size_t first_alike(const std::vector<Candidate>& candidates, std::size_t index,
                        int feature_count) {
    const Candidate& candidate = candidates[index];
    const CovarianceStructure wanted = representative(candidate.covariance_form.structure(),
                                                      candidate.component_count, feature_count);
    for (std::size_t i = 0; i < index; ++i) {
        if (candidates[i].component_count == candidate.component_count &&
            representative(candidates[i].covariance_form.structure(), candidate.component_count,
                           feature_count) == wanted)
            return i;
    }
    return index;
}

/// Log-likelihood of one component of the structure's kind: that of the candidate where it was
/// tried, else fitted here. NaN where it cannot be.
double one_component_log_likelihood(const std::vector<Candidate>& candidates,
                                    const EmProblem& problem, CovarianceStructure structure,
                                    const EmOptions& options, const FitControl& control) {
    const CovarianceStructure wanted = representative(structure, 1, problem.feature_count());
    for (const Candidate& candidate : candidates) {
        if (candidate.component_count == 1 && candidate.fit &&
            representative(candidate.covariance_form.structure(), 1, problem.feature_count()) ==
                wanted)
            return candidate.fit->log_likelihood;
    }
    EmOptions em = options;
    em.component_count = 1;
    em.covariance_structure = wanted;
    FitControl quiet = control;
    quiet.observer = nullptr;
    quiet.journal = nullptr;
    try {
        return fit_em(problem, em, quiet, {}).log_likelihood;
    } catch (const compute::Cancelled&) {
        return std::numeric_limits<double>::quiet_NaN();
    } catch (const BackendError&) {
        throw;
    } catch (const Error&) {
        return std::numeric_limits<double>::quiet_NaN();
    }
}

/// NEC of every model that was fitted.
void add_normalised_entropies(std::vector<Candidate>& candidates, const EmProblem& problem,
                              const EmOptions& options, const FitControl& control) {
    std::map<CovarianceStructure, double> known;
    for (Candidate& candidate : candidates) {
        if (!candidate.fit || !candidate.criteria)
            continue;
        const CovarianceStructure kind =
            representative(candidate.covariance_form.structure(), 1, problem.feature_count());
        auto found = known.find(kind);
        if (found == known.end()) {
            const double value =
                one_component_log_likelihood(candidates, problem, kind, options, control);
            found = known.emplace(kind, value).first;
        }
        candidate.criteria->nec = normalised_entropy_criterion(*candidate.fit, found->second);
    }
}

SearchResult search(const MatrixRef& observations, const SearchOptions& options,
                    const FitControl& control, SearchObserver* observer,
                    const VectorRef& observation_weights, const EmStart& start,
                    const Partition& known_components) {
    SearchResult result;
    FitControl fit_control = control;
    SerialObserver serial(control.observer, observer);
    const bool is_watched = control.observer != nullptr || observer != nullptr;
    fit_control.observer = is_watched ? &serial : nullptr;

    result.candidates = candidates_of(options, static_cast<int>(observations.cols()));
    std::vector<Candidate>& candidates = result.candidates;
    std::optional<EmProblem> problem;
    std::optional<CrossValidation> folds;
    try {
        problem.emplace(observations, observation_weights, fit_control, known_components,
                        row_model(options.em));
        const bool needs_tree = options.em.initialisation == Initialisation::hierarchical &&
                                start.partition.empty() && !start.model &&
                                std::ranges::any_of(candidates, [&](const Candidate& candidate) {
                                    return candidate.component_count > 1 &&
                                           candidate.component_count <= problem->used_row_count();
                                });
        if (needs_tree)
            problem->prepare_hierarchical_tree(fit_control);
        if (options.criterion == Criterion::cv)
            folds.emplace(observations, observation_weights,
                          random_folds(observations.rows(), options.fold_count, options.em.seed),
                          start, fit_control, row_model(options.em));
    } catch (const compute::Cancelled&) {
        return cancelled_search(std::move(candidates));
    }
    const int least_count = std::ranges::min(options.component_counts);
    if (problem->used_row_count() < least_count) {
        throw DataError(std::to_string(least_count) + " components need at least " +
                        std::to_string(least_count) + " rows; the data have " +
                        std::to_string(problem->used_row_count()) + ".");
    }

    std::vector<std::size_t> distinct;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        if (first_alike(candidates, i, problem->feature_count()) == i)
            distinct.push_back(i);
    }
    fit_candidates(
        candidates, std::move(distinct),
        [&](Candidate& candidate) {
            fit_candidate(*problem, options, fit_control, start, folds ? &*folds : nullptr,
                          candidate);
        },
        serial);
    const bool is_stopped = (options.em.run_count > 1 &&
                             exchange_starts(candidates, *problem, options.em, fit_control)) ||
                            raise_above_nested_fits(candidates, *problem, options.em, fit_control);
    if (known_components.empty() && !options.em.has_noise)
        add_normalised_entropies(candidates, *problem, options.em, fit_control);
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const std::size_t first = first_alike(candidates, i, problem->feature_count());
        if (first != i) {
            candidates[i] = reported_alike(candidates[first], std::move(candidates[i]));
            serial.on_candidate(i, candidates[i]);
        }
    }
    result.cancelled = is_stopped || std::ranges::any_of(candidates, is_cancelled);
    result.best = best_of(candidates, options.criterion);
    return result;
}

}  // namespace

std::vector<CovarianceForm> covariance_forms(const SearchOptions& options) {
    if (options.variational)
        return {CovarianceStructure::VVV};
    if (!options.factors)
        return {options.covariance_structures.begin(), options.covariance_structures.end()};
    std::vector<CovarianceForm> forms;
    for (const int factor_count : options.factors->factor_counts) {
        for (const FactorStructure structure : options.factors->structures)
            forms.emplace_back(FactorForm{.structure = structure, .factor_count = factor_count});
    }
    return forms;
}

bool Candidate::is_admissible() const noexcept {
    return fit && criteria && fit->spurious.empty() &&
           fit->runs[fit->best_run].status != FitStatus::cancelled;
}

bool Candidate::is_comparable(Criterion criterion) const noexcept {
    return is_admissible() && std::isfinite(criteria->value(criterion));
}

SearchResult search_gaussian_mixtures(const MatrixRef& observations, const SearchOptions& options,
                                      const FitControl& control, SearchObserver* observer,
                                      const VectorRef& observation_weights, const EmStart& start,
                                      const std::vector<std::int32_t>& known_components) {
    validate(options);
    if (!known_components.empty() &&
        (options.criterion == Criterion::cv || options.criterion == Criterion::nec))
        throw InvalidArgument("The criterion " + std::string(to_string(options.criterion)) +
                              " does not exist for known components; use bic, icl or aic.");
    const int threads =
        control.thread_count > 0 ? control.thread_count : tbb::task_arena::automatic;
    tbb::task_arena arena(threads);
    return arena.execute([&] {
        return search(observations, options, control, observer, observation_weights, start,
                      known_components);
    });
}

}  // namespace mixtura
