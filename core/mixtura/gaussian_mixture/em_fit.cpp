// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/em_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <mutex>
#include <utility>

#include <Eigen/Cholesky>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "mixtura/common/brief_text.h"
#include "mixtura/common/error.h"
#include "mixtura/gaussian_mixture/covariance_estimate.h"
#include "mixtura/gaussian_mixture/em_journal.h"
#include "mixtura/gaussian_mixture/em_problem.h"
#include "mixtura/linalg/cholesky.h"
#include "mixtura/linalg/symmetric_eigen.h"

namespace mixtura {

namespace {

using compute::GaussianParameters;
using compute::GaussianStatistics;
using Eigen::Index;
using Shape = GaussianParameters::Shape;

/// A component is empty below this mass, in rows of average weight.
constexpr double least_mass = 1e-6;
/// A component whose covariance, relative to the mean covariance of the mixture, has a smaller
/// eigenvalue is spurious.
constexpr double least_eigenvalue_ratio = 1e-6;
/// EM cannot lose likelihood; a greater relative loss than this is a numerical defect.
constexpr double rounding_loss = 1e-9;
/// A smaller relative gain than this ends a run whatever Aitken's estimate says.
constexpr double least_relative_gain = 1e-10;

using Iterate = EmIterate;

/// One start with what is needed to compare it and to build its model.
struct RunOutcome {
    EmRun record;
    std::optional<GaussianMixture> model;  ///< none where degenerate, or cancelled too early
    std::string spurious;
};

Shape shape_of(CovarianceStructure structure) {
    return is_diagonal(structure) ? Shape::diagonal : Shape::full;
}

bool shares_covariance(CovarianceStructure structure) {
    return structure == CovarianceStructure::EII || structure == CovarianceStructure::EEI ||
           structure == CovarianceStructure::EEE;
}

std::string component_of(Index k, Index component_count) {
    return "component " + std::to_string(k + 1) + " of " + std::to_string(component_count);
}

/// Why `statistics` cannot feed an M-step, or nothing.
std::string fault_in(const GaussianStatistics& statistics, double row_weight, int iteration) {
    const std::string where = " at iteration " + std::to_string(iteration);
    if (!std::isfinite(statistics.log_likelihood))
        return "The log-likelihood is not finite" + where + ".";
    const Index component_count = statistics.masses.size();
    for (Index k = 0; k < component_count; ++k) {
        if (!(statistics.masses[k] >= least_mass * row_weight)) {
            return "Of the rows none is left in " + component_of(k, component_count) + where +
                   " (mass " + brief_text(statistics.masses[k], 2) +
                   "). Try fewer components or another start.";
        }
    }
    return {};
}

/// M-step: mixing weights and means from the moments, covariances under the structure.
Iterate maximise(const GaussianStatistics& statistics, CovarianceStructure structure,
                 const Eigen::VectorXd& floor, const Eigen::MatrixXd& common_part) {
    return {statistics.masses / statistics.masses.sum(), statistics.means,
            estimate_covariances(structure, statistics.masses, statistics.scatters, floor,
                                 common_part)};
}

/// The form a pass takes. @return false if a covariance is not positive definite
bool prepare(const Iterate& iterate, CovarianceStructure structure,
             GaussianParameters& parameters) {
    parameters.shape = shape_of(structure);
    parameters.mixing_weights = iterate.mixing_weights;
    parameters.means = iterate.means;
    parameters.covariance_factors = iterate.estimate.covariances;
    for (std::size_t k = 0; k < parameters.covariance_factors.size(); ++k) {
        Eigen::MatrixXd& factor = parameters.covariance_factors[k];
        if (k > 0 && shares_covariance(structure)) {
            factor = parameters.covariance_factors.front();
        } else if (parameters.shape == Shape::diagonal) {
            if (!(factor.minCoeff() > 0.0))
                return false;
            factor = factor.cwiseSqrt();
        } else if (!cholesky_in_place(factor)) {
            return false;
        }
    }
    return true;
}

GaussianMixture as_model(const Iterate& iterate, CovarianceStructure structure) {
    std::vector<Eigen::MatrixXd> covariances = iterate.estimate.covariances;
    if (is_diagonal(structure)) {
        for (Eigen::MatrixXd& covariance : covariances)
            covariance = Eigen::MatrixXd(covariance.col(0).asDiagonal());
    }
    const GaussianMixture model(iterate.mixing_weights, iterate.means, std::move(covariances),
                                structure);
    return reordered(model, canonical_order(model));
}

/// The start model as parameters of a pass that returns scatters of the structure's shape.
GaussianParameters start_parameters(const GaussianMixture& model, CovarianceStructure structure) {
    GaussianParameters parameters = model.pass_parameters();
    if (parameters.shape == Shape::diagonal && !is_diagonal(structure)) {
        parameters.shape = Shape::full;
        parameters.covariance_factors = model.covariance_factors();
    }
    return parameters;
}

/// Reduces full scatters to their diagonals where the structure needs no more.
void keep_needed_scatters(GaussianStatistics& statistics, CovarianceStructure structure) {
    if (!is_diagonal(structure) || statistics.scatters.front().cols() == 1)
        return;
    for (Eigen::MatrixXd& scatter : statistics.scatters)
        scatter = Eigen::MatrixXd(scatter.diagonal());
}

/// Distance of the last log-likelihood to the limit that Aitken's acceleration predicts; NaN
/// while the gains do not shrink. Source: Boehning et al. (1994), Ann. Inst. Stat. Math. 46:373.
double aitken_distance(const std::vector<double>& trace) {
    if (trace.size() < 3)
        return std::numeric_limits<double>::quiet_NaN();
    const double gain = trace.back() - trace[trace.size() - 2];
    const double last_gain = trace[trace.size() - 2] - trace[trace.size() - 3];
    const double rate = gain / last_gain;
    if (!(rate >= 0.0 && rate < 1.0))
        return std::numeric_limits<double>::quiet_NaN();
    return gain * rate / (1.0 - rate);
}

bool has_converged(const std::vector<double>& trace, double distance, double tolerance) {
    if (tolerance == 0.0 || trace.size() < 2)
        return false;
    const double gain = trace.back() - trace[trace.size() - 2];
    return (distance >= 0.0 && distance < tolerance) ||
           gain < least_relative_gain * (1.0 + std::abs(trace.back()));
}

/// Why a fitted model is not to be trusted, or nothing.
std::string spurious_reason(const GaussianMixture& model, double weight_sum, int floors_applied) {
    if (floors_applied > 0) {
        return "The covariance floor holds " + std::to_string(floors_applied) +
               (floors_applied == 1 ? " eigenvalue" : " eigenvalues") +
               ": rows coincide or features depend on each other linearly. Try fewer components "
               "or a simpler covariance structure.";
    }
    const int component_count = model.component_count();
    if (component_count == 1)
        return {};
    for (int k = 0; k < component_count; ++k) {
        const double mass = model.mixing_weights()[k] * weight_sum;
        if (mass < model.feature_count() + 1) {
            return "The mass of " + component_of(k, component_count) + " is " +
                   brief_text(mass, 3) + ", less than the " +
                   std::to_string(model.feature_count() + 1) +
                   " rows that determine a covariance. Try fewer components.";
        }
    }
    Eigen::MatrixXd mean_factor =
        Eigen::MatrixXd::Zero(model.feature_count(), model.feature_count());
    for (int k = 0; k < component_count; ++k)
        mean_factor += model.mixing_weights()[k] * model.covariances()[static_cast<std::size_t>(k)];
    if (!cholesky_in_place(mean_factor))
        return "The mean covariance of the mixture is singular to rounding.";
    for (int k = 0; k < component_count; ++k) {
        // L^-1 Sigma_k L^-T with L L' the mean covariance: its spectrum has no unit.
        Eigen::MatrixXd relative = model.covariance_factors()[static_cast<std::size_t>(k)];
        mean_factor.triangularView<Eigen::Lower>().solveInPlace(relative);
        const double least = symmetric_eigen(relative * relative.transpose()).values.minCoeff();
        if (least < least_eigenvalue_ratio) {
            return "The covariance of " + component_of(k, component_count) +
                   " is nearly flat: its least eigenvalue is " + brief_text(least, 2) +
                   " of the mean covariance. Try fewer components or another start.";
        }
    }
    return {};
}

/// Passes reports on, one at a time, from starts that run side by side.
class SerialReporter {
  public:
    SerialReporter(FitObserver* observer, const EmOptions& options)
        : observer_(observer),
          model_(std::string(to_string(options.covariance_structure)) + "," +
                 std::to_string(options.component_count)) {}

