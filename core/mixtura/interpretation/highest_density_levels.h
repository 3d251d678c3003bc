// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mixtura/common/matrix.h"

namespace mixtura {

/// The region of highest density that holds probability `mass`: all x with log p(x) >= log_level.
struct HighestDensityLevel {
    double mass = 0.0;
    double log_level = 0.0;  ///< nats, in all features together
};

/// Levels of the highest-density regions from the densities at the rows, see `mass_levels`; in the
/// log domain, so that a density of many features neither overflows nor underflows.
/// Source: Hyndman (1996), Am. Stat. 50:120.
/// @param log_densities  of the rows under the whole model, finite
/// @param masses         each in (0, 1)
/// @param weights        of the rows, or empty for all one
/// @throw InvalidArgument  as `mass_levels`
std::vector<HighestDensityLevel> highest_density_levels(
    const VectorRef& log_densities, const std::vector<double>& masses,
    const VectorRef& weights = Eigen::VectorXd());

}  // namespace mixtura
