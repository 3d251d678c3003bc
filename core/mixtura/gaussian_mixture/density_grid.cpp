// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/density_grid.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <string>

#include "mixtura/common/error.h"
#include "mixtura/gaussian_mixture/component_falloff.h"

namespace mixtura {

namespace {

/// One component in the plane of two features, ready to evaluate: Sigma = L L' of the 2 x 2 block.
struct PlaneComponent {
    double mean_x;
    double mean_y;
    double factor_xx;
    double factor_yx;
    double factor_yy;
    double log_centre;  ///< ln pi_k + log density at the mean
    ComponentFalloff falloff;

    [[nodiscard]] double log_density(double x, double y) const {
        const double u = (x - mean_x) / factor_xx;
        const double v = (y - mean_y - factor_yx * u) / factor_yy;
        return log_centre - falloff.at(u * u + v * v);
    }
};

PlaneComponent plane_component(const GaussianMixture& model, int k, int x, int y) {
    const Eigen::MatrixXd& covariance = model.covariances()[static_cast<std::size_t>(k)];
    const double factor_xx = std::sqrt(covariance(x, x));
    const double factor_yx = covariance(y, x) / factor_xx;
    // Where the pair is all but collinear, rounding must not turn a tiny square negative.
    const double least = std::numeric_limits<double>::epsilon() * covariance(y, y);
    const double factor_yy = std::sqrt(std::max(covariance(y, y) - factor_yx * factor_yx, least));
    const ComponentFalloff falloff(model, k, 2);
    return {model.means()(k, x),
            model.means()(k, y),
            factor_xx,
            factor_yx,
            factor_yy,
            std::log(model.mixing_weights()[k]) + falloff.log_centre() -
                std::log(factor_xx * factor_yy),
            falloff};
}

void check_feature(const GaussianMixture& model, int feature) {
    if (feature < 0 || feature >= model.feature_count())
        throw InvalidArgument("The model has no feature " + std::to_string(feature + 1) +
                              ": it has " + std::to_string(model.feature_count()) + ".");
}

void check_nodes(const AxisRange& range, int node_count) {
    if (node_count < 2)
        throw InvalidArgument("A grid needs at least 2 nodes on an axis, not " +
                              std::to_string(node_count) + ".");
    if (!(range.lower < range.upper))
        throw InvalidArgument("The range of a grid is empty: it ends at " +
                              std::to_string(range.upper) + " and begins at " +
                              std::to_string(range.lower) + ".");
}

void check_mass(double mass) {
    if (!(mass > 0.0 && mass < 1.0))
        throw InvalidArgument("A probability mass lies between 0 and 1, not at " +
                              std::to_string(mass) + ".");
}

std::vector<PlaneComponent> plane_components(const GaussianMixture& model, int x, int y) {
    check_feature(model, x);
    check_feature(model, y);
    if (x == y)
        throw InvalidArgument("A pair needs two different features, not feature " +
                              std::to_string(x + 1) + " twice.");
    std::vector<PlaneComponent> components;
    components.reserve(static_cast<std::size_t>(model.component_count()));
    for (int k = 0; k < model.component_count(); ++k)
        components.push_back(plane_component(model, k, x, y));
    return components;
}

/// exp of the log-sum-exp over the components; `scratch` avoids an allocation for each point.
double mixture_density(const std::vector<PlaneComponent>& components, double x, double y,
                       std::vector<double>& scratch) {
    double largest = -std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < components.size(); ++k) {
        scratch[k] = components[k].log_density(x, y);
        largest = std::max(largest, scratch[k]);
    }
    if (!std::isfinite(largest))
        return 0.0;
    double sum = 0.0;
    for (std::size_t k = 0; k < components.size(); ++k) sum += std::exp(scratch[k] - largest);
    return std::exp(largest + std::log(sum));
}

double node_at(const AxisRange& range, Eigen::Index node, Eigen::Index count) {
    return range.lower + range.size() * static_cast<double>(node) / static_cast<double>(count - 1);
}

}  // namespace

double DensityGrid::x_at(Eigen::Index node) const noexcept {
    return node_at(x, node, density.rows());
}

double DensityGrid::y_at(Eigen::Index node) const noexcept {
    return node_at(y, node, density.cols());
}

MarginalDensity marginal_density(const GaussianMixture& model, int feature, const AxisRange& range,
                                 int node_count) {
    check_feature(model, feature);
    check_nodes(range, node_count);
    MarginalDensity result;
    result.nodes = Eigen::VectorXd::LinSpaced(node_count, range.lower, range.upper);
    result.component_densities.resize(node_count, model.component_count());
    for (int k = 0; k < model.component_count(); ++k) {
        const double variance = model.covariances()[static_cast<std::size_t>(k)](feature, feature);
        const ComponentFalloff falloff(model, k, 1);
        const double log_centre =
            std::log(model.mixing_weights()[k]) + falloff.log_centre() - 0.5 * std::log(variance);
        for (Eigen::Index i = 0; i < node_count; ++i) {
            const double distance = result.nodes[i] - model.means()(k, feature);
            result.component_densities(i, k) =
                std::exp(log_centre - falloff.at(distance * distance / variance));
        }
    }
    result.density = result.component_densities.rowwise().sum();
    return result;
}

