// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/student_tails.h"

#include <algorithm>
#include <string>

#include "mixtura/common/error.h"

namespace mixtura {

namespace {

/// Newton's step for one number from derivatives of the log-likelihood by nu: `score`, `curvature`.
double newton_step(double nu, double score, double curvature, double reach) {
    // With s = 1 / nu: d/ds = -nu^2 d/dnu.
    const double slope = -nu * nu * score;
    const double bend = nu * nu * nu * (nu * curvature + 2.0 * score);
    const double s = 1.0 / nu;
    const double least = std::max(s / reach, 1.0 / degrees_of_freedom_limit);
    const double greatest = std::min(s * reach, 1.0 / degrees_of_freedom_least);
    if (bend < 0.0)
        return 1.0 / std::clamp(s - slope / bend, least, greatest);
    return slope > 0.0 ? 1.0 / greatest : slope < 0.0 ? 1.0 / least : nu;
}

}  // namespace

std::string_view to_string(ComponentFamily family) noexcept {
    return family == ComponentFamily::student ? "student" : "gaussian";
}

ComponentFamily component_family_from(std::string_view name) {
    for (const ComponentFamily family : {ComponentFamily::gaussian, ComponentFamily::student}) {
        if (name == to_string(family))
            return family;
    }
    throw InvalidArgument("Unknown family \"" + std::string(name) + "\": use gaussian or student.");
}

std::string_view to_string(DegreesOfFreedomRule rule) noexcept {
    switch (rule) {
        case DegreesOfFreedomRule::free:
            return "free";
        case DegreesOfFreedomRule::common:
            return "common";
        case DegreesOfFreedomRule::fixed:
            return "fixed";
    }
    return "";
}

DegreesOfFreedomRule degrees_of_freedom_rule_from(std::string_view name) {
    for (const DegreesOfFreedomRule rule :
         {DegreesOfFreedomRule::free, DegreesOfFreedomRule::common, DegreesOfFreedomRule::fixed}) {
        if (name == to_string(rule))
            return rule;
    }
    throw InvalidArgument("Unknown rule for degrees of freedom \"" + std::string(name) +
                          "\": use free, common or fixed.");
}

int tail_parameter_count(DegreesOfFreedomRule rule, int component_count) noexcept {
    if (rule == DegreesOfFreedomRule::fixed)
        return 0;
    return rule == DegreesOfFreedomRule::common ? 1 : component_count;
}

Eigen::VectorXd next_degrees_of_freedom(const Eigen::VectorXd& current,
                                        const compute::TailStatistics& tails,
                                        DegreesOfFreedomRule rule, double reach) {
    Eigen::VectorXd next = current;
    if (rule == DegreesOfFreedomRule::common) {
        next.setConstant(
            newton_step(current[0], tails.scores.sum(), tails.curvatures.sum(), reach));
    } else if (rule == DegreesOfFreedomRule::free) {
        for (Eigen::Index k = 0; k < current.size(); ++k)
            next[k] = newton_step(current[k], tails.scores[k], tails.curvatures[k], reach);
    }
    return next;
}

}  // namespace mixtura
