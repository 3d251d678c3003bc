// SPDX-License-Identifier: Apache-2.0
#include "mixtura/interpretation/mahalanobis.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/math/distributions/chi_squared.hpp>

#include "mixtura/common/brief_text.h"
#include "mixtura/common/cancelled.h"
#include "mixtura/common/error.h"
#include "mixtura/interpretation/row_checks.h"
#include "mixtura/linalg/student_t.h"

namespace mixtura {

namespace {

using Eigen::Index;

void check_classified(const GaussianMixture& model, const MatrixRef& observations,
                      const std::vector<std::int32_t>& classification) {
    check_rows(model, observations);
    if (static_cast<Index>(classification.size()) != observations.rows())
        throw InvalidArgument("There are " + std::to_string(classification.size()) +
                              " classifications for " + std::to_string(observations.rows()) +
                              " rows.");
    for (const std::int32_t component : classification) {
        if (component < 0 || component >= model.group_count())
            throw InvalidArgument("A row is classified into component " +
                                  std::to_string(component + 1) + "; the model has " +
                                  std::to_string(model.component_count()) + ".");
    }
}

/// Those that have a value.
std::vector<Index> rows_ordered_by(const VectorRef& values) {
    std::vector<Index> order;
    for (Index row = 0; row < values.size(); ++row) {
        if (!std::isnan(values[row]))
            order.push_back(row);
    }
    std::ranges::stable_sort(order, {}, [&values](Index row) { return values[row]; });
    return order;
}

}  // namespace

MahalanobisDistances mahalanobis_distances(const GaussianMixture& model,
                                           const MatrixRef& observations,
                                           const std::vector<std::int32_t>& classification,
                                           const std::stop_token& stop) {
    constexpr Index rows_between_stops = 16384;
    check_classified(model, observations, classification);
    const Index n = observations.rows();
    MahalanobisDistances distances{Eigen::VectorXd(n), Eigen::VectorXd(n), {}};
    const boost::math::chi_squared distribution(model.feature_count());
    Eigen::VectorXd whitened(model.feature_count());
    for (Index i = 0; i < n; ++i) {
        if (i % rows_between_stops == 0 && stop.stop_requested())
            throw Cancelled{};
        const std::int32_t k = classification[static_cast<std::size_t>(i)];
        if (k == model.component_count()) {  // noise
            distances.squared_distances[i] = std::numeric_limits<double>::quiet_NaN();
            distances.tail_probabilities[i] = std::numeric_limits<double>::quiet_NaN();
            continue;
        }
        const Eigen::VectorXd distance = (observations.row(i) - model.means().row(k)).transpose();
        whitened = model.covariance_factors()[static_cast<std::size_t>(k)]
                       .triangularView<Eigen::Lower>()
                       .solve(distance);
        distances.squared_distances[i] = whitened.squaredNorm();
        distances.tail_probabilities[i] =
            model.tails() ? student_tail_probability(distances.squared_distances[i],
                                                     model.tails()->degrees_of_freedom[k],
                                                     model.feature_count())
                          : boost::math::cdf(boost::math::complement(
                                distribution, distances.squared_distances[i]));
    }
    distances.gaussian_distances = distances.squared_distances;
    if (model.tails()) {
        for (Index i = 0; i < n; ++i) {
            // No quantile belongs to a probability that underflows.
            const double tail =
                std::max(distances.tail_probabilities[i], std::numeric_limits<double>::min());
            distances.gaussian_distances[i] =
                boost::math::quantile(boost::math::complement(distribution, tail));
        }
    }
    return distances;
}

std::vector<Index> outlying_rows(const MahalanobisDistances& distances, double tail_probability) {
    if (!(tail_probability > 0.0 && tail_probability < 1.0))
        throw InvalidArgument("The tail probability of an outlier is " +
                              brief_text(tail_probability) + "; it must be between 0 and 1.");
    std::vector<Index> rows;
    for (const Index row : rows_ordered_by(-distances.squared_distances)) {
        if (distances.tail_probabilities[row] < tail_probability)
            rows.push_back(row);
    }
    return rows;
}

ChiSquarePlot chi_square_plot(const VectorRef& squared_distances, int degrees_of_freedom) {
    if (degrees_of_freedom < 1)
        throw InvalidArgument("A chi-square distribution needs at least 1 degree of freedom, not " +
                              std::to_string(degrees_of_freedom) + ".");
    const boost::math::chi_squared distribution(degrees_of_freedom);
    ChiSquarePlot plot;
    plot.rows = rows_ordered_by(squared_distances);
    const auto n = static_cast<Index>(plot.rows.size());
    plot.quantiles.resize(n);
    plot.squared_distances.resize(n);
    for (Index i = 0; i < n; ++i) {
        const double probability = (static_cast<double>(i) + 0.5) / static_cast<double>(n);
        plot.quantiles[i] = boost::math::quantile(distribution, probability);
        plot.squared_distances[i] = squared_distances[plot.rows[static_cast<std::size_t>(i)]];
    }
    return plot;
}

}  // namespace mixtura
