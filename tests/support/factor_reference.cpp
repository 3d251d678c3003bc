// SPDX-License-Identifier: Apache-2.0
#include "support/factor_reference.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Dense>

namespace mixtura::test {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::RowVectorXd;
using Eigen::VectorXd;

FactorExpectation factor_expectation(const MatrixXd& observations, const VectorXd& weights,
                                     const FactorParameters& parameters) {
    const Index n = observations.rows();
    const Index d = observations.cols();
    const Index components = parameters.mixing_weights.size();
    MatrixXd joint(n, components);
    for (Index k = 0; k < components; ++k) {
        const MatrixXd& loadings = parameters.loadings[static_cast<std::size_t>(k)];
        const MatrixXd covariance =
            loadings * loadings.transpose() +
            MatrixXd(parameters.uniquenesses.row(k).transpose().asDiagonal());
        const MatrixXd inverse = covariance.inverse();
        const double log_determinant =
            2.0 * MatrixXd(covariance.llt().matrixL()).diagonal().array().log().sum();
        for (Index i = 0; i < n; ++i) {
            const VectorXd y = (observations.row(i) - parameters.means.row(k)).transpose();
            joint(i, k) = std::log(parameters.mixing_weights[k]) -
                          0.5 * (static_cast<double>(d) * std::log(2.0 * M_PI) + log_determinant +
                                 y.dot(inverse * y));
        }
    }
    FactorExpectation result{.log_likelihood = 0.0, .responsibilities = MatrixXd(n, components)};
    for (Index i = 0; i < n; ++i) {
        const double largest = joint.row(i).maxCoeff();
        double sum = 0.0;
        for (Index k = 0; k < components; ++k) sum += std::exp(joint(i, k) - largest);
        for (Index k = 0; k < components; ++k)
            result.responsibilities(i, k) = std::exp(joint(i, k) - largest) / sum;
        result.log_likelihood += weights[i] * (largest + std::log(sum));
    }
    return result;
}

FactorParameters factor_step(const MatrixXd& observations, const VectorXd& weights,
                             const FactorParameters& parameters, FactorStructure structure,
                             const VectorXd& floor) {
    using enum FactorStructure;
    const Index n = observations.rows();
    const Index d = observations.cols();
    const Index q = parameters.loadings.front().cols();
    const auto components = parameters.loadings.size();
    FactorParameters next = parameters;
    const MatrixXd first = factor_expectation(observations, weights, parameters).responsibilities;
    for (std::size_t k = 0; k < components; ++k) {
        const auto at = static_cast<Index>(k);
        double mass = 0.0;
        RowVectorXd sum = RowVectorXd::Zero(d);
        for (Index i = 0; i < n; ++i) {
            mass += weights[i] * first(i, at);
            sum += weights[i] * first(i, at) * observations.row(i);
        }
        next.mixing_weights[at] = mass / weights.sum();
        next.means.row(at) = sum / mass;
    }
    const MatrixXd second = factor_expectation(observations, weights, next).responsibilities;
    VectorXd masses(components);
    std::vector<MatrixXd> scatters;
    std::vector<MatrixXd> betas;
    std::vector<MatrixXd> thetas;
    MatrixXd pooled = MatrixXd::Zero(d, d);
    for (std::size_t k = 0; k < components; ++k) {
        const auto at = static_cast<Index>(k);
        MatrixXd scatter = MatrixXd::Zero(d, d);
        double mass = 0.0;
        for (Index i = 0; i < n; ++i) {
            const VectorXd y = (observations.row(i) - next.means.row(at)).transpose();
            mass += weights[i] * second(i, at);
            scatter += weights[i] * second(i, at) * y * y.transpose();
        }
        masses[at] = mass;
        pooled += scatter;
        scatters.emplace_back(scatter / mass);
        const MatrixXd& loadings = parameters.loadings[k];
        const MatrixXd covariance =
            loadings * loadings.transpose() +
            MatrixXd(parameters.uniquenesses.row(at).transpose().asDiagonal());
        betas.emplace_back(loadings.transpose() * covariance.inverse());
        thetas.emplace_back(MatrixXd::Identity(q, q) - betas[k] * loadings +
                            betas[k] * scatters[k] * betas[k].transpose());
    }
    pooled /= masses.sum();
    MatrixXd rest(components, d);
    const auto own_loadings = [&] {
        for (std::size_t k = 0; k < components; ++k) {
            next.loadings[k] = scatters[k] * betas[k].transpose() * thetas[k].inverse();
            rest.row(static_cast<Index>(k)) =
                (scatters[k] - next.loadings[k] * betas[k] * scatters[k]).diagonal().transpose();
        }
    };
    const auto rest_of_common = [&](const MatrixXd& loadings) {
        for (std::size_t k = 0; k < components; ++k) {
            next.loadings[k] = loadings;
            rest.row(static_cast<Index>(k)) =
                (scatters[k] - 2.0 * loadings * betas[k] * scatters[k] +
                 loadings * thetas[k] * loadings.transpose())
                    .diagonal()
                    .transpose();
        }
    };
    const auto pooled_loadings = [&] {
        const MatrixXd& old = parameters.loadings.front();
        const MatrixXd theta =
            MatrixXd::Identity(q, q) - betas[0] * old + betas[0] * pooled * betas[0].transpose();
        const MatrixXd loadings = pooled * betas[0].transpose() * theta.inverse();
        next.loadings.assign(components, loadings);
        rest.rowwise() = (pooled - loadings * betas[0] * pooled).diagonal().transpose();
    };
    const RowVectorXd mixed_weights = masses.transpose() / masses.sum();
    const double least_isotropic = floor.mean();
    switch (structure) {
        case UUU:
            own_loadings();
            next.uniquenesses = rest;
            break;
        case UUC:
            own_loadings();
            for (Index k = 0; k < rest.rows(); ++k)
                next.uniquenesses.row(k).setConstant(rest.row(k).mean());
            break;
        case UCU:
            own_loadings();
            next.uniquenesses.rowwise() = RowVectorXd(mixed_weights * rest);
            break;
        case UCC:
            own_loadings();
            next.uniquenesses.setConstant((mixed_weights * rest).mean());
            break;
        case CUU: {
            MatrixXd loadings(d, q);
            for (Index j = 0; j < d; ++j) {
                RowVectorXd right = RowVectorXd::Zero(q);
                MatrixXd left = MatrixXd::Zero(q, q);
                for (std::size_t k = 0; k < components; ++k) {
                    const double share = masses[static_cast<Index>(k)] /
                                         parameters.uniquenesses(static_cast<Index>(k), j);
                    right += share * (scatters[k] * betas[k].transpose()).row(j);
                    left += share * thetas[k];
                }
                loadings.row(j) = right * left.inverse();
            }
            rest_of_common(loadings);
            next.uniquenesses = rest;
            break;
        }
        case CUC: {
            MatrixXd right = MatrixXd::Zero(d, q);
            MatrixXd left = MatrixXd::Zero(q, q);
            for (std::size_t k = 0; k < components; ++k) {
                const double share = masses[static_cast<Index>(k)] /
                                     parameters.uniquenesses(static_cast<Index>(k), 0);
                right += share * scatters[k] * betas[k].transpose();
                left += share * thetas[k];
            }
            rest_of_common(right * left.inverse());
            for (Index k = 0; k < rest.rows(); ++k)
                next.uniquenesses.row(k).setConstant(rest.row(k).mean());
            break;
        }
        case CCU:
            pooled_loadings();
            next.uniquenesses = rest;
            break;
        case CCC:
            pooled_loadings();
            next.uniquenesses.setConstant(rest.row(0).mean());
            break;
    }
    for (Index k = 0; k < rest.rows(); ++k) {
        for (Index j = 0; j < d; ++j) {
            next.uniquenesses(k, j) = std::max(
                next.uniquenesses(k, j), is_isotropic(structure) ? least_isotropic : floor[j]);
        }
    }
    return next;
}

FactorParameters random_factor_parameters(FactorStructure structure, int component_count,
                                          int feature_count, int factor_count, double separation,
                                          RandomStream& random) {
    FactorParameters parameters{.mixing_weights = VectorXd(component_count),
                                .means = MatrixXd(component_count, feature_count),
                                .loadings = {},
                                .uniquenesses = MatrixXd(component_count, feature_count)};
    for (int k = 0; k < component_count; ++k) {
        parameters.mixing_weights[k] = component_count - k + 1.0;
        for (int j = 0; j < feature_count; ++j) parameters.means(k, j) = random.normal();
        parameters.means.row(k) *= separation / parameters.means.row(k).norm();
        MatrixXd loadings(feature_count, factor_count);
        for (Index i = 0; i < loadings.size(); ++i) loadings(i) = random.normal();
        parameters.loadings.push_back(
            has_common_loadings(structure) && k > 0 ? parameters.loadings.front() : loadings);
        for (int j = 0; j < feature_count; ++j)
            parameters.uniquenesses(k, j) = 0.3 + 0.7 * random.uniform();
        if (is_isotropic(structure))
            parameters.uniquenesses.row(k).setConstant(parameters.uniquenesses(k, 0));
        if (has_common_uniquenesses(structure))
            parameters.uniquenesses.row(k) = parameters.uniquenesses.row(0).eval();
    }
    parameters.mixing_weights /= parameters.mixing_weights.sum();
    return parameters;
}

FactorSample factor_sample(const FactorParameters& parameters, Index n, RandomStream& random) {
    const Index d = parameters.means.cols();
    FactorSample result{.observations = MatrixXd(n, d), .components = {}};
    for (Index i = 0; i < n; ++i) {
        const Index k = random.categorical(parameters.mixing_weights);
        result.components.push_back(static_cast<std::int32_t>(k));
        result.observations.row(i) = parameters.means.row(k);
        const MatrixXd& loadings = parameters.loadings[static_cast<std::size_t>(k)];
        for (Index l = 0; l < loadings.cols(); ++l)
            result.observations.row(i) += random.normal() * loadings.col(l).transpose();
        for (Index j = 0; j < d; ++j)
            result.observations(i, j) += std::sqrt(parameters.uniquenesses(k, j)) * random.normal();
    }
    return result;
}

MatrixXd standardised(const MatrixXd& observations, double lost) {
    MatrixXd centred = observations.rowwise() - observations.colwise().mean();
    const double divisor = static_cast<double>(observations.rows()) - lost;
    for (Index j = 0; j < centred.cols(); ++j)
        centred.col(j) /= std::sqrt(centred.col(j).squaredNorm() / divisor);
    return centred;
}

}  // namespace mixtura::test
