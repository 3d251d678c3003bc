// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "mixtura/common/fit_control.h"
#include "mixtura/common/matrix.h"
#include "mixtura/gaussian_mixture/gaussian_mixture.h"

namespace mixtura {

/// Where the search for modes starts besides the means of the components.
struct DensityModesOptions {
    /// Points drawn from the mixture; none are needed where d = 1. With unequal covariances a
    /// mixture of several features can have a mode that no mean leads to.
    int random_start_count = 50;
    std::uint64_t seed = 1;
};
inline constexpr int random_start_count_limit = 100000;

/// The maxima of a mixture's density.
struct DensityModes {
    Eigen::MatrixXd modes;            ///< M x d, highest density first
    Eigen::VectorXd log_densities;    ///< M, nats
    std::vector<int> component_mode;  ///< K: the mode that the component's mean climbs to
};

/// Climbs the density from every mean and from points drawn at random. The path follows the fixed
/// point iteration of mean-shift, x <- (sum_k r_k P_k)^-1 sum_k r_k P_k mu_k with P_k the precisions
/// and r_k the responsibilities at x, which never goes down; near the top Newton steps end it.
/// Where a path ends between two higher sides (a saddle), it goes on along them.
/// Source: Carreira-Perpinan (2000), IEEE Trans. Pattern Anal. Mach. Intell. 22:1318.
/// @throw InvalidArgument     an option out of range
/// @throw compute::Cancelled  the stop was requested
/// Time O((K + starts) iterations K d^3).
DensityModes density_modes(const GaussianMixture& model, const DensityModesOptions& options = {},
                           const FitControl& control = {});

/// The mode that each row climbs to: clusters whose borders are the valleys of the density.
struct ModalClustering {
    DensityModes modes;  ///< those given, and behind them any that only rows lead to
    std::vector<std::int32_t> classification;  ///< n, 0-based mode
};
/// @throw InvalidArgument     the observations have other features
/// @throw compute::Cancelled  the stop was requested
/// Time O(n iterations K d^3).
ModalClustering modal_clustering(const GaussianMixture& model, const DensityModes& modes,
                                 const MatrixRef& observations, const FitControl& control = {});

}  // namespace mixtura
