// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "mixtura/gaussian_mixture/em_fit.h"

namespace mixtura {

/// Smaller is better for every criterion here.
enum class Criterion { bic, icl, aic };
std::string_view to_string(Criterion criterion) noexcept;
/// @throw InvalidArgument  any other text
Criterion criterion_from(std::string_view name);

struct InformationCriteria {
    double bic = 0.0;  ///< -2 log L + p log N (Schwarz 1978)
    double icl =
        0.0;  ///< bic - 2 sum log max_k r_ik (hard labels; Biernacki, Celeux & Govaert 2000)
    double aic = 0.0;  ///< -2 log L + 2 p (Akaike 1974)
    [[nodiscard]] double value(Criterion criterion) const noexcept;
};

/// N is the sum of the case weights.
InformationCriteria information_criteria(double log_likelihood, int parameter_count,
                                         double weight_sum, double map_term) noexcept;
InformationCriteria information_criteria(const EmFit& fit) noexcept;

}  // namespace mixtura
