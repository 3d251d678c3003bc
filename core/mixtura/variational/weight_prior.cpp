// SPDX-License-Identifier: Apache-2.0
#include "mixtura/variational/weight_prior.h"

#include <cmath>
#include <string>

#include <boost/math/special_functions/digamma.hpp>

#include "mixtura/common/error.h"

namespace mixtura {

namespace {

using boost::math::digamma;
using Eigen::Index;
using Eigen::VectorXd;

/// log of the integral of v^(a-1) (1-v)^(b-1).
double log_beta(double a, double b) {
    return std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b);
}

double log_dirichlet_evidence(const WeightPosterior& posterior) {
    const auto component_count = static_cast<double>(posterior.concentrations.size());
    const double alpha = posterior.prior_concentration;
    double evidence =
        std::lgamma(component_count * alpha) - std::lgamma(posterior.concentrations.sum());
    for (const double concentration : posterior.concentrations)
        evidence += std::lgamma(concentration) - std::lgamma(alpha);
    return evidence;
}

}  // namespace

std::string_view to_string(WeightPrior prior) noexcept {
    return prior == WeightPrior::process ? "process" : "dirichlet";
}

WeightPrior weight_prior_from(std::string_view name) {
    for (const WeightPrior prior : {WeightPrior::dirichlet, WeightPrior::process}) {
        if (name == to_string(prior))
            return prior;
    }
    throw InvalidArgument("Unknown weight_prior \"" + std::string(name) +
                          "\": use dirichlet or process.");
}

WeightPosterior updated_weights(WeightPrior prior, double prior_concentration,
                                const VectorRef& masses) {
    WeightPosterior posterior{.prior = prior,
                              .prior_concentration = prior_concentration,
                              .concentrations = masses,
                              .stick_remainders = {}};
    if (prior == WeightPrior::dirichlet) {
        posterior.concentrations.array() += prior_concentration;
        return posterior;
    }
    posterior.concentrations.array() += 1.0;
    posterior.stick_remainders.resize(masses.size());
    double behind = 0.0;
    for (Index k = masses.size() - 1; k >= 0; --k) {
        posterior.stick_remainders[k] = prior_concentration + behind;
        behind += masses[k];
    }
    return posterior;
}

VectorXd expected_log_weights(const WeightPosterior& posterior) {
    const Index component_count = posterior.concentrations.size();
    VectorXd expected(component_count);
    if (posterior.prior == WeightPrior::dirichlet) {
        const double of_sum = digamma(posterior.concentrations.sum());
        for (Index k = 0; k < component_count; ++k)
            expected[k] = digamma(posterior.concentrations[k]) - of_sum;
        return expected;
    }
    double left_by_others = 0.0;  // sum_{j<k} E[log (1 - v_j)]
    for (Index k = 0; k < component_count; ++k) {
        const double a = posterior.concentrations[k];
        const double b = posterior.stick_remainders[k];
        const double of_sum = digamma(a + b);
        expected[k] = digamma(a) - of_sum + left_by_others;
        left_by_others += digamma(b) - of_sum;
    }
    return expected;
}

VectorXd expected_weights(const WeightPosterior& posterior) {
    if (posterior.prior == WeightPrior::dirichlet)
        return posterior.concentrations / posterior.concentrations.sum();
    VectorXd expected(posterior.concentrations.size());
    double left_by_others = 1.0;
    for (Index k = 0; k < expected.size(); ++k) {
        const double a = posterior.concentrations[k];
        const double b = posterior.stick_remainders[k];
        expected[k] = a / (a + b) * left_by_others;
        left_by_others *= b / (a + b);
    }
    return expected;
}

double log_weight_evidence(const WeightPosterior& posterior) {
    if (posterior.prior == WeightPrior::dirichlet)
        return log_dirichlet_evidence(posterior);
    double evidence = 0.0;
    for (Index k = 0; k < posterior.concentrations.size(); ++k)
        evidence += log_beta(posterior.concentrations[k], posterior.stick_remainders[k]) +
                    std::log(posterior.prior_concentration);
    return evidence;
}

}  // namespace mixtura