    void report(int run, int iteration, double log_likelihood, double remaining) {
        if (observer_ == nullptr)
            return;
        const std::scoped_lock lock(mutex_);
        observer_->on_iteration({.model = model_,
                                 .run = run,
                                 .iteration = iteration,
                                 .log_likelihood = log_likelihood,
                                 .remaining = remaining});
    }

  private:
    FitObserver* observer_;
    std::string model_;
    std::mutex mutex_;
};

/// One start of EM. Every log-likelihood of the trace is that of the parameters that made it; the
/// model is that of the last.
class Run {
  public:
    Run(const EmProblem& problem, const EmOptions& options, const FitControl& control,
        SerialReporter& reporter, int index)
        : problem_(problem),
          options_(options),
          control_(control),
          reporter_(reporter),
          index_(index),
          key_{.component_count = options.component_count,
               .covariance_structure = options.covariance_structure,
               .run = index},
          structure_(options.covariance_structure),
          floor_(options.covariance_floor * problem.typical_variances()) {}

    RunOutcome from_partition(const Partition& partition, std::string name) {
        outcome_.record.start = std::move(name);
        iterate(problem_.moments(partition, options_.component_count, shape_of(structure_)));
        return finish();
    }

    RunOutcome from_model(const GaussianMixture& model) {
        outcome_.record.start = "model";
        GaussianStatistics statistics;
        try {
            statistics = problem_.passes().gaussian_statistics(start_parameters(model, structure_));
        } catch (const compute::Cancelled&) {
            outcome_.record.status = FitStatus::cancelled;
            return finish();
        }
        keep_needed_scatters(statistics, structure_);
        record(statistics.log_likelihood);
        iterate(std::move(statistics));
        return finish();
    }

