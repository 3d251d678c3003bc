// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include <Eigen/Core>

#include "mixtura/compute/row_passes.h"

namespace mixtura {

/// What the components of a mixture are.
enum class ComponentFamily {
    gaussian,
    student  ///< multivariate Student-t: heavier tails, so that far rows pull less
};
std::string_view to_string(ComponentFamily family) noexcept;
/// @throw InvalidArgument  any other text; lists the names
ComponentFamily component_family_from(std::string_view name);

/// How the degrees of freedom of Student-t components are found.
enum class DegreesOfFreedomRule {
    free,    ///< each component has its own
    common,  ///< all have the same
    fixed    ///< all have a given number
};
std::string_view to_string(DegreesOfFreedomRule rule) noexcept;
/// @throw InvalidArgument  any other text; lists the names
DegreesOfFreedomRule degrees_of_freedom_rule_from(std::string_view name);

/// Estimates stay within these bounds. At the upper one a component is Gaussian for all that data
/// can tell.
inline constexpr double degrees_of_freedom_least = 0.5;
inline constexpr double degrees_of_freedom_limit = 200.0;

/// Tails of the components of a Student-t mixture.
struct StudentTails {
    Eigen::VectorXd degrees_of_freedom;  ///< K, > 0
    DegreesOfFreedomRule rule = DegreesOfFreedomRule::free;
};

/// Parameters that the tails add to a mixture of `component_count` components.
int tail_parameter_count(DegreesOfFreedomRule rule, int component_count) noexcept;

/// One Newton step for the degrees of freedom, on the log-likelihood as a function of s = 1 / nu
/// with weights, means and scale matrices held: near the Gaussian, s = 0, it is nearly quadratic in
/// s. (That is the conditional step of ECME, which maximises the likelihood of the observed rows;
/// the one of EM for nu, which works through the expected log-likelihood, needs a hundred times as
/// many iterations where the tails are light.)
/// Source: Liu & Rubin (1995), Statistica Sinica 5:19.
///
/// @param current  K, those of the pass that gave `tails`
/// @param reach    >= 1: the greatest factor by which a number changes
/// @return K, within the bounds
Eigen::VectorXd next_degrees_of_freedom(const Eigen::VectorXd& current,
                                        const compute::TailStatistics& tails,
                                        DegreesOfFreedomRule rule, double reach);

}  // namespace mixtura
