// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

#include "mixtura/common/matrix.h"

namespace mixtura {

/// One step of merging: clusters `first` and `second` become one. Clusters 0..K-1 are the
/// components, cluster K + m is what merge m made, as in a dendrogram.
struct EntropyMerge {
    int first = 0;
    int second = 0;             ///< > first
    double entropy_drop = 0.0;  ///< nats, >= 0
};

/// The components of a mixture merged one pair at a time until one cluster is left.
struct EntropyMergeTree {
    int component_count = 0;
    std::vector<EntropyMerge> merges;  ///< K - 1, in order
    std::vector<double> entropies;     ///< K: [m] after m merges, so for K - m clusters; nats
    /// K: [m] the weight of the rows classified into each of the K - m clusters, in the order of
    /// `cluster_of_component`.
    std::vector<std::vector<double>> sizes;
};

/// Merges, again and again, the two clusters whose union lowers the entropy
/// -sum_i w_i sum_k r_ik log r_ik most: those that the rows are least able to tell apart.
/// Source: Baudry, Raftery, Celeux, Lo & Gottardo (2010), J. Comput. Graph. Stat. 19:332.
/// @param responsibilities  n x K, rows sum to 1, n >= 1 and K >= 1
/// @param weights           of the rows, or empty for all one
/// @throw InvalidArgument     no rows or components, weights of another length
/// @throw compute::Cancelled  the stop was requested
/// Time O(n K^2); memory n K doubles.
EntropyMergeTree entropy_merging(const MatrixRef& responsibilities,
                                 const VectorRef& weights = Eigen::VectorXd(),
                                 const std::stop_token& stop = {});

/// The cluster of each component where `cluster_count` clusters are left, numbered 0, 1, ... by
/// their first component.
/// @param cluster_count  from 1 to K (else InvalidArgument)
std::vector<int> cluster_of_component(const EntropyMergeTree& tree, int cluster_count);

/// Responsibilities of clusters: those of their components added up, n x (number of clusters).
/// @param cluster_of_component  K, as above
Eigen::MatrixXd combined_responsibilities(const MatrixRef& responsibilities,
                                          const std::vector<int>& cluster_of_component);

/// Most probable column of each row, 0-based; the first where two are equal.
std::vector<std::int32_t> most_probable(const MatrixRef& responsibilities);

/// The number of clusters at which the curve of the entropy bends: two straight lines that meet
/// there fit it best (least squares). None for fewer than 4 components: there is nothing to choose.
std::optional<int> suggested_cluster_count(const EntropyMergeTree& tree);

}  // namespace mixtura
