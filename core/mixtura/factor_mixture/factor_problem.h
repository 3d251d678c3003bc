// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "mixtura/factor_mixture/factor_fit.h"
#include "mixtura/factor_mixture/factor_passes.h"
#include "mixtura/gaussian_mixture/initialisation.h"
#include "mixtura/gaussian_mixture/observation_checks.h"

namespace mixtura {

/// Observations checked and made ready once for any number of factor fits, which may run side by
/// side. Keeps a view of `observations`: they must outlive it.
class FactorProblem {
  public:
    /// @throw InvalidArgument, DataError, compute::Cancelled  as `fit_factor_mixture`
    FactorProblem(const MatrixRef& observations, const VectorRef& observation_weights,
                  const FitControl& control);

    [[nodiscard]] Eigen::Index row_count() const noexcept { return observations_.rows(); }
    [[nodiscard]] int feature_count() const noexcept {
        return static_cast<int>(observations_.cols());
    }
    /// Rows of positive weight.
    [[nodiscard]] Eigen::Index used_row_count() const noexcept { return totals_.used_row_count; }
    [[nodiscard]] double weight_sum() const noexcept { return totals_.weight_sum; }
    [[nodiscard]] const FactorPasses& passes() const noexcept { return passes_; }
    /// d, over all rows; divisor the sum of the weights.
    [[nodiscard]] const Eigen::VectorXd& variances() const noexcept { return variances_; }

    /// Makes hierarchical starts cheap; does nothing the second time.
    void prepare_hierarchical_tree(const FitControl& control);
    /// Partition that start `start` (0-based) begins with, and in `name` what made it.
    /// @throw InvalidArgument     fewer distinct rows than components
    /// @throw compute::Cancelled  the stop was requested
    [[nodiscard]] Partition start_partition(const FactorOptions& options, int start,
                                            const FitControl& control, std::string& name) const;
    /// @throw InvalidArgument  not a component for each row, one without a row of positive weight
    void check_partition(const Partition& partition, int component_count) const;
    /// Parameters that a partition leads to, see factor_estimate.h.
    [[nodiscard]] FactorParameters start_parameters(const FactorOptions& options,
                                                    const Partition& partition,
                                                    const FitControl& control) const;

  private:
    using View = Eigen::Map<const Eigen::MatrixXd, 0, Eigen::OuterStride<>>;

    View observations_;
    Eigen::VectorXd weights_;
    RowTotals totals_;
    FactorPasses passes_;
    Eigen::VectorXd variances_;
    std::unique_ptr<HierarchicalTree> tree_;
};

/// As `fit_factor_mixture` of factor_fit.h, on data made ready before. Runs its starts in parallel in
/// the calling task arena.
EmFit fit_factor_mixture(const FactorProblem& problem, const FactorOptions& options,
                         const FitControl& control, const Partition& start_partition = {});

}  // namespace mixtura
