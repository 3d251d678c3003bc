// SPDX-License-Identifier: Apache-2.0
#include "mixtura/experts/experts_run.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <Eigen/Eigenvalues>

#include "mixtura/common/brief_text.h"
#include "mixtura/common/cancelled.h"
#include "mixtura/gaussian_mixture/spurious.h"

namespace mixtura::experts {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr int newton_limit = 50;
/// With so many rows two Newton steps an iteration are enough: EM is still an ascent.
constexpr Index generous_row_limit = 20000;
constexpr double rounding_share = 1e-10;

std::string fault_in(const ExpertsProblem& problem, const ExpertsOptions& options,
                     const ExpertsExpectation& at) {
    if (!std::isfinite(at.log_likelihood))
        return "The log-likelihood is not finite";
    const double row_weight = problem.weight_sum / problem.used_row_count;
    const double least =
        std::max(static_cast<double>(problem.experts.columns.cols() + 1) * row_weight,
                 options.least_share * problem.weight_sum);
    const Index K = at.masses.size();
    for (Index k = 0; K > 1 && k < K; ++k) {
        if (!(at.masses[k] >= least))
            return "Of the rows only " + brief_text(at.masses[k] / row_weight, 3) +
                   " are left in " + component_of(k, K) + "; try fewer components";
    }
    return {};
}

double penalty(const ExpertsOptions& options, const ExpertsModel& model) {
    return 0.5 * options.gate_ridge * model.gate_coefficients.squaredNorm();
}

/// Why the end of a run is not to be trusted, in a sentence.
std::string spurious_reason(const ExpertsProblem& problem, const ExpertsModel& model,
                            const ExpertsExpectation& at) {
    const Index K = model.component_count();
    const Index p = problem.experts.columns.cols();
    for (Index k = 0; K > 1 && k < K; ++k) {
        if (has_scale(model.family)) {
            const double power = model.family == ExpertFamily::laplace ? 2.0 : 1.0;
            const double ratio =
                std::pow(model.expert_variances[k] / model.expert_variances.maxCoeff(), power);
            if (ratio < 1e-3)
                return "The variance of " + component_of(k, K) + " is " + brief_text(ratio, 2) +
                       " of the greatest: a few rows that happen to lie on a line make this "
                       "solution. Try equal variances or fewer components.";
        }
        const auto own =
            ((at.responsibilities.col(k).array() > 0.5) && (problem.weights.array() > 0.0)).count();
        if (own < p + 2)
            return "Only " + std::to_string(own) + " rows belong to " + component_of(k, K) +
                   " more than to the others, fewer than its coefficients need. Try fewer "
                   "components.";
    }
    return {};
}

/// A run's way through its iterates.
class Run {
  public:
    Run(const ExpertsProblem& problem, const ExpertsOptions& options, const RunLimits& limits,
        const std::stop_token& stop, const RunReporter& report)
        : problem_(problem), options_(options), limits_(limits), stop_(stop), report_(report) {}

    ExpertsRunOutcome from(const ExpertsModel& start) {
        try {
            ExpertsExpectation at = expectation(problem_, start, stop_);
            if (!std::isfinite(at.log_likelihood)) {
                degenerate("The log-likelihood of the start is not finite");
                return std::move(outcome_);
            }
            arrive_at(start, std::move(at));
            climb();
            for (int round = 0; round < 3 && ended_by_itself() && flee_to_boundary(); ++round) {
                is_at_boundary_ = true;
                climb();
            }
        } catch (const Cancelled&) {
            outcome_.record.status = ExpertsStatus::cancelled;
        }
        judge();
        return std::move(outcome_);
    }

  private:
    [[nodiscard]] bool ended_by_itself() const {
        return !limits_.is_short && limits_.tolerance > 0.0 && outcome_.model &&
               outcome_.record.status == ExpertsStatus::converged;
    }

