// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <stop_token>

#include "mixtura/common/matrix.h"

namespace mixtura::experts {

/// argmin_b sum_i w_i (y_i - x_i'b)^2 by Householder QR of blocks of rows and a column-pivoted QR of
/// their stacked triangles: the condition number of the design is not squared.
/// Source: Demmel, Grigori, Hoemmen & Langou (2012), SIAM J. Sci. Comput. 34:A206.
///
/// @param design   n x p, n >= 1, columns of comparable length
/// @param weights  n, finite and >= 0
/// @return p coefficients; none where the weighted design has a column rank below p (a pivot below
///         1e-9 of the first)
/// @throw Cancelled  the stop was requested
/// Time O(n p^2), memory O(n p / 2048 + p^2) beside a block of rows per thread.
std::optional<Eigen::VectorXd> weighted_least_squares(const MatrixRef& design,
                                                      const VectorRef& response,
                                                      const VectorRef& weights,
                                                      const std::stop_token& stop = {});

}  // namespace mixtura::experts
