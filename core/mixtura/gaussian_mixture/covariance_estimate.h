// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <Eigen/Core>

#include "mixtura/common/matrix.h"
#include "mixtura/gaussian_mixture/covariance_structure.h"

namespace mixtura {

/// Covariance matrices of the components, as one M-step leaves them.
struct CovarianceEstimate {
    /// K of d x d; K of d x 1, the diagonals, where the structure is diagonal.
    std::vector<Eigen::MatrixXd> covariances;
    int floors_applied = 0;  ///< eigenvalues held at their floor
    /// What the components share, where it is found by iteration: shape (VEI, VEV; d x 1), shape
    /// and orientation (VEE; d x d), orientation (EVE, VVE; d x d). Empty elsewhere.
    Eigen::MatrixXd common_part;
};

/// Maximum-likelihood covariances under a structure from weighted scatters: the minimiser of
///
///     sum_k (n_k log det Sigma_k + tr(W_k Sigma_k^-1))
///
/// among the Sigma_k that the structure allows and that the floor bounds from below. Closed forms
/// and alternations of Celeux & Govaert (1995), Pattern Recognition 28:781; for EVE and VVE see
/// common_orientation.h. Begun at the common part of the last estimate, the iterative ones never
/// do worse than that part would, so a likelihood climbed by them is monotone.
///
/// The floor means Sigma_k - diag(floor) >= 0 for structures that keep their form when columns
/// are scaled, and eigenvalues >= min_j floor_j for the six others.
///
/// @param masses    K, n_k > 0
/// @param scatters  K of W_k: d x d, or d x 1 diagonals where the structure is diagonal
/// @param floor     d, positive variances
/// @param start     common part of the last estimate, or empty
CovarianceEstimate estimate_covariances(CovarianceStructure structure, const VectorRef& masses,
                                        const std::vector<Eigen::MatrixXd>& scatters,
                                        const VectorRef& floor, const Eigen::MatrixXd& start = {});

}  // namespace mixtura
