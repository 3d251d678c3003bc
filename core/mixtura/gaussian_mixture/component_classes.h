// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "mixtura/gaussian_mixture/gaussian_mixture.h"

namespace mixtura {

/// Of a mixture of which several components can make up one class: K, the 0-based class of each
/// component. Empty: components are not gathered in classes.
using ComponentClasses = std::vector<std::int32_t>;

/// Number of classes: one more than the greatest; 0 where there are none.
int class_count(const ComponentClasses& component_classes);

/// The scores of components as those of their classes: the responsibilities (n x C) are sums over a
/// class's components, classification and uncertainty follow from them, log densities stay.
/// @param component_classes  K as the scores have, not empty
Scores class_scores(const Scores& scores, const ComponentClasses& component_classes);

}  // namespace mixtura
