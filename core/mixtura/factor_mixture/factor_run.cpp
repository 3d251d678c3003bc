// SPDX-License-Identifier: Apache-2.0
#include "mixtura/factor_mixture/factor_run.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "mixtura/common/brief_text.h"
#include "mixtura/compute/cancelled.h"
#include "mixtura/factor_mixture/factor_estimate.h"
#include "mixtura/gaussian_mixture/spurious.h"

namespace mixtura {

namespace {

using Eigen::Index;

/// A component is empty below this mass, in rows of average weight.
constexpr double least_mass = 1e-6;
/// From so many rows a variance has a relative standard error below a half.
constexpr int rows_for_variance = 10;

/// Why an iteration cannot go on from an expectation, or nothing.
std::string fault_in(const FactorProblem& problem, double log_likelihood,
                     const Eigen::VectorXd& masses) {
    if (!std::isfinite(log_likelihood))
        return "The log-likelihood is not finite";
    const double row_weight = problem.weight_sum() / static_cast<double>(problem.used_row_count());
    for (Index k = 0; k < masses.size(); ++k) {
        if (!(masses[k] >= least_mass * row_weight)) {
            return "Of the rows none is left in " + component_of(k, masses.size()) + " (mass " +
                   brief_text(masses[k], 2) + "); try fewer components or another start";
        }
    }
    return {};
}

/// Least mass of a component, in rows, below which its own parameters are taken for an accident of
/// the rows: q + 1 rows lie in the plane of q own factors, and own uniquenesses are variances.
int rows_for_component(FactorStructure structure, int feature_count, int factor_count) {
    const int for_loadings = has_common_loadings(structure) ? 1 : factor_count + 2;
    if (has_common_uniquenesses(structure) || is_isotropic(structure))
        return for_loadings;
    return std::max(for_loadings, std::min(feature_count + 1, rows_for_variance));
}

/// Why fitted parameters are not to be trusted, or nothing.
std::string spurious_reason(const FactorProblem& problem, const FactorOptions& options,
                            const FactorParameters& parameters) {
    const Index component_count = parameters.mixing_weights.size();
    Eigen::RowVectorXd floor = options.uniqueness_floor * problem.variances().transpose();
    if (is_isotropic(options.structure))
        floor.setConstant(floor.mean());
    const int rows =
        rows_for_component(options.structure, problem.feature_count(), options.factor_count);
    for (Index k = 0; k < component_count; ++k) {
        const double mass = parameters.mixing_weights[k] * problem.weight_sum();
        if (component_count > 1 && mass < rows) {
            return "The mass of " + component_of(k, component_count) + " is " +
                   brief_text(mass, 3) + ", less than the " + std::to_string(rows) +
                   " rows that determine its parameters. Try fewer components, fewer factors or a "
                   "simpler structure.";
        }
        if ((parameters.uniquenesses.row(k).array() <= floor.array()).all()) {
            return "All uniquenesses of " + component_of(k, component_count) +
                   " stand at their floor: its rows lie in " +
                   std::to_string(options.factor_count) +
                   (options.factor_count == 1 ? " dimension" : " dimensions") +
                   ". Try fewer components, fewer factors or common uniquenesses.";
        }
    }
    return {};
}

/// One start of AECM.
class Run {
  public:
    Run(const FactorProblem& problem, const FactorOptions& options, const FitControl& control,
        SerialReporter& reporter, int run)
        : problem_(problem), options_(options), control_(control), reporter_(reporter), run_(run) {}

    FactorRunOutcome from(const Partition& partition) {
        EmRun& record = outcome_.record;
        try {
            Partition drawn;
            record.start = "labels";
            if (partition.empty())
                drawn = problem_.start_partition(options_, run_, control_, record.start);
            iterate(problem_.start_parameters(options_, partition.empty() ? drawn : partition,
                                              control_));
        } catch (const compute::Cancelled&) {
            record.status = FitStatus::cancelled;
        }
        if (record.status == FitStatus::degenerate)
            outcome_.parameters.reset();
        else if (outcome_.parameters && record.diagnosis.empty())
            record.diagnosis = spurious_reason(problem_, options_, *outcome_.parameters);
        return std::move(outcome_);
    }

