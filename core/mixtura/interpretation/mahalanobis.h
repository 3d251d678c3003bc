// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "mixtura/common/matrix.h"
#include "mixtura/gaussian_mixture/gaussian_mixture.h"

namespace mixtura {

/// How far each row lies from the component it is classified into.
struct MahalanobisDistances {
    Eigen::VectorXd squared_distances;  ///< n: (x - mu_k)' Sigma_k^-1 (x - mu_k)
    Eigen::VectorXd
        tail_probabilities;  ///< n: probability that a row of the component lies beyond it
    /// n: the squared distances of the same tail probabilities in a Gaussian component.
    Eigen::VectorXd gaussian_distances;
};

/// For rows of a Gaussian component the squared distance follows a chi-square distribution with d
/// degrees of freedom; for rows of a Student-t component, divided by d, F(d, nu).
/// Rows of noise have no distance: NaN.
/// @param classification  n, 0-based component of each row; K: noise
/// @throw InvalidArgument     wrong number of features, rows or components
/// @throw compute::Cancelled  the stop was requested
/// Time O(n d^2).
MahalanobisDistances mahalanobis_distances(const GaussianMixture& model,
                                           const MatrixRef& observations,
                                           const std::vector<std::int32_t>& classification,
                                           const std::stop_token& stop = {});

/// Rows whose tail probability is below `tail_probability`, the farthest first. Of n rows that
/// follow the model about n times `tail_probability` are flagged.
/// @param tail_probability  in (0, 1) @throw InvalidArgument  it is not
std::vector<Eigen::Index> outlying_rows(const MahalanobisDistances& distances,
                                        double tail_probability);

/// Points of a chi-square quantile-quantile plot of the rows that have a distance: on the diagonal
/// where the components are Gaussian.
struct ChiSquarePlot {
    Eigen::VectorXd quantiles;          ///< n, of the chi-square at (i - 1/2) / n, increasing
    Eigen::VectorXd squared_distances;  ///< n, increasing
    std::vector<Eigen::Index> rows;     ///< n: the row of each point
};
/// @param degrees_of_freedom  the number of features, >= 1 (else InvalidArgument)
ChiSquarePlot chi_square_plot(const VectorRef& squared_distances, int degrees_of_freedom);

}  // namespace mixtura
