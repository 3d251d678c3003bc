// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mixtura/gaussian_mixture/em_fit.h"
#include "mixtura/gaussian_mixture/em_journal.h"
#include "mixtura/gaussian_mixture/em_problem.h"

namespace mixtura {

/// EM cannot lose likelihood: a loss greater than this times (1 + |log L|) is a numerical defect and
/// ends a run, a smaller one is rounding.
inline constexpr double rounding_loss = 1e-9;

/// One start with what is needed to compare it and to build its model.
struct EmRunOutcome {
    EmRun record;
    std::optional<GaussianMixture> model;  ///< none where degenerate, or cancelled too early
    std::string spurious;
};

/// Distance of the last log-likelihood to the limit that Aitken's acceleration predicts from the
/// last two gains; NaN while the gains do not shrink.
/// Source: Boehning et al. (1994), Ann. Inst. Stat. Math. 46:373.
/// @param trace  at least three log-likelihoods
double aitken_distance(std::span<const double> trace);

/// Whether several successive steps saw the limit nearer than `tolerance`, or gained less than
/// 1e-10 (1 + |log L|). One step is not enough: the first steps after a disturbance mend it, which
/// looks like fast convergence on a slow path.
/// @param trace       one log-likelihood for each step, and that of the start
/// @param step_count  steps at the end of the trace that nothing interrupts
bool sees_limit(std::span<const double> trace, int step_count, double tolerance);

/// A run that has ended, as the choice among runs sees it.
struct FinishedRun {
    const EmRun* record = nullptr;
    bool has_model = false;
};
/// Index of the run that a fit keeps: of those with a model the best, see `is_better_run`; of equal
/// ones the first.
/// @throw NumericalError      none has a model; quotes every different diagnosis
/// @throw compute::Cancelled  none has, and one was cancelled
std::size_t kept_run(const std::vector<FinishedRun>& runs);

/// Which run of a fit, and which start it makes.
struct EmRunIndex {
    int run = 0;    ///< 0-based: what reports and the journal call it
    int start = 0;  ///< 0-based: which random stream its start draws from
};

/// Passes reports on, one at a time, from starts that run side by side.
class SerialReporter {
  public:
    SerialReporter(FitObserver* observer, const EmOptions& options);
    /// @param model  what reports call the model
    SerialReporter(FitObserver* observer, std::string model);
    void report(int run, int iteration, double log_likelihood, double remaining);

  private:
    FitObserver* observer_;
    std::string model_;
    std::mutex mutex_;
};

/// One start of EM: begun at the start's partition or model, or where the control's journal knows
/// the run to have stood, and iterated to its end. Every log-likelihood of the trace is that of the
/// parameters that made it; the model is that of the last.
///
/// Where the tolerance is positive, SQUAREM jumps speed up the slow part: after two EM steps the
/// parameters are extrapolated and one EM step is done from there; the jump is kept only if the
/// likelihood after it is no less than before, so the trace stays monotone, and convergence is
/// judged on plain EM steps alone.
///
/// With noise, a start of odd number goes on, with a little noise, from where EM without it ends: so
/// noise can only gain likelihood.
///
/// A run that the covariance floor holds for 200 iterations is given up with the status
/// `iteration_limit`: it creeps, and counts as spurious wherever it would end.
EmRunOutcome run_em(const EmProblem& problem, const EmOptions& options, const FitControl& control,
                    const EmStart& start, SerialReporter& reporter, EmRunIndex index);

}  // namespace mixtura