  private:
    void iterate(FactorParameters start) {
        FactorMeanStatistics statistics = problem_.passes().mean_statistics(start);
        if (std::string fault = fault_in(problem_, statistics.log_likelihood, statistics.masses);
            !fault.empty()) {
            degenerate(fault);
            return;
        }
        arrive_at(std::move(start), statistics.log_likelihood);
        while (!ends()) {
            int floors_applied = 0;
            std::string fault;
            std::optional<FactorParameters> next = aecm_step(
                problem_, options_, *outcome_.parameters, statistics, floors_applied, fault);
            if (!next) {
                degenerate(fault);
                return;
            }
            if (lost_likelihood(statistics.log_likelihood))
                return;
            ++outcome_.record.iterations;
            outcome_.record.floors_applied = floors_applied;
            arrive_at(std::move(*next), statistics.log_likelihood);
        }
    }

    void arrive_at(FactorParameters parameters, double log_likelihood) {
        EmRun& record = outcome_.record;
        outcome_.parameters = std::move(parameters);
        record.log_likelihood.push_back(log_likelihood);
        const double remaining = record.log_likelihood.size() >= 3
                                     ? aitken_distance(record.log_likelihood)
                                     : std::numeric_limits<double>::quiet_NaN();
        reporter_.report(run_, record.iterations, log_likelihood, remaining);
    }

    void degenerate(const std::string& fault) {
        outcome_.record.status = FitStatus::degenerate;
        outcome_.record.diagnosis =
            fault + " (iteration " + std::to_string(outcome_.record.iterations + 1) + ").";
    }

    /// Ends the run at the last iterate where rounding has taken over.
    bool lost_likelihood(double log_likelihood) {
        EmRun& record = outcome_.record;
        const double loss = record.log_likelihood.back() - log_likelihood;
        if (!(loss > rounding_loss * (1.0 + std::abs(log_likelihood))))
            return false;
        record.diagnosis = "The log-likelihood fell by " + brief_text(loss, 2) + " at iteration " +
                           std::to_string(record.iterations + 1) +
                           ": the covariances are nearly singular. The iterate before is kept; "
                           "raise uniqueness_floor.";
        record.status = FitStatus::converged;
        return true;
    }

    /// Whether the run ends at the last iterate; sets its status then.
    bool ends() {
        EmRun& record = outcome_.record;
        if (options_.tolerance > 0.0 &&
            sees_limit(record.log_likelihood, record.iterations, options_.tolerance))
            record.status = FitStatus::converged;
        else if (record.iterations >= options_.iteration_limit)
            record.status = FitStatus::iteration_limit;
        else if (control_.stop.stop_requested())
            record.status = FitStatus::cancelled;
        else
            return false;
        return true;
    }

    const FactorProblem& problem_;
    const FactorOptions& options_;
    const FitControl& control_;
    SerialReporter& reporter_;
    int run_;
    FactorRunOutcome outcome_;
};

}  // namespace

std::optional<FactorParameters> aecm_step(const FactorProblem& problem,
                                          const FactorOptions& options,
                                          const FactorParameters& parameters,
                                          FactorMeanStatistics& statistics, int& floors_applied,
                                          std::string& fault) {
    FactorParameters next = parameters;
    next.mixing_weights = statistics.masses / statistics.masses.sum();
    next.means = statistics.means;
    const FactorScatterStatistics scatters = problem.passes().scatter_statistics(next);
    fault = fault_in(problem, scatters.log_likelihood, scatters.masses);
    if (!fault.empty())
        return std::nullopt;
    FactorEstimate estimate = updated_factors(options.structure, next, scatters,
                                              options.uniqueness_floor * problem.variances());
    next.loadings = std::move(estimate.loadings);
    next.uniquenesses = std::move(estimate.uniquenesses);
    floors_applied = estimate.floors_applied;
    statistics = problem.passes().mean_statistics(next);
    fault = fault_in(problem, statistics.log_likelihood, statistics.masses);
    if (!fault.empty())
        return std::nullopt;
    return next;
}

FactorRunOutcome run_aecm(const FactorProblem& problem, const FactorOptions& options,
                          const FitControl& control, const Partition& partition,
                          SerialReporter& reporter, int run) {
    return Run(problem, options, control, reporter, run).from(partition);
}

}  // namespace mixtura