    void climb() {
        while (!ends()) {
            ExpertsModel next = *outcome_.model;
            std::string fault = update_experts(problem_, outcome_.expectation->responsibilities,
                                               false, options_.equal_variances, next, stop_);
            if (fault.empty()) {
                next.gate_coefficients = fitted_gate(
                    problem_.gate.columns, outcome_.expectation->responsibilities, problem_.weights,
                    next.gate_coefficients, options_.gate_solver, options_.gate_ridge,
                    problem_.row_count() > generous_row_limit ? 2 : newton_limit, stop_);
                ExpertsExpectation at = expectation(problem_, next, stop_);
                fault = fault_in(problem_, options_, at);
                if (fault.empty()) {
                    if (lost(at.log_likelihood - penalty(options_, next)))
                        return;
                    ++outcome_.record.iterations;
                    arrive_at(std::move(next), std::move(at));
                    continue;
                }
            }
            degenerate(fault);
            return;
        }
    }

    void arrive_at(ExpertsModel model, ExpertsExpectation at) {
        ExpertsRun& record = outcome_.record;
        record.log_likelihood = at.log_likelihood;
        record.trace.push_back(at.log_likelihood - penalty(options_, model));
        outcome_.model = std::move(model);
        outcome_.expectation = std::move(at);
        report_(record.iterations, record.trace.back(), remaining());
    }

    /// Distance to Aitken's limit; NaN while the gains do not shrink.
    [[nodiscard]] double remaining() const {
        const std::vector<double>& trace = outcome_.record.trace;
        if (trace.size() < 3)
            return std::numeric_limits<double>::quiet_NaN();
        const double last = trace.back() - trace[trace.size() - 2];
        const double before = trace[trace.size() - 2] - trace[trace.size() - 3];
        const double ratio = last / before;
        return before > 0.0 && ratio >= 0.0 && ratio < 1.0
                   ? last * ratio / (1.0 - ratio)
                   : std::numeric_limits<double>::quiet_NaN();
    }

    /// Whether the run ends at the last iterate; sets its status then.
    bool ends() {
        ExpertsRun& record = outcome_.record;
        if (limits_.tolerance > 0.0 && record.trace.size() >= 3) {
            const double scale = std::max(1.0, std::abs(record.trace.back()));
            const double gain = record.trace.back() - record.trace[record.trace.size() - 2];
            const bool sees_limit = remaining() < 100.0 * limits_.tolerance * scale;
            if (gain < 1e-13 * scale || (gain < limits_.tolerance * scale && sees_limit)) {
                record.status = ExpertsStatus::converged;
                return true;
            }
        }
        if (record.iterations >= limits_.iteration_limit)
            record.status = ExpertsStatus::iteration_limit;
        else if (stop_.stop_requested())
            record.status = ExpertsStatus::cancelled;
        else
            return false;
        return true;
    }

    bool lost(double reached) {
        ExpertsRun& record = outcome_.record;
        const double loss = record.trace.back() - reached;
        if (!(loss > rounding_share * std::max(1.0, std::abs(reached))))
            return false;
        record.status = ExpertsStatus::iteration_limit;
        record.diagnosis = "The log-likelihood fell by " + brief_text(loss, 2) + " at iteration " +
                           std::to_string(record.iterations + 1) + "; the iterate before is kept.";
        return true;
    }