    /// Where this run stood when it was interrupted.
    std::optional<EmRunState> known_state() const {
        return control_.journal != nullptr ? control_.journal->state(key_) : std::nullopt;
    }

    /// Goes on where an interrupted run stood, as if it had not been interrupted.
    RunOutcome from_state(EmRunState state) {
        EmRun& run = outcome_.record;
        run = std::move(state.record);
        last_ = std::move(state.iterate);
        if (state.has_ended)
            return finish();
        distance_ = aitken_distance(run.log_likelihood);
        if (const std::optional<FitStatus> status = reason_to_stop()) {
            run.status = *status;
            return finish();
        }
        if (!prepare(*last_, structure_, parameters_))
            throw InvalidArgument(
                "A covariance of the iterate to go on from is not positive "
                "definite.");
        try {
            iterate(problem_.passes().gaussian_statistics(parameters_));
        } catch (const compute::Cancelled&) {
            run.status = FitStatus::cancelled;
        }
        return finish();
    }

  private:
    void record(double log_likelihood) {
        std::vector<double>& trace = outcome_.record.log_likelihood;
        trace.push_back(log_likelihood);
        distance_ = aitken_distance(trace);
        reporter_.report(index_, outcome_.record.iterations, log_likelihood, distance_);
    }

    void degenerate(std::string diagnosis) {
        outcome_.record.status = FitStatus::degenerate;
        outcome_.record.diagnosis = std::move(diagnosis);
    }

