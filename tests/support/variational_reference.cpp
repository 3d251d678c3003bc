// SPDX-License-Identifier: Apache-2.0
#include "support/variational_reference.h"

#include <cmath>
#include <numbers>

#include <Eigen/Dense>

namespace mixtura::test {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::RowVectorXd;
using Eigen::VectorXd;

double digamma(double x) {
    double value = 0.0;
    while (x < 20.0) {
        value -= 1.0 / x;
        x += 1.0;
    }
    const double y = 1.0 / (x * x);
    return value + std::log(x) - 0.5 / x -
           y * (1.0 / 12.0 - y * (1.0 / 120.0 - y * (1.0 / 252.0 - y * (1.0 / 240.0 - y / 132.0))));
}

double expected_log_determinant(double nu, const MatrixXd& wishart) {
    const auto d = static_cast<int>(wishart.rows());
    double value = d * std::log(2.0) + std::log(wishart.determinant());
    for (int j = 1; j <= d; ++j) value += digamma((nu + 1.0 - j) / 2.0);
    return value;
}

double log_wishart_constant(const MatrixXd& wishart, double nu) {
    const auto d = static_cast<int>(wishart.rows());
    double value = -0.5 * nu * std::log(wishart.determinant()) - 0.5 * nu * d * std::log(2.0) -
                   0.25 * d * (d - 1) * std::log(std::numbers::pi);
    for (int j = 1; j <= d; ++j) value -= std::lgamma((nu + 1.0 - j) / 2.0);
    return value;
}

VectorXd expected_logs(const VariationalPrior& prior, const NaivePosterior& posterior) {
    const Index count = posterior.masses.size();
    VectorXd value(count);
    for (Index k = 0; k < count; ++k) {
        if (prior.weight_prior == WeightPrior::dirichlet) {
            value[k] =
                digamma(posterior.concentrations[k]) - digamma(posterior.concentrations.sum());
            continue;
        }
        const VectorXd& a = posterior.concentrations;
        const VectorXd& b = posterior.remainders;
        value[k] = digamma(a[k]) - digamma(a[k] + b[k]);
        for (Index j = 0; j < k; ++j) value[k] += digamma(b[j]) - digamma(a[j] + b[j]);
    }
    return value;
}

double log_beta(double a, double b) {
    return std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b);
}

/// E[log p(pi)] - E[log q(pi)].
double weight_terms(const VariationalPrior& prior, const NaivePosterior& posterior) {
    const Index count = posterior.masses.size();
    const VectorXd& a = posterior.concentrations;
    double value = 0.0;
    if (prior.weight_prior == WeightPrior::dirichlet) {
        const VectorXd logs = expected_logs(prior, posterior);
        const double alpha = prior.concentration;
        value += std::lgamma(static_cast<double>(count) * alpha) -
                 static_cast<double>(count) * std::lgamma(alpha) - std::lgamma(a.sum());
        for (Index k = 0; k < count; ++k)
            value += (alpha - 1.0) * logs[k] + std::lgamma(a[k]) - (a[k] - 1.0) * logs[k];
        return value;
    }
    const VectorXd& b = posterior.remainders;
    for (Index k = 0; k < count; ++k) {
        const double log_v = digamma(a[k]) - digamma(a[k] + b[k]);
        const double log_rest = digamma(b[k]) - digamma(a[k] + b[k]);
        value += (prior.concentration - 1.0) * log_rest - log_beta(1.0, prior.concentration);
        value -= (a[k] - 1.0) * log_v + (b[k] - 1.0) * log_rest - log_beta(a[k], b[k]);
    }
    return value;
}

}  // namespace

NaivePosterior naive_update(const VariationalPrior& prior, const MatrixXd& observations,
                            const VectorXd& weights, const MatrixXd& responsibilities) {
    const Index n = observations.rows();
    const Index d = observations.cols();
    const Index count = responsibilities.cols();
    NaivePosterior posterior{.masses = VectorXd::Zero(count),
                             .concentrations = VectorXd::Zero(count),
                             .remainders = VectorXd::Zero(count),
                             .mean_precisions = VectorXd::Zero(count),
                             .means = MatrixXd::Zero(count, d),
                             .degrees_of_freedom = VectorXd::Zero(count),
                             .wisharts = {}};
    for (Index k = 0; k < count; ++k) {
        double mass = 0.0;
        RowVectorXd centre = RowVectorXd::Zero(d);
        for (Index i = 0; i < n; ++i) {
            mass += weights[i] * responsibilities(i, k);
            centre += weights[i] * responsibilities(i, k) * observations.row(i);
        }
        centre /= mass;
        MatrixXd inverse = prior.scale_matrix;
        for (Index i = 0; i < n; ++i) {
            const RowVectorXd y = observations.row(i) - centre;
            inverse += weights[i] * responsibilities(i, k) * y.transpose() * y;
        }
        const RowVectorXd shift = centre - prior.mean;
        inverse +=
            prior.mean_precision * mass / (prior.mean_precision + mass) * shift.transpose() * shift;
        posterior.masses[k] = mass;
        posterior.mean_precisions[k] = prior.mean_precision + mass;
        posterior.means.row(k) =
            (prior.mean_precision * prior.mean + mass * centre) / posterior.mean_precisions[k];
        posterior.degrees_of_freedom[k] = prior.degrees_of_freedom + mass;
        posterior.wisharts.emplace_back(inverse.inverse());
    }
    for (Index k = 0; k < count; ++k) {
        if (prior.weight_prior == WeightPrior::dirichlet) {
            posterior.concentrations[k] = prior.concentration + posterior.masses[k];
            continue;
        }
        posterior.concentrations[k] = 1.0 + posterior.masses[k];
        posterior.remainders[k] = prior.concentration;
        for (Index j = k + 1; j < count; ++j) posterior.remainders[k] += posterior.masses[j];
    }
    return posterior;
}

