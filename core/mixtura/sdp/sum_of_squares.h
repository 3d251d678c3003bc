// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "mixtura/common/matrix.h"
#include "mixtura/common/random.h"

namespace mixtura {

/// A hard partition and its within-cluster sum of squares (the K-means objective).
struct SquaresPartition {
    std::vector<std::int32_t> labels;  ///< n, 0-based, no cluster empty
    double objective = 0.0;            ///< sum_i |x_i - mean of its cluster|^2
};

/// K x d means of the clusters.
Eigen::MatrixXd cluster_means(const MatrixRef& points, const std::vector<std::int32_t>& labels,
                              int component_count);
double within_sum_of_squares(const MatrixRef& points, const std::vector<std::int32_t>& labels,
                             int component_count);

/// Lloyd's iterations, then moves of single rows that lower the objective (Hartigan & Wong 1979,
/// Appl. Statist. 28:100), until neither helps.
/// @param labels  n; an empty cluster receives the row that is farthest from its mean
/// @throw Cancelled  the stop was requested
SquaresPartition polished_partition(const MatrixRef& points, std::vector<std::int32_t> labels,
                                    int component_count, const std::stop_token& stop);

/// The best of `start_count` k-means++ starts (Arthur & Vassilvitskii 2007), each polished.
/// @param points  n x d with at least K distinct rows
/// @throw Cancelled  the stop was requested
SquaresPartition best_squares_partition(const MatrixRef& points, int component_count,
                                        int start_count, RandomStream& random,
                                        const std::stop_token& stop);

}  // namespace mixtura
