// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mixtura/common/matrix.h"

namespace mixtura {

/// The box, upright or turned, that rows of no component are spread over evenly: the points
/// origin + u' edges for u in [0, 1]^d.
struct NoiseRegion {
    Eigen::RowVectorXd origin;  ///< d, a corner
    Eigen::MatrixXd edges;      ///< d x d, an edge from the corner in each row
    double log_density = 0.0;   ///< -log |det edges|
};

/// The smaller of two boxes around the observations: along the features, or along the principal
/// axes of their covariance. Time O(n d^2).
/// Source: Fraley & Raftery (1998), Comput. J. 41:578.
/// @param observations  n x d, finite
/// @param weights       n, or empty for all one; rows of weight 0 do not count
/// @throw DataError  the box has no volume: features depend on each other linearly
NoiseRegion noise_region(const MatrixRef& observations,
                         const VectorRef& weights = Eigen::VectorXd());

/// Free parameters of a noise component: its weight and the volume of its region, as mclust counts.
inline constexpr int noise_parameter_count = 2;

/// The same region where feature j is multiplied by scale_j > 0 and then shifted by shift_j.
NoiseRegion rescaled(const NoiseRegion& region, const Eigen::RowVectorXd& scale,
                     const Eigen::RowVectorXd& shift);

/// A Poisson process in the background of a mixture: rows that belong to no component. Its density
/// is the same everywhere, also outside the region, so that a far row is noise.
struct NoiseComponent {
    double weight = 0.0;  ///< in [0, 1); the mixing weights of the components make it up to 1
    NoiseRegion region;
};

}  // namespace mixtura
