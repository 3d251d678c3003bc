// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/em_journal.h"

namespace mixtura {

namespace {

/// Only the tail is new: a whole copy at each iteration would be quadratic in their number.
void append_tail(const std::vector<double>& trace, std::vector<double>& kept) {
    kept.insert(kept.end(), trace.begin() + static_cast<std::ptrdiff_t>(kept.size()), trace.end());
}

}  // namespace

bool is_better_run(const EmRun& a, const EmRun& b) {
    if (a.diagnosis.empty() != b.diagnosis.empty())
        return a.diagnosis.empty();
    return climbed_by(a).back() > climbed_by(b).back();
}

std::optional<EmRunState> EmJournal::state(const EmRunKey& key) const {
    const std::scoped_lock lock(mutex_);
    const auto found = states_.find(key);
    return found == states_.end() ? std::nullopt : std::optional(found->second);
}

EmJournal::States EmJournal::states() const {
    const std::scoped_lock lock(mutex_);
    return states_;
}

void EmJournal::keep(const EmRunKey& key, const EmRun& record, const EmIterate& iterate,
                     const EmPace& pace) {
    const std::scoped_lock lock(mutex_);
    EmRunState& state = states_[key];
    append_tail(record.log_likelihood, state.record.log_likelihood);
    append_tail(record.log_posterior, state.record.log_posterior);
    state.record.iterations = record.iterations;
    state.record.start = record.start;
    state.iterate = iterate;
    state.pace = pace;
}

void EmJournal::end(const EmRunKey& key, const EmRun& record) {
    const std::scoped_lock lock(mutex_);
    EmRunState& ended = states_[key];
    ended.record = record;
    ended.has_ended = true;
    if (record.status == FitStatus::degenerate)
        ended.iterate.reset();
    if (!ended.iterate)
        return;
    // Of the ended runs of a model the best alone keeps its parameters; of equal ones the first.
    auto best = states_.find(key);
    EmRunKey first = key;
    first.run = 0;
    for (auto at = states_.lower_bound(first); at != states_.end(); ++at) {
        if (at->first.component_count != key.component_count ||
            at->first.covariance_structure != key.covariance_structure)
            break;
        if (at == best || !at->second.has_ended || !at->second.iterate)
            continue;
        const bool is_before = at->first < best->first;
        const bool wins = is_before ? !is_better_run(best->second.record, at->second.record)
                                    : is_better_run(at->second.record, best->second.record);
        (wins ? best : at)->second.iterate.reset();
        if (wins)
            best = at;
    }
}

}  // namespace mixtura
