// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/conjugate_prior.h"

#include <cmath>

#include <Eigen/Dense>

namespace mixtura {

namespace {

using compute::GaussianParameters;
using compute::GaussianStatistics;
using Eigen::Index;
using Shape = GaussianParameters::Shape;

bool is_spherical(CovarianceStructure structure) {
    return structure == CovarianceStructure::EII || structure == CovarianceStructure::VII;
}

bool is_shared(CovarianceStructure structure) {
    return structure == CovarianceStructure::EII || structure == CovarianceStructure::EEI ||
           structure == CovarianceStructure::EEE;
}

/// What the exponent of |Sigma| gains from the inverse-Wishart (or, on the axes, the inverse-gamma)
/// distribution beside its degrees of freedom.
double wishart_mass(CovarianceStructure structure, double d) {
    const double degrees = d + 2.0;
    if (is_spherical(structure))
        return (degrees + 2.0) / d;
    return is_diagonal(structure) ? degrees + 2.0 : degrees + d + 1.0;
}

/// log |Sigma| and tr(scale Sigma^-1) + strength (mu - centre)' Sigma^-1 (mu - centre).
struct Terms {
    double log_determinant = 0.0;
    double distance = 0.0;
};

Terms diagonal_terms(const ConjugatePrior& prior, const Eigen::VectorXd& deviations,
                     const Eigen::VectorXd& offset) {
    const Eigen::ArrayXd variances = deviations.array().square();
    const Eigen::ArrayXd spread =
        prior.scale.col(0).array() + prior.strength * offset.array().square();
    return {.log_determinant = variances.log().sum(), .distance = (spread / variances).sum()};
}

Terms full_terms(const ConjugatePrior& prior, const Eigen::MatrixXd& factor,
                 const Eigen::VectorXd& offset) {
    Eigen::MatrixXd spread = prior.scale + prior.strength * offset * offset.transpose();
    const auto lower = factor.triangularView<Eigen::Lower>();
    lower.solveInPlace(spread);
    spread.transposeInPlace();
    lower.solveInPlace(spread);
    return {.log_determinant = 2.0 * factor.diagonal().array().log().sum(),
            .distance = spread.trace()};
}

}  // namespace

ConjugatePrior default_conjugate_prior(CovarianceStructure structure, int component_count,
                                       const Eigen::RowVectorXd& mean,
                                       const Eigen::MatrixXd& covariance) {
    const auto d = static_cast<double>(mean.size());
    const double cut = std::pow(static_cast<double>(component_count), 2.0 / d);
    const double variance = covariance.trace() / d / cut;
    const double copies = is_shared(structure) ? component_count : 1.0;
    ConjugatePrior prior{
        .centre = mean, .mass = 1.0 + wishart_mass(structure, d) / copies, .scale = {}};
    if (is_spherical(structure))
        prior.scale = Eigen::MatrixXd::Constant(mean.size(), 1, variance / d / copies);
    else if (is_diagonal(structure))
        prior.scale = Eigen::MatrixXd::Constant(mean.size(), 1, variance / copies);
    else
        prior.scale = covariance / (cut * copies);
    return prior;
}

GaussianStatistics with_prior(const ConjugatePrior& prior, const GaussianStatistics& statistics) {
    GaussianStatistics result = statistics;
    for (Index k = 0; k < statistics.masses.size(); ++k) {
        const double rows = statistics.masses[k];
        const Eigen::RowVectorXd offset = statistics.means.row(k) - prior.centre;
        const double shrunk = prior.strength * rows / (prior.strength + rows);
        Eigen::MatrixXd& scatter = result.scatters[static_cast<std::size_t>(k)];
        if (scatter.cols() == 1)
            scatter.col(0) += prior.scale.col(0) + shrunk * offset.transpose().cwiseAbs2();
        else
            scatter += prior.scale + shrunk * offset.transpose() * offset;
        result.means.row(k) = (rows * statistics.means.row(k) + prior.strength * prior.centre) /
                              (rows + prior.strength);
        result.masses[k] = rows + prior.mass;
    }
    return result;
}

double log_prior(const ConjugatePrior& prior, const GaussianParameters& parameters) {
    double value = 0.0;
    for (Index k = 0; k < parameters.means.rows(); ++k) {
        const Eigen::VectorXd offset = (parameters.means.row(k) - prior.centre).transpose();
        const Eigen::MatrixXd& factor = parameters.covariance_factors[static_cast<std::size_t>(k)];
        const Terms terms = parameters.shape == Shape::diagonal
                                ? diagonal_terms(prior, factor.col(0), offset)
                                : full_terms(prior, factor, offset);
        value -= 0.5 * (prior.mass * terms.log_determinant + terms.distance);
    }
    return value;
}

}  // namespace mixtura
