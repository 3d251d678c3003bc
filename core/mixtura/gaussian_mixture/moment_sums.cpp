// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/moment_sums.h"

namespace mixtura {

using Eigen::Index;

compute::GaussianStatistics no_statistics(Index component_count, Index feature_count,
                                          compute::GaussianParameters::Shape shape) {
    const bool is_full = shape == compute::GaussianParameters::Shape::full;
    return {.log_likelihood = 0.0,
            .masses = Eigen::VectorXd::Zero(component_count),
            .means = Eigen::MatrixXd::Zero(component_count, feature_count),
            .scatters = std::vector<Eigen::MatrixXd>(
                static_cast<std::size_t>(component_count),
                Eigen::MatrixXd::Zero(feature_count, is_full ? feature_count : 1))};
}

void add_moments(compute::GaussianStatistics& statistics, const compute::GaussianStatistics& more) {
    for (Index k = 0; k < more.masses.size(); ++k) {
        if (!(more.masses[k] > 0.0))
            continue;
        const auto at = static_cast<std::size_t>(k);
        const double mass = statistics.masses[k] + more.masses[k];
        const Eigen::VectorXd shift = (more.means.row(k) - statistics.means.row(k)).transpose();
        const double between = statistics.masses[k] * more.masses[k] / mass;
        Eigen::MatrixXd& scatter = statistics.scatters[at];
        const Eigen::MatrixXd& other = more.scatters[at];
        if (scatter.cols() == other.cols() && other.cols() > 1)
            scatter += other + between * shift * shift.transpose();
        else
            scatter += (other.cols() > 1 ? Eigen::VectorXd(other.diagonal())
                                         : Eigen::VectorXd(other.col(0))) +
                       between * shift.cwiseAbs2();
        statistics.means.row(k) += (more.masses[k] / mass) * shift.transpose();
        statistics.masses[k] = mass;
    }
}

}  // namespace mixtura
