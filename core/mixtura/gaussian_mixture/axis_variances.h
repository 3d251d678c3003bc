// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include "mixtura/common/matrix.h"

namespace mixtura {

/// Maximum-likelihood variances v_kj along d given axes for K components. With n_k the masses and
/// o_kj the spreads (weighted sums of squares along axis j) each function below minimises
///
///     sum_k sum_j (n_k log v_kj + o_kj / v_kj)   subject to   v_kj >= floor_j
///
/// over the variances v_kj = lambda_k A_kj, prod_j A_kj = 1, that one structure allows.
struct AxisVariances {
    Eigen::MatrixXd variances;  ///< d x K
    Eigen::VectorXd shape;      ///< d, product 1: A of `common_shape_variances`; empty elsewhere
    int floors_applied = 0;     ///< entries held at their floor
};

/// lambda and A equal: pooled spreads.
AxisVariances equal_variances(const VectorRef& masses, const MatrixRef& spreads,
                              const VectorRef& floor);
/// lambda_k and A_k free.
AxisVariances free_variances(const VectorRef& masses, const MatrixRef& spreads,
                             const VectorRef& floor);
/// lambda equal, A_k free: with g_k the geometric mean of o_k, A_k = o_k / g_k and
/// lambda = sum g_k / sum n_k. Where a floor acts the common volume solves a monotone equation.
AxisVariances equal_volume_variances(const VectorRef& masses, const MatrixRef& spreads,
                                     const VectorRef& floor);
/// lambda_k free, A equal: alternates the exact minimisers in lambda and in A; the objective is
/// convex in their logarithms and no step raises it.
/// @param start_shape  d, positive: the shape to begin from, or empty for that of pooled spreads
AxisVariances common_shape_variances(const VectorRef& masses, const MatrixRef& spreads,
                                     const VectorRef& floor, const VectorRef& start_shape);

}  // namespace mixtura