    void iterate(GaussianStatistics statistics) {
        EmRun& run = outcome_.record;
        const double row_weight =
            problem_.weight_sum() / static_cast<double>(problem_.used_row_count());
        while (true) {
            if (std::string fault = fault_in(statistics, row_weight, run.iterations);
                !fault.empty())
                return degenerate(std::move(fault));
            Iterate next = maximise(statistics, structure_, floor_,
                                    last_ ? last_->estimate.common_part : Eigen::MatrixXd());
            if (!prepare(next, structure_, parameters_)) {
                return degenerate("A covariance is not positive definite at iteration " +
                                  std::to_string(run.iterations + 1) +
                                  ". Raise covariance_floor or try fewer components.");
            }
            try {
                statistics = problem_.passes().gaussian_statistics(parameters_);
            } catch (const compute::Cancelled&) {
                run.status = FitStatus::cancelled;
                return;
            } catch (const NumericalError& error) {
                return degenerate(std::string(error.what()) + " (iteration " +
                                  std::to_string(run.iterations + 1) + ")");
            }
            if (lost_likelihood(statistics.log_likelihood))
                return;
            last_ = std::move(next);
            ++run.iterations;
            record(statistics.log_likelihood);
            if (control_.journal != nullptr)
                control_.journal->keep(key_, run, *last_);
            if (const std::optional<FitStatus> status = reason_to_stop()) {
                run.status = *status;
                return;
            }
        }
    }

    /// Ends the run at the last iterate where rounding has taken over.
    bool lost_likelihood(double log_likelihood) {
        EmRun& run = outcome_.record;
        if (!last_ || run.log_likelihood.empty())
            return false;
        const double loss = run.log_likelihood.back() - log_likelihood;
        if (!(loss > rounding_loss * (1.0 + std::abs(log_likelihood))))
            return false;
        run.diagnosis = "The log-likelihood fell by " + brief_text(loss, 2) + " at iteration " +
                        std::to_string(run.iterations + 1) +
                        ": the covariances are nearly singular. The iterate before is kept.";
        run.status = FitStatus::converged;
        return true;
    }

    std::optional<FitStatus> reason_to_stop() const {
        const EmRun& run = outcome_.record;
        if (!std::isfinite(run.log_likelihood.back()))
            return std::nullopt;  // the next look at the statistics says what is wrong
        if (has_converged(run.log_likelihood, distance_, options_.tolerance))
            return FitStatus::converged;
        if (run.iterations >= options_.iteration_limit)
            return FitStatus::iteration_limit;
        if (control_.stop.stop_requested())
            return FitStatus::cancelled;
        return std::nullopt;
    }

    RunOutcome finish() {
        EmRun& run = outcome_.record;
        if (last_ && run.status != FitStatus::degenerate) {
            run.floors_applied = last_->estimate.floors_applied;
            outcome_.model = as_model(*last_, structure_);
            outcome_.spurious =
                run.diagnosis.empty()
                    ? spurious_reason(*outcome_.model, problem_.weight_sum(), run.floors_applied)
                    : run.diagnosis;
            run.diagnosis = outcome_.spurious;
        }
        if (control_.journal != nullptr && run.status != FitStatus::cancelled)
            control_.journal->end(key_, run);
        return std::move(outcome_);
    }

