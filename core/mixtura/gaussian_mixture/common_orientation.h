// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <Eigen/Core>

#include "mixtura/common/matrix.h"
#include "mixtura/gaussian_mixture/axis_variances.h"

namespace mixtura {

/// Which volumes the components have along their common axes.
enum class VolumeKind {
    equal,    ///< EVE
    variable  ///< VVE
};

/// Common principal axes of K scatter matrices and the variances along them.
struct CommonOrientation {
    Eigen::MatrixXd orientation;  ///< d x d, orthonormal columns: the axes
    AxisVariances axes;
};

/// Maximum-likelihood common orientation D of the structures Sigma_k = D V_k D' with V_k diagonal.
///
/// For given D the best V_k follow from the diagonals of D' W_k D (see axis_variances.h). What is
/// left is minimised over D by rotations in the planes of two axes (Flury & Gautschi 1986, SIAM J.
/// Sci. Stat. Comput. 7:169). In each plane a Newton step in the angle is taken if it descends;
/// otherwise the exact minimiser of sum_k tr(W_k D V_k^-1 D') for the present V_k, which bounds the
/// objective from above and touches it (the majoriser of Browne & McNicholas 2014, Adv. Data Anal.
/// Classif. 8:217, whose own step is this one in all planes at once). So no rotation raises the
/// objective. The volumes of VVE stay in the majoriser: mclust 6.0 leaves them out, and its
/// likelihood falls.
///
/// @param masses    K, positive
/// @param scatters  K of d x d
/// @param floor     least variance along any axis, positive
/// @param start     d x d orthonormal, or empty: the best from the eigenvectors of the pooled scatter
///                  and of each scatter and from the data's own axes (there are local minima)
CommonOrientation common_orientation(VolumeKind volumes, const VectorRef& masses,
                                     const std::vector<Eigen::MatrixXd>& scatters, double floor,
                                     const MatrixRef& start);

}  // namespace mixtura
