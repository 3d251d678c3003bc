// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mixtura/gaussian_mixture/gaussian_mixture.h"

namespace mixtura {

/// Where the centres of a mixture lie to each other, seen in the coordinates in which the pooled
/// covariance sum_k pi_k Sigma_k is a multiple of the identity: centred, and scaled so that the mean
/// squared distance from their mean is 1.
struct CentreArrangement {
    Eigen::VectorXd mixing_weights;  ///< K, sum 1
    Eigen::MatrixXd centres;         ///< K x d, sum_k pi_k c_k = 0, sum_k pi_k |c_k|^2 = 1
    /// Of the mixture itself: sum_k pi_k |c_k|^2 / sigma^2, mean squared distance of the centres from
    /// their mean over the variance within components along one direction.
    double signal_to_noise = 0.0;
    /// lambda: part of the centres' scatter that lies along its first principal axis, in (0, 1]; 1
    /// where the centres lie on a line.
    double leading_share = 1.0;
    Eigen::VectorXd leading_axis;  ///< d, the unit vector along it
};

/// @throw InvalidArgument  a single component; centres that coincide all
CentreArrangement centre_arrangement(const GaussianMixture& model);

/// rho* = sqrt(1 + lambda SNR). From this ratio tau / sigma of the deviation that is assumed to the
/// one that is true, EM for the centres does not leave their common mean: to first order in the
/// distance e from it, one iteration maps e to Cov(x) e / tau^2, whose greatest factor is
/// (1 + lambda SNR) / rho^2.
double collapse_ratio(const CentreArrangement& arrangement, double signal_to_noise);

}  // namespace mixtura
