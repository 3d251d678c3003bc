// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include "mixtura/common/matrix.h"

namespace mixtura {

/// Replaces the lower triangle of the symmetric `matrix` by its Cholesky factor L (matrix = L L')
/// and the strict upper triangle by zeros. Only the lower triangle is read.
/// @return false if the matrix is not positive definite in double precision or not finite; its
///         content is then undefined
/// Time O(d^3); no allocation.
bool cholesky_in_place(Eigen::Ref<Eigen::MatrixXd> matrix) noexcept;

/// True if the symmetric `matrix` minus diag(`bound`) is positive definite.
bool exceeds_diagonal(const MatrixRef& matrix, const VectorRef& bound);

/// sum_j log L_jj: half the log-determinant of L L'.
double half_log_determinant(const MatrixRef& factor) noexcept;

}  // namespace mixtura
