// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mixtura/common/matrix.h"
#include "mixtura/gaussian_mixture/gaussian_mixture.h"

namespace mixtura {

/// @throw InvalidArgument  another number of features than the model has; weights that are neither
///                         empty nor one for each row
void check_rows(const GaussianMixture& model, const MatrixRef& observations,
                const VectorRef& weights = Eigen::VectorXd());

}  // namespace mixtura
