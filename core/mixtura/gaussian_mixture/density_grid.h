// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <vector>

#include "mixtura/common/matrix.h"
#include "mixtura/data/weighted_histogram.h"
#include "mixtura/gaussian_mixture/gaussian_mixture.h"

namespace mixtura {

/// A point of the plane of two features, in their units.
struct PlanePoint {
    double x = 0.0;
    double y = 0.0;
};

/// Density of one feature under a mixture, at equally spaced nodes.
struct MarginalDensity {
    Eigen::VectorXd nodes;
    Eigen::VectorXd density;              ///< of the mixture, per unit of the feature
    Eigen::MatrixXd component_densities;  ///< nodes x K, each times its mixing weight
};

/// Density of two features under a mixture, at the nodes of a rectangular grid.
struct DensityGrid {
    AxisRange x;              ///< first to last node
    AxisRange y;              ///< first to last node
    Eigen::MatrixXd density;  ///< x nodes by y nodes; per unit of x times unit of y
    [[nodiscard]] double x_at(Eigen::Index node) const noexcept;
    [[nodiscard]] double y_at(Eigen::Index node) const noexcept;
};

/// Exact marginal of feature `feature` at `node_count` nodes over `range`.
/// @throw InvalidArgument  no such feature, fewer than 2 nodes, an empty range
MarginalDensity marginal_density(const GaussianMixture& model, int feature, const AxisRange& range,
                                 int node_count = 400);

/// Exact marginal of the features (x_feature, y_feature) on a grid over the two ranges, summed over
/// the components in the log domain.
/// @throw InvalidArgument     equal or absent features, fewer than 2 nodes, an empty range
/// @throw compute::Cancelled  the stop was requested
/// Time O(nodes^2 K).
DensityGrid density_grid(const GaussianMixture& model, int x_feature, int y_feature,
                         const AxisRange& x, const AxisRange& y, int nodes_per_axis = 200,
                         const std::stop_token& stop = {});

/// Density of the pair (x_feature, y_feature) under the mixture's marginal at every row.
/// @throw InvalidArgument, compute::Cancelled  as `density_grid`
Eigen::VectorXd pair_densities(const GaussianMixture& model, int x_feature, int y_feature,
                               const MatrixRef& observations, const std::stop_token& stop = {});

/// Levels whose highest-density regions hold the given probability masses: level p is the (1 - p)
/// quantile (type 7) of the density at the rows. A row of weight 2 counts as two rows.
///
/// @param densities  of the rows, finite
/// @param masses     each in (0, 1)
/// @param weights    of the rows, or empty for all one
/// @throw InvalidArgument  no rows, a mass outside (0, 1), weights of another length
std::vector<double> mass_levels(const VectorRef& densities, const std::vector<double>& masses,
                                const VectorRef& weights = Eigen::VectorXd());

/// The ellipse of component `component` in the plane of two features that holds probability `mass`
/// of its exact two-dimensional marginal: radius sqrt(-2 ln(1 - mass)) in standard deviations
/// (one standard deviation holds only 39.3 %). Closed: the first point is repeated at the end.
/// @throw InvalidArgument  no such component or feature, a mass outside (0, 1), fewer than 8 points
std::vector<PlanePoint> component_ellipse(const GaussianMixture& model, int component,
                                          int x_feature, int y_feature, double mass,
                                          int point_count = 128);

}  // namespace mixtura
