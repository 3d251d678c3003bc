// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mixtura/compute/row_passes.h"

namespace mixtura {

/// Statistics of no rows.
compute::GaussianStatistics no_statistics(Eigen::Index component_count, Eigen::Index feature_count,
                                          compute::GaussianParameters::Shape shape);

/// Adds the masses, means and scatters of other rows, of the first components; log-likelihoods stay.
/// Two groups of rows as one have their scatters and that of their means.
/// @param more  at most as many components, scatters full or of the shape of `statistics`
void add_moments(compute::GaussianStatistics& statistics, const compute::GaussianStatistics& more);

}  // namespace mixtura
