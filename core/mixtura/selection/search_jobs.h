// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "mixtura/selection/search.h"

namespace mixtura {

/// Hands on the reports of fits that run side by side, one at a time.
class SerialObserver : public FitObserver {
  public:
    SerialObserver(FitObserver* fits, SearchObserver* search) : fits_(fits), search_(search) {}

    void on_iteration(const IterationReport& report) override;
    void on_progress(std::string_view what, double done, double total) override;
    void on_candidate(std::size_t index, const Candidate& candidate);

  private:
    FitObserver* fits_;
    SearchObserver* search_;
    std::mutex mutex_;
};

/// Calls `fit` for the candidates at `indices`, in parallel in the calling task arena, and reports
/// each. The long fits go first, so that no thread is left with one at the end.
void fit_candidates(std::vector<Candidate>& candidates, std::vector<std::size_t> indices,
                    const std::function<void(Candidate&)>& fit, SerialObserver& observer);

/// A start that was cut off may have become the best one, so the fit is not what it would be.
bool is_cancelled(const Candidate& candidate);
/// The result of a search that was stopped before its first fit.
SearchResult cancelled_search(std::vector<Candidate> candidates);
/// Least criterion among the comparable candidates.
std::optional<std::size_t> best_of(const std::vector<Candidate>& candidates, Criterion criterion);

}  // namespace mixtura
