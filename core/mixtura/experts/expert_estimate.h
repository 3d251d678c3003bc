// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "mixtura/experts/experts_problem.h"

namespace mixtura::experts {

/// Responsibilities at given parameters.
struct ExpertsExpectation {
    Eigen::MatrixXd responsibilities;  ///< n x K
    Eigen::VectorXd masses;            ///< K, sum_i w_i r_ik
    double log_likelihood = 0.0;       ///< nats, total
};
/// @param model  in the problem's standardised units @throw Cancelled  the stop was requested
/// Time O(n K (p + q)).
ExpertsExpectation expectation(const ExpertsProblem& problem, const ExpertsModel& model,
                               const std::stop_token& stop = {});

/// The experts' M-step: weighted least squares for Gaussian experts, with the weights of the
/// Student-t's scale mixture or of a bound of |r| for robust ones, Newton's method for Poisson. The
/// expected log-likelihood never falls. Source: Jacobs, Jordan, Nowlan & Hinton (1991), Neural
/// Comput. 3:79; Chamroukhi (2016), Neural Netw. 79:20.
///
/// @param model         coefficients and scales to start from, replaced
/// @param begins        whether they mean nothing yet, a partition alone being known
/// @param equal_scales  one scale for all experts
/// @return what is degenerate, in a sentence without its end; empty where nothing is
std::string update_experts(const ExpertsProblem& problem, const Eigen::MatrixXd& responsibilities,
                           bool begins, bool equal_scales, ExpertsModel& model,
                           const std::stop_token& stop = {});

}  // namespace mixtura::experts
