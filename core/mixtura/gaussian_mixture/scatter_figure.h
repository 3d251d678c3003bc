// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "mixtura/data/data_set.h"
#include "mixtura/gaussian_mixture/contours.h"

namespace mixtura {

/// One feature of a scatter figure: its axis (all rows, and the ellipses within reason), its histogram, and its density under the model.
struct FigureFeature {
    int feature = 0;  ///< column of the feature table
    std::string name;
    AxisRange range;
    WeightedHistogram histogram;
    std::optional<MarginalDensity> density;  ///< none before any fit
};

/// The line that encloses probability `mass` at the highest densities.
struct MassContour {
    double mass = 0.0;
    double level = 0.0;  ///< density on the line
    std::vector<ContourLine> lines;
};

/// One component in the plane of a pair of features.
struct PairComponent {
    int component = 0;  ///< 0-based
    double mixing_weight = 0.0;
    PlanePoint mean;
    std::vector<std::vector<PlanePoint>> ellipses;  ///< one for each of `ellipse_masses`
};

/// A pair of features under the model.
struct FigurePair {
    int x = 0;  ///< index into the figure's `features`
    int y = 0;  ///< index into the figure's `features`; x < y
    DensityGrid grid;
    std::vector<MassContour> contours;
    std::vector<PairComponent> components;
};

/// What to work out for a scatter figure.
struct ScatterFigureOptions {
    std::vector<double> contour_masses = {0.25, 0.5, 0.75, 0.95};
    std::vector<double> ellipse_masses = {0.5, 0.95};
    int nodes_per_axis = 200;
};

/// Everything that a scatter matrix or a plot of one pair shows besides the points. A pure
/// function of data and model, fit to run in the background; the plots only draw it.
struct ScatterFigure {
    std::vector<FigureFeature> features;
    std::vector<FigurePair> pairs;  ///< all x < y, by x then y; empty before any fit
    std::vector<double> ellipse_masses;
    Eigen::VectorXd mixing_weights;  ///< K; empty before any fit
};

/// @param features  columns of `table`, at least one, distinct
/// @param model     of all the table's columns, or null before any fit
/// @throw InvalidArgument     an absent or repeated feature, a model of other features
/// @throw compute::Cancelled  the stop was requested
/// Time O(pairs (n + nodes^2) K).
ScatterFigure scatter_figure(const FeatureTable& table, const std::vector<int>& features,
                             const GaussianMixture* model = nullptr,
                             const ScatterFigureOptions& options = {},
                             const std::stop_token& stop = {});

}  // namespace mixtura
