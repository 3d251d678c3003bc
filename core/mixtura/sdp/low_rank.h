// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <stop_token>

#include "mixtura/common/matrix.h"
#include "mixtura/common/random.h"

namespace mixtura {

/// A solution of the non-negative low-rank form of the relaxation, on the scale of the sum of squares.
struct LowRankSolution {
    double value = 0.0;      ///< tr W - |X'U|^2; no lower bound, since the form is not convex
    Eigen::MatrixXd factor;  ///< U >= 0, n x r, |U|^2 = K
    double residual = 0.0;   ///< |U U'1 - 1| / sqrt(n)
    int iterations = 0;
    bool is_converged = false;
};

/// Minimises  tr W - <W, U U'>  over  U >= 0, |U|^2 = K, U U'1 = 1  with r = 2 K columns by an augmented
/// Lagrangian with Barzilai-Borwein steps, W = X X' never formed: linear in n.
/// Source: Zhuang, Chen, Yang & Zhang (2024), ICLR; the steps of Barzilai & Borwein (1988), IMA J.
/// Numer. Anal. 8:141, with the line search of Grippo, Lampariello & Lucidi (1986), SIAM J. Numer.
/// Anal. 23:707.
///
/// @param points  n x d, centred, not all zero  @param random  draws the start
/// @param report  called with the iterations done
/// @throw Cancelled  the stop was requested
/// Time O(n d K) an iteration, memory O(n (d + K)).
LowRankSolution solve_low_rank(const MatrixRef& points, int component_count, RandomStream& random,
                               double tolerance, int iteration_limit, const std::stop_token& stop,
                               const std::function<void(int)>& report);

}  // namespace mixtura
