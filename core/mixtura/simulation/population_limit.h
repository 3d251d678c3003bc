// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <stop_token>

#include "mixtura/simulation/centre_arrangement.h"

namespace mixtura {

/// Where EM for the centres ends with infinitely many rows, begun at the true centres.
struct PopulationLimit {
    Eigen::MatrixXd centres;     ///< K x d, in the coordinates of the arrangement
    double separation = 1.0;     ///< root of sum_k pi_k |c_k - mean|^2: 1 for the true centres
    double mean_distance = 0.0;  ///< of fitted and true centres, in units of the spread
    bool is_converged = true;    ///< false where a limit of the iterations ended it
};

/// Fixed point t of two equally weighted centres at +1 and -1: t = E[x tanh(x t / tau^2)] with
/// x ~ N(1, sigma^2), sigma^2 = 1 / SNR, tau = rho sigma. The right side is concave in t >= 0, so
/// that there is one positive solution where its slope at 0, (1 + SNR) / rho^2, exceeds 1, and else
/// only t = 0. For rho = 0: sigma sqrt(2 / pi) exp(-SNR / 2) + 1 - 2 Phi(-sqrt(SNR)).
/// Source: Serov, Balanov & Bendory (2026).
/// @param signal_to_noise  SNR > 0 @param deviation_ratio  rho >= 0 @return t >= 0, to about 1e-10
double symmetric_fixed_point(double signal_to_noise, double deviation_ratio);

/// The limit for centres that lie on a line, where the expectations are integrals over one
/// variable; none for others. By quadrature, the fixed point above where it applies.
/// @param signal_to_noise  SNR > 0 @param deviation_ratio  rho = tau / sigma >= 0
/// @throw Cancelled  the stop was requested; looked at every iteration
/// Time O(iterations nodes K); milliseconds unless EM is slow, as it is next to the collapse.
std::optional<PopulationLimit> population_limit(const CentreArrangement& arrangement,
                                                double signal_to_noise, double deviation_ratio,
                                                const std::stop_token& stop = {});

/// Centres on a line, and where EM leaves them.
struct LineLimit {
    Eigen::VectorXd positions;  ///< K
    bool is_converged = true;
};
/// The same by iteration alone, whatever the weights and the number of centres.
/// @param mixing_weights, positions  K, of the mixture that makes the rows, and the start
/// @param sigma  > 0, true standard deviation @param tau  >= 0, assumed one
/// @throw Cancelled  as population_limit
LineLimit line_limit(const VectorRef& mixing_weights, const VectorRef& positions, double sigma,
                     double tau, const std::stop_token& stop = {});

}  // namespace mixtura
