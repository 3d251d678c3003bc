// SPDX-License-Identifier: Apache-2.0
#include "mixtura/selection/criteria.h"

#include <array>
#include <cmath>
#include <string>

#include "mixtura/common/error.h"

namespace mixtura {

std::string_view to_string(Criterion criterion) noexcept {
    switch (criterion) {
        case Criterion::bic:
            return "bic";
        case Criterion::icl:
            return "icl";
        case Criterion::aic:
            return "aic";
    }
    return "";
}

Criterion criterion_from(std::string_view name) {
    constexpr std::array all = {Criterion::bic, Criterion::icl, Criterion::aic};
    for (const Criterion criterion : all) {
        if (name == to_string(criterion))
            return criterion;
    }
    throw InvalidArgument(std::string("Unknown criterion \"").append(name) +
                          "\": use bic, icl or aic.");
}

double InformationCriteria::value(Criterion criterion) const noexcept {
    switch (criterion) {
        case Criterion::bic:
            return bic;
        case Criterion::icl:
            return icl;
        case Criterion::aic:
            return aic;
    }
    return bic;
}

InformationCriteria information_criteria(double log_likelihood, int parameter_count,
                                         double weight_sum, double map_term) noexcept {
    const double p = parameter_count;
    const double bic = -2.0 * log_likelihood + p * std::log(weight_sum);
    return {.bic = bic, .icl = bic - map_term, .aic = -2.0 * log_likelihood + 2.0 * p};
}

InformationCriteria information_criteria(const EmFit& fit) noexcept {
    return information_criteria(fit.log_likelihood, fit.model.parameter_count(), fit.weight_sum,
                                fit.map_term);
}

}  // namespace mixtura
