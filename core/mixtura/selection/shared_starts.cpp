// SPDX-License-Identifier: Apache-2.0
#include "mixtura/selection/shared_starts.h"

#include <atomic>
#include <cmath>
#include <functional>
#include <limits>

#include <tbb/parallel_for_each.h>
#include <tbb/task_arena.h>

#include "mixtura/common/error.h"
#include "mixtura/gaussian_mixture/short_runs.h"
#include "mixtura/selection/further_run.h"

namespace mixtura {

namespace {

using Group = std::vector<Candidate*>;

/// Log-likelihoods this near, relative, are equal.
constexpr double equal_share = 1e-9;

/// The best admissible fit nested in `outer`, or null.
const Candidate* best_nested(const Group& group, const Candidate& outer) {
    const Candidate* best = nullptr;
    for (const Candidate* inner : group) {
        if (inner->is_admissible() &&
            is_nested(inner->covariance_form.structure(), outer.covariance_form.structure()) &&
            (best == nullptr || inner->fit->log_likelihood > best->fit->log_likelihood))
            best = inner;
    }
    return best;
}

/// The best nested fit, where the candidate is not above it.
const Candidate* nested_fit_above(const Group& group, const Candidate& candidate) {
    const Candidate* inner = best_nested(group, candidate);
    if (inner == nullptr || !candidate.is_admissible())
        return inner;
    const double least = inner->fit->log_likelihood;
    const bool is_below =
        candidate.fit->log_likelihood < least - equal_share * (1.0 + std::abs(least));
    return is_below ? inner : nullptr;
}

/// Log-likelihood that a few iterations from `source` lead to; minus infinity where to nothing
/// sound.
double promise_of(const Candidate& source, const EmProblem& problem, const EmOptions& options,
                  const FitControl& control, const Candidate& candidate) {
    EmOptions few = options;
    few.component_count = candidate.component_count;
    few.covariance_structure = candidate.covariance_form.structure();
    few.iteration_limit = short_run_iterations;
    few.tolerance = 0.0;
    FitControl quiet = control;
    quiet.observer = nullptr;
    quiet.journal = nullptr;
    try {
        const EmFit fit =
            fit_em(problem, few, quiet, {.partition = {}, .model = source.fit->model});
        if (fit.spurious.empty())
            return fit.log_likelihood;
    } catch (const BackendError&) {
        throw;
    } catch (const Error&) {
        // A start that degenerates promises nothing.
    }
    return -std::numeric_limits<double>::infinity();
}

/// The other structure's fit that promises most, or null.
const Candidate* most_promising(const Group& group, const EmProblem& problem,
                                const EmOptions& options, const FitControl& control,
                                const Candidate& candidate) {
    const Candidate* best = nullptr;
    double greatest = -std::numeric_limits<double>::infinity();
    for (const Candidate* source : group) {
        if (source == &candidate || !source->is_admissible())
            continue;
        const double promise = promise_of(*source, problem, options, control, candidate);
        if (promise > greatest) {
            greatest = promise;
            best = source;
        }
    }
    return best;
}

/// Runs each candidate further from what `source_of` names, counts side by side.
/// @return whether the stop was requested on the way
bool run_from(std::vector<Candidate>& candidates, const EmProblem& problem,
              const EmOptions& options, const FitControl& control,
              const std::function<const Candidate*(const Group&, const Candidate&)>& source_of) {
    std::map<int, Group> groups = by_component_count(candidates);
    std::atomic<bool> is_cancelled = false;
    std::atomic<int> done = 0;
    const auto say_done = [&] {
        ++done;
        if (control.observer != nullptr)
            control.observer->on_progress("sharing starts", done,
                                          static_cast<double>(candidates.size()));
    };
    tbb::parallel_for_each(groups, [&](auto& entry) {
        // A thread that waits inside a fit must not begin another group.
        tbb::this_task_arena::isolate([&] {
            try {
                for (Candidate* candidate : entry.second) {
                    if (is_cancelled)
                        return;
                    const Candidate* source = source_of(entry.second, *candidate);
                    if (source != nullptr &&
                        !run_further(*source, problem, options, control, *candidate))
                        is_cancelled = true;
                    say_done();
                }
            } catch (const compute::Cancelled&) {
                is_cancelled = true;
            }
        });
    });
    return is_cancelled;
}

}  // namespace

bool raise_above_nested_fits(std::vector<Candidate>& candidates, const EmProblem& problem,
                             const EmOptions& options, const FitControl& control) {
    return run_from(candidates, problem, options, control, nested_fit_above);
}

bool exchange_starts(std::vector<Candidate>& candidates, const EmProblem& problem,
                     const EmOptions& options, const FitControl& control) {
    return run_from(candidates, problem, options, control,
                    [&](const Group& group, const Candidate& candidate) {
                        return most_promising(group, problem, options, control, candidate);
                    });
}

}  // namespace mixtura
