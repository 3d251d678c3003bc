// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <Eigen/Core>

#include "mixtura/gaussian_mixture/gaussian_mixture.h"

namespace mixtura {

/// What one free parameter does to one covariance, to first order: S = stretch + turn + turn'.
struct CovarianceDirection {
    Eigen::Index parameter = 0;
    Eigen::MatrixXd stretch;  ///< d x d, symmetric: of volume, shape, or both with orientation
    Eigen::MatrixXd turn;     ///< d x d: of an orientation kept apart from the shape; empty if none
};

/// Coordinates of the covariances near those of a model: Sigma_k = F_k exp(S_k) F_k' with
/// F_k F_k' the model's covariance, S_k symmetric and a function of the free parameters phi of the
/// covariance structure, S_k = 0 at phi = 0.
struct CovarianceChart {
    Eigen::Index parameter_count = 0;                          ///< P
    std::vector<Eigen::MatrixXd> factors;                      ///< K of d x d: F_k
    std::vector<std::vector<CovarianceDirection>> directions;  ///< K: those that move Sigma_k
};

/// The chart of a model's own covariance structure. Where the structure leaves S_k a linear space
/// (all but EVE, VVE, EEV, VEV) that space is the chart. Else Sigma_k = D exp(Omega) exp(l) A
/// exp(Omega)' D' with D the eigenvectors, A the eigenvalues, Omega skew and l diagonal.
CovarianceChart covariance_chart(const GaussianMixture& model);

/// The lower triangle of a symmetric matrix, column by column, and back.
Eigen::VectorXd lower_triangle(const Eigen::MatrixXd& symmetric);
Eigen::MatrixXd symmetric_from(const Eigen::VectorXd& lower_triangle);

/// d S_k / d phi at phi = 0: d(d+1)/2 x P, S_k as its lower triangle.
Eigen::MatrixXd slopes(const CovarianceChart& chart, std::size_t component);
/// Second derivatives at phi = 0 of tr(G S_k) by phi, P x P; zero for linear charts.
/// @param gradient  G, d x d, symmetric
Eigen::MatrixXd curvature(const CovarianceChart& chart, std::size_t component,
                          const Eigen::MatrixXd& gradient);

}  // namespace mixtura
