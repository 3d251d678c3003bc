// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mixtura/gaussian_mixture/covariance_structure.h"
#include "mixtura/gaussian_mixture/factor_structure.h"

namespace mixtura {

/// Factor analysers of a structure with so many factors.
struct FactorForm {
    FactorStructure structure = FactorStructure::UUU;
    int factor_count = 1;
    friend bool operator==(const FactorForm&, const FactorForm&) = default;
};

/// What a model asks of its covariances: one of the fourteen structures, or factor analysers. What
/// tables, plots and files call a model is its form and its component count: "VVE,3", "UCU(2),3".
class CovarianceForm {
  public:
    /// Any of the fourteen structures is a form.
    CovarianceForm(CovarianceStructure structure = CovarianceStructure::VVV) noexcept  // NOLINT
        : structure_(structure) {}
    CovarianceForm(FactorForm factors) noexcept : factors_(factors) {}  // NOLINT

    /// VVV for factor analysers, the least structure that holds them.
    [[nodiscard]] CovarianceStructure structure() const noexcept { return structure_; }
    /// None for one of the fourteen structures.
    [[nodiscard]] std::optional<FactorForm> factors() const noexcept { return factors_; }
    friend bool operator==(const CovarianceForm&, const CovarianceForm&) = default;

  private:
    CovarianceStructure structure_ = CovarianceStructure::VVV;
    std::optional<FactorForm> factors_;
};

/// "VVE", or "UCU(2)" for two factors.
std::string to_string(const CovarianceForm& form);
/// @throw InvalidArgument  any other text
CovarianceForm covariance_form_from(std::string_view name);
/// In words: "own loadings, common uniquenesses, 2 factors".
std::string describe(const CovarianceForm& form);
/// True where scaling single columns changes the fitted model.
bool depends_on_column_scales(const CovarianceForm& form) noexcept;
/// Free parameters: mixing weights, means and covariances.
int parameter_count(const CovarianceForm& form, int component_count, int feature_count) noexcept;

}  // namespace mixtura