    /// Looks for a direction of the gate along which the likelihood does not fall however far one
    /// goes, and goes there. Candidates: where the gate's information is least, and the gate itself.
    bool flee_to_boundary() {
        constexpr double far = 60.0;  // in the predictor of the row that moves most
        const ExpertsModel& model = *outcome_.model;
        const Index blocks = model.gate_coefficients.rows();
        const Index q = model.gate_coefficients.cols();
        if (blocks == 0 || q == 1 || options_.gate_ridge > 0.0 || is_at_boundary_)
            return false;
        const GateCurvature curvature =
            gate_curvature(problem_.gate.columns, outcome_.expectation->responsibilities,
                           problem_.weights, model.gate_coefficients, 0.0, true, stop_);
        const Eigen::SelfAdjointEigenSolver<MatrixXd> eigen(curvature.information);
        const VectorXd flattest = eigen.eigenvectors().col(0);
        const MatrixXd flat = flattest.reshaped(q, blocks).transpose();
        for (const MatrixXd& direction :
             {MatrixXd(model.gate_coefficients), flat, MatrixXd(-flat)}) {
            const double reach =
                (problem_.gate.columns * direction.transpose()).cwiseAbs().maxCoeff();
            if (!(reach > 1e-3))
                continue;
            ExpertsModel moved = model;
            moved.gate_coefficients += far / reach * direction;
            ExpertsExpectation at = expectation(problem_, moved, stop_);
            const double scale = std::max(1.0, std::abs(at.log_likelihood));
            if (at.log_likelihood >= outcome_.record.log_likelihood - rounding_share * scale &&
                fault_in(problem_, options_, at).empty()) {
                if (at.log_likelihood > outcome_.record.log_likelihood) {
                    ++outcome_.record.iterations;
                    arrive_at(std::move(moved), std::move(at));
                }
                return true;
            }
        }
        return false;
    }

    void degenerate(const std::string& fault) {
        outcome_.record.status = ExpertsStatus::degenerate;
        outcome_.record.diagnosis =
            fault + " (iteration " + std::to_string(outcome_.record.iterations + 1) + ").";
        outcome_.model.reset();
    }

    void judge() {
        ExpertsRun& record = outcome_.record;
        if (!outcome_.model || limits_.is_short)
            return;
        if (std::string reason = spurious_reason(problem_, *outcome_.model, *outcome_.expectation);
            !reason.empty() && record.status != ExpertsStatus::cancelled) {
            record.status = ExpertsStatus::spurious;
            record.diagnosis = std::move(reason);
        } else if (is_at_boundary_ && record.status == ExpertsStatus::converged) {
            record.status = ExpertsStatus::boundary;
            record.diagnosis =
                "The gate separates the rows: its coefficients grow without limit and have no "
                "standard errors, while the log-likelihood is at its supremum. A gate ridge above "
                "0 gives finite ones.";
        }
    }

    const ExpertsProblem& problem_;
    const ExpertsOptions& options_;
    const RunLimits& limits_;
    const std::stop_token& stop_;
    const RunReporter& report_;
    bool is_at_boundary_ = false;
    ExpertsRunOutcome outcome_;
};

}  // namespace

ExpertsRunOutcome run_em(const ExpertsProblem& problem, const ExpertsOptions& options,
                         const RunLimits& limits, const ExpertsModel& start,
                         const std::stop_token& stop, const RunReporter& report) {
    return Run(problem, options, limits, stop, report).from(start);
}

std::optional<ExpertsModel> model_from_responsibilities(const ExpertsProblem& problem,
                                                        const ExpertsOptions& options,
                                                        const MatrixXd& responsibilities,
                                                        const std::stop_token& stop,
                                                        std::string& fault) {
    const Index K = responsibilities.cols();
    ExpertsModel model{.family = options.family,
                       .expert_coefficients = MatrixXd::Zero(K, problem.experts.columns.cols()),
                       .expert_variances = VectorXd::Ones(has_scale(options.family) ? K : 0),
                       .gate_coefficients = MatrixXd::Zero(K - 1, problem.gate.columns.cols()),
                       .degrees_of_freedom = options.degrees_of_freedom};
    fault = update_experts(problem, responsibilities, true, options.equal_variances, model, stop);
    if (!fault.empty())
        return std::nullopt;
    const VectorXd masses = responsibilities.transpose() * problem.weights;
    model.gate_coefficients.col(0) = (masses.head(K - 1) / masses[K - 1]).array().log();
    return model;
}

}  // namespace mixtura::experts
