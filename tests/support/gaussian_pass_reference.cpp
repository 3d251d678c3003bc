// SPDX-License-Identifier: Apache-2.0
#include "support/gaussian_pass_reference.h"

#include <algorithm>
#include <cmath>

namespace mixtura::test {

namespace {

using compute::GaussianParameters;

/// One row under one component.
struct Component {
    long double log_density = 0.0L;  ///< with log(pi)
    long double weight = 1.0L;       ///< u
};

/// log(pi) + log of the density with mean mu and covariance or scale L L', by forward substitution.
Component component_at(const Eigen::MatrixXd& observations, Eigen::Index row,
                       const GaussianParameters& parameters, Eigen::Index k) {
    const Eigen::Index dim = observations.cols();
    const Eigen::MatrixXd& factor = parameters.covariance_factors[static_cast<std::size_t>(k)];
    const bool full = parameters.shape == GaussianParameters::Shape::full;
    std::vector<long double> z(static_cast<std::size_t>(dim));
    long double square = 0.0L;
    long double log_determinant = 0.0L;
    for (Eigen::Index i = 0; i < dim; ++i) {
        long double rest = static_cast<long double>(observations(row, i)) -
                           static_cast<long double>(parameters.means(k, i));
        for (Eigen::Index j = 0; full && j < i; ++j)
            rest -= static_cast<long double>(factor(i, j)) * z[static_cast<std::size_t>(j)];
        const long double pivot = full ? factor(i, i) : factor(i, 0);
        const long double value = rest / pivot;
        z[static_cast<std::size_t>(i)] = value;
        square += value * value;
        log_determinant += std::log(pivot);
    }
    const auto d = static_cast<long double>(dim);
    const long double log_scale =
        std::log(static_cast<long double>(parameters.mixing_weights[k])) - log_determinant;
    if (parameters.degrees_of_freedom.size() == 0)
        return {log_scale - 0.5L * d * 1.837877066409345483560659472811235279723L - 0.5L * square,
                1.0L};
    const long double nu = parameters.degrees_of_freedom[k];
    return {log_scale + std::lgamma(0.5L * (nu + d)) - std::lgamma(0.5L * nu) -
                0.5L * d * std::log(nu * 3.141592653589793238462643383279502884197L) -
                0.5L * (nu + d) * std::log1p(square / nu),
            (nu + d) / (nu + square)};
}

}  // namespace

GaussianPassReference gaussian_pass_reference(const Eigen::MatrixXd& observations,
                                              const Eigen::VectorXd& weights,
                                              const GaussianParameters& parameters) {
    const Eigen::Index rows = observations.rows();
    const Eigen::Index dim = observations.cols();
    const Eigen::Index components = parameters.mixing_weights.size();
    const bool full = parameters.shape == GaussianParameters::Shape::full;
    const auto weight = [&](Eigen::Index i) -> long double {
        return weights.size() == 0 ? 1.0L : static_cast<long double>(weights[i]);
    };
    std::vector<long double> share(static_cast<std::size_t>(rows * components));
    std::vector<long double> u(share.size());
    GaussianPassReference result;
    result.log_densities.resize(rows);
    result.responsibilities.resize(rows, components);
    for (Eigen::Index i = 0; i < rows; ++i) {
        long double* p = share.data() + i * components;
        for (Eigen::Index k = 0; k < components; ++k) {
            const Component component = component_at(observations, i, parameters, k);
            p[k] = component.log_density;
            u[static_cast<std::size_t>(i * components + k)] = component.weight;
        }
        const long double largest = *std::max_element(p, p + components);
        long double sum = 0.0L;
        for (Eigen::Index k = 0; k < components; ++k) sum += std::exp(p[k] - largest);
        const long double log_density = largest + std::log(sum);
        result.log_densities[i] = static_cast<double>(log_density);
        result.log_likelihood += weight(i) * log_density;
        for (Eigen::Index k = 0; k < components; ++k) {
            p[k] = std::exp(p[k] - log_density);
            result.responsibilities(i, k) = static_cast<double>(p[k]);
        }
    }
    result.masses.resize(components);
    result.weight_sums.resize(components);
    result.means = parameters.means;
    for (Eigen::Index k = 0; k < components; ++k) {
        const auto r = [&](Eigen::Index i) {
            const auto at = static_cast<std::size_t>(i * components + k);
            return weight(i) * share[at] * u[at];
        };
        long double rows_in_all = 0.0L;
        long double mass = 0.0L;
        for (Eigen::Index i = 0; i < rows; ++i) {
            rows_in_all += weight(i) * share[static_cast<std::size_t>(i * components + k)];
            mass += r(i);
        }
        result.masses[k] = static_cast<double>(rows_in_all);
        result.weight_sums[k] = static_cast<double>(mass);
        std::vector<long double> mean(static_cast<std::size_t>(dim));
        for (Eigen::Index j = 0; j < dim; ++j) {
            long double sum = 0.0L;
            for (Eigen::Index i = 0; i < rows; ++i)
                sum += r(i) * static_cast<long double>(observations(i, j));
            mean[static_cast<std::size_t>(j)] =
                mass > 0.0L ? sum / mass : static_cast<long double>(parameters.means(k, j));
            result.means(k, j) = static_cast<double>(mean[static_cast<std::size_t>(j)]);
        }
        Eigen::MatrixXd scatter(dim, full ? dim : 1);
        for (Eigen::Index a = 0; a < dim; ++a)
            for (Eigen::Index b = full ? 0 : a; b < (full ? dim : a + 1); ++b) {
                long double sum = 0.0L;
                for (Eigen::Index i = 0; i < rows; ++i)
                    sum += r(i) *
                           (static_cast<long double>(observations(i, a)) -
                            mean[static_cast<std::size_t>(a)]) *
                           (static_cast<long double>(observations(i, b)) -
                            mean[static_cast<std::size_t>(b)]);
                scatter(a, full ? b : 0) = static_cast<double>(sum);
            }
        result.scatters.push_back(std::move(scatter));
    }
    return result;
}

}  // namespace mixtura::test
