// SPDX-License-Identifier: Apache-2.0
#include "mixtura/variational/predictive_mixture.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace mixtura {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

int supported_component_count(const VariationalPosterior& posterior) noexcept {
    return std::max(1, static_cast<int>((posterior.masses.array() >= supported_mass).count()));
}

VariationalPosterior in_order_of_mass(const VariationalPosterior& posterior) {
    if (posterior.weights.prior == WeightPrior::process)
        return posterior;
    std::vector<Index> order(static_cast<std::size_t>(posterior.masses.size()));
    std::iota(order.begin(), order.end(), Index{0});
    std::ranges::stable_sort(order, [&](Index a, Index b) {
        const double mass_a = posterior.masses[a];
        const double mass_b = posterior.masses[b];
        return mass_a != mass_b ? mass_a > mass_b : posterior.means(a, 0) < posterior.means(b, 0);
    });
    VariationalPosterior ordered{
        .weights = {.prior = posterior.weights.prior,
                    .prior_concentration = posterior.weights.prior_concentration,
                    .concentrations = posterior.weights.concentrations(order),
                    .stick_remainders = {}},
        .masses = posterior.masses(order),
        .mean_precisions = posterior.mean_precisions(order),
        .means = posterior.means(order, Eigen::all),
        .degrees_of_freedom = posterior.degrees_of_freedom(order),
        .scale_matrices = {},
        .lower_bound = posterior.lower_bound};
    for (const Index k : order)
        ordered.scale_matrices.push_back(posterior.scale_matrices[static_cast<std::size_t>(k)]);
    return ordered;
}

GaussianMixture predictive_mixture(const VariationalPosterior& posterior) {
    const Index kept = supported_component_count(posterior);
    const auto d = static_cast<double>(posterior.means.cols());
    const VectorXd weights = expected_weights(posterior.weights).head(kept);
    const VectorXd degrees_of_freedom =
        (posterior.degrees_of_freedom.head(kept).array() + 1.0 - d).matrix();
    std::vector<MatrixXd> scale_matrices;
    for (Index k = 0; k < kept; ++k) {
        const double beta = posterior.mean_precisions[k];
        scale_matrices.emplace_back((1.0 + beta) / (beta * degrees_of_freedom[k]) *
                                    posterior.scale_matrices[static_cast<std::size_t>(k)]);
    }
    return GaussianMixture(
        weights / weights.sum(), posterior.means.topRows(kept), std::move(scale_matrices),
        CovarianceStructure::VVV,
        StudentTails{.degrees_of_freedom = degrees_of_freedom, .rule = DegreesOfFreedomRule::free});
}

VariationalPosterior rescaled(const VariationalPosterior& posterior,
                              const Eigen::RowVectorXd& centre, const Eigen::RowVectorXd& scale) {
    VariationalPosterior result = posterior;
    result.means = (posterior.means.array().rowwise() * scale.array()).matrix().rowwise() + centre;
    const MatrixXd products = scale.transpose() * scale;
    for (MatrixXd& matrix : result.scale_matrices) matrix = matrix.cwiseProduct(products).eval();
    return result;
}

}  // namespace mixtura
