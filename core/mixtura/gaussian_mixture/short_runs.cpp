// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/short_runs.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include <tbb/parallel_for.h>

#include "mixtura/gaussian_mixture/em_run.h"

namespace mixtura {

namespace {

/// How far a start gets: a greater promise is better.
struct Promise {
    bool is_sound = false;
    double log_likelihood = -std::numeric_limits<double>::infinity();
    friend bool operator<(const Promise& a, const Promise& b) {
        return a.is_sound != b.is_sound ? b.is_sound : a.log_likelihood < b.log_likelihood;
    }
};

Promise promise_of(const EmRunOutcome& outcome) {
    if (outcome.record.status == FitStatus::cancelled)
        throw compute::Cancelled{};
    if (!outcome.model)
        return {};
    return {.is_sound = outcome.spurious.empty(),
            .log_likelihood = outcome.record.log_likelihood.back()};
}

}  // namespace

std::vector<int> rank_starts(const EmProblem& problem, const EmOptions& options,
                             const FitControl& control) {
    EmOptions few = options;
    few.iteration_limit = short_run_iterations;
    few.tolerance = 0.0;
    FitControl quiet = control;
    quiet.observer = nullptr;
    quiet.journal = nullptr;
    SerialReporter reporter(nullptr, few);
    std::vector<Promise> promises(static_cast<std::size_t>(options.short_run_count));
    tbb::parallel_for(std::size_t{0}, promises.size(), [&](std::size_t i) {
        promises[i] = promise_of(
            run_em(problem, few, quiet, {}, reporter, {.start = static_cast<int>(i) + 1}));
    });
    std::vector<int> starts(promises.size());
    std::iota(starts.begin(), starts.end(), 1);
    std::ranges::stable_sort(starts, [&](int a, int b) {
        return promises[static_cast<std::size_t>(b) - 1] <
               promises[static_cast<std::size_t>(a) - 1];
    });
    return starts;
}

}  // namespace mixtura
