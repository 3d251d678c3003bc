// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "mixtura/data/data_set.h"
#include "mixtura/gaussian_mixture/density_grid.h"
#include "mixtura/plan/explanation.h"

// What the panels of the understanding plot draw, apart from the drawing.
namespace mixtura::app {

/// The rows in the first two directions of the subspace; where there is one direction alone, the log
/// density takes the place of the second. @param explanation  has a subspace
std::shared_ptr<const FeatureTable> subspaceTable(const Explanation& explanation,
                                                  const FeatureTable& table);

/// Places 0 ... count - 1 of ordered marks of which a plot draws enough: the last, which lie apart,
/// all; of the others some at equal steps.
std::vector<Eigen::Index> thinnedPlaces(Eigen::Index count);

/// A merge tree as lines over the counts of clusters.
struct MergeDrawing {
    std::vector<double> leaves;                   ///< K: abscissa of each component, no lines cross
    std::vector<std::vector<PlanePoint>> unions;  ///< K - 1: up from one, across, down to the other
};
MergeDrawing mergeDrawing(const EntropyMergeTree& tree);

/// For each component its rows by falling uncertainty: percent of the rows, uncertainty.
std::vector<std::vector<PlanePoint>> uncertaintyCurves(const Scores& scores);

}  // namespace mixtura::app
