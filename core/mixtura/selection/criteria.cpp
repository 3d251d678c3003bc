// SPDX-License-Identifier: Apache-2.0
#include "mixtura/selection/criteria.h"

#include <cmath>
#include <string>

#include "mixtura/common/error.h"
#include "mixtura/selection/criterion_abbreviation.h"

namespace mixtura {

std::string_view to_string(Criterion criterion) noexcept {
    switch (criterion) {
        case Criterion::bic:
            return "bic";
        case Criterion::icl:
            return "icl";
        case Criterion::aic:
            return "aic";
        case Criterion::nec:
            return "nec";
        case Criterion::cv:
            return "cv";
    }
    return "";
}

std::string abbreviation(Criterion criterion) {
    std::string name(to_string(criterion));
    for (char& letter : name) letter = static_cast<char>(letter - 'a' + 'A');
    return name;
}

Criterion criterion_from(std::string_view name) {
    for (const Criterion criterion : all_criteria) {
        if (name == to_string(criterion))
            return criterion;
    }
    throw InvalidArgument(std::string("Unknown criterion \"").append(name) +
                          "\": use bic, icl, aic, nec or cv.");
}

double InformationCriteria::value(Criterion criterion) const noexcept {
    switch (criterion) {
        case Criterion::bic:
            return bic;
        case Criterion::icl:
            return icl;
        case Criterion::aic:
            return aic;
        case Criterion::nec:
            return nec;
        case Criterion::cv:
            return cv;
    }
    return bic;
}

InformationCriteria information_criteria(double log_likelihood, int parameter_count,
                                         double weight_sum, double map_term) noexcept {
    const double p = parameter_count;
    const double bic = -2.0 * log_likelihood + p * std::log(weight_sum);
    InformationCriteria criteria;
    criteria.bic = bic;
    criteria.icl = bic - map_term;
    criteria.aic = -2.0 * log_likelihood + 2.0 * p;
    return criteria;
}

InformationCriteria information_criteria(const EmFit& fit) noexcept {
    return information_criteria(fit.log_likelihood, fit.model.parameter_count(), fit.weight_sum,
                                fit.map_term);
}

double normalised_entropy_criterion(const EmFit& fit,
                                    double one_component_log_likelihood) noexcept {
    if (fit.model.component_count() == 1)
        return 1.0;
    const double gain = fit.log_likelihood - one_component_log_likelihood;
    return gain > 0.0 ? fit.entropy / gain : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace mixtura
