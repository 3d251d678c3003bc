// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mixtura/gaussian_mixture/gaussian_mixture.h"
#include "mixtura/variational/variational_posterior.h"

namespace mixtura {

/// A component with fewer expected rows than this is empty: the data do not support it.
inline constexpr double supported_mass = 1.0;

/// Components that the data support: those of `supported_mass` expected rows or more; where there is
/// none, the largest.
int supported_component_count(const VariationalPosterior& posterior) noexcept;

/// The components in the order of falling mass; ties by the first mean coordinate. The posterior of a
/// process, whose order has a meaning, stands in it already.
VariationalPosterior in_order_of_mass(const VariationalPosterior& posterior);

/// Posterior predictive density p(x | X), a mixture of Student-t distributions with the weights
/// E[pi_k], the means m_k, nu_k + 1 - d degrees of freedom and the scale matrices
/// (1 + beta_k) / (beta_k (nu_k + 1 - d)) W_k^-1. Empty components are left out, and the weights of
/// the others brought to the sum 1.
/// Source: Bishop (2006), PRML, eqs. 10.81 and 10.82.
/// @param posterior  in the order of falling mass
GaussianMixture predictive_mixture(const VariationalPosterior& posterior);

/// The posterior of x = centre + scale * z from that of z. Its lower bound keeps its value: that of
/// x is less by N sum log scale.
VariationalPosterior rescaled(const VariationalPosterior& posterior,
                              const Eigen::RowVectorXd& centre, const Eigen::RowVectorXd& scale);

}  // namespace mixtura
