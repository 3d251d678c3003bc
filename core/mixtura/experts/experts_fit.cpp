// SPDX-License-Identifier: Apache-2.0
#include "mixtura/experts/experts_fit.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "mixtura/common/brief_text.h"
#include "mixtura/common/cancelled.h"
#include "mixtura/common/error.h"
#include "mixtura/experts/experts_run.h"
#include "mixtura/experts/experts_start.h"
#include "mixtura/gaussian_mixture/em_run.h"

namespace mixtura::experts {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr RunLimits short_limits{.tolerance = 1e-4, .iteration_limit = 40, .is_short = true};
/// Short runs nearer than this are taken for the same.
constexpr double same_short_run = 1e-3;

int parameter_count_of(const ExpertsModel& model, const ExpertsOptions& options) {
    const Index K = model.component_count();
    Index count = model.expert_coefficients.size() + model.gate_coefficients.size();
    if (has_scale(model.family))
        count += options.equal_variances ? 1 : K;
    return static_cast<int>(count);
}

bool is_better(const ExpertsRunOutcome& a, const ExpertsRunOutcome& b) {
    if (a.model.has_value() != b.model.has_value())
        return a.model.has_value();
    if (!a.model)
        return false;
    const bool a_spurious = a.record.status == ExpertsStatus::spurious;
    const bool b_spurious = b.record.status == ExpertsStatus::spurious;
    return a_spurious != b_spurious ? b_spurious : a.record.trace.back() > b.record.trace.back();
}

/// Ascending by the expected response at the mean covariates, then by the further coefficients.
Eigen::VectorXi canonical_order(const ExpertsProblem& problem, const ExpertsModel& standardised) {
    MatrixXd centred = standardised.expert_coefficients;
    // Where the design is as it came, its mean is no intercept.
    const VectorXd means =
        problem.experts.columns.transpose() * problem.weights / problem.weight_sum;
    centred.col(0) = standardised.expert_coefficients * means;
    Eigen::VectorXi order(centred.rows());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
        const VectorXd left = centred.row(a);
        const VectorXd right = centred.row(b);
        return std::lexicographical_compare(left.begin(), left.end(), right.begin(), right.end());
    });
    return order;
}

class Fit {
  public:
    Fit(const ExpertsProblem& problem, const ExpertsOptions& options, const FitControl& control)
        : problem_(problem),
          options_(options),
          control_(control),
          reporter_(control.observer, std::string(to_string(options.family)) + " experts," +
                                          std::to_string(options.component_count)) {}

    ExpertsFit from(const ExpertsModel* start) {
        if (start != nullptr)
            run_one(*start);
        else
            run_all();
        return result();
    }

  private:
    [[nodiscard]] RunReporter report_of(int run) {
        return [this, run](int iteration, double value, double rest) {
            reporter_.report(run, iteration, value, rest);
        };
    }
    [[nodiscard]] RunLimits full_limits() const {
        return {.tolerance = options_.tolerance,
                .iteration_limit = options_.iteration_limit,
                .is_short = false};
    }

    void run_one(const ExpertsModel& start) {
        outcomes_.push_back(run_em(problem_, options_, full_limits(), problem_.standardised(start),
                                   control_.stop, report_of(0)));
        outcomes_.back().record.start = "model";
    }

    ExpertsRunOutcome started(int run, const RunLimits& limits) {
        const StartRule rule = start_rule(run);
        ExpertsRunOutcome outcome;
        try {
            RandomStream random(options_.seed, static_cast<std::uint64_t>(run));
            std::string fault;
            FitControl quiet = control_;
            quiet.observer = nullptr;
            const auto model = model_from_responsibilities(
                problem_, options_,
                start_responsibilities(problem_, options_.component_count, rule, random, quiet),
                control_.stop, fault);
            if (model) {
                outcome = run_em(problem_, options_, limits, *model, control_.stop, report_of(run));
            } else {
                outcome.record.status = ExpertsStatus::degenerate;
                outcome.record.diagnosis = fault + " (start).";
            }
        } catch (const Cancelled&) {
            outcome.record.status = ExpertsStatus::cancelled;
        }
        outcome.record.start = to_string(rule);
        return outcome;
    }

