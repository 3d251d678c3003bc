// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/scatter_figure.h"

#include <algorithm>
#include <cmath>

#include "mixtura/common/error.h"

namespace mixtura {

namespace {

void check(const FeatureTable& table, const std::vector<int>& features,
           const GaussianMixture* model) {
    const auto column_count = table.observations.cols();
    if (features.empty())
        throw InvalidArgument("A scatter figure needs at least one feature.");
    for (std::size_t i = 0; i < features.size(); ++i) {
        if (features[i] < 0 || features[i] >= column_count)
            throw InvalidArgument("The table has no feature " + std::to_string(features[i] + 1) +
                                  ": it has " + std::to_string(column_count) + ".");
        if (std::find(features.begin(), features.begin() + static_cast<std::ptrdiff_t>(i),
                      features[i]) != features.begin() + static_cast<std::ptrdiff_t>(i))
            throw InvalidArgument("A scatter figure shows each feature once; feature " +
                                  std::to_string(features[i] + 1) + " is repeated.");
    }
    if (model != nullptr && model->feature_count() != column_count)
        throw InvalidArgument("The model has " + std::to_string(model->feature_count()) +
                              " features, the table " + std::to_string(column_count) + ".");
}

std::vector<PairComponent> pair_components(const GaussianMixture& model, int x, int y,
                                           const std::vector<double>& masses) {
    std::vector<PairComponent> components;
    for (int k = 0; k < model.component_count(); ++k) {
        PairComponent& component = components.emplace_back();
        component.component = k;
        component.mixing_weight = model.mixing_weights()[k];
        component.mean = {model.means()(k, x), model.means()(k, y)};
        for (const double mass : masses)
            component.ellipses.push_back(component_ellipse(model, k, x, y, mass));
    }
    return components;
}

/// Case weights of the rows as far as they belong to components: contours leave out the noise.
Eigen::VectorXd component_weights(const GaussianMixture& model, const FeatureTable& table,
                                  const std::stop_token& stop) {
    if (!model.noise())
        return table.weights;
    FitControl control;
    control.stop = stop;
    const Scores scores = score(model, table.observations, control);
    const Eigen::VectorXd shares =
        (1.0 - scores.responsibilities.col(model.component_count()).array()).cwiseMax(0.0);
    return table.weights.size() > 0 ? shares.cwiseProduct(table.weights).eval() : shares;
}

/// Widens `range` so that it shows the component's ellipse of largest mass, by no more than
/// `ellipse_room` of the range on either side: a vast component must not shrink the data.
void make_room_for_ellipses(AxisRange& range, const GaussianMixture& model, int feature,
                            const std::vector<double>& masses) {
    if (masses.empty())
        return;
    constexpr double ellipse_room = 0.15;
    const AxisRange data = range;
    const double mass = *std::max_element(masses.begin(), masses.end());
    for (int k = 0; k < model.component_count(); ++k) {
        const double reach =
            1.03 * std::sqrt(squared_radius(model, k, mass, 2) *
                             model.covariances()[static_cast<std::size_t>(k)](feature, feature));
        range.lower = std::min(range.lower, std::max(model.means()(k, feature) - reach,
                                                     data.lower - ellipse_room * data.size()));
        range.upper = std::max(range.upper, std::min(model.means()(k, feature) + reach,
                                                     data.upper + ellipse_room * data.size()));
    }
}

}  // namespace

ScatterFigure scatter_figure(const FeatureTable& table, const std::vector<int>& features,
                             const GaussianMixture* model, const ScatterFigureOptions& options,
                             const std::stop_token& stop) {
    check(table, features, model);
    const auto stop_if_asked = [&stop] {
        if (stop.stop_requested())
            throw compute::Cancelled{};
    };
    ScatterFigure figure;
    figure.ellipse_masses = options.ellipse_masses;
    for (const int column : features) {
        stop_if_asked();
        FigureFeature& feature = figure.features.emplace_back();
        feature.feature = column;
        feature.name = table.names[static_cast<std::size_t>(column)];
        const auto values = table.observations.col(column);
        feature.range = axis_range(values);
        feature.histogram = weighted_histogram(values, table.weights);
        feature.range.lower = std::min(feature.range.lower, feature.histogram.range.lower);
        feature.range.upper = std::max(feature.range.upper, feature.histogram.range.upper);
        if (model == nullptr)
            continue;
        if (features.size() > 1)
            make_room_for_ellipses(feature.range, *model, column, options.ellipse_masses);
        feature.density = marginal_density(*model, column, feature.range);
    }
    if (model == nullptr)
        return figure;
    figure.mixing_weights = model->mixing_weights();
    const bool has_rows = table.observations.rows() > 0;
    const Eigen::VectorXd weights =
        has_rows ? component_weights(*model, table, stop) : table.weights;
    for (int x = 0; x < static_cast<int>(features.size()); ++x) {
        for (int y = x + 1; y < static_cast<int>(features.size()); ++y) {
            const FigureFeature& across = figure.features[static_cast<std::size_t>(x)];
            const FigureFeature& upwards = figure.features[static_cast<std::size_t>(y)];
            FigurePair& pair = figure.pairs.emplace_back();
            pair.x = x;
            pair.y = y;
            pair.grid = density_grid(*model, across.feature, upwards.feature, across.range,
                                     upwards.range, options.nodes_per_axis, stop);
            pair.components =
                pair_components(*model, across.feature, upwards.feature, options.ellipse_masses);
            if (!has_rows)
                continue;
            const auto levels = mass_levels(
                pair_densities(*model, across.feature, upwards.feature, table.observations, stop),
                options.contour_masses, weights);
            for (std::size_t i = 0; i < levels.size(); ++i)
                pair.contours.push_back(
                    {options.contour_masses[i], levels[i], contour_lines(pair.grid, levels[i])});
        }
    }
    return figure;
}

}  // namespace mixtura
