// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mixtura/common/matrix.h"
#include "mixtura/gaussian_mixture/gaussian_mixture.h"
#include "mixtura/incremental/incremental_component.h"

namespace mixtura {

/// How an online EM forgets: the step of row t (from 1) is (t + step_offset)^-step_exponent, or
/// constant.
struct OnlineEmOptions {
    double step_exponent = 0.6;           ///< > 1/2, <= 1
    double step_offset = 10.0;            ///< >= 0
    std::optional<double> constant_step;  ///< in (0, 1): follows drift, remembers 1 / step rows
    /// First rows whose responsibilities are those of the start, until the statistics have settled.
    std::int64_t waiting_rows = 20;
};
/// @throw InvalidArgument  names the option and what it may be
void validate(const OnlineEmOptions& options);

/// A Gaussian mixture of fixed size that follows a stream, one observation at a time: after the
/// responsibilities r, with eta = gamma r / pi',
///     pi' = (1 - gamma) pi + gamma r,  mu' = mu + eta e,  C' = (1 - eta) (C + eta e e').
/// Source: Cappe & Moulines 2009, J. R. Stat. Soc. B 71:593; Liang & Klein 2009.
class OnlineEm {
  public:
    /// @throw InvalidArgument  an option out of range, components that are not Gaussian
    OnlineEm(const OnlineEmOptions& options, const GaussianMixture& start);

    /// Learns `x` (d, finite) in time O(K d^2). @return log p(x) before that, nats
    /// @throw InvalidArgument  wrong size, not finite, too far for a density; nothing is learned then
    double observe(const VectorRef& x);

    [[nodiscard]] std::int64_t row_count() const noexcept { return row_count_; }
    [[nodiscard]] const Eigen::VectorXd& mixing_weights() const noexcept { return weights_; }
    [[nodiscard]] const std::vector<IncrementalComponent>& components() const noexcept {
        return components_;
    }
    [[nodiscard]] GaussianMixture gaussian_mixture() const;

  private:
    Eigen::VectorXd log_terms(std::vector<IncrementalComponent>& components,
                              const Eigen::VectorXd& weights, const VectorRef& row);

    OnlineEmOptions options_;
    std::int64_t row_count_ = 0;
    Eigen::VectorXd weights_;
    std::vector<IncrementalComponent> components_;
    std::vector<ComponentDistance> distances_;
    Eigen::VectorXd start_weights_;                       ///< while waiting
    std::vector<IncrementalComponent> start_components_;  ///< while waiting, else empty
};

}  // namespace mixtura
