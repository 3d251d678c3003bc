// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include "mixtura/compute/row_passes.h"

namespace mixtura {

/// The coordinates in which three successive EM iterates are extrapolated: per component the
/// logarithm of the mixing weight, the mean, and the lower Cholesky factor of the covariance with
/// the logarithm of its diagonal (or the logarithms of the standard deviations). Any point of this
/// space is a mixture. Means and factors are divided by `scales`, so that units play no part.
///
/// @param scales  d, typical standard deviations of the features, positive
/// @return K (1 + d + d (d+1) / 2) numbers, or K (1 + 2 d) for diagonal covariances
Eigen::VectorXd squarem_coordinates(const compute::GaussianParameters& parameters,
                                    const Eigen::VectorXd& scales);

/// The mixture at `coordinates`; its mixing weights are made to sum to one.
/// @param like  a mixture of the same shape, K and d
compute::GaussianParameters from_squarem_coordinates(const Eigen::VectorXd& coordinates,
                                                     const Eigen::VectorXd& scales,
                                                     const compute::GaussianParameters& like);

/// A squared extrapolation step, the third scheme of Varadhan & Roland (2008), Scand. J. Stat.
/// 35:335. With r the first of two successive EM steps and v their difference it leads to
/// start + 2 s r + s^2 v, s = |r| / |v| at least 1 and at most `limit`.
struct SquaremStep {
    Eigen::VectorXd point;
    double length = 1.0;  ///< s: 1 is the second EM step itself
    double rate = 0.0;    ///< estimate of the factor by which EM's steps shrink, < 1
};
SquaremStep squarem_step(const Eigen::VectorXd& start, const Eigen::VectorXd& first,
                         const Eigen::VectorXd& second, double limit);

}  // namespace mixtura
