// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <stop_token>
#include <string_view>

namespace mixtura {

namespace compute {
class Backend;
}
class EmJournal;

/// How a fit ended.
enum class FitStatus {
    converged,        ///< the stopping rule held
    iteration_limit,  ///< stopped by the limit before that
    cancelled,        ///< stopped by the caller; the last complete iterate is kept
    degenerate        ///< a component collapsed; `diagnosis` says which and why
};

/// The spelling of `status` in files and on the command line: "converged", "iteration_limit",
/// "cancelled", "degenerate".
std::string_view to_string(FitStatus status) noexcept;

/// State of a running fit after one iteration.
struct IterationReport {
    std::string_view model;  ///< what is fitted, for example "VVE,3"; valid during the call only
    int run = 0;             ///< 0-based start
    int iteration = 0;       ///< M-steps done so far
    double log_likelihood = 0.0;  ///< nats, of the current parameters
    /// Estimated distance to the limit of this run in nats (Aitken); NaN while unknown.
    double remaining = std::numeric_limits<double>::quiet_NaN();
};

/// Watches a fit; does nothing unless overridden. Calls come from fitting threads, one at a time:
/// an observer that blocks pauses the fit.
class FitObserver {
  public:
    FitObserver() = default;
    FitObserver(const FitObserver&) = delete;
    FitObserver& operator=(const FitObserver&) = delete;
    FitObserver(FitObserver&&) = delete;
    FitObserver& operator=(FitObserver&&) = delete;
    virtual ~FitObserver() = default;

    virtual void on_iteration(const IterationReport& /*report*/) {}
    /// `done` of `total` units of the stage `what` ("reading data.csv", "initialising") are done.
    virtual void on_progress(std::string_view /*what*/, double /*done*/, double /*total*/) {}
};

/// How a computation is run, as opposed to what it computes: never saved with a model, never
/// changes a result bit.
struct FitControl {
    std::stop_token stop;                 ///< ends the work within a block of rows
    FitObserver* observer = nullptr;      ///< not owned; may be null
    compute::Backend* backend = nullptr;  ///< not owned; null means the built-in CPU backend
    int thread_count = 0;                 ///< 0 means all cores
    EmJournal* journal = nullptr;         ///< not owned; keeps what a later fit can go on from
};

}  // namespace mixtura
