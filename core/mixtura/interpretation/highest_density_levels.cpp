// SPDX-License-Identifier: Apache-2.0
#include "mixtura/interpretation/highest_density_levels.h"

#include <cmath>

#include "mixtura/gaussian_mixture/density_grid.h"

namespace mixtura {

namespace {

/// Largest argument of exp that leaves room for a sum.
constexpr double exponent_limit = 700.0;

/// The quantile is one of densities, so rows are interpolated between as densities: those about
/// the quantile of the logarithms, which lies between the same two rows.
double log_level(const VectorRef& log_densities, double mass, const VectorRef& weights) {
    const double origin = mass_levels(log_densities, {mass}, weights).front();
    const Eigen::VectorXd densities =
        (log_densities.array() - origin).min(exponent_limit).exp().matrix();
    return origin + std::log(mass_levels(densities, {mass}, weights).front());
}

}  // namespace

std::vector<HighestDensityLevel> highest_density_levels(const VectorRef& log_densities,
                                                        const std::vector<double>& masses,
                                                        const VectorRef& weights) {
    std::vector<HighestDensityLevel> levels;
    levels.reserve(masses.size());
    for (const double mass : masses)
        levels.push_back({mass, log_level(log_densities, mass, weights)});
    return levels;
}

}  // namespace mixtura
