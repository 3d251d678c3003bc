// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <stop_token>
#include <vector>

#include "mixtura/common/matrix.h"

namespace mixtura {

/// A solution of the Peng-Wei relaxation, on the scale of the sum of squares.
struct PengWeiSolution {
    double value = 0.0;           ///< tr W - <W, Z>
    Eigen::MatrixXd membership;   ///< Z, n x n, in the affine set 1'Z = 1', tr Z = K, 0 <= Z <= I
    Eigen::MatrixXd multipliers;  ///< N >= 0 with the best lower bound met
    double bound = 0.0;           ///< that bound as computed, not proved
    int iterations = 0;
    bool is_converged = false;
};

/// Solves  min tr W - <W, Z>  over  Z = Z' >= 0 semidefinite, Z >= 0 entrywise, Z 1 = 1, tr Z = K,
/// W = X X', by Douglas-Rachford splitting between the spectral set and the non-negative matrices
/// with Anderson acceleration (type II).
/// Source: Peng & Wei (2007), SIAM J. Optim. 18:186; Walker & Ni (2011), SIAM J. Numer. Anal. 49:1715.
///
/// @param points     n x d, centred, not all zero; 2 <= K < n
/// @param labels     where to start
/// @param objective  sum of squares of the best partition known: the work ends once the bound is
///                   within `closed_gap` of it
/// @param report     called with the iterations done
/// @throw Cancelled  the stop was requested
/// Time O(n^3) an iteration; memory about (8 + 2 memory) n x n matrices.
PengWeiSolution solve_peng_wei(const MatrixRef& points, int component_count,
                               const std::vector<std::int32_t>& labels, double objective,
                               double tolerance, int iteration_limit, const std::stop_token& stop,
                               const std::function<void(int)>& report);
/// Relative gap at which a partition needs no further proof; below the one that is claimed.
inline constexpr double closed_gap = 3e-7;

}  // namespace mixtura
