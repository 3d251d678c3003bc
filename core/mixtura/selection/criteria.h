// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <limits>
#include <string_view>

#include "mixtura/gaussian_mixture/em_fit.h"

namespace mixtura {

/// Smaller is better for every criterion here.
enum class Criterion { bic, icl, aic, nec, cv };
inline constexpr std::array all_criteria = {Criterion::bic, Criterion::icl, Criterion::aic,
                                            Criterion::nec, Criterion::cv};
std::string_view to_string(Criterion criterion) noexcept;
/// @throw InvalidArgument  any other text
Criterion criterion_from(std::string_view name);

struct InformationCriteria {
    double bic = 0.0;  ///< -2 log L + p log N (Schwarz 1978)
    double icl =
        0.0;  ///< bic - 2 sum log max_k r_ik (hard labels; Biernacki, Celeux & Govaert 2000)
    double aic = 0.0;  ///< -2 log L + 2 p (Akaike 1974)
    /// Normalised entropy E / (log L - log L_1) against one component of the same structure, 1 for
    /// that component itself (Biernacki, Celeux & Govaert 1999). NaN: not known.
    double nec = std::numeric_limits<double>::quiet_NaN();
    /// -2 times the cross-validated log-likelihood, see cross_validation.h. NaN: not asked for.
    double cv = std::numeric_limits<double>::quiet_NaN();
    double cv_standard_error = std::numeric_limits<double>::quiet_NaN();
    [[nodiscard]] double value(Criterion criterion) const noexcept;
};

/// BIC, ICL and AIC. N is the sum of the case weights.
InformationCriteria information_criteria(double log_likelihood, int parameter_count,
                                         double weight_sum, double map_term) noexcept;
InformationCriteria information_criteria(const EmFit& fit) noexcept;
/// NEC. NaN where the fit gains nothing over one component.
double normalised_entropy_criterion(const EmFit& fit, double one_component_log_likelihood) noexcept;

}  // namespace mixtura