DensityGrid density_grid(const GaussianMixture& model, int x_feature, int y_feature,
                         const AxisRange& x, const AxisRange& y, int nodes_per_axis,
                         const std::stop_token& stop) {
    const auto components = plane_components(model, x_feature, y_feature);
    check_nodes(x, nodes_per_axis);
    check_nodes(y, nodes_per_axis);
    DensityGrid grid{x, y, Eigen::MatrixXd(nodes_per_axis, nodes_per_axis)};
    std::vector<double> scratch(components.size());
    for (Eigen::Index j = 0; j < nodes_per_axis; ++j) {
        if (stop.stop_requested())
            throw compute::Cancelled{};
        for (Eigen::Index i = 0; i < nodes_per_axis; ++i)
            grid.density(i, j) = mixture_density(components, grid.x_at(i), grid.y_at(j), scratch);
    }
    return grid;
}

Eigen::VectorXd pair_densities(const GaussianMixture& model, int x_feature, int y_feature,
                               const MatrixRef& observations, const std::stop_token& stop) {
    constexpr Eigen::Index rows_between_stops = 16384;
    const auto components = plane_components(model, x_feature, y_feature);
    if (observations.cols() != model.feature_count())
        throw InvalidArgument("The model has " + std::to_string(model.feature_count()) +
                              " features, the observations " + std::to_string(observations.cols()) +
                              ".");
    Eigen::VectorXd densities(observations.rows());
    std::vector<double> scratch(components.size());
    for (Eigen::Index row = 0; row < observations.rows(); ++row) {
        if (row % rows_between_stops == 0 && stop.stop_requested())
            throw compute::Cancelled{};
        densities[row] = mixture_density(components, observations(row, x_feature),
                                         observations(row, y_feature), scratch);
    }
    return densities;
}

std::vector<double> mass_levels(const VectorRef& densities, const std::vector<double>& masses,
                                const VectorRef& weights) {
    if (densities.size() == 0)
        throw InvalidArgument("Contour levels by mass need at least one row.");
    if (weights.size() != 0 && weights.size() != densities.size())
        throw InvalidArgument("The contour levels of " + std::to_string(densities.size()) +
                              " rows need as many weights, not " + std::to_string(weights.size()) +
                              ".");
    for (const double mass : masses) check_mass(mass);
    std::vector<Eigen::Index> order(static_cast<std::size_t>(densities.size()));
    std::iota(order.begin(), order.end(), Eigen::Index{0});
    std::sort(order.begin(), order.end(),
              [&densities](Eigen::Index a, Eigen::Index b) { return densities[a] < densities[b]; });
    std::vector<double> rows_up_to(order.size());
    double sum = 0.0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        sum += weights.size() == 0 ? 1.0 : weights[order[i]];
        rows_up_to[i] = sum;
    }
    // The density of the row at 0-based place `place` were each row repeated `weight` times.
    const auto density_at = [&](double place) {
        const auto found = std::upper_bound(rows_up_to.begin(), rows_up_to.end(), place);
        const auto index = std::min<std::ptrdiff_t>(found - rows_up_to.begin(),
                                                    static_cast<std::ptrdiff_t>(order.size()) - 1);
        return densities[order[static_cast<std::size_t>(index)]];
    };
    std::vector<double> levels;
    for (const double mass : masses) {
        const double place = std::max(sum - 1.0, 0.0) * (1.0 - mass);
        const double below = std::floor(place);
        const double fraction = place - below;
        levels.push_back((1.0 - fraction) * density_at(below) + fraction * density_at(below + 1.0));
    }
    return levels;
}

std::vector<PlanePoint> component_ellipse(const GaussianMixture& model, int component,
                                          int x_feature, int y_feature, double mass,
                                          int point_count) {
    check_mass(mass);
    check_feature(model, x_feature);
    check_feature(model, y_feature);
    if (component < 0 || component >= model.component_count())
        throw InvalidArgument("The model has no component " + std::to_string(component + 1) +
                              ": it has " + std::to_string(model.component_count()) + ".");
    if (point_count < 8)
        throw InvalidArgument("An ellipse needs at least 8 points, not " +
                              std::to_string(point_count) + ".");
    const PlaneComponent plane = plane_component(model, component, x_feature, y_feature);
    const double radius = std::sqrt(squared_radius(model, component, mass, 2));
    std::vector<PlanePoint> points(static_cast<std::size_t>(point_count));
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double angle = 2.0 * std::numbers::pi * static_cast<double>(i) / (point_count - 1);
        const double u = radius * std::cos(angle);
        const double v = radius * std::sin(angle);
        points[i] = {plane.mean_x + plane.factor_xx * u,
                     plane.mean_y + plane.factor_yx * u + plane.factor_yy * v};
    }
    points.back() = points.front();
    return points;
}

}  // namespace mixtura
