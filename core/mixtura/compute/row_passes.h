// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "mixtura/common/fit_control.h"
#include "mixtura/common/matrix.h"
#include "mixtura/compute/cancelled.h"

namespace mixtura::compute {

/// Rows of a block: a constant of the project, whatever the machine and the number of threads.
inline constexpr std::size_t block_rows = 131072;

/// A component whose density is the same everywhere.
struct UniformTerm {
    double weight = 0.0;       ///< >= 0
    double log_density = 0.0;  ///< nats
};

/// Parameters of a Gaussian or Student-t mixture as a pass over rows needs them, in the data's own
/// units.
struct GaussianParameters {
    enum class Shape { full, diagonal };
    Shape shape = Shape::full;
    Eigen::VectorXd mixing_weights;  ///< K, >= 0; a component of weight 0 takes no part
    Eigen::MatrixXd means;           ///< K x d
    /// K lower Cholesky factors, d x d (full), or K of d x 1 standard deviations (diagonal).
    std::vector<Eigen::MatrixXd> covariance_factors;
    /// K, > 0: the components are Student-t and the covariances are their scale matrices. Empty:
    /// they are Gaussian.
    Eigen::VectorXd degrees_of_freedom;
    std::optional<UniformTerm> noise = {};  ///< a last component beside the K, without moments

    /// Columns of responsibilities: K, and one more with noise.
    [[nodiscard]] Eigen::Index group_count() const noexcept {
        return mixing_weights.size() + (noise ? 1 : 0);
    }
};

/// What a pass says of the tails of Student-t components. A row at squared Mahalanobis distance D
/// counts in the moments with u = (nu_k + d) / (nu_k + D) beside its responsibility.
struct TailStatistics {
    Eigen::VectorXd weight_sums;  ///< K, sum of weight * responsibility * u
    Eigen::VectorXd scores;       ///< K, derivative of the log-likelihood by nu_k
    /// K, second derivative of the log-likelihood by nu_k alone.
    Eigen::VectorXd curvatures;
};

/// What one pass returns: the log-likelihood of the parameters passed in and the weighted moments
/// of the responsibilities they imply, in the data's own units.
struct GaussianStatistics {
    double log_likelihood = 0.0;  ///< nats, sum over rows of weight * log density
    Eigen::VectorXd masses;       ///< K, sum of weight * responsibility
    Eigen::MatrixXd means;        ///< K x d, weighted means (the old mean where the mass is zero)
    /// K weighted scatter matrices about `means`: d x d (full) or d x 1, their diagonal.
    std::vector<Eigen::MatrixXd> scatters;
    TailStatistics tails = {};  ///< of Student-t components, whose moments are weighted by u too
    double noise_mass = 0.0;    ///< sum of weight * responsibility of the noise
};

/// Optional per-row outputs; a null pointer is not computed.
struct GaussianRowOutputs {
    Eigen::VectorXd* log_densities = nullptr;     ///< n, nats
    Eigen::MatrixXd* responsibilities = nullptr;  ///< n x group_count(), rows sum to 1
};

/// Observations resident on a backend, cut into fixed blocks of 131 072 rows, centred by the
/// column means and scaled by a power of two near the column standard deviations (exact), and the
/// passes over them. Results are the same bits for any number of threads. Passes of one object
/// may run on several threads at once.
class RowPasses {
  public:
    /// @param observations  n x d, finite; copied
    /// @param weights       n case weights >= 0, or empty for all one; copied
    /// @throw InvalidArgument  no rows or columns, a value that is not finite or so large that its
    ///                         square overflows, a wrong number of weights, a negative weight
    /// @throw BackendError     the rows do not fit the backend's memory
    /// @throw Cancelled        the control's stop was requested
    RowPasses(const MatrixRef& observations, const VectorRef& weights, const FitControl& control);
    ~RowPasses();
    RowPasses(const RowPasses&) = delete;
    RowPasses& operator=(const RowPasses&) = delete;
    RowPasses(RowPasses&&) noexcept;
    RowPasses& operator=(RowPasses&&) noexcept;

    [[nodiscard]] Eigen::Index row_count() const noexcept;
    [[nodiscard]] Eigen::Index feature_count() const noexcept;

    /// One EM pass: expectation under `parameters` and the moments for the maximisation.
    /// Time O(n K d^2) (full) or O(n K d).
    /// @throw Cancelled       the control's stop was requested; noticed within milliseconds
    /// @throw NumericalError  a parameter is not finite or a factor is singular
    /// @throw BackendError    the backend has no passes for Student-t components
    [[nodiscard]] GaussianStatistics gaussian_statistics(
        const GaussianParameters& parameters) const;
    /// The same expectation, row by row. @return the log-likelihood @throw Cancelled  as above
    double gaussian_rows(const GaussianParameters& parameters,
                         const GaussianRowOutputs& outputs) const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mixtura::compute
