// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mixtura/common/matrix.h"
#include "mixtura/gaussian_mixture/gaussian_mixture.h"

namespace mixtura {

/// Directions in which the components of a mixture differ most, and the mixture seen along them.
struct DiscriminantSubspace {
    Eigen::VectorXd eigenvalues;  ///< q, decreasing, > 0: how much the components differ
    Eigen::MatrixXd directions;   ///< d x q: the data have variance 1 along each, uncorrelated
    Eigen::RowVectorXd centre;    ///< d: the mean of the mixture, which is projected to 0
    GaussianMixture projected;    ///< of q features, VVV: exact means and covariances
};

/// Dimension reduction for Gaussian mixtures (GMMDR): the generalised eigenvectors of M with respect
/// to the covariance Sigma of the data,
///
///     M = 2 lambda M_I Sigma^-1 M_I + 2 (1 - lambda) M_II
///     M_I = sum_k pi_k (mu_k - mu)(mu_k - mu)',
///     M_II = sum_k pi_k (Sigma_k - S) Sigma^-1 (Sigma_k - S),  S = sum_k pi_k Sigma_k.
///
/// At lambda = 1 means alone count (K - 1 directions at most), below that covariances too.
/// Source: Scrucca (2010), Stat. Comput. 20:471; Scrucca (2014), Adv. Data Anal. Classif. 8:147.
///
/// @param observations  n x d, whose covariance (divisor n) is Sigma
/// @param lambda        from 0 to 1
/// @param weights       of the rows, or empty for all one
/// @return as many directions as have an eigenvalue above rounding; each has its largest entry,
///         in units of the data's spread, positive
/// @throw InvalidArgument  lambda out of range, other features, weights of another length
/// @throw NumericalError   the covariance of the data is singular; the components do not differ in
///                         what counts, so there is no direction
/// Time O(n d^2 + K d^3).
DiscriminantSubspace discriminant_subspace(const GaussianMixture& model,
                                           const MatrixRef& observations, double lambda = 1.0,
                                           const VectorRef& weights = Eigen::VectorXd());

/// Coordinates of the rows in the subspace, n x q.
Eigen::MatrixXd projected_rows(const DiscriminantSubspace& subspace, const MatrixRef& observations);

}  // namespace mixtura
