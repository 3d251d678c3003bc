// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mixtura/common/matrix.h"
#include "mixtura/compute/row_passes.h"
#include "mixtura/gaussian_mixture/initialisation.h"

namespace mixtura {

/// Entry of a row in a list of known components whose component is not known.
inline constexpr std::int32_t unknown_component = -1;

/// Rows whose component is known. No iteration changes what they contribute to a maximisation, so
/// that their moments are worked out once, and their log-likelihood follows from these.
class LabelledRows {
  public:
    /// @param observations  n x d  @param weights  n case weights, or empty for all one
    /// @param known         n, 0-based component of each row, or `unknown_component`; those named
    ///                      are 0 to C - 1 without a gap
    /// @throw InvalidArgument  another length, an entry below -1, or no row of positive weight in a
    ///                         component below the greatest named
    LabelledRows(const MatrixRef& observations, const VectorRef& weights, const Partition& known);

    /// C >= 1: the first components of every fit, in this order.
    [[nodiscard]] int component_count() const noexcept {
        return static_cast<int>(moments_.masses.size());
    }
    /// Adds the moments of these rows, and their log-likelihood sum w log(pi_k N(x; mu_k, Sigma_k))
    /// under `parameters`, to the statistics of the other rows. Time O(C d^3), whatever the number
    /// of rows.
    void add_to(compute::GaussianStatistics& statistics,
                const compute::GaussianParameters& parameters) const;
    /// Adds the moments alone.
    void add_moments_to(compute::GaussianStatistics& statistics) const;

  private:
    compute::GaussianStatistics moments_;  ///< C components, full scatters
};

}  // namespace mixtura
