// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mixtura/common/fit_control.h"
#include "mixtura/experts/experts_model.h"
#include "mixtura/experts/experts_problem.h"
#include "mixtura/experts/softmax_gate.h"

namespace mixtura::experts {

/// How a run ended.
enum class ExpertsStatus {
    converged,
    iteration_limit,
    cancelled,   ///< the last complete iterate is kept
    boundary,    ///< the gate separates the rows: no maximum exists, its supremum is reached
    spurious,    ///< a local maximum that a few rows on a line make; ranked after the others
    degenerate,  ///< no model; `diagnosis` says why
    given_up     ///< a short run behind others
};
std::string_view to_string(ExpertsStatus status) noexcept;

/// What to estimate and when to stop. Plain data, saved with the model as its provenance.
struct ExpertsOptions {
    int component_count = 2;  ///< K >= 1
    ExpertFamily family = ExpertFamily::gaussian;
    bool equal_variances = false;     ///< one variance (or scale) for all experts
    double degrees_of_freedom = 4.0;  ///< of Student experts, not estimated
    GateSolver gate_solver = GateSolver::newton;
    double gate_ridge = 0.0;  ///< ridge/2 |A|^2 is subtracted from the log-likelihood
    /// Converged: a gain below this times max(1, |log L|) and Aitken's limit nearer than a hundred
    /// times that. 0: exactly `iteration_limit` iterations.
    double tolerance = 1e-8;
    int iteration_limit = 2000;
    int run_count = 30;         ///< short starts of 40 iterations, of which the best go on
    int continued_count = 5;    ///< how many different ones go on to the end
    double least_share = 0.02;  ///< a component with a smaller share of the rows is given up
    bool standardise = true;    ///< covariates inside; matters to the ridge alone
    std::uint64_t seed = 1;     ///< start r draws from its own stream (seed, r)
};
inline constexpr int expert_component_limit = 100;
inline constexpr int expert_run_limit = 10000;
/// @throw InvalidArgument  option, value and condition
void validate(const ExpertsOptions& options);

/// One start of the algorithm, kept whether or not it won.
struct ExpertsRun {
    ExpertsStatus status = ExpertsStatus::converged;
    int iterations = 0;
    /// Log-likelihood, less the penalty where there is a ridge, of the start and of each iterate.
    std::vector<double> trace;
    double log_likelihood = 0.0;  ///< nats, of the last iterate, without penalty
    std::string start;            ///< the rule that made its start
    std::string diagnosis;        ///< a sentence where boundary, spurious or degenerate
};

struct ExpertsFit {
    std::vector<ExpertsRun> runs;
    std::size_t best_run = 0;
    ExpertsModel model;  ///< in the data's own units
    double log_likelihood = 0.0;
    double penalised_log_likelihood = 0.0;
    double entropy = 0.0;   ///< -sum_i w_i sum_k r_ik log r_ik
    double map_term = 0.0;  ///< 2 sum_i w_i log max_k r_ik, <= 0
    double weight_sum = 0.0;
    double used_row_count = 0.0;
    Eigen::VectorXd masses;  ///< K
    int parameter_count = 0;
};

/// Maximum-likelihood estimate of a mixture of experts by EM: responsibilities, then weighted
/// regressions and a weighted multinomial regression for the gate. What is climbed never falls.
/// Components stand by their expected response at the mean covariates, the least first.
/// Source: Jacobs, Jordan, Nowlan & Hinton (1991), Neural Comput. 3:79; Jordan & Jacobs (1994),
/// Neural Comput. 6:181; Gruen & Leisch (2008), J. Stat. Softw. 28(4).
///
/// @param start  the model to begin at, in the data's own units, for one run; or null: as the options
/// @throw InvalidArgument  an option, the shapes or the start break a condition
/// @throw DataError        the rows cannot be fitted, see experts_problem
/// @throw NumericalError   every run was degenerate; quotes their diagnoses
/// @throw Cancelled        stopped before the first complete iterate
/// Time O(n K (p^2 + K q^2)) per iteration; memory O(n (K + p + q)).
ExpertsFit fit_experts(const ExpertsRows& rows, const ExpertsOptions& options = {},
                       const FitControl& control = {}, const ExpertsModel* start = nullptr);

}  // namespace mixtura::experts
