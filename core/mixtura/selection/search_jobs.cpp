// SPDX-License-Identifier: Apache-2.0
#include "mixtura/selection/search_jobs.h"

#include <algorithm>

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

namespace mixtura {

void SerialObserver::on_iteration(const IterationReport& report) {
    const std::scoped_lock lock(mutex_);
    if (fits_ != nullptr)
        fits_->on_iteration(report);
    if (search_ != nullptr && search_ != fits_)
        search_->on_iteration(report);
}

void SerialObserver::on_progress(std::string_view what, double done, double total) {
    const std::scoped_lock lock(mutex_);
    if (fits_ != nullptr)
        fits_->on_progress(what, done, total);
    if (search_ != nullptr && search_ != fits_)
        search_->on_progress(what, done, total);
}

void SerialObserver::on_candidate(std::size_t index, const Candidate& candidate) {
    const std::scoped_lock lock(mutex_);
    if (search_ != nullptr)
        search_->on_candidate(index, candidate);
}

void fit_candidates(std::vector<Candidate>& candidates, std::vector<std::size_t> indices,
                    const std::function<void(Candidate&)>& fit, SerialObserver& observer) {
    std::ranges::stable_sort(indices, std::greater{},
                             [&](std::size_t i) { return candidates[i].parameter_count; });
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, indices.size(), 1),
        [&](const tbb::blocked_range<std::size_t>& range) {
            for (std::size_t i = range.begin(); i < range.end(); ++i) {
                // A thread that waits inside a fit must not begin another one.
                tbb::this_task_arena::isolate([&] { fit(candidates[indices[i]]); });
                observer.on_candidate(indices[i], candidates[indices[i]]);
            }
        },
        tbb::simple_partitioner());
}

bool is_cancelled(const Candidate& candidate) {
    return candidate.failure == to_string(FitStatus::cancelled) ||
           (candidate.fit && std::ranges::any_of(candidate.fit->runs, [](const EmRun& run) {
                return run.status == FitStatus::cancelled;
            }));
}

SearchResult cancelled_search(std::vector<Candidate> candidates) {
    for (Candidate& candidate : candidates) candidate.failure = to_string(FitStatus::cancelled);
    return {.candidates = std::move(candidates), .best = std::nullopt, .cancelled = true};
}

std::optional<std::size_t> best_of(const std::vector<Candidate>& candidates, Criterion criterion) {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        if (candidates[i].is_comparable(criterion) &&
            (!best || candidates[i].criteria->value(criterion) <
                          candidates[*best].criteria->value(criterion)))
            best = i;
    }
    return best;
}

}  // namespace mixtura