MatrixXd naive_responsibilities(const VariationalPrior& prior, const NaivePosterior& posterior,
                                const MatrixXd& observations) {
    const auto d = static_cast<double>(observations.cols());
    const VectorXd logs = expected_logs(prior, posterior);
    MatrixXd result(observations.rows(), posterior.masses.size());
    for (Index i = 0; i < result.rows(); ++i) {
        for (Index k = 0; k < result.cols(); ++k) {
            const MatrixXd& wishart = posterior.wisharts[static_cast<std::size_t>(k)];
            const double nu = posterior.degrees_of_freedom[k];
            const VectorXd y = (observations.row(i) - posterior.means.row(k)).transpose();
            result(i, k) = logs[k] + 0.5 * expected_log_determinant(nu, wishart) -
                           0.5 * d * std::log(2.0 * std::numbers::pi) -
                           0.5 * (d / posterior.mean_precisions[k] + nu * y.dot(wishart * y));
        }
        const double largest = result.row(i).maxCoeff();
        double sum = 0.0;
        for (Index k = 0; k < result.cols(); ++k) {
            result(i, k) = std::exp(result(i, k) - largest);
            sum += result(i, k);
        }
        result.row(i) /= sum;
    }
    return result;
}

double naive_lower_bound(const VariationalPrior& prior, const NaivePosterior& posterior,
                         const MatrixXd& observations, const VectorXd& weights,
                         const MatrixXd& responsibilities) {
    const auto d = static_cast<double>(observations.cols());
    const VectorXd logs = expected_logs(prior, posterior);
    double value = weight_terms(prior, posterior);
    for (Index k = 0; k < responsibilities.cols(); ++k) {
        const MatrixXd& wishart = posterior.wisharts[static_cast<std::size_t>(k)];
        const double nu = posterior.degrees_of_freedom[k];
        const double beta = posterior.mean_precisions[k];
        const double log_determinant = expected_log_determinant(nu, wishart);
        for (Index i = 0; i < observations.rows(); ++i) {
            const double r = responsibilities(i, k);
            const VectorXd y = (observations.row(i) - posterior.means.row(k)).transpose();
            value += weights[i] * r *
                     (0.5 * (log_determinant - d / beta - nu * y.dot(wishart * y) -
                             d * std::log(2.0 * std::numbers::pi)) +
                      logs[k]);
            if (r > 0.0)
                value -= weights[i] * r * std::log(r);
        }
        const VectorXd shift = (posterior.means.row(k) - prior.mean).transpose();
        // E[log p(mu, Lambda)]
        value += 0.5 * (d * std::log(prior.mean_precision / (2.0 * std::numbers::pi)) +
                        log_determinant - d * prior.mean_precision / beta -
                        prior.mean_precision * nu * shift.dot(wishart * shift));
        value += log_wishart_constant(prior.scale_matrix.inverse(), prior.degrees_of_freedom) +
                 0.5 * (prior.degrees_of_freedom - d - 1.0) * log_determinant -
                 0.5 * nu * (prior.scale_matrix * wishart).trace();
        // -E[log q(mu, Lambda)]
        value -= 0.5 * (log_determinant + d * std::log(beta / (2.0 * std::numbers::pi)) - d);
        value -= log_wishart_constant(wishart, nu) + 0.5 * (nu - d - 1.0) * log_determinant -
                 0.5 * nu * d;
    }
    return value;
}

double sequential_log_evidence(const VariationalPrior& prior, const MatrixXd& observations) {
    const auto d = static_cast<double>(observations.cols());
    RowVectorXd mean = prior.mean;
    MatrixXd scale = prior.scale_matrix;
    double beta = prior.mean_precision;
    double nu = prior.degrees_of_freedom;
    double value = 0.0;
    for (Index i = 0; i < observations.rows(); ++i) {
        const RowVectorXd y = observations.row(i) - mean;
        const double freedom = nu + 1.0 - d;
        const MatrixXd shape = (1.0 + beta) / (beta * freedom) * scale;
        const double distance = (y * shape.inverse() * y.transpose()).value();
        value += std::lgamma(0.5 * (freedom + d)) - std::lgamma(0.5 * freedom) -
                 0.5 * d * std::log(freedom * std::numbers::pi) -
                 0.5 * std::log(shape.determinant()) -
                 0.5 * (freedom + d) * std::log(1.0 + distance / freedom);
        scale += beta / (beta + 1.0) * y.transpose() * y;
        mean += y / (beta + 1.0);
        beta += 1.0;
        nu += 1.0;
    }
    return value;
}

MatrixXd indicators(const std::vector<std::int32_t>& partition, int component_count) {
    MatrixXd result = MatrixXd::Zero(static_cast<Index>(partition.size()), component_count);
    for (std::size_t i = 0; i < partition.size(); ++i)
        result(static_cast<Index>(i), partition[i]) = 1.0;
    return result;
}

}  // namespace mixtura::test
