// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mixtura/common/fit_control.h"
#include "mixtura/common/matrix.h"
#include "mixtura/compute/row_passes.h"
#include "mixtura/gaussian_mixture/em_fit.h"
#include "mixtura/gaussian_mixture/incomplete_rows.h"
#include "mixtura/gaussian_mixture/initialisation.h"
#include "mixtura/gaussian_mixture/labelled_rows.h"
#include "mixtura/gaussian_mixture/noise_component.h"

namespace mixtura {

/// What rows may be, beside complete and of a component.
struct RowModel {
    bool has_missing_values = false;  ///< NaN marks a value that is missing at random
    bool has_noise = false;           ///< rows may belong to no component
};
RowModel row_model(const EmOptions& options) noexcept;

/// Observations checked and made ready once for any number of fits, which may run side by side.
/// Keeps a view of `observations`: they must outlive it.
class EmProblem {
  public:
    /// @param observations         n x d, finite, no constant feature
    /// @param observation_weights  n case weights >= 0, or empty for all one
    /// @param known_components     n, see LabelledRows, or empty where no component is known
    /// @throw InvalidArgument     weights of another length or not all finite and >= 0; known
    ///                            components that LabelledRows refuses, or with missing values or
    ///                            noise; both of these; a row without an observed value
    /// @throw DataError           no rows or features; a value that is not finite, a feature that
    ///                            is constant or whose variance overflows; with the column
    /// @throw compute::Cancelled  the stop was requested
    EmProblem(const MatrixRef& observations, const VectorRef& observation_weights,
              const FitControl& control, Partition known_components = {}, RowModel row_model = {});

    [[nodiscard]] Eigen::Index row_count() const noexcept { return observations_.rows(); }
    [[nodiscard]] int feature_count() const noexcept {
        return static_cast<int>(observations_.cols());
    }
    /// Rows of positive weight.
    [[nodiscard]] Eigen::Index used_row_count() const noexcept { return used_row_count_; }
    [[nodiscard]] double weight_sum() const noexcept { return weight_sum_; }
    /// C: the first components, which labelled rows name; 0 where no component is known.
    [[nodiscard]] int labelled_component_count() const noexcept {
        return labelled_ ? labelled_->component_count() : 0;
    }
    /// Where the noise is, if there is any.
    [[nodiscard]] const std::optional<NoiseRegion>& noise() const noexcept { return noise_; }
    /// Log-likelihood under `parameters` and the moments of the responsibilities they imply. A row
    /// whose component k is known counts with log(pi_k N(x; mu_k, Sigma_k)) and belongs to it; of
    /// one with missing values the observed ones count.
    /// @throw compute::Cancelled, NumericalError  as RowPasses::gaussian_statistics
    [[nodiscard]] compute::GaussianStatistics statistics(
        const compute::GaussianParameters& parameters) const;
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

    /// Makes hierarchical starts cheap; does nothing the second time and
    /// for one feature. Not to be called side by side with anything else.
    void prepare_hierarchical_tree(const FitControl& control);

    /// Partition that start `start` (0-based) begins with where no component is known, and in `name`
    /// what made it. With noise the rows that look like it are cluster K.
    /// @throw InvalidArgument  fewer distinct rows than components
    [[nodiscard]] Partition start_partition(const EmOptions& options, int start,
                                            const FitControl& control, std::string& name) const;
    /// Moments that start `start` begins with: those of its partition, or, where all components are
    /// known, at the first start those of the other rows shared equally among them.
    /// @throw InvalidArgument  as above
    [[nodiscard]] compute::GaussianStatistics start_moments(
        const EmOptions& options, int start, compute::GaussianParameters::Shape shape,
        const FitControl& control, std::string& name) const;
    /// Moments of the clusters of a partition, in which rows of known components stay there, and
    /// the mass of cluster K where there is noise.
    [[nodiscard]] compute::GaussianStatistics moments(
        const Partition& partition, int component_count,
        compute::GaussianParameters::Shape shape) const;

    /// Certainty of the classification under a model; rows of known components are certain.
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

    [[nodiscard]] Partition labelled_start(const EmOptions& options, int start,
                                           const FitControl& control) const;
    /// Moments of the rows without a label, shared equally among all components.
    [[nodiscard]] compute::GaussianStatistics shared_moments(
        int component_count, compute::GaussianParameters::Shape shape) const;
    /// Whether the rows that passes go over are fewer than all.
    [[nodiscard]] bool has_plain_copy() const noexcept {
        return labelled_.has_value() || incomplete_.has_value();
    }
    /// The complete rows whose component is not known, all where there are no others, and their
    /// weights.
    [[nodiscard]] View plain_rows() const noexcept;
    [[nodiscard]] const Eigen::VectorXd& plain_weights() const noexcept {
        return has_plain_copy() ? plain_weights_ : weights_;
    }
    void prepare_noise(const FitControl& control);
    /// Copies the rows that passes go over, where they are fewer than all.
    void take_plain_rows(const std::vector<Eigen::Index>& rows);

    Eigen::MatrixXd filled_;  ///< only where values are missing: them replaced, for the starts
    View observations_;       ///< of the rows given, or of the filled ones
    Eigen::VectorXd weights_;
    Partition known_;
    std::optional<LabelledRows> labelled_;
    std::optional<IncompleteRows> incomplete_;
    Eigen::VectorXd incomplete_weights_;  ///< of their rows
    Eigen::MatrixXd plain_rows_;          ///< a copy, where the passes go over fewer rows than all
    Eigen::VectorXd plain_weights_;       ///< the same
    std::optional<NoiseRegion> noise_;
    std::vector<Eigen::Index> clear_;  ///< rows that do not begin as noise; only with noise
    Eigen::MatrixXd clear_rows_;       ///< these rows
    Eigen::VectorXd clear_weights_;    ///< the same
    std::unique_ptr<HierarchicalTree> clear_tree_;  ///< of the same
    double weight_sum_ = 0.0;
    Eigen::Index used_row_count_ = 0;
    Eigen::VectorXd typical_variances_;
    std::unique_ptr<compute::RowPasses> passes_;  ///< over the plain rows; null without any
    std::unique_ptr<HierarchicalTree> tree_;
};

/// As `fit_em` of em_fit.h, on data made ready before. Runs its starts in parallel in the calling
/// task arena.
EmFit fit_em(const EmProblem& problem, const EmOptions& options, const FitControl& control,
             const EmStart& start);

}  // namespace mixtura
