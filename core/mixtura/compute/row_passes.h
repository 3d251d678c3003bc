// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "mixtura/common/fit_control.h"
#include "mixtura/common/matrix.h"

namespace mixtura::compute {

/// Parameters of a Gaussian mixture as a pass over rows needs them, in the data's own units.
struct GaussianParameters {
    enum class Shape { full, diagonal };
    Shape shape = Shape::full;
    Eigen::VectorXd mixing_weights;  ///< K, > 0
    Eigen::MatrixXd means;           ///< K x d
    /// K lower Cholesky factors, d x d (full), or K of d x 1 standard deviations (diagonal).
    std::vector<Eigen::MatrixXd> covariance_factors;
};

/// What one pass returns: the log-likelihood of the parameters passed in and the weighted moments
/// of the responsibilities they imply, in the data's own units.
struct GaussianStatistics {
    double log_likelihood = 0.0;  ///< nats, sum over rows of weight * log density
    Eigen::VectorXd masses;       ///< K, sum of weight * responsibility
    Eigen::MatrixXd means;        ///< K x d, weighted means (the old mean where the mass is zero)
    /// K weighted scatter matrices about `means`: d x d (full) or d x 1, their diagonal.
    std::vector<Eigen::MatrixXd> scatters;
};

/// Optional per-row outputs; a null pointer is not computed.
struct GaussianRowOutputs {
    Eigen::VectorXd* log_densities = nullptr;     ///< n, nats
    Eigen::MatrixXd* responsibilities = nullptr;  ///< n x K, rows sum to 1
};

/// Observations resident on a backend, cut into fixed blocks of 131 072 rows, centred by the
/// column means and scaled by a power of two near the column standard deviations (exact), and the
/// passes over them. Results are the same bits for any number of threads.
class RowPasses {
  public:
    /// @param observations  n x d, finite; copied
    /// @param weights       n case weights >= 0, or empty for all one; copied
    RowPasses(const MatrixRef& observations, const VectorRef& weights, const FitControl& control);
    ~RowPasses();
    RowPasses(RowPasses&&) noexcept;
    RowPasses& operator=(RowPasses&&) noexcept;

    [[nodiscard]] Eigen::Index row_count() const noexcept;
    [[nodiscard]] Eigen::Index feature_count() const noexcept;

    /// One EM pass: expectation under `parameters` and the moments for the maximisation.
    /// Time O(n K d^2) (full) or O(n K d).
    /// @throw Cancelled  the control's stop was requested; noticed within a block of rows
    [[nodiscard]] GaussianStatistics gaussian_statistics(
        const GaussianParameters& parameters) const;
    /// The same expectation, row by row. @return the log-likelihood @throw Cancelled  as above
    double gaussian_rows(const GaussianParameters& parameters,
                         const GaussianRowOutputs& outputs) const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Thrown out of a pass whose control was stopped; estimators turn it into FitStatus::cancelled.
struct Cancelled {};

}  // namespace mixtura::compute
