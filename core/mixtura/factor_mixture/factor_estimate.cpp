// SPDX-License-Identifier: Apache-2.0
#include "mixtura/factor_mixture/factor_estimate.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <Eigen/Cholesky>

#include "mixtura/linalg/symmetric_eigen.h"

namespace mixtura {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::RowVectorXd;
using Eigen::VectorXd;

/// A start's factor carries at least this share of the variance along its axis: none begins at zero.
constexpr double least_factor_share = 1e-6;

/// X with X A = B for the symmetric positive definite A.
MatrixXd solved_from_right(const MatrixXd& b, const MatrixXd& a) {
    return a.llt().solve(b.transpose()).transpose();
}

/// Lambda common to all components.
MatrixXd common_loadings(FactorStructure structure, const FactorParameters& parameters,
                         const FactorScatterStatistics& statistics,
                         const std::vector<MatrixXd>& moments) {
    const Index d = parameters.means.cols();
    const Index q = moments.front().cols();
    const auto component_count = static_cast<Index>(moments.size());
    const auto row_of = [&](Index j) -> std::pair<RowVectorXd, MatrixXd> {
        RowVectorXd right = RowVectorXd::Zero(q);
        MatrixXd left = MatrixXd::Zero(q, q);
        // Precisions relative to the first component's: only their ratios matter.
        for (Index k = 0; k < component_count; ++k) {
            const double precision = statistics.masses[k] * parameters.uniquenesses(0, j) /
                                     parameters.uniquenesses(k, j);
            right += precision * statistics.crossed[static_cast<std::size_t>(k)].row(j);
            left += precision * moments[static_cast<std::size_t>(k)];
        }
        return {right, left};
    };
    MatrixXd loadings(d, q);
    if (structure == FactorStructure::CUU) {
        for (Index j = 0; j < d; ++j) {
            const auto [right, left] = row_of(j);
            loadings.row(j) = solved_from_right(right, left);
        }
        return loadings;
    }
    MatrixXd left;
    for (Index j = 0; j < d; ++j) {
        auto [right, same_left] = row_of(j);
        loadings.row(j) = right;
        if (j == 0)
            left = std::move(same_left);
    }
    return solved_from_right(loadings, left);
}

/// Averages that the structure asks for, then the floor. @param rest  K x d, the D_k
void constrain_uniquenesses(FactorStructure structure, const VectorXd& masses, MatrixXd rest,
                            const VectorRef& floor, FactorEstimate& estimate) {
    const bool is_common = has_common_uniquenesses(structure);
    if (is_common) {
        const RowVectorXd mean = masses.transpose() * rest / masses.sum();
        rest.rowwise() = mean;
    }
    if (is_isotropic(structure)) {
        const VectorXd mean = rest.rowwise().mean();
        rest.colwise() = mean;
    }
    const RowVectorXd least = is_isotropic(structure)
                                  ? RowVectorXd(RowVectorXd::Constant(floor.size(), floor.mean()))
                                  : RowVectorXd(floor.transpose());
    const Index free_rows = is_common ? 1 : rest.rows();
    const Index free_columns = is_isotropic(structure) ? 1 : rest.cols();
    estimate.floors_applied = 0;
    for (Index k = 0; k < rest.rows(); ++k) {
        for (Index j = 0; j < rest.cols(); ++j) {
            if (rest(k, j) > least[j])
                continue;
            rest(k, j) = least[j];
            if (k < free_rows && j < free_columns)
                ++estimate.floors_applied;
        }
    }
    estimate.uniquenesses = std::move(rest);
}

/// The rows of one cluster, centred, times the roots of their weights: deviations' deviations = n S.
struct Cluster {
    double mass = 0.0;
    RowVectorXd mean;
    MatrixXd deviations;
};

Cluster cluster_of(const MatrixRef& observations, const VectorRef& weights,
                   const Partition& partition, std::int32_t component) {
    std::vector<Index> rows;
    for (std::size_t i = 0; i < partition.size(); ++i) {
        const auto row = static_cast<Index>(i);
        if (partition[i] == component && (weights.size() == 0 || weights[row] > 0.0))
            rows.push_back(row);
    }
    Cluster cluster;
    cluster.deviations = observations(rows, Eigen::all);
    const VectorXd own_weights = weights.size() > 0
                                     ? VectorXd(weights(rows))
                                     : VectorXd(VectorXd::Ones(static_cast<Index>(rows.size())));
    cluster.mass = own_weights.sum();
    const RowVectorXd origin = cluster.deviations.row(0);
    cluster.deviations.rowwise() -= origin;
    const RowVectorXd shift = own_weights.transpose() * cluster.deviations / cluster.mass;
    cluster.mean = origin + shift;
    cluster.deviations.rowwise() -= shift;
    cluster.deviations = own_weights.cwiseSqrt().asDiagonal() * cluster.deviations;
    return cluster;
}

/// Probabilistic principal components of `scatter` = deviations' deviations / mass.
struct PrincipalComponents {
    MatrixXd loadings;   ///< d x q
    VectorXd remainder;  ///< d, the diagonal that the loadings leave, >= 0
};

PrincipalComponents principal_components(const MatrixXd& deviations, double mass,
                                         int factor_count) {
    const Index d = deviations.cols();
    const bool is_tall = deviations.rows() >= d;
    // Of the two products the smaller has all the eigenvalues that are not zero.
    MatrixXd product =
        MatrixXd::Zero(std::min(deviations.rows(), d), std::min(deviations.rows(), d));
    if (is_tall)
        product.selfadjointView<Eigen::Lower>().rankUpdate(deviations.transpose(), 1.0 / mass);
    else
        product.selfadjointView<Eigen::Lower>().rankUpdate(deviations, 1.0 / mass);
    const SymmetricEigen eigen = symmetric_eigen(product);
    const VectorXd variances = deviations.colwise().squaredNorm().transpose() / mass;
    const Index found = std::min<Index>(factor_count, eigen.values.size());
    const double explained = eigen.values.head(found).sum();
    const double noise =
        std::max(0.0, variances.sum() - explained) / static_cast<double>(d - factor_count);
    PrincipalComponents result{.loadings = MatrixXd::Zero(d, factor_count), .remainder = variances};
    for (Index l = 0; l < found; ++l) {
        const double value = eigen.values[l];
        if (!(value > 0.0))
            break;
        const VectorXd axis =
            is_tall
                ? VectorXd(eigen.vectors.col(l))
                : VectorXd(deviations.transpose() * eigen.vectors.col(l) / std::sqrt(value * mass));
        result.loadings.col(l) =
            std::sqrt(std::max(value - noise, least_factor_share * value)) * axis;
        result.remainder -= result.loadings.col(l).cwiseAbs2();
    }
    result.remainder = result.remainder.cwiseMax(0.0);
    return result;
}

}  // namespace

