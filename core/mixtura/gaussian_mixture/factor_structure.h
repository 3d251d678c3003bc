// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

namespace mixtura {

/// The eight mixtures of factor analysers Sigma_k = Lambda_k Lambda_k' + Psi_k of McNicholas & Murphy
/// (2008), Stat. Comput. 18:285, Lambda_k d x q loadings and Psi_k diagonal uniquenesses. The letters
/// say: loadings own (U, unconstrained) or common to the components (C); uniquenesses own or common;
/// uniquenesses one for each feature (U) or all equal (C, isotropic). UUC is the mixture of
/// probabilistic principal component analysers, CCC with one component is that analysis itself.
enum class FactorStructure { UUU, UUC, UCU, UCC, CUU, CUC, CCU, CCC };

inline constexpr std::array all_factor_structures = {
    FactorStructure::UUU, FactorStructure::UUC, FactorStructure::UCU, FactorStructure::UCC,
    FactorStructure::CUU, FactorStructure::CUC, FactorStructure::CCU, FactorStructure::CCC};

/// "UUU" ... "CCC".
std::string_view to_string(FactorStructure structure) noexcept;
/// In any case. @throw InvalidArgument  any other text; lists the names
FactorStructure factor_structure_from(std::string_view name);
/// In words: "own loadings, common uniquenesses".
std::string_view describe(FactorStructure structure) noexcept;

/// The first letter is C.
bool has_common_loadings(FactorStructure structure) noexcept;
/// The second letter is C.
bool has_common_uniquenesses(FactorStructure structure) noexcept;
/// The third letter is C: one uniqueness for all features. The fit depends on the columns' scales.
bool is_isotropic(FactorStructure structure) noexcept;
/// True where `inner` is a special case of `outer` and another structure.
bool is_nested(FactorStructure inner, FactorStructure outer) noexcept;

/// Whether q factors describe the covariance of d features with fewer numbers than it has, with room
/// to spare: 1 <= q < d and (d - q)^2 > d + q (Ledermann's bound, strict). Four features at least.
bool is_admissible_factor_count(int feature_count, int factor_count) noexcept;
/// The greatest admissible q; 0 where there is none. Time O(d).
int largest_factor_count(int feature_count) noexcept;

/// Free parameters: K - 1 mixing weights, K d means, loadings (d q less the q (q - 1) / 2 of a
/// rotation, once or for each component) and uniquenesses.
int parameter_count(FactorStructure structure, int component_count, int feature_count,
                    int factor_count) noexcept;

}  // namespace mixtura
