// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/component_deviation.h"

#include <cmath>
#include <limits>

namespace mixtura {

double component_deviation(const GaussianMixture& model, int component, int feature) {
    const double square =
        model.covariances()[static_cast<std::size_t>(component)](feature, feature);
    if (!model.tails())
        return std::sqrt(square);
    const double nu = model.tails()->degrees_of_freedom[component];
    return nu > 2.0 ? std::sqrt(square * nu / (nu - 2.0)) : std::numeric_limits<double>::infinity();
}

}  // namespace mixtura