FactorEstimate updated_factors(FactorStructure structure, const FactorParameters& parameters,
                               const FactorScatterStatistics& statistics, const VectorRef& floor) {
    const std::size_t component_count = parameters.loadings.size();
    std::vector<MatrixXd> moments;  // Theta_k
    for (std::size_t k = 0; k < component_count; ++k) {
        moments.push_back(
            factor_posterior(parameters.loadings[k],
                             parameters.uniquenesses.row(static_cast<Index>(k)).transpose())
                .covariance +
            statistics.factored[k]);
    }
    FactorEstimate estimate;
    if (has_common_loadings(structure)) {
        estimate.loadings.assign(component_count,
                                 common_loadings(structure, parameters, statistics, moments));
    } else {
        for (std::size_t k = 0; k < component_count; ++k)
            estimate.loadings.push_back(solved_from_right(statistics.crossed[k], moments[k]));
    }
    MatrixXd rest = statistics.variances;
    for (std::size_t k = 0; k < component_count; ++k) {
        const MatrixXd& loadings = estimate.loadings[k];
        rest.row(static_cast<Index>(k)) +=
            (loadings.cwiseProduct(loadings * moments[k] - 2.0 * statistics.crossed[k]))
                .rowwise()
                .sum()
                .transpose();
    }
    constrain_uniquenesses(structure, statistics.masses, std::move(rest), floor, estimate);
    return estimate;
}

