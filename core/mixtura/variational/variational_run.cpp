// SPDX-License-Identifier: Apache-2.0
#include "mixtura/variational/variational_run.h"

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "mixtura/common/brief_text.h"
#include "mixtura/common/error.h"
#include "mixtura/compute/cancelled.h"
#include "mixtura/variational/lower_bound.h"

namespace mixtura {

namespace {

/// The best posterior for the moments; of a process in its best order.
VariationalPosterior best_posterior(const VariationalPrior& prior,
                                    const compute::GaussianStatistics& statistics) {
    return prior.weight_prior == WeightPrior::process
               ? updated_posterior(prior, sorted_by_mass(statistics))
               : updated_posterior(prior, statistics);
}

/// One start of the coordinate ascent.
class Run {
  public:
    Run(const EmProblem& problem, const VariationalOptions& options, const VariationalPrior& prior,
        const FitControl& control, SerialReporter& reporter, int run)
        : problem_(problem),
          options_(options),
          prior_(prior),
          control_(control),
          reporter_(reporter),
          run_(run) {}

    VariationalRunOutcome from(const Partition& partition) {
        EmRun& record = outcome_.record;
        try {
            Partition drawn;
            record.start = "labels";
            if (partition.empty())
                drawn = problem_.start_partition(start_options(), run_, control_, record.start);
            iterate(best_posterior(
                prior_,
                problem_.moments(partition.empty() ? drawn : partition, options_.component_count,
                                 compute::GaussianParameters::Shape::full)));
        } catch (const compute::Cancelled&) {
            record.status = FitStatus::cancelled;
        } catch (const NumericalError& error) {
            record.status = FitStatus::degenerate;
            record.diagnosis = error.what();
            outcome_.posterior.reset();
        }
        return std::move(outcome_);
    }

  private:
    [[nodiscard]] EmOptions start_options() const {
        EmOptions options;
        options.component_count = options_.component_count;
        options.initialisation = options_.initialisation;
        options.seed = options_.seed;
        return options;
    }

    void iterate(VariationalPosterior current) {
        do {
            VariationalPosterior next = variational_step(problem_, prior_, current);
            if (!std::isfinite(next.lower_bound))
                throw NumericalError("The lower bound is not finite at iteration " +
                                     std::to_string(outcome_.record.iterations + 1) + ".");
            if (lost_bound(next.lower_bound))
                return;
            current = std::move(next);
            arrive_at(current);
        } while (!ends());
    }

    void arrive_at(const VariationalPosterior& posterior) {
        EmRun& record = outcome_.record;
        outcome_.posterior = posterior;
        ++record.iterations;
        record.log_likelihood.push_back(posterior.lower_bound);
        const double remaining = record.log_likelihood.size() >= 3
                                     ? aitken_distance(record.log_likelihood)
                                     : std::numeric_limits<double>::quiet_NaN();
        reporter_.report(run_, record.iterations, posterior.lower_bound, remaining);
    }

    /// Ends the run at the last iterate where rounding has taken over.
    bool lost_bound(double bound) {
        EmRun& record = outcome_.record;
        if (record.log_likelihood.empty())
            return false;
        const double loss = record.log_likelihood.back() - bound;
        if (!(loss > rounding_loss * (1.0 + std::abs(bound))))
            return false;
        record.diagnosis = "The lower bound fell by " + brief_text(loss, 2) + " at iteration " +
                           std::to_string(record.iterations + 1) +
                           ": the features are nearly dependent. The iterate before is kept.";
        record.status = FitStatus::converged;
        return true;
    }

    /// Whether the run ends at the last iterate; sets its status then.
    bool ends() {
        EmRun& record = outcome_.record;
        if (options_.tolerance > 0.0 &&
            sees_limit(record.log_likelihood, record.iterations - 1, options_.tolerance))
            record.status = FitStatus::converged;
        else if (record.iterations >= options_.iteration_limit)
            record.status = FitStatus::iteration_limit;
        else if (control_.stop.stop_requested())
            record.status = FitStatus::cancelled;
        else
            return false;
        return true;
    }

    const EmProblem& problem_;
    const VariationalOptions& options_;
    const VariationalPrior& prior_;
    const FitControl& control_;
    SerialReporter& reporter_;
    int run_;
    VariationalRunOutcome outcome_;
};

}  // namespace

VariationalPosterior variational_step(const EmProblem& problem, const VariationalPrior& prior,
                                      const VariationalPosterior& posterior) {
    const ExpectedLogDensity density = expected_log_density(posterior);
    const compute::GaussianStatistics statistics = problem.statistics(density.parameters);
    VariationalPosterior next = best_posterior(prior, statistics);
    next.lower_bound = lower_bound(prior, next, responsibility_entropy(density, statistics));
    return next;
}

VariationalRunOutcome run_variational(const EmProblem& problem, const VariationalOptions& options,
                                      const VariationalPrior& prior, const FitControl& control,
                                      const Partition& partition, SerialReporter& reporter,
                                      int run) {
    return Run(problem, options, prior, control, reporter, run).from(partition);
}

}  // namespace mixtura
