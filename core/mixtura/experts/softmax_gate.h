// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>

#include "mixtura/common/matrix.h"

namespace mixtura::experts {

enum class GateSolver {
    newton,  ///< Newton's method (IRLS) with step halving
    bound    ///< one step on the quadratic lower bound of Boehning & Lindsay: no line search
};

/// Q(A) = sum_i w_i sum_k r_ik log pi_k(w_i; A) - ridge/2 |A|^2 with its derivatives at A; the
/// coordinates run over the q entries of the first component, then of the second, ...
struct GateCurvature {
    double value = 0.0;
    Eigen::VectorXd gradient;     ///< (K - 1) q
    Eigen::MatrixXd information;  ///< -Hessian, (K - 1) q square; empty where not asked for
};
GateCurvature gate_curvature(const MatrixRef& gate_design, const MatrixRef& responsibilities,
                             const VectorRef& weights, const MatrixRef& coefficients, double ridge,
                             bool with_information, const std::stop_token& stop = {});

/// Maximises Q(A), which is concave, from `coefficients` on: the gate's M-step. Never lowers Q.
/// Where Newton finds no ascent it goes on by one step on the bound
/// -Hessian <= (I - 11'/K)/2 (x) W'W.
/// Source: Jordan & Jacobs (1994), Neural Comput. 6:181; Boehning (1992), Ann. Inst. Stat. Math. 44:197.
///
/// @param gate_design       n x q, a column of ones first @param responsibilities  n x K
/// @param step_limit        greatest number of Newton steps
/// @return (K - 1) x q coefficients; with ridge 0 and q = 1 the closed form
/// @throw Cancelled  the stop was requested
/// Time O(n q^2 K^2 / 2) for each Newton step.
Eigen::MatrixXd fitted_gate(const MatrixRef& gate_design, const MatrixRef& responsibilities,
                            const VectorRef& weights, const MatrixRef& coefficients,
                            GateSolver solver, double ridge, int step_limit,
                            const std::stop_token& stop = {});

}  // namespace mixtura::experts
