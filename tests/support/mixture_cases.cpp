// SPDX-License-Identifier: Apache-2.0
#include "support/mixture_cases.h"

#include <cmath>

#include "mixtura/common/random.h"

namespace mixtura::test {

MixtureCase make_mixture_case(const MixtureCaseOptions& options) {
    using Shape = compute::GaussianParameters::Shape;
    const Eigen::Index dim = options.dim;
    const Eigen::Index components = options.components;
    RandomStream random(options.seed);
    MixtureCase made;
    compute::GaussianParameters& parameters = made.parameters;
    parameters.shape = options.shape;
    parameters.mixing_weights.resize(components);
    for (Eigen::Index k = 0; k < components; ++k)
        parameters.mixing_weights[k] = 0.5 + random.uniform();
    parameters.mixing_weights /= parameters.mixing_weights.sum();
    parameters.means.resize(components, dim);
    for (Eigen::Index k = 0; k < components; ++k)
        for (Eigen::Index j = 0; j < dim; ++j)
            parameters.means(k, j) = options.offset + options.separation * random.normal();
    for (Eigen::Index k = 0; k < components; ++k) {
        Eigen::MatrixXd factor = Eigen::MatrixXd::Zero(dim, options.shape == Shape::full ? dim : 1);
        for (Eigen::Index i = 0; i < dim; ++i) {
            const double position =
                dim == 1 ? 0.5 : static_cast<double>(i) / static_cast<double>(dim - 1);
            const double deviation =
                std::pow(options.condition, 0.5 - position) * (0.8 + 0.4 * random.uniform());
            if (options.shape == Shape::full) {
                factor(i, i) = deviation;
                for (Eigen::Index j = 0; j < i; ++j)
                    factor(i, j) =
                        0.5 * deviation * random.normal() / std::sqrt(static_cast<double>(dim));
            } else {
                factor(i, 0) = deviation;
            }
        }
        parameters.covariance_factors.push_back(std::move(factor));
    }
    made.observations.resize(options.rows, dim);
    Eigen::VectorXd noise(dim);
    for (Eigen::Index i = 0; i < options.rows; ++i) {
        const Eigen::Index k = random.categorical(parameters.mixing_weights);
        for (Eigen::Index j = 0; j < dim; ++j) noise[j] = random.normal();
        const Eigen::MatrixXd& factor = parameters.covariance_factors[static_cast<std::size_t>(k)];
        const Eigen::VectorXd deviation = options.shape == Shape::full
                                              ? Eigen::VectorXd(factor * noise)
                                              : Eigen::VectorXd(factor.cwiseProduct(noise));
        made.observations.row(i) = parameters.means.row(k) + deviation.transpose();
    }
    return made;
}

}  // namespace mixtura::test
