// SPDX-License-Identifier: Apache-2.0
#include "mixtura/simulation/hand_set_mixture.h"

#include <cmath>
#include <numbers>
#include <string>
#include <utility>

#include "mixtura/common/brief_text.h"
#include "mixtura/common/error.h"

namespace mixtura {

namespace {

using Eigen::Index;

void check_count(const char* what, int count) {
    if (count < 1 || count > hand_set_limit)
        throw InvalidArgument("The number of " + std::string(what) + " is " +
                              std::to_string(count) + "; it must be from 1 to " +
                              std::to_string(hand_set_limit) + ".");
}

/// Features that the layout of K centres spreads over.
int layout_dimension(CentreLayout layout, int component_count) {
    switch (layout) {
        case CentreLayout::line:
            return 1;
        case CentreLayout::circle:
            return 2;
        case CentreLayout::simplex:
            return component_count - 1;
    }
    return 1;
}

Eigen::MatrixXd centres_on_line(int component_count, int feature_count, double separation) {
    Eigen::MatrixXd centres = Eigen::MatrixXd::Zero(component_count, feature_count);
    for (int k = 0; k < component_count; ++k)
        centres(k, 0) = separation * (k - 0.5 * (component_count - 1));
    return centres;
}

Eigen::MatrixXd centres_on_circle(int component_count, int feature_count, double separation) {
    Eigen::MatrixXd centres = Eigen::MatrixXd::Zero(component_count, feature_count);
    if (component_count == 1)
        return centres;
    const double radius = 0.5 * separation / std::sin(std::numbers::pi / component_count);
    for (int k = 0; k < component_count; ++k) {
        const double angle = 2.0 * std::numbers::pi * k / component_count;
        centres(k, 0) = radius * std::cos(angle);
        centres(k, 1) = radius * std::sin(angle);
    }
    return centres;
}

/// Rows of the Helmert matrix without its constant column: unit vectors seen from their mean, each
/// sqrt(2) from every other.
Eigen::MatrixXd centres_on_simplex(int component_count, int feature_count, double separation) {
    Eigen::MatrixXd centres = Eigen::MatrixXd::Zero(component_count, feature_count);
    const double scale = separation / std::numbers::sqrt2;
    for (int j = 0; j + 1 < component_count; ++j) {
        const double norm = std::sqrt((j + 1.0) * (j + 2.0));
        centres.col(j).head(j + 1).setConstant(scale / norm);
        centres(j + 1, j) = -scale * (j + 1.0) / norm;
    }
    return centres;
}

Eigen::VectorXd weights_of(const HandSetMixture& description, Index component_count) {
    const Eigen::VectorXd& parts = description.mixing_weights;
    if (parts.size() == 0)
        return Eigen::VectorXd::Constant(component_count,
                                         1.0 / static_cast<double>(component_count));
    if (parts.size() != component_count)
        throw InvalidArgument("There are " + std::to_string(parts.size()) + " mixing weights for " +
                              std::to_string(component_count) +
                              " components; give one for each, or none for equal ones.");
    for (Index k = 0; k < parts.size(); ++k) {
        if (!(parts[k] > 0.0 && std::isfinite(parts[k])))
            throw InvalidArgument("Mixing weight " + std::to_string(k + 1) + " is " +
                                  brief_text(parts[k]) + "; weights are numbers above 0.");
    }
    return parts / parts.sum();
}

std::vector<Eigen::MatrixXd> covariances_of(const HandSetMixture& description,
                                            Index component_count, Index feature_count) {
    const auto count = static_cast<std::size_t>(component_count);
    const std::vector<Eigen::MatrixXd>& given = description.covariances;
    if (given.empty()) {
        const double deviation = description.standard_deviation;
        if (!(deviation > 0.0 && std::isfinite(deviation * deviation) && deviation * deviation > 0))
            throw InvalidArgument("The standard deviation is " + brief_text(deviation) +
                                  "; it must be above 0.");
        return {count,
                deviation * deviation * Eigen::MatrixXd::Identity(feature_count, feature_count)};
    }
    if (given.size() != 1 && given.size() != count)
        throw InvalidArgument("There are " + std::to_string(given.size()) + " covariances for " +
                              std::to_string(count) +
                              " components; give one for all, or one for each.");
    for (std::size_t k = 0; k < given.size(); ++k) {
        if (given[k].rows() != feature_count || given[k].cols() != feature_count)
            throw InvalidArgument("Covariance " + std::to_string(k + 1) + " has " +
                                  std::to_string(given[k].rows()) + " rows and " +
                                  std::to_string(given[k].cols()) + " columns; " +
                                  std::to_string(feature_count) + " features need " +
                                  std::to_string(feature_count) + " of both.");
    }
    return given.size() == 1 ? std::vector<Eigen::MatrixXd>(count, given.front()) : given;
}

CovarianceStructure structure_of(const HandSetMixture& description) {
    if (description.covariances.empty())
        return CovarianceStructure::EII;
    return description.covariances.size() == 1 ? CovarianceStructure::EEE
                                               : CovarianceStructure::VVV;
}

}  // namespace

std::string_view to_string(CentreLayout layout) noexcept {
    switch (layout) {
        case CentreLayout::line:
            return "line";
        case CentreLayout::circle:
            return "circle";
        case CentreLayout::simplex:
            return "simplex";
    }
    return "";
}

CentreLayout centre_layout_from(std::string_view name) {
    for (const CentreLayout layout :
         {CentreLayout::line, CentreLayout::circle, CentreLayout::simplex}) {
        if (name == to_string(layout))
            return layout;
    }
    throw InvalidArgument("The layout '" + std::string(name) +
                          "' is none of line, circle and simplex.");
}

Eigen::MatrixXd layout_centres(const HandSetMixture& description) {
    const int component_count = description.component_count;
    const int feature_count = description.feature_count;
    check_count("components", component_count);
    check_count("features", feature_count);
    if (!(description.separation >= 0.0 && std::isfinite(description.separation)))
        throw InvalidArgument("The separation is " + brief_text(description.separation) +
                              "; it must be 0 or more.");
    const int needed = layout_dimension(description.layout, component_count);
    if (feature_count < needed)
        throw InvalidArgument(
            std::to_string(component_count) + " centres on a " +
            std::string(to_string(description.layout)) + " need " + std::to_string(needed) +
            " features; there " +
            (feature_count == 1 ? "is 1." : "are " + std::to_string(feature_count) + "."));
    switch (description.layout) {
        case CentreLayout::line:
            return centres_on_line(component_count, feature_count, description.separation);
        case CentreLayout::circle:
            return centres_on_circle(component_count, feature_count, description.separation);
        case CentreLayout::simplex:
            return centres_on_simplex(component_count, feature_count, description.separation);
    }
    return {};
}

GaussianMixture hand_set_mixture(const HandSetMixture& description) {
    Eigen::MatrixXd means =
        description.means.size() > 0 ? description.means : layout_centres(description);
    check_count("components", static_cast<int>(means.rows()));
    check_count("features", static_cast<int>(means.cols()));
    Eigen::VectorXd weights = weights_of(description, means.rows());
    std::vector<Eigen::MatrixXd> covariances =
        covariances_of(description, means.rows(), means.cols());
    return {std::move(weights), std::move(means), std::move(covariances),
            structure_of(description)};
}

}  // namespace mixtura
