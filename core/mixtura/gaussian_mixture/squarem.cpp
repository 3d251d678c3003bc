// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/squarem.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mixtura/gaussian_mixture/student_tails.h"

namespace mixtura {

using compute::GaussianParameters;
using Eigen::Index;

namespace {

Index coordinate_count(const GaussianParameters& parameters) {
    const Index d = parameters.means.cols();
    const bool is_full = parameters.shape == GaussianParameters::Shape::full;
    return parameters.mixing_weights.size() * (1 + d + (is_full ? d * (d + 1) / 2 : d)) +
           parameters.degrees_of_freedom.size() + (parameters.noise ? 1 : 0);
}

/// A weight of 0 has no logarithm.
double log_noise_weight(const GaussianParameters& parameters) {
    return std::log(std::max(parameters.noise->weight, std::numeric_limits<double>::min()));
}

}  // namespace

Eigen::VectorXd squarem_coordinates(const GaussianParameters& parameters,
                                    const Eigen::VectorXd& scales) {
    const Index d = parameters.means.cols();
    const bool is_full = parameters.shape == GaussianParameters::Shape::full;
    Eigen::VectorXd coordinates(coordinate_count(parameters));
    double* next = coordinates.data();
    for (Index k = 0; k < parameters.mixing_weights.size(); ++k) {
        const Eigen::MatrixXd& factor = parameters.covariance_factors[static_cast<std::size_t>(k)];
        *next++ = std::log(parameters.mixing_weights[k]);
        for (Index i = 0; i < d; ++i) {
            *next++ = parameters.means(k, i) / scales[i];
            if (is_full)
                for (Index j = 0; j < i; ++j) *next++ = factor(i, j) / scales[i];
            *next++ = std::log(factor(i, is_full ? i : 0));
        }
    }
    for (const double nu : parameters.degrees_of_freedom) *next++ = std::log(nu);
    if (parameters.noise)
        *next = log_noise_weight(parameters);
    return coordinates;
}

GaussianParameters from_squarem_coordinates(const Eigen::VectorXd& coordinates,
                                            const Eigen::VectorXd& scales,
                                            const GaussianParameters& like) {
    const Index d = like.means.cols();
    const bool is_full = like.shape == GaussianParameters::Shape::full;
    GaussianParameters parameters = like;
    const double* next = coordinates.data();
    for (Index k = 0; k < parameters.mixing_weights.size(); ++k) {
        Eigen::MatrixXd& factor = parameters.covariance_factors[static_cast<std::size_t>(k)];
        parameters.mixing_weights[k] = *next++;
        for (Index i = 0; i < d; ++i) {
            parameters.means(k, i) = *next++ * scales[i];
            if (is_full)
                for (Index j = 0; j < i; ++j) factor(i, j) = *next++ * scales[i];
            factor(i, is_full ? i : 0) = std::exp(*next++);
        }
    }
    for (double& nu : parameters.degrees_of_freedom)
        nu = std::clamp(std::exp(*next++), degrees_of_freedom_least, degrees_of_freedom_limit);
    Eigen::VectorXd& weights = parameters.mixing_weights;  // logarithms as yet
    const double largest = std::max(weights.maxCoeff(), parameters.noise ? *next : weights[0]);
    weights = (weights.array() - largest).exp();
    double sum = weights.sum();
    if (parameters.noise) {
        parameters.noise->weight = std::exp(*next - largest);
        sum += parameters.noise->weight;
        parameters.noise->weight /= sum;
    }
    weights /= sum;
    return parameters;
}

SquaremStep squarem_step(const Eigen::VectorXd& start, const Eigen::VectorXd& first,
                         const Eigen::VectorXd& second, double limit) {
    const Eigen::VectorXd r = first - start;
    const Eigen::VectorXd v = second - first - r;
    const double ratio = v.norm() / r.norm();  // 1 - rate where EM converges linearly
    SquaremStep step;
    step.length = ratio > 0.0 ? std::clamp(1.0 / ratio, 1.0, limit) : limit;
    step.rate = std::clamp(1.0 - ratio, 0.0, 1.0);
    step.point = start + 2.0 * step.length * r + step.length * step.length * v;
    return step;
}

}  // namespace mixtura
