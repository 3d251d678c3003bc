// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "mixtura/common/fit_control.h"
#include "mixtura/common/matrix.h"
#include "mixtura/gaussian_mixture/gaussian_mixture.h"
#include "mixtura/interpretation/mixture_parameters.h"

namespace mixtura {

/// Which estimate of the covariance of the estimators; H is minus the second derivative of the
/// log-likelihood, B the sum over rows of s s' with s the row's score.
enum class StandardErrorMethod {
    hessian,  ///< H^-1, the observed information
    opg,      ///< B^-1, outer product of gradients
    sandwich  ///< H^-1 B H^-1, right even where the model is not
};
std::string_view to_string(StandardErrorMethod method) noexcept;

struct StandardErrors {
    StandardErrorMethod method = StandardErrorMethod::hessian;
    MixtureParameters standard_errors;
    /// How much log-likelihood one Newton step would still gain, in nats: near 0 at a maximum.
    double remaining_gain = 0.0;
};
/// More free parameters than this need the bootstrap.
inline constexpr int standard_error_parameter_limit = 3000;

/// Standard errors of the maximum-likelihood estimates of a mixture by the asymptotic theory. Exact
/// derivatives of the log-likelihood in free parameters of the covariance structure (all 14), then
/// the delta method.
/// Source: Louis (1982), J. R. Stat. Soc. B 44:226; White (1982), Econometrica 50:1;
/// McLachlan & Peel (2000), Finite Mixture Models, sec. 2.15.
///
/// @param observations  n x d, the rows the model was fitted to
/// @param weights       their case weights, or empty for all one; as frequencies
/// @throw InvalidArgument     other features, weights of another length, too many parameters
/// @throw NumericalError      the information is not positive definite: the model is no maximum, or
///                            a parameter is not determined by the data
/// @throw compute::Cancelled  the stop was requested
/// Time O(n (K d^4 + P^2)); memory P^2, P the number of free parameters.
StandardErrors standard_errors(const GaussianMixture& model, const MatrixRef& observations,
                               StandardErrorMethod method = StandardErrorMethod::hessian,
                               const VectorRef& weights = Eigen::VectorXd(),
                               const FitControl& control = {});

}  // namespace mixtura
