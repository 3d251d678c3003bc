// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "mixtura/common/fit_control.h"
#include "mixtura/common/matrix.h"
#include "mixtura/common/random.h"

namespace mixtura {

/// A hard partition: the 0-based component of each row.
using Partition = std::vector<std::int32_t>;

/// Model-based agglomerative clustering (Fraley 1998, SIAM J. Sci. Comput. 20:270; unconstrained
/// Gaussian criterion) on standardised, singular-value-transformed data. Reproduces mclust's
/// start partitions. Above `hierarchical_row_limit` rows a fixed random subset is used and the
/// other rows join the nearest cluster by the fitted Gaussians.
class HierarchicalTree {
  public:
    /// @param observations  n x d, finite. O(n^2) memory and O(n^2 d^2..d^3) time of the subset.
    /// @throw compute::Cancelled  the stop was requested
    explicit HierarchicalTree(const MatrixRef& observations, const FitControl& control = {});
    /// The partition into `component_count` clusters, numbered by first appearance.
    /// @throw InvalidArgument  fewer distinct rows than clusters
    [[nodiscard]] Partition partition(int component_count) const;

  private:
    // Merges of distinct rows, in order, and the rows each leaf stands for.
    std::vector<std::pair<std::int32_t, std::int32_t>> merges_;
    std::vector<std::int32_t> leaf_of_row_;
    std::int32_t leaf_count_ = 0;
};
inline constexpr int hierarchical_row_limit = 2000;

/// Quantile classes of one feature: cut points at type-7 quantiles, equal ones merged.
Partition quantile_partition(const VectorRef& feature, int component_count);

/// k-means++ (Arthur & Vassilvitskii 2007) and at most 20 Lloyd iterations on standardised features.
/// @throw InvalidArgument  fewer distinct rows than clusters
Partition kmeans_partition(const MatrixRef& observations, const VectorRef& weights,
                           int component_count, RandomStream& random,
                           const FitControl& control = {});
/// Distinct random rows as centres, each row to the nearest in standardised features.
Partition random_partition(const MatrixRef& observations, const VectorRef& weights,
                           int component_count, RandomStream& random,
                           const FitControl& control = {});

}  // namespace mixtura