    template <class Work>
    void for_each_run(const std::vector<int>& runs, const Work& work) {
        tbb::parallel_for(std::size_t{0}, runs.size(), [&](std::size_t i) {
            // A thread that waits for a block of this run must not begin another one.
            tbb::this_task_arena::isolate([&] { work(runs[i]); });
        });
    }

    void run_all() {
        const bool is_single =
            options_.component_count == 1 || options_.run_count == 1 || options_.tolerance == 0.0;
        const int count = options_.component_count == 1 ? 1 : options_.run_count;
        outcomes_.resize(static_cast<std::size_t>(count));
        std::vector<int> all(static_cast<std::size_t>(count));
        std::iota(all.begin(), all.end(), 0);
        for_each_run(all, [&](int run) {
            outcomes_[static_cast<std::size_t>(run)] =
                started(run, is_single ? full_limits() : short_limits);
        });
        if (is_single)
            return;
        for_each_run(worth_continuing(), [&](int run) { go_on(run); });
    }

    /// The best different short runs; the others are given up.
    std::vector<int> worth_continuing() {
        std::vector<int> order(outcomes_.size());
        std::iota(order.begin(), order.end(), 0);
        const auto outcome = [&](int run) -> ExpertsRunOutcome& {
            return outcomes_[static_cast<std::size_t>(run)];
        };
        std::stable_sort(order.begin(), order.end(),
                         [&](int a, int b) { return is_better(outcome(a), outcome(b)); });
        std::vector<int> chosen;
        double last = 0.0;
        for (const int run : order) {
            ExpertsRun& record = outcome(run).record;
            if (!outcome(run).model || record.status == ExpertsStatus::cancelled)
                continue;
            const bool is_new =
                chosen.empty() || std::abs(last - record.trace.back()) > same_short_run;
            if (is_new && static_cast<int>(chosen.size()) < options_.continued_count) {
                chosen.push_back(run);
                last = record.trace.back();
            } else {
                record.status = ExpertsStatus::given_up;
            }
        }
        return chosen;
    }

    void go_on(int run) {
        ExpertsRunOutcome& outcome = outcomes_[static_cast<std::size_t>(run)];
        const ExpertsRun begun = outcome.record;
        const int offset = begun.iterations;
        const RunReporter report = [&](int iteration, double value, double rest) {
            reporter_.report(run, offset + iteration, value, rest);
        };
        ExpertsRunOutcome further =
            run_em(problem_, options_, full_limits(), *outcome.model, control_.stop, report);
        if (further.record.trace.empty()) {  // cancelled at once
            outcome.record.status = ExpertsStatus::cancelled;
            return;
        }
        further.record.iterations += offset;
        further.record.trace.insert(further.record.trace.begin(), begun.trace.begin(),
                                    begun.trace.end() - 1);
        further.record.start = begun.start;
        outcome = std::move(further);
    }

    [[noreturn]] void fail() const {
        std::set<std::string> reasons;
        for (const ExpertsRunOutcome& outcome : outcomes_) {
            if (outcome.record.status == ExpertsStatus::cancelled)
                throw Cancelled{};
            reasons.insert(
                outcome.record.diagnosis.substr(0, outcome.record.diagnosis.find(" (iteration")));
        }
        std::string text = outcomes_.size() == 1
                               ? "The start ended without a model: "
                               : "All " + std::to_string(outcomes_.size()) +
                                     " starts ended without a model, for example: ";
        throw NumericalError(text + *reasons.begin() + ".");
    }

    ExpertsFit result() {
        std::size_t best = 0;
        for (std::size_t run = 1; run < outcomes_.size(); ++run) {
            if (is_better(outcomes_[run], outcomes_[best]))
                best = run;
        }
        if (!outcomes_[best].model)
            fail();
        const ExpertsRunOutcome& winner = outcomes_[best];
        const Eigen::VectorXi order = canonical_order(problem_, *winner.model);
        ExpertsFit fit;
        fit.best_run = best;
        fit.model = reordered(problem_.in_own_units(*winner.model), order);
        fit.log_likelihood = winner.record.log_likelihood;
        fit.penalised_log_likelihood = winner.record.trace.back();
        fit.weight_sum = problem_.weight_sum;
        fit.used_row_count = problem_.used_row_count;
        fit.parameter_count = parameter_count_of(fit.model, options_);
        fit.masses = winner.expectation->masses(order);
        const MatrixXd& r = winner.expectation->responsibilities;
        const MatrixXd terms = (r.array() > 0.0).select(r.array() * r.array().log(), 0.0);
        fit.entropy = -problem_.weights.dot(terms.rowwise().sum());
        fit.map_term = 2.0 * problem_.weights.dot(r.rowwise().maxCoeff().array().log().matrix());
        for (ExpertsRunOutcome& outcome : outcomes_) fit.runs.push_back(std::move(outcome.record));
        return fit;
    }

