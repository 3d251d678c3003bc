// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/partition_statistics.h"

#include <cassert>

namespace mixtura {

using Eigen::Index;

compute::GaussianStatistics partition_statistics(const MatrixRef& observations,
                                                 const VectorRef& weights,
                                                 const std::vector<std::int32_t>& partition,
                                                 int component_count,
                                                 compute::GaussianParameters::Shape shape) {
    const Index n = observations.rows();
    const Index d = observations.cols();
    assert(static_cast<Index>(partition.size()) == n);
    const auto weight_of = [&](Index i) { return weights.size() > 0 ? weights[i] : 1.0; };
    const auto component_of = [&](Index i) -> Index {
        return partition[static_cast<std::size_t>(i)];
    };

    compute::GaussianStatistics statistics;
    statistics.masses.setZero(component_count);
    for (Index i = 0; i < n; ++i) statistics.masses[component_of(i)] += weight_of(i);

    // Sums about the first row keep the digits of data far from zero.
    const Eigen::RowVectorXd origin = observations.row(0);
    statistics.means.setZero(component_count, d);
    for (Index j = 0; j < d; ++j) {
        for (Index i = 0; i < n; ++i)
            statistics.means(component_of(i), j) += weight_of(i) * (observations(i, j) - origin[j]);
    }
    for (Index k = 0; k < component_count; ++k) {
        if (statistics.masses[k] > 0.0)
            statistics.means.row(k) = origin + statistics.means.row(k) / statistics.masses[k];
    }

    const bool is_full = shape == compute::GaussianParameters::Shape::full;
    statistics.scatters.assign(static_cast<std::size_t>(component_count),
                               Eigen::MatrixXd::Zero(d, is_full ? d : 1));
    Eigen::VectorXd difference(d);
    for (Index i = 0; i < n; ++i) {
        const Index k = component_of(i);
        Eigen::MatrixXd& scatter = statistics.scatters[static_cast<std::size_t>(k)];
        for (Index j = 0; j < d; ++j) difference[j] = observations(i, j) - statistics.means(k, j);
        for (Index j = 0; j < d; ++j) {
            const double weighted = weight_of(i) * difference[j];
            if (!is_full) {
                scatter(j, 0) += weighted * difference[j];
                continue;
            }
            for (Index l = j; l < d; ++l) scatter(l, j) += weighted * difference[l];
        }
    }
    if (is_full) {
        for (Eigen::MatrixXd& scatter : statistics.scatters)
            scatter.triangularView<Eigen::StrictlyUpper>() = scatter.transpose();
    }
    return statistics;
}

}  // namespace mixtura