FactorParameters factor_start(const MatrixRef& observations, const VectorRef& weights,
                              const Partition& partition, int component_count, int factor_count,
                              FactorStructure structure, const VectorRef& scales,
                              const VectorRef& floor, const std::stop_token& stop) {
    const Index d = observations.cols();
    const VectorXd units = is_isotropic(structure) ? VectorXd(VectorXd::Ones(d)) : VectorXd(scales);
    std::vector<Cluster> clusters;
    Index row_count = 0;
    bool needs_pooled = has_common_loadings(structure);
    for (std::int32_t k = 0; k < component_count; ++k) {
        clusters.push_back(cluster_of(observations, weights, partition, k));
        clusters.back().deviations *= units.cwiseInverse().asDiagonal();
        row_count += clusters.back().deviations.rows();
        needs_pooled = needs_pooled || clusters.back().deviations.rows() <= factor_count + 1;
    }
    VectorXd masses(component_count);
    for (int k = 0; k < component_count; ++k)
        masses[k] = clusters[static_cast<std::size_t>(k)].mass;
    PrincipalComponents pooled;
    if (needs_pooled) {
        MatrixXd all(row_count, d);
        Index begin = 0;
        for (const Cluster& cluster : clusters) {
            all.middleRows(begin, cluster.deviations.rows()) = cluster.deviations;
            begin += cluster.deviations.rows();
        }
        pooled = principal_components(all, masses.sum(), factor_count);
    }
    FactorParameters start{.mixing_weights = masses / masses.sum(),
                           .means = MatrixXd(component_count, d),
                           .loadings = {},
                           .uniquenesses = {}};
    MatrixXd remainders(component_count, d);
    for (int k = 0; k < component_count; ++k) {
        if (stop.stop_requested())
            throw compute::Cancelled{};
        const Cluster& cluster = clusters[static_cast<std::size_t>(k)];
        const bool takes_pooled =
            has_common_loadings(structure) || cluster.deviations.rows() <= factor_count + 1;
        const PrincipalComponents found =
            takes_pooled ? pooled
                         : principal_components(cluster.deviations, cluster.mass, factor_count);
        start.means.row(k) = cluster.mean;
        start.loadings.push_back(units.asDiagonal() * found.loadings);
        remainders.row(k) = found.remainder.cwiseProduct(units.cwiseAbs2()).transpose();
    }
    FactorEstimate constrained;
    constrain_uniquenesses(structure, masses, std::move(remainders), floor, constrained);
    start.uniquenesses = std::move(constrained.uniquenesses);
    return start;
}

void turn_to_principal_axes(FactorStructure structure, FactorParameters& parameters) {
    const VectorXd common = parameters.uniquenesses.transpose() * parameters.mixing_weights;
    for (std::size_t k = 0; k < parameters.loadings.size(); ++k) {
        MatrixXd& loadings = parameters.loadings[k];
        const VectorXd uniquenesses =
            has_common_loadings(structure)
                ? common
                : VectorXd(parameters.uniquenesses.row(static_cast<Index>(k)).transpose());
        const MatrixXd scaled = uniquenesses.cwiseSqrt().cwiseInverse().asDiagonal() * loadings;
        const MatrixXd axes = symmetric_eigen(scaled.transpose() * scaled).vectors;
        const MatrixXd turned = scaled * axes;
        loadings = loadings * axes;
        for (Index l = 0; l < loadings.cols(); ++l) {
            Index greatest = 0;
            turned.col(l).cwiseAbs().maxCoeff(&greatest);
            if (turned(greatest, l) < 0.0)
                loadings.col(l) = -loadings.col(l);
        }
    }
}

}  // namespace mixtura
