// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/labelled_rows.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "mixtura/common/error.h"
#include "mixtura/gaussian_mixture/moment_sums.h"
#include "mixtura/gaussian_mixture/partition_statistics.h"

namespace mixtura {

namespace {

using compute::GaussianParameters;
using compute::GaussianStatistics;
using Eigen::Index;

constexpr double log_two_pi = 1.8378770664093454835606594728112;

/// Moments of the labelled rows of each component.
GaussianStatistics labelled_moments(const MatrixRef& observations, const VectorRef& weights,
                                    const Partition& known) {
    if (static_cast<Index>(known.size()) != observations.rows())
        throw InvalidArgument("There are " + std::to_string(known.size()) +
                              " known components for " + std::to_string(observations.rows()) +
                              " rows.");
    std::vector<Index> rows;
    Partition components;
    for (std::size_t i = 0; i < known.size(); ++i) {
        if (known[i] < unknown_component)
            throw InvalidArgument("The known component of row " + std::to_string(i + 1) + " is " +
                                  std::to_string(known[i]) + "; it must be 0 or more, or -1.");
        if (known[i] == unknown_component)
            continue;
        rows.push_back(static_cast<Index>(i));
        components.push_back(known[i]);
    }
    if (rows.empty())
        throw InvalidArgument("No row has a known component.");
    const int count = 1 + *std::ranges::max_element(components);
    const Eigen::VectorXd row_weights =
        weights.size() > 0 ? Eigen::VectorXd(weights(rows)) : Eigen::VectorXd();
    GaussianStatistics moments =
        partition_statistics(observations(rows, Eigen::all), row_weights, components, count,
                             GaussianParameters::Shape::full);
    for (int k = 0; k < count; ++k) {
        if (!(moments.masses[k] > 0.0))
            throw InvalidArgument("No row is known to belong to component " +
                                  std::to_string(k + 1) + " of " + std::to_string(count) + ".");
    }
    return moments;
}

/// tr(Sigma^-1 S) with S the scatter of the rows about the mean of the parameters.
double squared_distances(const GaussianStatistics& moments, const GaussianParameters& parameters,
                         Index k) {
    const auto at = static_cast<std::size_t>(k);
    const Eigen::VectorXd shift = (moments.means.row(k) - parameters.means.row(k)).transpose();
    const Eigen::MatrixXd& factor = parameters.covariance_factors[at];
    const Eigen::MatrixXd scatter =
        moments.scatters[at] + moments.masses[k] * shift * shift.transpose();
    if (parameters.shape == GaussianParameters::Shape::diagonal)
        return (scatter.diagonal().array() / factor.col(0).array().square()).sum();
    const Eigen::MatrixXd half = factor.triangularView<Eigen::Lower>().solve(scatter);
    return factor.triangularView<Eigen::Lower>().solve(half.transpose()).trace();
}

double log_likelihood(const GaussianStatistics& moments, const GaussianParameters& parameters) {
    const auto d = static_cast<double>(parameters.means.cols());
    double sum = 0.0;
    for (Index k = 0; k < moments.masses.size(); ++k) {
        const Eigen::MatrixXd& factor = parameters.covariance_factors[static_cast<std::size_t>(k)];
        const double half_log_determinant = parameters.shape == GaussianParameters::Shape::diagonal
                                                ? factor.col(0).array().log().sum()
                                                : factor.diagonal().array().log().sum();
        sum += moments.masses[k] * (std::log(parameters.mixing_weights[k]) - 0.5 * d * log_two_pi -
                                    half_log_determinant) -
               0.5 * squared_distances(moments, parameters, k);
    }
    return sum;
}

}  // namespace

LabelledRows::LabelledRows(const MatrixRef& observations, const VectorRef& weights,
                           const Partition& known)
    : moments_(labelled_moments(observations, weights, known)) {}

void LabelledRows::add_moments_to(GaussianStatistics& statistics) const {
    add_moments(statistics, moments_);
}

void LabelledRows::add_to(GaussianStatistics& statistics,
                          const GaussianParameters& parameters) const {
    statistics.log_likelihood += log_likelihood(moments_, parameters);
    add_moments_to(statistics);
}

}  // namespace mixtura