    const EmProblem& problem_;
    const EmOptions& options_;
    const FitControl& control_;
    SerialReporter& reporter_;
    int index_;
    EmRunKey key_;
    CovarianceStructure structure_;
    Eigen::VectorXd floor_;
    GaussianParameters parameters_;
    std::optional<Iterate> last_;
    double distance_ = std::numeric_limits<double>::quiet_NaN();
    RunOutcome outcome_;
};

void check_rows(const EmProblem& problem, const EmOptions& options) {
    const Index rows = problem.used_row_count();
    const std::string have = "; the data have " + std::to_string(rows) + ".";
    if (rows < options.component_count) {
        throw DataError(std::to_string(options.component_count) + " components need at least " +
                        std::to_string(options.component_count) + " rows" + have);
    }
    if (!is_diagonal(options.covariance_structure) && rows <= problem.feature_count()) {
        throw DataError("The structure " + std::string(to_string(options.covariance_structure)) +
                        " of " + std::to_string(problem.feature_count()) +
                        " features needs at least " + std::to_string(problem.feature_count() + 1) +
                        " rows" + have + " Use a diagonal structure, for example EEI.");
    }
}

void check_start(const EmProblem& problem, const EmOptions& options, const EmStart& start) {
    const int component_count = options.component_count;
    if (start.model) {
        if (!start.partition.empty())
            throw InvalidArgument("A fit starts from a partition or from a model, not from both.");
        if (start.model->component_count() != component_count ||
            start.model->feature_count() != problem.feature_count()) {
            throw InvalidArgument(
                "The start model has " + std::to_string(start.model->component_count()) +
                " components and " + std::to_string(start.model->feature_count()) +
                " features; the fit has " + std::to_string(component_count) + " and " +
                std::to_string(problem.feature_count()) + ".");
        }
        return;
    }
    if (start.partition.empty())
        return;
    if (static_cast<Index>(start.partition.size()) != problem.row_count()) {
        throw InvalidArgument("The start partition has " + std::to_string(start.partition.size()) +
                              " entries for " + std::to_string(problem.row_count()) + " rows.");
    }
    std::vector<bool> is_used(static_cast<std::size_t>(component_count), false);
    for (const std::int32_t component : start.partition) {
        if (component < 0 || component >= component_count) {
            throw InvalidArgument("The start partition names component " +
                                  std::to_string(component) + "; it must be from 0 to " +
                                  std::to_string(component_count - 1) + ".");
        }
        is_used[static_cast<std::size_t>(component)] = true;
    }
    const auto unused = std::ranges::find(is_used, false);
    if (unused != is_used.end()) {
        throw InvalidArgument("The start partition has no row in component " +
                              std::to_string(unused - is_used.begin()) + " of 0 to " +
                              std::to_string(component_count - 1) + ".");
    }
}

RunOutcome run_start(const EmProblem& problem, const EmOptions& options, const FitControl& control,
                     const EmStart& start, SerialReporter& reporter, int index) {
    Run run(problem, options, control, reporter, index);
    if (std::optional<EmRunState> state = run.known_state())
        return run.from_state(std::move(*state));
    if (start.model)
        return run.from_model(*start.model);
    if (!start.partition.empty())
        return run.from_partition(start.partition, "labels");
    std::string name;
    try {
        const Partition partition = problem.start_partition(options, index, control, name);
        return run.from_partition(partition, name);
    } catch (const compute::Cancelled&) {
        RunOutcome outcome;
        outcome.record.start = name;
        outcome.record.status = FitStatus::cancelled;
        return outcome;
    }
}

/// Highest log-likelihood among the admissible runs, or where none is, among the others that have
/// a model.
std::optional<std::size_t> best_of(const std::vector<RunOutcome>& outcomes) {
    std::optional<std::size_t> best;
    for (std::size_t r = 0; r < outcomes.size(); ++r) {
        if (outcomes[r].model &&
            (!best || is_better_run(outcomes[r].record, outcomes[*best].record)))
            best = r;
    }
    return best;
}

[[noreturn]] void fail(const std::vector<RunOutcome>& outcomes) {
    std::string message;
    for (const RunOutcome& outcome : outcomes) {
        if (outcome.record.status == FitStatus::cancelled)
            throw compute::Cancelled{};
        if (message.find(outcome.record.diagnosis) == std::string::npos)
            message += (message.empty() ? "" : " ") + outcome.record.diagnosis;
    }
    throw NumericalError(outcomes.size() == 1 ? message : "Every start was degenerate. " + message);
}

}  // namespace

std::string_view to_string(Initialisation initialisation) noexcept {
    switch (initialisation) {
        case Initialisation::hierarchical:
            return "hierarchical";
        case Initialisation::kmeans:
            return "kmeans";
        case Initialisation::random:
            return "random";
    }
    return "";
}

Initialisation initialisation_from(std::string_view name) {
    constexpr std::array all = {Initialisation::hierarchical, Initialisation::kmeans,
                                Initialisation::random};
    for (const Initialisation initialisation : all) {
        if (name == to_string(initialisation))
            return initialisation;
    }
    throw InvalidArgument("Unknown initialisation \"" + std::string(name) +
                          "\": use hierarchical, kmeans or random.");
}

void validate(const EmOptions& options) {
    const auto require = [](bool holds, const std::string& option, const std::string& value,
                            const std::string& condition) {
        if (!holds)
            throw InvalidArgument(option + " is " + value + "; it must be " + condition + ".");
    };
    require(options.component_count >= 1 && options.component_count <= component_count_limit,
            "component_count", std::to_string(options.component_count),
            "from 1 to " + std::to_string(component_count_limit));
    require(options.tolerance >= 0.0 && std::isfinite(options.tolerance), "tolerance",
            brief_text(options.tolerance), "zero or a positive number");
    require(options.iteration_limit >= 1, "iteration_limit",
            std::to_string(options.iteration_limit), "at least 1");
    require(options.run_count >= 1 && options.run_count <= run_count_limit, "run_count",
            std::to_string(options.run_count), "from 1 to " + std::to_string(run_count_limit));
    require(
        options.covariance_floor >= covariance_floor_least &&
            options.covariance_floor <= covariance_floor_limit,
        "covariance_floor", brief_text(options.covariance_floor),
        "from " + brief_text(covariance_floor_least) + " to " + brief_text(covariance_floor_limit));
}

EmFit fit_em(const EmProblem& problem, const EmOptions& options, const FitControl& control,
             const EmStart& start) {
    validate(options);
    check_rows(problem, options);
    check_start(problem, options, start);
    const bool is_given = start.model || !start.partition.empty();
    const int run_count = is_given || options.component_count == 1 ? 1 : options.run_count;
    SerialReporter reporter(control.observer, options);
    std::vector<RunOutcome> outcomes(static_cast<std::size_t>(run_count));
    // The first start may share the hierarchical tree; it goes first and alone.
    outcomes[0] = run_start(problem, options, control, start, reporter, 0);
    tbb::parallel_for(1, run_count, [&](int index) {
        outcomes[static_cast<std::size_t>(index)] =
            run_start(problem, options, control, start, reporter, index);
    });

    const std::optional<std::size_t> best = best_of(outcomes);
    if (!best)
        fail(outcomes);
    RunOutcome& winner = outcomes[*best];
    EmFit fit{.runs = {},
              .best_run = *best,
              .model = std::move(*winner.model),
              .log_likelihood = winner.record.log_likelihood.back(),
              .entropy = 0.0,
              .map_term = 0.0,
              .weight_sum = problem.weight_sum(),
              .spurious = std::move(winner.spurious)};
    for (RunOutcome& outcome : outcomes) fit.runs.push_back(std::move(outcome.record));
    if (fit.model.component_count() > 1) {
        const EmProblem::Certainty certainty = problem.certainty(fit.model, control);
        fit.entropy = certainty.entropy;
        fit.map_term = certainty.map_term;
    }
    return fit;
}

EmFit fit_em(const MatrixRef& observations, const EmOptions& options, const FitControl& control,
             const VectorRef& observation_weights, const EmStart& start) {
    validate(options);
    const int threads =
        control.thread_count > 0 ? control.thread_count : tbb::task_arena::automatic;
    tbb::task_arena arena(threads);
    return arena.execute([&] {
        const EmProblem problem(observations, observation_weights, control);
        return fit_em(problem, options, control, start);
    });
}

}  // namespace mixtura
