// SPDX-License-Identifier: Apache-2.0
#include "mixtura/variational/variational_posterior.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include <Eigen/Dense>
#include <boost/math/special_functions/digamma.hpp>

#include "mixtura/common/error.h"
#include "mixtura/linalg/cholesky.h"

namespace mixtura {

namespace {

using boost::math::digamma;
using compute::GaussianStatistics;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::RowVectorXd;
using Eigen::VectorXd;

constexpr double log_two = 0.69314718055994530941723212145818;
constexpr double log_two_pi = 1.8378770664093454835606594728112;

/// E[log |Lambda|] - log |nu W| of Lambda ~ Wishart(nu, W): free of W.
double expected_log_determinant_excess(double nu, Index d) {
    double excess = static_cast<double>(d) * (log_two - std::log(nu));
    for (Index j = 0; j < d; ++j) excess += digamma(0.5 * (nu - static_cast<double>(j)));
    return excess;
}

}  // namespace

VariationalPosterior updated_posterior(const VariationalPrior& prior,
                                       const GaussianStatistics& statistics) {
    const VectorXd& masses = statistics.masses;
    VariationalPosterior posterior{
        .weights = updated_weights(prior.weight_prior, prior.concentration, masses),
        .masses = masses,
        .mean_precisions = (masses.array() + prior.mean_precision).matrix(),
        .means = MatrixXd(masses.size(), prior.mean.size()),
        .degrees_of_freedom = (masses.array() + prior.degrees_of_freedom).matrix(),
        .scale_matrices = {},
        .lower_bound = 0.0};
    posterior.scale_matrices.reserve(static_cast<std::size_t>(masses.size()));
    for (Index k = 0; k < masses.size(); ++k) {
        const double share = masses[k] / posterior.mean_precisions[k];
        const RowVectorXd deviation = statistics.means.row(k) - prior.mean;
        posterior.means.row(k) = prior.mean + share * deviation;
        posterior.scale_matrices.emplace_back(
            prior.scale_matrix + statistics.scatters[static_cast<std::size_t>(k)] +
            prior.mean_precision * share * (deviation.transpose() * deviation));
    }
    return posterior;
}

GaussianStatistics sorted_by_mass(const GaussianStatistics& statistics) {
    std::vector<Index> order(static_cast<std::size_t>(statistics.masses.size()));
    std::iota(order.begin(), order.end(), Index{0});
    std::ranges::stable_sort(
        order, [&](Index a, Index b) { return statistics.masses[a] > statistics.masses[b]; });
    GaussianStatistics sorted;
    sorted.log_likelihood = statistics.log_likelihood;
    sorted.masses = statistics.masses(order);
    sorted.means = statistics.means(order, Eigen::all);
    for (const Index k : order)
        sorted.scatters.push_back(statistics.scatters[static_cast<std::size_t>(k)]);
    return sorted;
}

ExpectedLogDensity expected_log_density(const VariationalPosterior& posterior) {
    const Index component_count = posterior.masses.size();
    const Index d = posterior.means.cols();
    ExpectedLogDensity density;
    density.log_weights = expected_log_weights(posterior.weights);
    density.parameters.means = posterior.means;
    for (Index k = 0; k < component_count; ++k) {
        const double nu = posterior.degrees_of_freedom[k];
        MatrixXd factor = posterior.scale_matrices[static_cast<std::size_t>(k)] / nu;
        if (!cholesky_in_place(factor))
            throw NumericalError("The scale matrix of component " + std::to_string(k + 1) +
                                 " is not positive definite: the features are nearly dependent. "
                                 "Leave one of them out.");
        density.parameters.covariance_factors.push_back(std::move(factor));
        density.log_weights[k] += 0.5 * (expected_log_determinant_excess(nu, d) -
                                         static_cast<double>(d) / posterior.mean_precisions[k]);
    }
    density.log_scale = density.log_weights.maxCoeff();
    density.parameters.mixing_weights =
        (density.log_weights.array() - density.log_scale).exp().matrix();
    return density;
}

double responsibility_entropy(const ExpectedLogDensity& density,
                              const GaussianStatistics& statistics) {
    const Index d = density.parameters.means.cols();
    double expected = 0.0;  // sum of w r log rho, without the scale common to all
    for (Index k = 0; k < statistics.masses.size(); ++k) {
        const double mass = statistics.masses[k];
        if (mass == 0.0)
            continue;
        const auto at = static_cast<std::size_t>(k);
        const MatrixXd& factor = density.parameters.covariance_factors[at];
        const auto triangle = factor.triangularView<Eigen::Lower>();
        const VectorXd deviation =
            triangle.solve((statistics.means.row(k) - density.parameters.means.row(k)).transpose());
        // tr(L^-1 S L'^-1)
        const MatrixXd half = triangle.solve(statistics.scatters[at]);
        const double squares =
            triangle.solve(half.transpose()).trace() + mass * deviation.squaredNorm();
        expected +=
            mass * (density.log_weights[k] - density.log_scale -
                    0.5 * static_cast<double>(d) * log_two_pi - half_log_determinant(factor)) -
            0.5 * squares;
    }
    return statistics.log_likelihood - expected;
}

}  // namespace mixtura
