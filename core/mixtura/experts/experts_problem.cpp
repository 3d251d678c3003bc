// SPDX-License-Identifier: Apache-2.0
#include "mixtura/experts/experts_problem.h"

#include <cmath>

#include <Eigen/QR>

#include "mixtura/common/error.h"
#include "mixtura/experts/weighted_least_squares.h"

namespace mixtura::experts {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// The covariates of one side of the model, as messages name them.
struct Covariates {
    const MatrixXd& columns;
    const std::vector<std::string>& names;
    std::string side;  ///< "expert" or "gate"
    [[nodiscard]] std::string name(Index column) const {
        const auto j = static_cast<std::size_t>(column);
        return side + " covariate " +
               (j < names.size() ? "'" + names[j] + "'" : std::to_string(column + 1));
    }
};

/// The column that those before it determine, -1 where there is none.
Index determined_column(const MatrixXd& standardised, const VectorXd& weights) {
    const auto has_rank = [&](Index columns) {
        return weighted_least_squares(standardised.leftCols(columns),
                                      VectorXd::Zero(standardised.rows()), weights)
            .has_value();
    };
    if (has_rank(standardised.cols()))
        return -1;
    Index columns = 2;
    while (columns < standardised.cols() && has_rank(columns)) ++columns;
    return columns - 1;
}

Design design_of(const Covariates& covariates, const VectorXd& weights, double weight_sum,
                 bool standardise) {
    const MatrixXd& x = covariates.columns;
    Design design{.columns = MatrixXd::Ones(x.rows(), x.cols() + 1),
                  .means = VectorXd::Zero(x.cols() + 1),
                  .scales = VectorXd::Ones(x.cols() + 1)};
    for (Index j = 0; j < x.cols(); ++j) {
        if (!x.col(j).allFinite())
            throw DataError("The " + covariates.name(j) +
                            " has a value that is not finite; leave its row out.");
        const double mean = weights.dot(x.col(j)) / weight_sum;
        const VectorXd centred = x.col(j).array() - mean;
        const double scale = std::sqrt(weights.dot(centred.cwiseAbs2()) / weight_sum);
        if (!(scale > 1e-13 * std::abs(mean)) || !std::isfinite(scale))
            throw DataError("The " + covariates.name(j) +
                            (std::isfinite(scale)
                                 ? " is constant; leave it out, the intercept stands for it."
                                 : " is too large to be squared; change its unit."));
        design.means[j + 1] = mean;
        design.scales[j + 1] = scale;
        design.columns.col(j + 1) = centred / scale;
    }
    const Index determined = x.cols() > 1 ? determined_column(design.columns, weights) : -1;
    if (determined > 0)
        throw DataError("The " + covariates.name(determined - 1) +
                        " is a linear combination of the other " + covariates.side +
                        " covariates; leave it out.");
    if (!standardise) {
        design.columns.rightCols(x.cols()) = x;
        design.means.setZero();
        design.scales.setOnes();
    }
    return design;
}

void check_shapes(const ExpertsRows& rows) {
    const Index n = rows.response.size();
    if (n == 0)
        throw DataError("There are no rows to fit.");
    if (rows.expert_covariates.rows() != n || rows.gate_covariates.rows() != n)
        throw InvalidArgument("The response has " + std::to_string(n) +
                              " rows; the covariates must have as many.");
    const VectorXd& weights = rows.observation_weights;
    if (weights.size() != 0 && (weights.size() != n || !weights.allFinite() ||
                                weights.minCoeff() < 0.0 || !(weights.sum() > 0.0)))
        throw InvalidArgument(
            "observation_weights must be empty, or a number >= 0 for each row, not all zero.");
    if (!rows.response.allFinite())
        throw DataError("The response has a value that is not finite; leave its row out.");
}

void check_counts(const VectorXd& response) {
    for (Index i = 0; i < response.size(); ++i) {
        if (response[i] < 0.0 || response[i] != std::floor(response[i]))
            throw DataError("Poisson experts need counts (0, 1, 2, ...); the response of row " +
                            std::to_string(i + 1) + " is no count. Use gaussian experts instead.");
    }
}

}  // namespace

MatrixXd Design::in_own_units(const MatrixRef& coefficients) const {
    MatrixXd own = coefficients;
    for (Index j = 1; j < own.cols(); ++j) {
        own.col(j) /= scales[j];
        own.col(0) -= own.col(j) * means[j];
    }
    return own;
}

MatrixXd Design::standardised(const MatrixRef& coefficients) const {
    MatrixXd result = coefficients;
    for (Index j = 1; j < result.cols(); ++j) {
        result.col(0) += result.col(j) * means[j];
        result.col(j) *= scales[j];
    }
    return result;
}

ExpertsModel ExpertsProblem::in_own_units(ExpertsModel model) const {
    model.expert_coefficients = experts.in_own_units(model.expert_coefficients);
    model.gate_coefficients = gate.in_own_units(model.gate_coefficients);
    return model;
}

ExpertsModel ExpertsProblem::standardised(ExpertsModel model) const {
    model.expert_coefficients = experts.standardised(model.expert_coefficients);
    model.gate_coefficients = gate.standardised(model.gate_coefficients);
    return model;
}

ExpertsProblem experts_problem(const ExpertsRows& rows, ExpertFamily family, bool standardise,
                               const std::stop_token& stop) {
    check_shapes(rows);
    const Index n = rows.response.size();
    ExpertsProblem problem{.response = rows.response,
                           .experts = {},
                           .gate = {},
                           .weights = rows.observation_weights.size() == 0
                                          ? VectorXd::Ones(n)
                                          : rows.observation_weights};
    problem.weight_sum = problem.weights.sum();
    problem.used_row_count = static_cast<double>((problem.weights.array() > 0.0).count());
    const double p = static_cast<double>(rows.expert_covariates.cols() + 1);
    if (problem.used_row_count <= p)
        throw DataError("The experts have " + std::to_string(static_cast<int>(p)) +
                        " coefficients each, the data only " +
                        std::to_string(static_cast<int>(problem.used_row_count)) +
                        " rows; use fewer covariates or more rows.");
    problem.experts = design_of({rows.expert_covariates, rows.expert_names, "expert"},
                                problem.weights, problem.weight_sum, standardise);
    problem.gate = design_of({rows.gate_covariates, rows.gate_names, "gate"}, problem.weights,
                             problem.weight_sum, standardise);
    if (family == ExpertFamily::poisson)
        check_counts(problem.response);
    const double mean = problem.weights.dot(problem.response) / problem.weight_sum;
    const VectorXd centred = problem.response.array() - mean;
    const double variance = problem.weights.dot(centred.cwiseAbs2()) / problem.weight_sum;
    if (!std::isfinite(variance))
        throw DataError("The response is too large to be squared; change its unit.");
    if (!(variance > 1e-26 * mean * mean))
        throw DataError("The response is constant: there is nothing to explain.");
    const auto fitted =
        weighted_least_squares(problem.experts.columns, centred, problem.weights, stop);
    if (!fitted)
        throw DataError("The expert covariates determine one another; leave one out.");
    const VectorXd residuals = centred - problem.experts.columns * *fitted;
    problem.residual_variance = problem.weights.dot(residuals.cwiseAbs2()) / problem.weight_sum;
    if (has_scale(family) && !(problem.residual_variance > 1e-20 * variance))
        throw DataError(
            "The expert covariates determine the response exactly; there is no noise to model. Is "
            "the response among the covariates?");
    return problem;
}

}  // namespace mixtura::experts
