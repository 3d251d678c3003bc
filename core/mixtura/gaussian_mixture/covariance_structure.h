// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

namespace mixtura {

/// The 14 parsimonious covariance structures Sigma_k = lambda_k D_k A_k D_k' of Celeux & Govaert
/// (1995), Pattern Recognition 28:781. The letters say volume (lambda), shape (A), orientation
/// (D): E equal over components, V variable, I identity (spherical or parallel to the axes).
enum class CovarianceStructure {
    EII,
    VII,
    EEI,
    VEI,
    EVI,
    VVI,
    EEE,
    VEE,
    EVE,
    VVE,
    EEV,
    VEV,
    EVV,
    VVV
};

inline constexpr std::array all_covariance_structures = {
    CovarianceStructure::EII, CovarianceStructure::VII, CovarianceStructure::EEI,
    CovarianceStructure::VEI, CovarianceStructure::EVI, CovarianceStructure::VVI,
    CovarianceStructure::EEE, CovarianceStructure::VEE, CovarianceStructure::EVE,
    CovarianceStructure::VVE, CovarianceStructure::EEV, CovarianceStructure::VEV,
    CovarianceStructure::EVV, CovarianceStructure::VVV};

/// "EII" ... "VVV".
std::string_view to_string(CovarianceStructure structure) noexcept;
/// Reads "VVV" and the plain words spherical (VII), diagonal (VVI), tied (EEE), full (VVV), in any
/// case. @throw InvalidArgument  any other text; lists the names
CovarianceStructure covariance_structure_from(std::string_view name);
/// In words: "ellipsoidal, equal volume and shape, own orientation".
std::string_view describe(CovarianceStructure structure) noexcept;
/// True where every covariance matrix is diagonal: EII VII EEI VEI EVI VVI.
bool is_diagonal(CovarianceStructure structure) noexcept;
/// True where scaling single columns changes the fitted model: EII VII EVE VVE EEV VEV.
bool depends_on_column_scales(CovarianceStructure structure) noexcept;
/// True where `inner` is a special case of `outer` and another structure: VEI of VVI, VEE, VVV, ...
bool is_nested(CovarianceStructure inner, CovarianceStructure outer) noexcept;
/// Free parameters of the K covariance matrices of d features (table in the help page).
int covariance_parameter_count(CovarianceStructure structure, int component_count,
                               int feature_count) noexcept;
/// The same plus K d means and K - 1 mixing weights.
int parameter_count(CovarianceStructure structure, int component_count, int feature_count) noexcept;

}  // namespace mixtura
