// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <vector>

#include "mixtura/common/matrix.h"
#include "mixtura/compute/row_passes.h"
#include "mixtura/gaussian_mixture/gaussian_mixture.h"

namespace mixtura {

/// Rows of which some values are missing at random (NaN): what is observed says all that the row can
/// say of the mixture. Given the component the missing values follow the normal distribution
/// conditional on the observed ones, with the mean mu_m + B (x_o - mu_o), B = Sigma_mo Sigma_oo^-1,
/// and the covariance Sigma_mm - B Sigma_om, so that expected moments are exact.
/// Source: Ghahramani & Jordan (1994), NIPS 6:120; Little & Rubin (2002), chapter 11.
/// Rows are grouped by what they miss; each group needs one factorisation for each component.
class IncompleteRows {
  public:
    /// @param rows     m x d, each with an observed and a missing value at least; copied
    /// @param weights  m, or empty for all one; copied
    /// @param stop     asked for before every group
    IncompleteRows(const MatrixRef& rows, const VectorRef& weights, std::stop_token stop);

    [[nodiscard]] Eigen::Index row_count() const noexcept { return rows_.rows(); }
    /// Log-likelihood of the observed values under Gaussian `parameters`, and the expected moments
    /// of the rows: masses, means, and scatters of the parameters' shape. The groups run in parallel
    /// in the calling task arena; sums are added in one order, whatever the number of threads.
    /// @throw compute::Cancelled  the stop was requested
    /// @throw NumericalError      a covariance of observed features is not positive definite
    /// Time O(groups K d^3 + m K d^2).
    [[nodiscard]] compute::GaussianStatistics statistics(
        const compute::GaussianParameters& parameters) const;
    /// What the observed values say of each row: log densities of their marginal, responsibilities.
    /// @throw NumericalError  as above
    void score(const compute::GaussianParameters& parameters, Eigen::VectorXd& log_densities,
               Eigen::MatrixXd& responsibilities) const;
    /// The rows with each missing value replaced by its expectation, sum_k r_k E[x_m | x_o, k].
    /// @throw NumericalError  as above
    [[nodiscard]] Eigen::MatrixXd imputed(const compute::GaussianParameters& parameters) const;

  private:
    struct Pattern {
        std::vector<Eigen::Index> observed;
        std::vector<Eigen::Index> missing;
        std::vector<Eigen::Index> rows;
    };
    struct Model;
    struct Conditional;
    struct Expectation;

    [[nodiscard]] Expectation expectation(const Pattern& pattern, const Model& model) const;
    void add_pattern(const Pattern& pattern, const Model& model,
                     compute::GaussianStatistics& sums) const;

    Eigen::MatrixXd rows_;
    Eigen::VectorXd weights_;
    std::stop_token stop_;
    std::vector<Pattern> patterns_;
};

/// The positions of the rows without and with missing values (NaN), ascending.
struct RowsByCompleteness {
    std::vector<Eigen::Index> complete;
    std::vector<Eigen::Index> incomplete;
};
RowsByCompleteness rows_by_completeness(const MatrixRef& observations);

/// `observations` with missing values (NaN) replaced by their expectation under one normal
/// distribution, estimated by a few steps of EM: what starts are made from.
/// @param weights  n, or empty for all one
/// @throw DataError           a feature without an observed value of positive weight, with the column
/// @throw compute::Cancelled  the stop was requested
/// Time O(steps (groups d^3 + n d^2)).
Eigen::MatrixXd filled_rows(const MatrixRef& observations, const VectorRef& weights,
                            const std::stop_token& stop);

/// As `score`, where NaN marks a value that is missing at random: densities are those of the observed
/// values. @param observations  n x d; a row without an observed value has log density 0 and the
/// mixing weights as responsibilities
/// @throw InvalidArgument  wrong d, an infinite value; a missing value and Student-t components
Scores score_observed(const GaussianMixture& model, const MatrixRef& observations,
                      const FitControl& control = {});
/// `observations` with each missing value (NaN) replaced by its expectation under the model.
/// @throw InvalidArgument  as above
Eigen::MatrixXd imputed_rows(const GaussianMixture& model, const MatrixRef& observations);

}  // namespace mixtura
