// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include "mixtura/common/matrix.h"

namespace mixtura {

/// Spectral decomposition A = V diag(values) V' of a symmetric matrix, eigenvalues decreasing.
struct SymmetricEigen {
    Eigen::VectorXd values;
    Eigen::MatrixXd vectors;  ///< columns, orthonormal, in the order of `values`
};

/// @param matrix  d x d, finite; only the lower triangle is read. Time O(d^3).
SymmetricEigen symmetric_eigen(const MatrixRef& matrix);

/// V diag(values) V', exactly symmetric.
Eigen::MatrixXd recompose(const MatrixRef& vectors, const VectorRef& values);

}  // namespace mixtura
