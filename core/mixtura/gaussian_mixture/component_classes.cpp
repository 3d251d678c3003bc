// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/component_classes.h"

#include <algorithm>

namespace mixtura {

int class_count(const ComponentClasses& component_classes) {
    return component_classes.empty() ? 0 : 1 + *std::ranges::max_element(component_classes);
}

Scores class_scores(const Scores& scores, const ComponentClasses& component_classes) {
    Scores result;
    result.log_likelihood = scores.log_likelihood;
    result.log_densities = scores.log_densities;
    result.responsibilities.setZero(scores.responsibilities.rows(), class_count(component_classes));
    for (std::size_t k = 0; k < component_classes.size(); ++k)
        result.responsibilities.col(component_classes[k]) +=
            scores.responsibilities.col(static_cast<Eigen::Index>(k));
    // Sums of rounded shares may exceed one by a rounding.
    result.responsibilities = result.responsibilities.cwiseMin(1.0);
    classify(result);
    return result;
}

}  // namespace mixtura
