// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "mixtura/common/fit_control.h"
#include "mixtura/common/matrix.h"
#include "mixtura/common/random.h"

namespace mixtura {

/// A hard partition: the 0-based component of each row.
using Partition = std::vector<std::int32_t>;

/// Model-based agglomerative clustering (Fraley 1998, SIAM J. Sci. Comput. 20:270; unconstrained
/// Gaussian criterion) on standardised, singular-value-transformed data. Reproduces mclust's
/// start partitions where no two merges are equally good; ties, which rounded data has, are broken
/// by the order of the rows. Above `hierarchical_row_limit` rows a fixed random subset is used and
/// the other rows join the most probable cluster by the Gaussians fitted to the subset's clusters. Of
/// more than 15 features the 15 widest singular directions are used.
class HierarchicalTree {
  public:
    /// @param observations  n x d, finite; copied only above the row limit.
    /// O(n^2) memory and O(n^2 d) to O(n^2 d^3) time of the subset.
    /// @throw InvalidArgument     no rows or columns, a value that is not finite
    /// @throw compute::Cancelled  the stop was requested
    explicit HierarchicalTree(const MatrixRef& observations, const FitControl& control = {});
    /// The partition into `component_count` clusters, numbered by first appearance.
    /// @throw InvalidArgument     component_count < 1, or fewer distinct rows than clusters
    /// @throw compute::Cancelled  the stop was requested
    [[nodiscard]] Partition partition(int component_count) const;

  private:
    // Merges of distinct rows, in order, and the leaf of each row (of the subset).
    std::vector<std::pair<std::int32_t, std::int32_t>> merges_;
    std::vector<std::int32_t> leaf_of_row_;
    std::int32_t leaf_count_ = 0;
    // Set where a subset was taken: its rows, ascending, and all the rows.
    std::vector<Eigen::Index> subset_;
    std::shared_ptr<const Eigen::MatrixXd> observations_;
    FitControl control_;
};
/// Rows that the tree is built on; more are joined to its clusters afterwards.
inline constexpr int hierarchical_row_limit = 2000;

/// Quantile classes of one feature, ascending: cut points at equally spaced type-7 quantiles, of
/// which equal ones are merged and more taken.
/// @throw InvalidArgument  component_count < 1, or fewer distinct values than clusters
Partition quantile_partition(const VectorRef& feature, int component_count);

/// k-means++ (Arthur & Vassilvitskii 2007) and at most 20 Lloyd iterations on standardised features.
/// No cluster is empty. @param weights  n, or empty for all one
/// @throw InvalidArgument     component_count < 1, or fewer distinct rows than clusters
/// @throw compute::Cancelled  the stop was requested
/// Time O(20 n K d), memory O(n d).
Partition kmeans_partition(const MatrixRef& observations, const VectorRef& weights,
                           int component_count, RandomStream& random,
                           const FitControl& control = {});
/// Distinct random rows as centres, each row to the nearest in standardised features.
/// @throw InvalidArgument, compute::Cancelled  as `kmeans_partition`
Partition random_partition(const MatrixRef& observations, const VectorRef& weights,
                           int component_count, RandomStream& random,
                           const FitControl& control = {});

/// Partition in which rows of known components stay and the others join the nearest centre, in
/// standardised features. Where every component is known, each centre is a random row of the
/// component; else the first are the means of the known rows, the further ones k-means++ seeds
/// among the other rows, and Lloyd iterations follow.
/// @param known  n, 0-based component or -1; those named are 0 to C - 1, C <= component_count
/// @throw InvalidArgument     fewer distinct unlabelled rows than further components
/// @throw compute::Cancelled  the stop was requested
Partition labelled_partition(const MatrixRef& observations, const VectorRef& weights,
                             const Partition& known, int component_count, RandomStream& random,
                             const FitControl& control = {});

}  // namespace mixtura
