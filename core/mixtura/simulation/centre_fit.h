// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "mixtura/common/fit_control.h"
#include "mixtura/common/matrix.h"

namespace mixtura {

/// When a fit of centres stops.
struct CentreFitOptions {
    double tolerance = 1e-6;     ///< converged when no coordinate of a centre moves further
    int iteration_limit = 5000;  ///< M-steps
};

/// Centres of a mixture whose weights and spherical covariance are taken as known.
struct CentreFit {
    Eigen::MatrixXd centres;                   ///< K x d
    std::vector<std::int32_t> classification;  ///< n, 0-based, under these centres
    int iterations = 0;
    FitStatus status = FitStatus::converged;  ///< or iteration_limit
};

/// Maximum-likelihood centres of sum_k pi_k N(x; c_k, tau^2 I) by EM, from `start`: responsibilities
/// r_ik proportional to pi_k exp(-|x_i - c_k|^2 / (2 tau^2)), then c_k = sum_i r_ik x_i / sum_i r_ik.
/// In the limit tau = 0 every row belongs to its nearest centre: Lloyd's k-means. A centre without
/// rows stays where it is.
///
/// @param observations    n x d, finite, n >= 1
/// @param mixing_weights  K, > 0
/// @param start           K x d
/// @param deviation       tau >= 0, in the units of the observations
/// @throw Cancelled  the stop was requested; looked at every block of rows
/// The same bits wherever it runs: one thread, blocks of rows in their order.
CentreFit fit_centres(const MatrixRef& observations, const VectorRef& mixing_weights,
                      const MatrixRef& start, double deviation,
                      const CentreFitOptions& options = {}, const std::stop_token& stop = {});

}  // namespace mixtura
