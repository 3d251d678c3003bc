// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/noise_component.h"

#include <vector>

#include "mixtura/common/error.h"
#include "mixtura/linalg/symmetric_eigen.h"

namespace mixtura {

namespace {

/// Below it features depend on each other linearly up to rounding.
constexpr double least_correlation_eigenvalue = 1e-12;

/// The box around the rows along the given axes.
/// @param axes  d x d, orthonormal columns
NoiseRegion box_along(const MatrixRef& axes, const MatrixRef& observations) {
    const Eigen::MatrixXd scores = observations * axes;
    const Eigen::RowVectorXd least = scores.colwise().minCoeff();
    const Eigen::RowVectorXd ranges = scores.colwise().maxCoeff() - least;
    return {.origin = least * axes.transpose(),
            .edges = ranges.transpose().asDiagonal() * axes.transpose(),
            .log_density = -ranges.array().log().sum()};
}

Eigen::MatrixXd covariance_of(const MatrixRef& observations, const Eigen::VectorXd& shares) {
    const Eigen::MatrixXd centred = observations.rowwise() - shares.transpose() * observations;
    return centred.transpose() * shares.asDiagonal() * centred;
}

/// @param shares  n, > 0, sum 1
NoiseRegion region_around(const MatrixRef& observations, const Eigen::VectorXd& shares) {
    const Eigen::MatrixXd covariance = covariance_of(observations, shares);
    const Eigen::VectorXd scale = covariance.diagonal().cwiseSqrt().cwiseInverse();
    const SymmetricEigen correlation =
        symmetric_eigen(scale.asDiagonal() * covariance * scale.asDiagonal());
    if (!(correlation.values.minCoeff() > least_correlation_eigenvalue))
        throw DataError(
            "Noise needs a region with a volume, but in these rows features depend on each other "
            "linearly. Leave out one of them.");
    const Eigen::Index d = observations.cols();
    const NoiseRegion upright = box_along(Eigen::MatrixXd::Identity(d, d), observations);
    const NoiseRegion turned = box_along(symmetric_eigen(covariance).vectors, observations);
    return turned.log_density > upright.log_density ? turned : upright;
}

}  // namespace

NoiseRegion noise_region(const MatrixRef& observations, const VectorRef& weights) {
    if (weights.size() == 0)
        return region_around(
            observations, Eigen::VectorXd::Constant(
                              observations.rows(), 1.0 / static_cast<double>(observations.rows())));
    std::vector<Eigen::Index> used;
    for (Eigen::Index i = 0; i < weights.size(); ++i) {
        if (weights[i] > 0.0)
            used.push_back(i);
    }
    return region_around(observations(used, Eigen::all), weights(used) / weights.sum());
}

NoiseRegion rescaled(const NoiseRegion& region, const Eigen::RowVectorXd& scale,
                     const Eigen::RowVectorXd& shift) {
    return {.origin = region.origin.cwiseProduct(scale) + shift,
            .edges = region.edges * scale.asDiagonal(),
            .log_density = region.log_density - scale.array().log().sum()};
}

}  // namespace mixtura
