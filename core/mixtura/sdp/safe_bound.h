// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

#include "mixtura/common/matrix.h"

namespace mixtura {

/// A number that no partition's within-cluster sum of squares lies below, proved in floating point.
///
/// With W = X X', any N >= 0 and any feasible Z = J + R of the Peng-Wei relaxation (J = 11'/n, R 1 = 0,
/// 0 <= R <= I, tr R = K - 1), for every y, theta, c_j >= 0 and v_j
///     <-W, Z> >= -1'(W + N)1 / n + (K - 1) theta - sum_j c_j |v_j|^2 - (K - 1) eta,
///     where  S = -W - N - (y 1' + 1 y') / 2 - theta I + sum_j c_j v_j v_j'  >=  -eta I.
/// theta, c and v come from the K - 1 least eigenvalues of the doubly centred -W - N, so that without
/// rounding this is Ky Fan's bound with eta = 0; they need not be accurate, since S is then proved by a
/// Cholesky factorisation that runs to its end: its backward error is at most gamma_{n+1} |L| |L'|
/// entrywise (Higham 2002, Accuracy and Stability, theorem 10.3), of spectral norm at most
/// gamma_{n+1} / (1 - gamma_{n+1}) tr S. eta holds that, the rounding of the entries of S and the shift
/// that made the factorisation succeed; the rounding of every other term is subtracted too.
/// Source: Peng & Wei (2007), SIAM J. Optim. 18:186; Rump (2006), BIT 46:433.
///
/// @param points       n x d, entries at most 1 in size; centred or not
/// @param multipliers  n x n, symmetric, >= 0
/// @return none where the factorisation fails. @throw Cancelled  the stop was requested
/// Time O(n^2 (n + d)), memory four n x n matrices.
std::optional<double> safe_lower_bound(const MatrixRef& points, const MatrixRef& multipliers,
                                       int component_count, const std::stop_token& stop);

/// The same without the proof: Ky Fan's bound as computed.
double estimated_lower_bound(const MatrixRef& points, const MatrixRef& multipliers,
                             int component_count, const std::stop_token& stop);

/// Multipliers N that prove a partition optimal where its clusters are well separated: one product of
/// vectors for each pair of clusters. Elsewhere they give some bound.
/// Source: Iguchi, Mixon, Peterson & Villar (2017), Math. Program. 165:605.
/// @param points  n x d, centred  @param labels  n, no cluster empty
/// @return n x n. Time and memory O(n^2).
Eigen::MatrixXd partition_multipliers(const MatrixRef& points,
                                      const std::vector<std::int32_t>& labels, int component_count);

}  // namespace mixtura
