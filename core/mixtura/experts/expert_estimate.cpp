// SPDX-License-Identifier: Apache-2.0
#include "mixtura/experts/expert_estimate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "mixtura/common/brief_text.h"
#include "mixtura/experts/row_blocks.h"
#include "mixtura/experts/weighted_least_squares.h"
#include "mixtura/gaussian_mixture/spurious.h"

namespace mixtura::experts {

using Eigen::ArrayXd;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// A Gaussian or Student variance below this share of that of one expert has collapsed.
constexpr double least_variance_share = 1e-6;

/// Newton's method on sum_i w_i (y_i eta_i - exp eta_i), each step a weighted least squares.
std::optional<VectorXd> poisson_coefficients(const ExpertsProblem& problem, const VectorXd& weights,
                                             VectorXd coefficients, const std::stop_token& stop) {
    const MatrixXd& x = problem.experts.columns;
    const auto objective = [&](const VectorXd& beta) {
        const ArrayXd eta = (x * beta).array().max(-700.0).min(700.0);
        return (weights.array() * (problem.response.array() * eta - eta.exp())).sum();
    };
    double value = objective(coefficients);
    for (int step = 0; step < 50; ++step) {
        const ArrayXd mu = (x * coefficients).array().max(-300.0).min(300.0).exp();
        const VectorXd scaled = weights.array() * mu;
        const VectorXd working = (problem.response.array() - mu) / mu;
        const auto direction = weighted_least_squares(x, working, scaled, stop);
        if (!direction)
            return std::nullopt;
        const double gain =
            (x * *direction).dot((weights.array() * (problem.response.array() - mu)).matrix());
        // So near the maximum the whole step squares the distance to it, and is the last.
        if (!(gain > 1e-12 * std::max(1.0, std::abs(value))))
            return gain > 0.0 ? VectorXd(coefficients + *direction) : coefficients;
        double length = 1.0;
        double reached = objective(coefficients + *direction);
        while (length > 1e-10 && !(reached >= value + 1e-4 * length * gain)) {
            length *= 0.5;
            reached = objective(coefficients + length * *direction);
        }
        if (length <= 1e-10)
            break;
        coefficients += length * *direction;
        value = reached;
    }
    return coefficients;
}

/// Weights that make the M-step of a robust expert one of least squares.
VectorXd robust_weights(const ExpertsProblem& problem, const ExpertsModel& model, Index k,
                        const VectorXd& weights) {
    const ArrayXd residuals =
        (problem.response - problem.experts.columns * model.expert_coefficients.row(k).transpose())
            .array();
    if (model.family == ExpertFamily::student) {
        const double nu = model.degrees_of_freedom;
        return weights.array() * (nu + 1.0) / (nu + residuals.square() / model.expert_variances[k]);
    }
    const double least = 1e-10 * std::sqrt(problem.residual_variance);
    return weights.array() / residuals.abs().max(least);
}

}  // namespace

ExpertsExpectation expectation(const ExpertsProblem& problem, const ExpertsModel& model,
                               const std::stop_token& stop) {
    const Index n = problem.row_count();
    const Index K = model.component_count();
    ExpertsExpectation result{.responsibilities = MatrixXd(n, K), .masses = VectorXd::Zero(K)};
    const auto blocks = static_cast<std::size_t>(row_block_count(n));
    std::vector<VectorXd> masses(blocks);
    std::vector<double> sums(blocks, 0.0);
    for_each_row_block(n, stop, [&](Index block, Index first, Index count) {
        const MatrixXd predictors = problem.experts.columns.middleRows(first, count) *
                                    model.expert_coefficients.transpose();
        MatrixXd joint = log_gate_probabilities(problem.gate.columns.middleRows(first, count),
                                                model.gate_coefficients);
        for (Index k = 0; k < K; ++k)
            joint.col(k).array() += expert_log_density(
                model.family, problem.response.segment(first, count), predictors.col(k),
                has_scale(model.family) ? model.expert_variances[k] : 1.0,
                model.degrees_of_freedom);
        const ArrayXd largest = joint.rowwise().maxCoeff();
        joint.array().colwise() -= largest;
        joint = joint.array().exp();
        const ArrayXd row_sums = joint.rowwise().sum();
        joint.array().colwise() /= row_sums;
        const VectorXd weights = problem.weights.segment(first, count);
        const auto b = static_cast<std::size_t>(block);
        sums[b] =
            (weights.array() > 0.0).select(weights.array() * (largest + row_sums.log()), 0.0).sum();
        masses[b] = joint.transpose() * weights;
        result.responsibilities.middleRows(first, count) = joint;
    });
    for (std::size_t b = 0; b < blocks; ++b) {
        result.log_likelihood += sums[b];
        result.masses += masses[b];
    }
    return result;
}

std::string update_experts(const ExpertsProblem& problem, const MatrixXd& responsibilities,
                           bool begins, bool equal_scales, ExpertsModel& model,
                           const std::stop_token& stop) {
    const MatrixXd& x = problem.experts.columns;
    const Index K = responsibilities.cols();
    const bool is_poisson = model.family == ExpertFamily::poisson;
    VectorXd spreads(K);
    VectorXd masses(K);
    for (Index k = 0; k < K; ++k) {
        const VectorXd weights = problem.weights.cwiseProduct(responsibilities.col(k));
        masses[k] = weights.sum();
        VectorXd fit_weights = weights;
        if (!begins &&
            (model.family == ExpertFamily::student || model.family == ExpertFamily::laplace))
            fit_weights = robust_weights(problem, model, k, weights);
        std::optional<VectorXd> coefficients;
        if (is_poisson) {
            VectorXd from = model.expert_coefficients.row(k);
            if (begins) {
                from.setZero();
                from[0] = std::log(std::max(weights.dot(problem.response) / masses[k], 1e-3));
            }
            coefficients = poisson_coefficients(problem, weights, from, stop);
        } else {
            coefficients = weighted_least_squares(x, problem.response, fit_weights, stop);
        }
        if (!coefficients || !coefficients->allFinite())
            return "The rows of " + component_of(k, K) +
                   " do not determine its coefficients; try fewer components or covariates";
        model.expert_coefficients.row(k) = coefficients->transpose();
        if (is_poisson)
            continue;
        const ArrayXd residuals = (problem.response - x * *coefficients).array();
        spreads[k] = model.family == ExpertFamily::laplace
                         ? weights.dot(residuals.abs().matrix())
                         : fit_weights.dot(residuals.square().matrix());
    }
    if (is_poisson)
        return {};
    if (equal_scales)
        model.expert_variances.setConstant(spreads.sum() / masses.sum());
    else
        model.expert_variances = spreads.cwiseQuotient(masses);
    const bool is_laplace = model.family == ExpertFamily::laplace;
    const double least = is_laplace ? std::sqrt(least_variance_share * problem.residual_variance)
                                    : least_variance_share * problem.residual_variance;
    for (Index k = 0; k < K; ++k) {
        if (!(model.expert_variances[k] > least))
            return "The variance of " + component_of(k, K) + " collapsed to " +
                   brief_text(model.expert_variances[k], 2) +
                   ": its rows lie on a line; try fewer components or equal variances";
    }
    return {};
}

}  // namespace mixtura::experts
