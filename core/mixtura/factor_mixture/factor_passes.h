// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <vector>

#include "mixtura/common/matrix.h"
#include "mixtura/compute/cancelled.h"

namespace mixtura {

/// Parameters of a mixture of factor analysers in the data's own units: component k has the
/// covariance Lambda_k Lambda_k' + diag(Psi_k).
struct FactorParameters {
    Eigen::VectorXd mixing_weights;         ///< K, > 0, sum 1
    Eigen::MatrixXd means;                  ///< K x d
    std::vector<Eigen::MatrixXd> loadings;  ///< K of d x q; equal where they are common
    Eigen::MatrixXd uniquenesses;           ///< K x d, > 0; equal rows where they are common
};

/// What the factors of one component say of a row, by Woodbury's identity: with M = I + Lambda'
/// Psi^-1 Lambda the factors given y = x - mu have the mean beta y, beta = M^-1 Lambda' Psi^-1, and
/// the covariance M^-1. Factorised as [Psi^-1/2 Lambda; I] = Q R with R'R = M, so that nothing
/// cancels where a uniqueness is small.
struct FactorPosterior {
    Eigen::MatrixXd regression;    ///< beta', d x q
    Eigen::MatrixXd covariance;    ///< M^-1, q x q
    double log_determinant = 0.0;  ///< log |Lambda Lambda' + Psi|
};
/// @param loadings      d x q
/// @param uniquenesses  d, > 0
/// Time O(d q^2).
FactorPosterior factor_posterior(const MatrixRef& loadings, const VectorRef& uniquenesses);

/// The log-likelihood and what the first cycle updates: weights and means.
struct FactorMeanStatistics {
    double log_likelihood = 0.0;  ///< nats
    Eigen::VectorXd masses;       ///< K, sum of weight * responsibility
    Eigen::MatrixXd means;        ///< K x d, weighted means (the old one where the mass is zero)
};

/// The log-likelihood and what the second cycle needs of the scatters S_k about the means passed in,
/// divided by the masses; no d x d matrix is among it.
struct FactorScatterStatistics {
    double log_likelihood = 0.0;            ///< nats
    Eigen::VectorXd masses;                 ///< K
    Eigen::MatrixXd variances;              ///< K x d, the diagonals of S_k
    std::vector<Eigen::MatrixXd> crossed;   ///< K of d x q, S_k beta_k'
    std::vector<Eigen::MatrixXd> factored;  ///< K of q x q, beta_k S_k beta_k'
};

/// How sure the classification is.
struct FactorCertainty {
    double log_likelihood = 0.0;  ///< nats
    double entropy = 0.0;         ///< -sum w r log r, nats
    double map_term = 0.0;        ///< 2 sum w log max_k r
};

/// Observations cut into fixed blocks and the passes over them that a factor mixture needs. The
/// blocks of a pass run in parallel in the calling task arena; their sums are added in one fixed
/// order, so that the number of threads changes no bit. Passes may run side by side.
///
/// The quadratic form is (y - Lambda u)' Psi^-1 (y - Lambda u) + u'u at u = beta y, a sum of squares
/// that equals y' Sigma^-1 y; the usual difference of two forms loses digits where a uniqueness is
/// small. Time O(n K d q), memory the rows once more and O(K d q) for each thread.
class FactorPasses {
  public:
    /// @param observations  n x d, finite; copied, centred by the column means
    /// @param weights       n case weights >= 0, or empty for all one; copied
    /// @param stop          asked for before every block
    FactorPasses(const MatrixRef& observations, const VectorRef& weights, std::stop_token stop);

    /// @throw compute::Cancelled  the stop was requested
    [[nodiscard]] FactorMeanStatistics mean_statistics(const FactorParameters& parameters) const;
    /// @throw compute::Cancelled  the stop was requested
    [[nodiscard]] FactorScatterStatistics scatter_statistics(
        const FactorParameters& parameters) const;
    /// Done to the end even where a stop was requested.
    [[nodiscard]] FactorCertainty certainty(const FactorParameters& parameters) const;

  private:
    struct Block {
        Eigen::MatrixXd rows;  ///< size x d, centred
        Eigen::VectorXd weights;
    };
    struct Component;
    struct Expectation;

    [[nodiscard]] std::vector<Component> components_of(const FactorParameters& parameters) const;
    /// Sums of `work(block, components, sums)` over all blocks.
    template <class Work>
    [[nodiscard]] std::vector<double> sum_over_blocks(std::size_t size, bool is_stoppable,
                                                      const Work& work) const;

    std::stop_token stop_;
    Eigen::RowVectorXd centre_;
    std::vector<Block> blocks_;
};

}  // namespace mixtura
