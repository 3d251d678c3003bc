// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/em_run.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "mixtura/common/brief_text.h"
#include "mixtura/common/error.h"
#include "mixtura/gaussian_mixture/conjugate_prior.h"
#include "mixtura/gaussian_mixture/covariance_estimate.h"
#include "mixtura/gaussian_mixture/spurious.h"
#include "mixtura/gaussian_mixture/squarem.h"
#include "mixtura/linalg/cholesky.h"

namespace mixtura {

namespace {

using compute::GaussianParameters;
using compute::GaussianStatistics;
using Eigen::Index;
using Shape = GaussianParameters::Shape;

/// A component is empty below this mass, in rows of average weight.
constexpr double least_mass = 1e-6;
/// Rounding of a log-likelihood, relative to it.
constexpr double rounding_slack = 1e-13;
/// A smaller relative gain than this ends a run whatever Aitken's estimate says.
constexpr double least_relative_gain = 1e-10;
/// EM steps before the first jump.
constexpr int steps_before_jumps = 5;
/// So many successive EM steps must see the limit nearer than the tolerance.
constexpr int settled_steps = 3;
/// Factor by which a jump of the greatest length allowed raises, and one in vain lowers, that length.
constexpr double jump_growth = 4.0;
/// Greatest factor by which degrees of freedom change in one step, where nothing speaks against it.
constexpr double longest_tail_reach = 4.0;
/// A run that the floor holds for so many iterations is given up.
constexpr int floored_steps_limit = 200;

Shape shape_of(CovarianceStructure structure) {
    return is_diagonal(structure) ? Shape::diagonal : Shape::full;
}

bool shares_covariance(CovarianceStructure structure) {
    return structure == CovarianceStructure::EII || structure == CovarianceStructure::EEI ||
           structure == CovarianceStructure::EEE;
}

bool has_common_volume(CovarianceStructure structure) {
    return to_string(structure).front() == 'E';
}

/// Brings the scale matrices of an M-step to where parameter expansion (PX-EM) has them: the scale
/// of the latent weights u is estimated along with the rest and then taken out, which multiplies
/// each Sigma_k by sum r / sum r u, or where volumes are equal all by the same. It has the same
/// limit as EM, in fewer steps.
void expand(CovarianceEstimate& estimate, CovarianceStructure structure,
            const GaussianStatistics& statistics) {
    const Eigen::VectorXd& sums = statistics.tails.weight_sums;
    const double common = statistics.masses.sum() / sums.sum();
    for (std::size_t k = 0; k < estimate.covariances.size(); ++k) {
        const auto at = static_cast<Index>(k);
        estimate.covariances[k] *=
            has_common_volume(structure) ? common : statistics.masses[at] / sums[at];
    }
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

/// The prior that the options ask for.
std::optional<ConjugatePrior> prior_of(const EmProblem& problem, const EmOptions& options) {
    if (options.prior == Prior::none)
        return std::nullopt;
    const EmProblem::Moments moments = problem.moments_of_all();
    return default_conjugate_prior(options.covariance_structure, options.component_count,
                                   moments.mean, moments.covariance);
}

/// The weight that mixing weights leave to the noise.
double noise_weight(const Eigen::VectorXd& mixing_weights) {
    return std::max(0.0, 1.0 - mixing_weights.sum());
}

/// The form a pass takes. @return false if a covariance is not positive definite
bool prepare(const EmIterate& iterate, CovarianceStructure structure,
             const std::optional<NoiseRegion>& noise, GaussianParameters& parameters) {
    if (noise)
        parameters.noise = {.weight = noise_weight(iterate.mixing_weights),
                            .log_density = noise->log_density};
    parameters.shape = shape_of(structure);
    parameters.mixing_weights = iterate.mixing_weights;
    parameters.means = iterate.means;
    parameters.degrees_of_freedom = iterate.degrees_of_freedom;
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

/// @param labelled_count  components that keep their places, since labels name them
GaussianMixture as_model(const EmIterate& iterate, CovarianceStructure structure,
                         DegreesOfFreedomRule rule, const std::optional<NoiseRegion>& region,
                         int labelled_count) {
    std::vector<Eigen::MatrixXd> covariances = iterate.estimate.covariances;
    if (is_diagonal(structure)) {
        for (Eigen::MatrixXd& covariance : covariances)
            covariance = Eigen::MatrixXd(covariance.col(0).asDiagonal());
    }
    std::optional<StudentTails> tails;
    if (iterate.degrees_of_freedom.size() > 0)
        tails = StudentTails{.degrees_of_freedom = iterate.degrees_of_freedom, .rule = rule};
    std::optional<NoiseComponent> noise;
    if (region)
        noise = {.weight = noise_weight(iterate.mixing_weights), .region = *region};
    const GaussianMixture model(iterate.mixing_weights, iterate.means, std::move(covariances),
                                structure, std::move(tails), std::move(noise));
    return reordered(model, canonical_order(model, labelled_count));
}

/// The start model as parameters of a pass that returns scatters of the structure's shape.
GaussianParameters start_parameters(const GaussianMixture& model, const EmOptions& options) {
    const CovarianceStructure structure = options.covariance_structure;
    GaussianParameters parameters = model.pass_parameters();
    if (options.family == ComponentFamily::gaussian)
        parameters.degrees_of_freedom.resize(0);
    else if (!model.tails() || options.degrees_of_freedom_rule == DegreesOfFreedomRule::fixed)
        parameters.degrees_of_freedom =
            Eigen::VectorXd::Constant(model.component_count(), options.degrees_of_freedom);
    else if (options.degrees_of_freedom_rule == DegreesOfFreedomRule::common)
        parameters.degrees_of_freedom.setConstant(parameters.degrees_of_freedom.mean());
    // A model may come from elsewhere, with numbers beyond those that estimates keep to.
    parameters.degrees_of_freedom = parameters.degrees_of_freedom.cwiseMax(degrees_of_freedom_least)
                                        .cwiseMin(degrees_of_freedom_limit);
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

/// One start of EM.
class Run {
  public:
    Run(const EmProblem& problem, const EmOptions& options, const FitControl& control,
        SerialReporter& reporter, int run)
        : problem_(problem),
          options_(options),
          control_(control),
          reporter_(reporter),
          run_(run),
          key_{.component_count = options.component_count,
               .covariance_structure = options.covariance_structure,
               .run = run},
          structure_(options.covariance_structure),
          floor_(options.covariance_floor * problem.typical_variances()),
          scales_(problem.typical_variances().cwiseSqrt()),
          noise_(options.has_noise ? problem.noise() : std::nullopt),
          prior_(prior_of(problem, options)),
          row_weight_(problem.weight_sum() / static_cast<double>(problem.used_row_count())) {}

    EmRunOutcome from_moments(GaussianStatistics moments, std::string name) {
        outcome_.record.start = std::move(name);
        iterate(std::move(moments));
        return finish();
    }

    EmRunOutcome from_model(const GaussianMixture& model, std::string name) {
        outcome_.record.start = std::move(name);
        parameters_ = start_parameters(model, options_);
        if (noise_)  // that of these rows, which need not be those of the start model
            parameters_.noise->log_density = noise_->log_density;
        const GaussianParameters& parameters = parameters_;
        std::optional<GaussianStatistics> statistics = pass(parameters);
        if (!statistics)
            return finish();
        keep_needed_scatters(*statistics, structure_);
        // The likelihood of a model that the structure does not allow is no point of the climb.
        if (is_allowed(model))
            arrive_at(parameters, statistics->log_likelihood);
        iterate(std::move(*statistics));
        return finish();
    }

    /// Where this run stood when it was interrupted.
    std::optional<EmRunState> known_state() const {
        return control_.journal != nullptr ? control_.journal->state(key_) : std::nullopt;
    }

    /// Goes on where an interrupted run stood, as if it had not been interrupted.
    EmRunOutcome from_state(EmRunState state) {
        outcome_.record = std::move(state.record);
        last_ = std::move(state.iterate);
        pace_ = state.pace;
        if (state.has_ended || ends())
            return finish();
        if (!prepare(*last_, structure_, noise_, parameters_))
            throw InvalidArgument(
                "A covariance of the iterate to go on from is not positive definite.");
        if (std::optional<GaussianStatistics> statistics = pass(parameters_))
            iterate(std::move(*statistics));
        return finish();
    }

  private:
    bool is_allowed(const GaussianMixture& model) const {
        if (model.tails().has_value() != (options_.family == ComponentFamily::student))
            return false;
        return model.covariance_structure() == structure_ ||
               is_nested(model.covariance_structure(), structure_);
    }

    /// Iterates to the end of the run. @param statistics  those of the start, or of `last_`
    void iterate(GaussianStatistics statistics) {
        while (true) {
            if (control_.journal != nullptr && last_)
                control_.journal->keep(key_, outcome_.record, *last_, pace_);
            const bool jumps =
                options_.tolerance > 0.0 && outcome_.record.iterations >= steps_before_jumps;
            if (!(jumps ? step_and_jump(statistics) : step(statistics)))
                return;
        }
    }

    /// One EM step. @return false where it ended the run
    bool step(GaussianStatistics& statistics) {
        std::optional<EmIterate> next = maximised(statistics);
        return next && move_to(std::move(*next), statistics);
    }

    /// One EM step, a second M-step, and a jump in the direction of the two; where the jump would
    /// not pay or does not, the second EM step is done instead. @return false at the run's end
    bool step_and_jump(GaussianStatistics& statistics) {
        const Eigen::VectorXd start = squarem_coordinates(parameters_, scales_);
        if (!step(statistics))
            return false;
        const Eigen::VectorXd first = squarem_coordinates(parameters_, scales_);
        std::optional<EmIterate> second = maximised(statistics);
        if (!second)
            return false;
        const SquaremStep jump =
            squarem_step(start, first, squarem_coordinates(parameters_, scales_), pace_.jump_limit);
        const bool is_longest = jump.length >= pace_.jump_limit;
        if (jump.length > 1.0 && !is_near_limit(jump.rate)) {
            if (land(jump, second->estimate.common_part, statistics)) {
                if (is_longest)
                    pace_.jump_limit *= jump_growth;
                pace_.plain_steps = 0;
                return !ends();
            }
            if (outcome_.record.status == FitStatus::cancelled)
                return false;
            pace_.jump_limit = std::max(1.0, pace_.jump_limit / jump_growth);
        } else if (is_longest) {
            pace_.jump_limit *= jump_growth;
        }
        return move_to(std::move(*second), statistics);
    }

    /// Whether EM alone is about to converge: its last gain g will be followed by
    /// g rate^2 / (1 - rate^2) at most, since gains shrink by the square of the parameters' rate.
    bool is_near_limit(double rate) const {
        const std::vector<double>& trace = climbed_by(outcome_.record);
        const double gain = trace.back() - trace[trace.size() - 2];
        return gain * rate * rate < options_.tolerance * (1.0 - rate * rate);
    }

    /// An EM step from where the jump leads. @return false, with nothing changed but perhaps the
    /// status, where it would lose likelihood
    bool land(const SquaremStep& jump, const Eigen::MatrixXd& common_part,
              GaussianStatistics& statistics) {
        const double least = climbed_by(outcome_.record).back();
        std::string failure;
        std::optional<GaussianStatistics> there;
        const auto is_gain_at = [&](const GaussianParameters& parameters) {
            there = try_pass(parameters, failure);
            return there && there->log_likelihood + log_prior_at(parameters) >= least &&
                   fault_in(*there, row_weight_, 0).empty();
        };
        GaussianParameters jumped = from_squarem_coordinates(jump.point, scales_, parameters_);
        if (options_.degrees_of_freedom_rule == DegreesOfFreedomRule::fixed)
            jumped.degrees_of_freedom = parameters_.degrees_of_freedom;  // not by exp(log nu)
        if (!is_gain_at(jumped))
            return false;
        EmIterate landing = maximise(*there, common_part, jumped.degrees_of_freedom);
        GaussianParameters parameters;
        if (!prepare(landing, structure_, noise_, parameters) || !is_gain_at(parameters))
            return false;
        parameters_ = std::move(parameters);
        statistics = std::move(*there);
        keep(std::move(landing), statistics.log_likelihood);
        return true;
    }

    /// M-step: mixing weights from the masses, means and covariances under structure and prior, and
    /// a step of the degrees of freedom from those of the pass that gave the statistics.
    EmIterate maximise(const GaussianStatistics& statistics, const Eigen::MatrixXd& common_part,
                       const Eigen::VectorXd& degrees_of_freedom) const {
        const Eigen::VectorXd mixing_weights =
            statistics.masses / (statistics.masses.sum() + statistics.noise_mass);
        const auto estimate = [&](const GaussianStatistics& moments) -> EmIterate {
            return {mixing_weights,
                    moments.means,
                    estimate_covariances(structure_, moments.masses, moments.scatters, floor_,
                                         common_part),
                    {}};
        };
        EmIterate next = prior_ ? estimate(with_prior(*prior_, statistics)) : estimate(statistics);
        if (options_.family == ComponentFamily::gaussian)
            return next;
        if (statistics.tails.weight_sums.size() == 0) {  // moments of a partition
            next.degrees_of_freedom =
                Eigen::VectorXd::Constant(mixing_weights.size(), options_.degrees_of_freedom);
            return next;
        }
        if (next.estimate.floors_applied == 0)
            expand(next.estimate, structure_, statistics);
        next.degrees_of_freedom =
            next_degrees_of_freedom(degrees_of_freedom, statistics.tails,
                                    options_.degrees_of_freedom_rule, pace_.tail_reach);
        return next;
    }

    double log_prior_at(const GaussianParameters& parameters) const {
        return prior_ ? log_prior(*prior_, parameters) : 0.0;
    }

    /// M-step; leaves the parameters of the pass that follows in `parameters_`.
    std::optional<EmIterate> maximised(const GaussianStatistics& statistics) {
        const int iteration = outcome_.record.iterations;
        if (std::string fault = fault_in(statistics, row_weight_, iteration); !fault.empty()) {
            degenerate(std::move(fault));
            return std::nullopt;
        }
        held_tails_ = parameters_.degrees_of_freedom;
        EmIterate next = maximise(
            statistics, last_ ? last_->estimate.common_part : Eigen::MatrixXd(), held_tails_);
        if (!prepare(next, structure_, noise_, parameters_)) {
            degenerate("A covariance is not positive definite at iteration " +
                       std::to_string(iteration + 1) +
                       ". Raise covariance_floor or try fewer components.");
            return std::nullopt;
        }
        return next;
    }

    /// E-step at `next`, whose parameters are `parameters_`. @return false where it ended the run
    bool move_to(EmIterate next, GaussianStatistics& statistics) {
        std::optional<GaussianStatistics> there = pass(parameters_);
        if (there && moved_tails_too_far(next, there->log_likelihood)) {
            next.degrees_of_freedom = held_tails_;
            parameters_.degrees_of_freedom = held_tails_;
            there = pass(parameters_);
        }
        if (!there || lost_likelihood(there->log_likelihood))
            return false;
        statistics = std::move(*there);
        if (last_ || !outcome_.record.log_likelihood.empty())
            ++pace_.plain_steps;
        keep(std::move(next), statistics.log_likelihood);
        return !ends();
    }

    /// Whether likelihood was lost by a step of the degrees of freedom, which sees the other
    /// parameters as they were; those alone cannot lose any. Shortens or lengthens the next one.
    bool moved_tails_too_far(const EmIterate& next, double log_likelihood) {
        const std::vector<double>& trace = outcome_.record.log_likelihood;
        if (next.degrees_of_freedom.size() == 0 || next.degrees_of_freedom == held_tails_ ||
            held_tails_.size() == 0 || trace.empty())
            return false;
        const bool is_loss =
            log_likelihood < trace.back() - rounding_slack * std::abs(trace.back());
        pace_.tail_reach = is_loss
                               ? std::sqrt(pace_.tail_reach)
                               : std::min(longest_tail_reach, pace_.tail_reach * pace_.tail_reach);
        return is_loss;
    }

    /// Statistics at `parameters`; none, and the run has ended, where it was cancelled or there is
    /// none.
    std::optional<GaussianStatistics> pass(const GaussianParameters& parameters) {
        std::string failure;
        std::optional<GaussianStatistics> statistics = try_pass(parameters, failure);
        if (!failure.empty())
            degenerate(failure + " (iteration " + std::to_string(outcome_.record.iterations + 1) +
                       ")");
        return statistics;
    }

    /// The same at parameters that nothing depends on: that there are none, for the reason
    /// `failure`, ends nothing.
    std::optional<GaussianStatistics> try_pass(const GaussianParameters& parameters,
                                               std::string& failure) {
        try {
            return problem_.statistics(parameters);
        } catch (const compute::Cancelled&) {
            outcome_.record.status = FitStatus::cancelled;
        } catch (const NumericalError& error) {
            failure = error.what();
        }
        return std::nullopt;
    }

    /// The result of an M-step with its log-likelihood.
    void keep(EmIterate iterate, double log_likelihood) {
        pace_.floored_steps = iterate.estimate.floors_applied > 0 ? pace_.floored_steps + 1 : 0;
        last_ = std::move(iterate);
        ++outcome_.record.iterations;
        arrive_at(parameters_, log_likelihood);
    }

    void arrive_at(const GaussianParameters& parameters, double log_likelihood) {
        outcome_.record.log_likelihood.push_back(log_likelihood);
        if (prior_)
            outcome_.record.log_posterior.push_back(log_likelihood + log_prior_at(parameters));
        reporter_.report(run_, outcome_.record.iterations, log_likelihood, distance());
    }

    void degenerate(std::string diagnosis) {
        outcome_.record.status = FitStatus::degenerate;
        outcome_.record.diagnosis = std::move(diagnosis);
    }

    /// Ends the run at the last iterate where rounding has taken over.
    bool lost_likelihood(double log_likelihood) {
        EmRun& run = outcome_.record;
        if (!last_ || run.log_likelihood.empty())
            return false;
        const double reached = log_likelihood + log_prior_at(parameters_);
        const double loss = climbed_by(run).back() - reached;
        if (!(loss > rounding_loss * (1.0 + std::abs(reached))))
            return false;
        run.diagnosis = std::string(prior_ ? "The log-posterior" : "The log-likelihood") +
                        " fell by " + brief_text(loss, 2) + " at iteration " +
                        std::to_string(run.iterations + 1) +
                        ": the covariances are nearly singular. The iterate before is kept.";
        run.status = FitStatus::converged;
        return true;
    }

    /// Nats that plain EM steps would still gain, as far as the last of them tell; else NaN.
    double distance() const {
        return pace_.plain_steps >= 2 ? aitken_distance(climbed_by(outcome_.record))
                                      : std::numeric_limits<double>::quiet_NaN();
    }

    bool has_converged() const {
        return options_.tolerance > 0.0 &&
               sees_limit(climbed_by(outcome_.record), pace_.plain_steps, options_.tolerance);
    }

    bool is_held_by_floor() const {
        return options_.tolerance > 0.0 && pace_.floored_steps >= floored_steps_limit;
    }

    /// Whether the run ends at the last iterate; sets its status then.
    bool ends() {
        EmRun& run = outcome_.record;
        if (!std::isfinite(run.log_likelihood.back()))
            return false;  // the next look at the statistics says what is wrong
        if (has_converged())
            run.status = FitStatus::converged;
        else if (run.iterations >= options_.iteration_limit || is_held_by_floor())
            run.status = FitStatus::iteration_limit;
        else if (control_.stop.stop_requested())
            run.status = FitStatus::cancelled;
        else
            return false;
        return true;
    }

    EmRunOutcome finish() {
        EmRun& run = outcome_.record;
        if (last_ && run.status != FitStatus::degenerate) {
            run.floors_applied = last_->estimate.floors_applied;
            outcome_.model = as_model(*last_, structure_, options_.degrees_of_freedom_rule, noise_,
                                      problem_.labelled_component_count());
            outcome_.spurious = run.diagnosis.empty()
                                    ? spurious_reason(*outcome_.model, problem_.weight_sum(),
                                                      run.floors_applied, prior_.has_value())
                                    : run.diagnosis;
            run.diagnosis = outcome_.spurious;
        }
        if (control_.journal != nullptr && run.status != FitStatus::cancelled) {
            if (last_)
                control_.journal->keep(key_, run, *last_, pace_);
            control_.journal->end(key_, run);
        }
        return std::move(outcome_);
    }

    const EmProblem& problem_;
    const EmOptions& options_;
    const FitControl& control_;
    SerialReporter& reporter_;
    int run_;
    EmRunKey key_;
    CovarianceStructure structure_;
    Eigen::VectorXd floor_;
    Eigen::VectorXd scales_;
    std::optional<NoiseRegion> noise_;
    std::optional<ConjugatePrior> prior_;
    double row_weight_;
    GaussianParameters parameters_;
    Eigen::VectorXd held_tails_;  ///< degrees of freedom before the last M-step
    std::optional<EmIterate> last_;
    EmPace pace_;
    EmRunOutcome outcome_;
};

}  // namespace

double aitken_distance(std::span<const double> trace) {
    const double gain = trace.back() - trace[trace.size() - 2];
    const double last_gain = trace[trace.size() - 2] - trace[trace.size() - 3];
    const double rate = gain / last_gain;
    if (!(rate >= 0.0 && rate < 1.0))
        return std::numeric_limits<double>::quiet_NaN();
    return gain * rate / (1.0 - rate);
}

bool sees_limit(std::span<const double> trace, int step_count, double tolerance) {
    if (step_count < settled_steps)
        return false;
    for (int back = 0; back < settled_steps; ++back) {
        const std::span<const double> seen =
            trace.first(trace.size() - static_cast<std::size_t>(back));
        const double gain = seen.back() - seen[seen.size() - 2];
        if (gain < least_relative_gain * (1.0 + std::abs(seen.back())))
            continue;
        if (step_count < back + 2 || !(aitken_distance(seen) < tolerance))
            return false;
    }
    return true;
}

std::size_t kept_run(const std::vector<FinishedRun>& runs) {
    std::optional<std::size_t> best;
    for (std::size_t r = 0; r < runs.size(); ++r) {
        if (runs[r].has_model && (!best || is_better_run(*runs[r].record, *runs[*best].record)))
            best = r;
    }
    if (best)
        return *best;
    std::string message;
    for (const FinishedRun& run : runs) {
        if (run.record->status == FitStatus::cancelled)
            throw compute::Cancelled{};
        if (message.find(run.record->diagnosis) == std::string::npos)
            message += (message.empty() ? "" : " ") + run.record->diagnosis;
    }
    throw NumericalError(runs.size() == 1 ? message : "Every start was degenerate. " + message);
}

SerialReporter::SerialReporter(FitObserver* observer, const EmOptions& options)
    : SerialReporter(observer, std::string(to_string(options.covariance_structure)) + "," +
                                   std::to_string(options.component_count)) {}

SerialReporter::SerialReporter(FitObserver* observer, std::string model)
    : observer_(observer), model_(std::move(model)) {}

void SerialReporter::report(int run, int iteration, double log_likelihood, double remaining) {
    if (observer_ == nullptr)
        return;
    const std::scoped_lock lock(mutex_);
    observer_->on_iteration({.model = model_,
                             .run = run,
                             .iteration = iteration,
                             .log_likelihood = log_likelihood,
                             .remaining = remaining});
}

namespace {

/// Where EM without noise ends.
EmRunOutcome run_without_noise(const EmProblem& problem, const EmOptions& options,
                               const FitControl& control, int start) {
    EmOptions plain = options;
    plain.has_noise = false;
    FitControl quiet = control;
    quiet.observer = nullptr;
    quiet.journal = nullptr;
    SerialReporter reporter(nullptr, plain);
    return run_em(problem, plain, quiet, {}, reporter, {.start = start});
}

/// The same mixture, but for one row in a thousand.
GaussianMixture with_little_noise(const GaussianMixture& model, const NoiseRegion& region) {
    constexpr double share = 0.001;
    return {(1.0 - share) * model.mixing_weights(),
            model.means(),
            model.covariances(),
            model.covariance_structure(),
            std::nullopt,
            NoiseComponent{.weight = share, .region = region}};
}

}  // namespace

EmRunOutcome run_em(const EmProblem& problem, const EmOptions& options, const FitControl& control,
                    const EmStart& start, SerialReporter& reporter, EmRunIndex index) {
    Run run(problem, options, control, reporter, index.run);
    if (std::optional<EmRunState> state = run.known_state())
        return run.from_state(std::move(*state));
    if (start.model)
        return run.from_model(*start.model, "model");
    if (options.has_noise && start.partition.empty() && index.start % 2 == 1) {
        EmRunOutcome plain = run_without_noise(problem, options, control, index.start / 2);
        if (!plain.model)
            return plain;
        return run.from_model(with_little_noise(*plain.model, *problem.noise()),
                              plain.record.start + ", without noise");
    }
    const Shape shape = shape_of(options.covariance_structure);
    if (!start.partition.empty())
        return run.from_moments(problem.moments(start.partition, options.component_count, shape),
                                "labels");
    std::string name;
    try {
        GaussianStatistics moments =
            problem.start_moments(options, index.start, shape, control, name);
        return run.from_moments(std::move(moments), name);
    } catch (const compute::Cancelled&) {
        EmRunOutcome outcome;
        outcome.record.start = name;
        outcome.record.status = FitStatus::cancelled;
        return outcome;
    }
}

}  // namespace mixtura
