// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "mixtura/common/fit_control.h"
#include "mixtura/common/matrix.h"
#include "mixtura/compute/row_passes.h"
#include "mixtura/gaussian_mixture/em_fit.h"
#include "mixtura/gaussian_mixture/initialisation.h"

namespace mixtura {

/// Observations checked and made ready once for any number of fits, which may run side by side.
/// Keeps a view of `observations`: they must outlive it.
class EmProblem {
  public:
    /// @param observations         n x d, finite, no constant feature
    /// @param observation_weights  n case weights >= 0, or empty for all one
    /// @throw InvalidArgument     weights of another length or not all finite and >= 0
    /// @throw DataError           no rows or features; a value that is not finite, a feature that
    ///                            is constant or whose variance overflows; with the column
    /// @throw compute::Cancelled  the stop was requested
    EmProblem(const MatrixRef& observations, const VectorRef& observation_weights,
              const FitControl& control);

    [[nodiscard]] Eigen::Index row_count() const noexcept { return observations_.rows(); }
    [[nodiscard]] int feature_count() const noexcept {
        return static_cast<int>(observations_.cols());
    }
    /// Rows of positive weight.
    [[nodiscard]] Eigen::Index used_row_count() const noexcept { return used_row_count_; }
    [[nodiscard]] double weight_sum() const noexcept { return weight_sum_; }
    [[nodiscard]] const compute::RowPasses& passes() const noexcept { return *passes_; }
    /// d: per feature the smaller of the variance and (interquartile range / 1.349)^2, which a few
    /// far rows do not raise. Covariance floors are relative to it.
    [[nodiscard]] const Eigen::VectorXd& typical_variances() const noexcept {
        return typical_variances_;
    }

    /// Mean and covariance of all rows.
    struct Moments {
        Eigen::RowVectorXd mean;     ///< d
        Eigen::MatrixXd covariance;  ///< d x d, divisor N - 1 with N the sum of the weights
    };
    [[nodiscard]] Moments moments_of_all() const;

    /// Makes `start_partition(..., hierarchical, ...)` cheap; does nothing the second time and
    /// for one feature. Not to be called side by side with anything else.
    void prepare_hierarchical_tree(const FitControl& control);

    /// Partition that start `start` (0-based) begins with, and in `name` what made it.
    /// @throw InvalidArgument  fewer distinct rows than components
    [[nodiscard]] Partition start_partition(const EmOptions& options, int start,
                                            const FitControl& control, std::string& name) const;
    /// Moments of the clusters of a partition.
    [[nodiscard]] compute::GaussianStatistics moments(
        const Partition& partition, int component_count,
        compute::GaussianParameters::Shape shape) const;

    /// Certainty of the classification under a model.
    struct Certainty {
        double entropy = 0.0;   ///< -sum w r log r, nats
        double map_term = 0.0;  ///< 2 sum w log max_k r
    };
    /// Works through blocks of rows, so that responsibilities never take more than a block; done
    /// to the end even where a stop was requested.
    [[nodiscard]] Certainty certainty(const GaussianMixture& model,
                                      const FitControl& control) const;

  private:
    using View = Eigen::Map<const Eigen::MatrixXd, 0, Eigen::OuterStride<>>;

    View observations_;
    Eigen::VectorXd weights_;
    double weight_sum_ = 0.0;
    Eigen::Index used_row_count_ = 0;
    Eigen::VectorXd typical_variances_;
    std::unique_ptr<compute::RowPasses> passes_;
    std::unique_ptr<HierarchicalTree> tree_;
};

/// As `fit_em` of em_fit.h, on data made ready before. Runs its starts in parallel in the calling
/// task arena.
EmFit fit_em(const EmProblem& problem, const EmOptions& options, const FitControl& control,
             const EmStart& start);

}  // namespace mixtura
