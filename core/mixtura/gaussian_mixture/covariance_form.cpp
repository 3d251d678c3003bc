// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/covariance_form.h"

#include <charconv>

#include "mixtura/common/error.h"

namespace mixtura {

std::string to_string(const CovarianceForm& form) {
    if (!form.factors())
        return std::string(to_string(form.structure()));
    std::string name(to_string(form.factors()->structure));
    return name.append("(").append(std::to_string(form.factors()->factor_count)).append(")");
}

CovarianceForm covariance_form_from(std::string_view name) {
    const std::size_t bracket = name.find('(');
    if (bracket == std::string_view::npos)
        return covariance_structure_from(name);
    FactorForm factors{.structure = factor_structure_from(name.substr(0, bracket)),
                       .factor_count = 0};
    const char* const end = name.data() + name.size();
    const auto [stop, error] =
        std::from_chars(name.data() + bracket + 1, end, factors.factor_count);
    if (error != std::errc{} || stop + 1 != end || *stop != ')' || factors.factor_count < 1)
        throw InvalidArgument("\"" + std::string(name) +
                              "\" names no number of factors; write it like UCU(2).");
    return factors;
}

std::string describe(const CovarianceForm& form) {
    if (!form.factors())
        return std::string(describe(form.structure()));
    const int count = form.factors()->factor_count;
    std::string words(describe(form.factors()->structure));
    return words.append(", ")
        .append(std::to_string(count))
        .append(count == 1 ? " factor" : " factors");
}

bool depends_on_column_scales(const CovarianceForm& form) noexcept {
    return form.factors() ? is_isotropic(form.factors()->structure)
                          : depends_on_column_scales(form.structure());
}

int parameter_count(const CovarianceForm& form, int component_count, int feature_count) noexcept {
    return form.factors() ? parameter_count(form.factors()->structure, component_count,
                                            feature_count, form.factors()->factor_count)
                          : parameter_count(form.structure(), component_count, feature_count);
}

}  // namespace mixtura
