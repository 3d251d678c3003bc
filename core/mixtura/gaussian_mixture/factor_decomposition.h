// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mixtura/common/matrix.h"
#include "mixtura/gaussian_mixture/factor_structure.h"

namespace mixtura {

/// Covariances Sigma_k = Lambda_k Lambda_k' + diag(Psi_k) of factor analysers, in the features' units.
struct FactorDecomposition {
    FactorStructure structure = FactorStructure::UUU;
    std::vector<Eigen::MatrixXd> loadings;  ///< K of d x q; equal where they are common
    Eigen::MatrixXd uniquenesses;           ///< K x d, variances > 0; equal rows where common

    /// q; 0 where there is no component.
    [[nodiscard]] int factor_count() const noexcept;
};

/// The covariances, K of d x d, exactly symmetric. Time O(K d^2 q).
std::vector<Eigen::MatrixXd> covariances_of(const FactorDecomposition& factors);
/// What the factors of a component explain of each feature, in units of its standard deviation.
struct StandardisedLoadings {
    Eigen::MatrixXd correlations;   ///< d x q, of feature and factor: Lambda_jl / sqrt(Sigma_jj)
    Eigen::VectorXd communalities;  ///< d, share of the variance that the factors explain
};
/// @param component  0-based. Time O(d q).
StandardisedLoadings standardised_loadings(const FactorDecomposition& factors, int component);
/// The same decomposition of features multiplied by `factor` (d, > 0).
FactorDecomposition rescaled(const FactorDecomposition& factors, const VectorRef& factor);
/// That of the components in the order `order` (a permutation of 0..K-1).
FactorDecomposition reordered(const FactorDecomposition& factors, const std::vector<int>& order);
/// @throw InvalidArgument  shapes that do not fit each other, an entry that is not finite, a
///                         uniqueness that is not positive; names the component
void validate(const FactorDecomposition& factors);

}  // namespace mixtura
