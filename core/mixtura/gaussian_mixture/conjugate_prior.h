// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mixtura/compute/row_passes.h"
#include "mixtura/gaussian_mixture/covariance_structure.h"

namespace mixtura {

/// Normal-inverse-Wishart prior of the means and covariances, up to a constant
///
///     prod_k N(mu_k; centre, Sigma_k / strength) |Sigma_k|^(-(mass - 1)/2) exp(-tr(scale Sigma_k^-1)/2)
///
/// so that the M-step of every covariance structure becomes the same step on masses and scatters
/// to which the prior adds. It keeps covariances away from zero, and the climbed objective bounded.
/// Source: Fraley & Raftery (2007), J. Classif. 24:155.
struct ConjugatePrior {
    Eigen::RowVectorXd centre;  ///< d, of the means
    double strength = 0.01;     ///< rows that the centre counts for
    double mass = 0.0;          ///< added to each component's rows where covariances are estimated
    Eigen::MatrixXd scale;      ///< d x d, or d x 1 where the structure is diagonal
};

/// The default of Fraley & Raftery: centred at the data's mean with the strength of a hundredth of
/// a row, d + 2 degrees of freedom, and the scale of the data's covariance cut into K equal parts,
/// cov / K^(2/d); for spherical and diagonal structures the mean of its diagonal takes the place of
/// the covariance. Where all components share one covariance, it is counted once for all.
/// @param mean        d, of the features
/// @param covariance  d x d, divisor N - 1
ConjugatePrior default_conjugate_prior(CovarianceStructure structure, int component_count,
                                       const Eigen::RowVectorXd& mean,
                                       const Eigen::MatrixXd& covariance);

/// What the M-step of the posterior mode takes in place of the data's moments: means drawn to the
/// centre, scatters and masses with what the prior adds. Mixing weights keep the data's masses.
compute::GaussianStatistics with_prior(const ConjugatePrior& prior,
                                       const compute::GaussianStatistics& statistics);

/// Log density of the prior at the parameters, nats, up to a constant.
double log_prior(const ConjugatePrior& prior, const compute::GaussianParameters& parameters);

}  // namespace mixtura
