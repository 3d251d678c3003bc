// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <vector>

#include "mixtura/common/matrix.h"
#include "mixtura/factor_mixture/factor_passes.h"
#include "mixtura/gaussian_mixture/factor_structure.h"
#include "mixtura/gaussian_mixture/initialisation.h"

namespace mixtura {

/// Loadings and uniquenesses of all components.
struct FactorEstimate {
    std::vector<Eigen::MatrixXd> loadings;  ///< K of d x q
    Eigen::MatrixXd uniquenesses;           ///< K x d
    int floors_applied = 0;                 ///< free uniquenesses that the floor holds
};

/// The second cycle's conditional maximisation: loadings given the uniquenesses in `parameters`,
/// then uniquenesses given the loadings, subject to `floor`. With u the expected factors,
/// Theta_k = M_k^-1 + beta_k S_k beta_k' their second moment and C_k = S_k beta_k':
///   own loadings     Lambda_k = C_k Theta_k^-1
///   common loadings  row j of Lambda solves sum_k n_k / Psi_kj (C_k - Lambda Theta_k)_j = 0
///   uniquenesses     D_k = diag(S_k - 2 Lambda_k C_k' + Lambda_k Theta_k Lambda_k'), averaged by mass
///                    over the components where common, over the features where isotropic.
/// (For own loadings D_k is diag(S_k - Lambda_k C_k'), the usual form.) A floor is the exact maximum
/// under Psi >= floor, since each uniqueness enters as -n (log Psi + D / Psi) / 2.
/// Source: McNicholas & Murphy (2008), Stat. Comput. 18:285; Meng & van Dyk (1997), JRSS B 59:511.
/// @param floor  d, > 0; its mean bounds an isotropic uniqueness
/// Time O(K d q^2), and d systems of q equations for CUU.
FactorEstimate updated_factors(FactorStructure structure, const FactorParameters& parameters,
                               const FactorScatterStatistics& statistics, const VectorRef& floor);

/// Parameters that a partition leads to: shares and means of its clusters, and probabilistic
/// principal components (Tipping & Bishop 1999) of each cluster's covariance (own loadings) or of
/// the pooled one (common loadings): loadings v_l sqrt(lambda_l - s^2), s^2 the mean of the other
/// eigenvalues, and as uniquenesses the rest of the diagonal. Done on features divided by `scales`,
/// unless the structure is isotropic. A cluster of at most q + 1 rows takes the loadings of the
/// pooled covariance: its own would leave factors at zero, which the iteration never leaves.
/// @param partition  n, 0-based; every component has a row of positive weight
/// @param scales     d, standard deviations
/// @throw compute::Cancelled  the stop was requested
/// Time O(n d m + K m^3) with m = min(d, rows of a cluster), memory O(n d + d^2).
FactorParameters factor_start(const MatrixRef& observations, const VectorRef& weights,
                              const Partition& partition, int component_count, int factor_count,
                              FactorStructure structure, const VectorRef& scales,
                              const VectorRef& floor, const std::stop_token& stop);

/// The loadings turned to their principal axes: Lambda' Psi^-1 Lambda is diagonal and decreasing
/// (Lawley & Maxwell's condition), and of each column the entry greatest in |Psi^-1/2 Lambda| is
/// positive. Lambda Lambda' stays. Where loadings are common, all are turned alike, by the mean of
/// the uniquenesses weighted by `mixing_weights`. Time O(K d q^2).
void turn_to_principal_axes(FactorStructure structure, FactorParameters& parameters);

}  // namespace mixtura
