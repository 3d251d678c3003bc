// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "mixtura/gaussian_mixture/gaussian_mixture.h"

namespace mixtura {

/// How the centres of a hand-set mixture lie; in each, the nearest neighbours of every centre are
/// `separation` away, and the mean of the centres is the origin.
enum class CentreLayout {
    line,    ///< equally spaced along the first feature
    circle,  ///< equally spaced on a circle in the first two features
    simplex  ///< every pair equally far apart, in the first K - 1 features
};
std::string_view to_string(CentreLayout layout) noexcept;
/// @throw InvalidArgument  any other text; lists the names
CentreLayout centre_layout_from(std::string_view name);

/// A mixture that is described instead of fitted. Plain data, what a form or a command line holds.
struct HandSetMixture {
    int component_count = 2;  ///< K, from 1
    int feature_count = 2;    ///< d, from 1; a circle needs 2, a simplex K - 1
    CentreLayout layout = CentreLayout::line;
    double separation = 4.0;          ///< of neighbouring centres, in units of the features, >= 0
    double standard_deviation = 1.0;  ///< of every feature within every component, > 0
    /// K parts > 0 that are scaled to sum 1, or empty for equal ones.
    Eigen::VectorXd mixing_weights = {};
    /// K x d, in place of layout and separation; K and d are then its size. Or empty.
    Eigen::MatrixXd means = {};
    /// In place of the standard deviation: one d x d matrix for all components, or K. Or empty.
    std::vector<Eigen::MatrixXd> covariances = {};
};
/// Most components and most features of a hand-set mixture.
inline constexpr int hand_set_limit = 100;

/// K x d centres of the layout.
/// @throw InvalidArgument  as hand_set_mixture
Eigen::MatrixXd layout_centres(const HandSetMixture& description);

/// The mixture that is described: structure EII with a standard deviation, EEE with one
/// covariance, VVV with one for each component.
/// @throw InvalidArgument  a number out of range, too few features for the layout, another number
///                         of weights or covariances, a covariance that is not positive definite
GaussianMixture hand_set_mixture(const HandSetMixture& description);

}  // namespace mixtura
