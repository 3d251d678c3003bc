// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mixtura/gaussian_mixture/gaussian_mixture.h"

namespace mixtura {

/// Standard deviation of a feature in a component, both 0-based: the root of its variance; of a
/// Student-t component that of its scale times nu / (nu - 2), infinite where nu <= 2.
double component_deviation(const GaussianMixture& model, int component, int feature);

}  // namespace mixtura
