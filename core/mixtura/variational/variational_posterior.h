// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mixtura/common/matrix.h"
#include "mixtura/compute/row_passes.h"
#include "mixtura/variational/weight_prior.h"

namespace mixtura {

/// What is believed before the data: pi by the weight prior, and of every component alike
/// mu_k | Lambda_k ~ N(m_0, (beta_0 Lambda_k)^-1), Lambda_k ~ Wishart(nu_0, W_0).
struct VariationalPrior {
    WeightPrior weight_prior = WeightPrior::dirichlet;
    double concentration = 1.0;       ///< alpha_0 or gamma_0, > 0
    Eigen::RowVectorXd mean;          ///< m_0, d
    double mean_precision = 1.0;      ///< beta_0 > 0: rows that the mean counts for
    double degrees_of_freedom = 1.0;  ///< nu_0 > d - 1: rows that the scale matrix counts for
    Eigen::MatrixXd scale_matrix;     ///< W_0^-1, d x d, symmetric positive definite
};

/// What is believed after the data, as a product of independent factors: the weights, and of each
/// component a Gaussian-Wishart distribution of its mean and precision. The covariance has then the
/// inverse Wishart distribution of scale matrix W_k^-1, whose mean is W_k^-1 / (nu_k - d - 1).
struct VariationalPosterior {
    WeightPosterior weights;
    Eigen::VectorXd masses;                       ///< K, N_k >= 0: expected rows of each component
    Eigen::VectorXd mean_precisions;              ///< K, beta_k
    Eigen::MatrixXd means;                        ///< K x d, m_k
    Eigen::VectorXd degrees_of_freedom;           ///< K, nu_k
    std::vector<Eigen::MatrixXd> scale_matrices;  ///< K of d x d, W_k^-1
    double lower_bound = 0.0;                     ///< nats, see lower_bound.h

    [[nodiscard]] int component_count() const noexcept { return static_cast<int>(masses.size()); }
};

/// The best posterior for given responsibilities r, from their moments N_k, xbar_k and N_k S_k:
///
///     beta_k = beta_0 + N_k, m_k = (beta_0 m_0 + N_k xbar_k) / beta_k, nu_k = nu_0 + N_k,
///     W_k^-1 = W_0^-1 + N_k S_k + beta_0 N_k / beta_k (xbar_k - m_0)(xbar_k - m_0)'.
///
/// Its `lower_bound` is left at zero.
/// Source: Bishop (2006), PRML, eqs. 10.58 to 10.63; of a process Blei & Jordan (2006), Bayesian
/// Anal. 1:121.
/// @param statistics  full scatters. Time O(K d^2).
VariationalPosterior updated_posterior(const VariationalPrior& prior,
                                       const compute::GaussianStatistics& statistics);

/// The components in the order of falling mass, ties as they stand: of all orders the one that a
/// Dirichlet process holds most probable.
compute::GaussianStatistics sorted_by_mass(const compute::GaussianStatistics& statistics);

/// What a pass over the rows takes for the expected log density
///
///     log rho_ik = E[log pi_k] + E[log |Lambda_k|] / 2 - d/2 log 2 pi
///                  - (d / beta_k + nu_k (x_i - m_k)' W_k (x_i - m_k)) / 2 :
///
/// that of Gaussians of mean m_k and covariance W_k^-1 / nu_k, with weights that do not sum to 1.
struct ExpectedLogDensity {
    /// Weights exp(c_k - max c): a component 10^300 times below the greatest takes no part.
    compute::GaussianParameters parameters;
    Eigen::VectorXd log_weights;  ///< K, c_k
    double log_scale = 0.0;       ///< max c
};
/// @throw NumericalError  a scale matrix is not positive definite; names the component
/// Time O(K d^3).
ExpectedLogDensity expected_log_density(const VariationalPosterior& posterior);

/// -sum_i w_i sum_k r_ik log r_ik of the responsibilities that a pass found, from what it returns:
/// log r_ik = log rho_ik - log sum_j rho_ij, and the sum of r_ik (x_i - m_k)' W_k (x_i - m_k) is a
/// trace of the moments. Time O(K d^3).
double responsibility_entropy(const ExpectedLogDensity& density,
                              const compute::GaussianStatistics& statistics);

}  // namespace mixtura
