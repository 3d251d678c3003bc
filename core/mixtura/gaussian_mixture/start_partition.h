// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "mixtura/gaussian_mixture/em_fit.h"
#include "mixtura/gaussian_mixture/initialisation.h"

namespace mixtura {

/// Partition of the rows by `method`, and in `name` what made it; all in one where K = 1. Of one
/// feature the hierarchy gives way to quantiles.
/// @param weights  n, or empty for all one
/// @param tree     of these observations, or null: then the hierarchy is built where it is needed
/// @throw InvalidArgument     fewer distinct rows than components
/// @throw compute::Cancelled  the stop was requested
Partition partition_by(Initialisation method, const MatrixRef& observations,
                       const VectorRef& weights, int component_count, RandomStream random,
                       const HierarchicalTree* tree, const FitControl& control, std::string& name);

}  // namespace mixtura