    const ExpertsProblem& problem_;
    const ExpertsOptions& options_;
    const FitControl& control_;
    SerialReporter reporter_;
    std::vector<ExpertsRunOutcome> outcomes_;
};

void check_start(const ExpertsModel& start, const ExpertsRows& rows,
                 const ExpertsOptions& options) {
    check(start);
    if (start.component_count() != options.component_count || start.family != options.family ||
        start.expert_coefficients.cols() != rows.expert_covariates.cols() + 1 ||
        start.gate_coefficients.cols() != rows.gate_covariates.cols() + 1)
        throw InvalidArgument(
            "The model to start from has another number of components, covariates or another "
            "family than the fit.");
}

}  // namespace

std::string_view to_string(ExpertsStatus status) noexcept {
    switch (status) {
        case ExpertsStatus::converged:
            return "converged";
        case ExpertsStatus::iteration_limit:
            return "iteration_limit";
        case ExpertsStatus::cancelled:
            return "cancelled";
        case ExpertsStatus::boundary:
            return "boundary";
        case ExpertsStatus::spurious:
            return "spurious";
        case ExpertsStatus::degenerate:
            return "degenerate";
        case ExpertsStatus::given_up:
            break;
    }
    return "given_up";
}

void validate(const ExpertsOptions& options) {
    const auto require = [](bool holds, const std::string& option, const std::string& value,
                            const std::string& condition) {
        if (!holds)
            throw InvalidArgument(option + " is " + value + "; it must be " + condition + ".");
    };
    require(options.component_count >= 1 && options.component_count <= expert_component_limit,
            "component_count", std::to_string(options.component_count),
            "from 1 to " + std::to_string(expert_component_limit));
    require(options.tolerance >= 0.0 && std::isfinite(options.tolerance), "tolerance",
            brief_text(options.tolerance), "zero or a positive number");
    require(options.iteration_limit >= 1, "iteration_limit",
            std::to_string(options.iteration_limit), "at least 1");
    require(options.run_count >= 1 && options.run_count <= expert_run_limit, "run_count",
            std::to_string(options.run_count), "from 1 to " + std::to_string(expert_run_limit));
    require(options.continued_count >= 1, "continued_count",
            std::to_string(options.continued_count), "at least 1");
    require(options.gate_ridge >= 0.0 && std::isfinite(options.gate_ridge), "gate_ridge",
            brief_text(options.gate_ridge), "zero or a positive number");
    require(options.degrees_of_freedom > 0.0 && std::isfinite(options.degrees_of_freedom),
            "degrees_of_freedom", brief_text(options.degrees_of_freedom), "a positive number");
    require(options.least_share >= 0.0 && options.least_share < 1.0, "least_share",
            brief_text(options.least_share), "from 0 to below 1");
}

ExpertsFit fit_experts(const ExpertsRows& rows, const ExpertsOptions& options,
                       const FitControl& control, const ExpertsModel* start) {
    validate(options);
    if (start != nullptr)
        check_start(*start, rows, options);
    tbb::task_arena arena(control.thread_count > 0 ? control.thread_count
                                                   : tbb::task_arena::automatic);
    return arena.execute([&] {
        const ExpertsProblem problem =
            experts_problem(rows, options.family, options.standardise, control.stop);
        const double coefficients =
            static_cast<double>(options.component_count * (rows.expert_covariates.cols() + 1) +
                                (options.component_count - 1) * (rows.gate_covariates.cols() + 1));
        if (problem.used_row_count < coefficients)
            throw DataError("The model has " + brief_text(coefficients) +
                            " coefficients, the data only " + brief_text(problem.used_row_count) +
                            " rows; use fewer components or covariates.");
        return Fit(problem, options, control).from(start);
    });
}

}  // namespace mixtura::experts
