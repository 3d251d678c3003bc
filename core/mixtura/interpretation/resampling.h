// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mixtura/common/matrix.h"
#include "mixtura/common/random.h"

namespace mixtura {

/// Gamma variate of scale 1 by Marsaglia & Tsang (2000), ACM Trans. Math. Softw. 26:363.
/// @param shape  > 0
double gamma_variate(double shape, RandomStream& random);

/// Random weights of the rows, Dirichlet with the case weights as parameters times their sum: each
/// row has its case weight in expectation. A row of weight 2 behaves as two rows.
/// @param weights  case weights >= 0 of positive sum
Eigen::VectorXd dirichlet_weights(const VectorRef& weights, RandomStream& random);

/// How often each row is drawn when as many rows as the case weights sum to (rounded) are drawn with
/// replacement, each with probability proportional to its case weight.
Eigen::VectorXd draw_counts(const VectorRef& weights, RandomStream& random);

}  // namespace mixtura
