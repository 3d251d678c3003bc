// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "mixtura/common/matrix.h"
#include "mixtura/compute/row_passes.h"

namespace mixtura {

/// Masses, means and scatters of the clusters of a hard partition: what an M-step that begins a
/// fit takes. Two passes: the means first, the squares about them.
/// @param weights    n case weights, or empty for all one
/// @param partition  n, from 0 to component_count - 1
/// @return log-likelihood 0; an empty cluster has mass, mean and scatter zero
/// Time O(n d^2) (full) or O(n d).
compute::GaussianStatistics partition_statistics(const MatrixRef& observations,
                                                 const VectorRef& weights,
                                                 const std::vector<std::int32_t>& partition,
                                                 int component_count,
                                                 compute::GaussianParameters::Shape shape);

}  // namespace mixtura
