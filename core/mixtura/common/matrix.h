// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

namespace mixtura {

/// Read-only view of a column-major matrix of observations, n x d, or of any other table.
using MatrixRef = Eigen::Ref<const Eigen::MatrixXd>;
/// Read-only view of a column vector.
using VectorRef = Eigen::Ref<const Eigen::VectorXd>;

}  // namespace mixtura
