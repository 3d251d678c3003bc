// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mixtura/gaussian_mixture/gaussian_mixture.h"

namespace mixtura {

/// How the log density of a component, or of its marginal, falls with the squared Mahalanobis distance
/// D from its mean: D / 2 where it is Gaussian, (nu + d) / 2 log(1 + D / nu) where it is Student-t.
class ComponentFalloff {
  public:
    /// @param component      0-based
    /// @param feature_count  d, of the marginal looked at
    ComponentFalloff(const GaussianMixture& model, int component, int feature_count);

    /// Log density at the mean, of unit scale.
    [[nodiscard]] double log_centre() const noexcept { return log_centre_; }
    /// How far the log density lies below that.
    [[nodiscard]] double at(double squared_distance) const;
    /// u, twice the slope of the fall by D: the gradient of the log density is u P (mu - x). 1 where
    /// Gaussian.
    [[nodiscard]] double weight(double squared_distance) const;
    /// -2 du/dD, which a Hessian has as the factor of P (x - mu) (x - mu)' P. 0 where Gaussian.
    [[nodiscard]] double weight_fall(double squared_distance) const;

  private:
    bool is_student_;
    double nu_;
    double total_;  ///< nu + d
    double log_centre_;
};

}  // namespace mixtura
