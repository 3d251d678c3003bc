// SPDX-License-Identifier: Apache-2.0
#include "mixtura/experts/experts_inference.h"

#include <cmath>
#include <string>

#include <Eigen/Cholesky>

#include "mixtura/common/error.h"
#include "mixtura/experts/expert_estimate.h"
#include "mixtura/experts/softmax_gate.h"

namespace mixtura::experts {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// Where each block of the parameter vector begins.
struct Layout {
    Index K;
    Index p;
    Index q;
    [[nodiscard]] Index gate(Index k) const { return k * q; }
    [[nodiscard]] Index expert(Index k) const { return (K - 1) * q + k * p; }
    [[nodiscard]] Index log_variance(Index k) const { return (K - 1) * q + K * p + k; }
    [[nodiscard]] Index size() const { return log_variance(K); }
};

struct Information {
    MatrixXd observed;
    MatrixXd outer_products;
};

/// Both informations in the problem's standardised units.
Information information(const ExpertsProblem& problem, const ExpertsModel& model,
                        const Layout& at) {
    const MatrixXd r = expectation(problem, model).responsibilities;
    const MatrixXd pi =
        log_gate_probabilities(problem.gate.columns, model.gate_coefficients).array().exp();
    const MatrixXd residuals =
        (-(problem.experts.columns * model.expert_coefficients.transpose())).colwise() +
        problem.response;
    Information sum{.observed = MatrixXd::Zero(at.size(), at.size()),
                    .outer_products = MatrixXd::Zero(at.size(), at.size())};
    if (at.K > 1) {
        const Index gate_size = at.expert(0);
        sum.observed.topLeftCorner(gate_size, gate_size) =
            gate_curvature(problem.gate.columns, r, problem.weights, model.gate_coefficients, 0.0,
                           true)
                .information;
    }
    MatrixXd scores(at.size(), at.K);  // of complete data, were the row of component k
    for (Index i = 0; i < problem.row_count(); ++i) {
        const VectorXd x = problem.experts.columns.row(i);
        const VectorXd w = problem.gate.columns.row(i);
        scores.setZero();
        for (Index k = 0; k < at.K; ++k) {
            const double v = model.expert_variances[k];
            const double e = residuals(i, k);
            for (Index l = 0; l + 1 < at.K; ++l)
                scores.col(k).segment(at.gate(l), at.q) = ((k == l ? 1.0 : 0.0) - pi(i, l)) * w;
            scores.col(k).segment(at.expert(k), at.p) = e / v * x;
            scores(at.log_variance(k), k) = 0.5 * (e * e / v - 1.0);
            const double mass = problem.weights[i] * r(i, k);
            sum.observed.block(at.expert(k), at.expert(k), at.p, at.p) +=
                mass / v * x * x.transpose();
            const VectorXd cross = mass * e / v * x;
            sum.observed.col(at.log_variance(k)).segment(at.expert(k), at.p) += cross;
            sum.observed.row(at.log_variance(k)).segment(at.expert(k), at.p) += cross.transpose();
            sum.observed(at.log_variance(k), at.log_variance(k)) += 0.5 * mass * e * e / v;
        }
        const VectorXd score = scores * r.row(i).transpose();
        sum.observed -= problem.weights[i] * (scores * r.row(i).asDiagonal() * scores.transpose() -
                                              score * score.transpose());
        sum.outer_products += problem.weights[i] * score * score.transpose();
    }
    return sum;
}

MatrixXd inverse(const MatrixXd& matrix) {
    const Eigen::LLT<MatrixXd> factored(matrix);
    if (factored.info() != Eigen::Success)
        throw NumericalError(
            "Standard errors are not available: the information is not positive definite, as where "
            "the gate separates the rows or two experts are the same.");
    return factored.solve(MatrixXd::Identity(matrix.rows(), matrix.cols()));
}

/// Standard deviations of coefficients in own units from their covariance in standardised ones.
Eigen::RowVectorXd deviations(const Design& design, const MatrixXd& covariance) {
    const Index p = design.scales.size();
    // Coefficients are rows: own = standardised * transform.
    const MatrixXd transform = design.in_own_units(MatrixXd::Identity(p, p));
    return (transform.transpose() * covariance * transform).diagonal().cwiseSqrt().transpose();
}

}  // namespace

InformationKind information_kind_from(std::string_view name) {
    if (name == "observed")
        return InformationKind::observed;
    if (name == "opg")
        return InformationKind::opg;
    if (name == "sandwich")
        return InformationKind::sandwich;
    throw InvalidArgument("'" + std::string(name) +
                          "' is no kind of standard errors; it must be observed, opg or sandwich.");
}

ExpertsErrors standard_errors(const ExpertsRows& rows, const ExpertsModel& model,
                              InformationKind kind) {
    check(model);
    if (model.family != ExpertFamily::gaussian)
        throw InvalidArgument("Standard errors are available for gaussian experts only.");
    const ExpertsProblem problem = experts_problem(rows, model.family, true, {});
    const Layout at{.K = model.component_count(),
                    .p = problem.experts.columns.cols(),
                    .q = problem.gate.columns.cols()};
    const Information found = information(problem, problem.standardised(model), at);
    MatrixXd covariance =
        inverse(kind == InformationKind::opg ? found.outer_products : found.observed);
    if (kind == InformationKind::sandwich)
        covariance = MatrixXd(covariance * found.outer_products * covariance);
    ExpertsErrors errors{.gate_coefficients = MatrixXd(at.K - 1, at.q),
                         .expert_coefficients = MatrixXd(at.K, at.p),
                         .log_variances = VectorXd(at.K)};
    for (Index k = 0; k < at.K; ++k) {
        if (k + 1 < at.K)
            errors.gate_coefficients.row(k) =
                deviations(problem.gate, covariance.block(at.gate(k), at.gate(k), at.q, at.q));
        errors.expert_coefficients.row(k) =
            deviations(problem.experts, covariance.block(at.expert(k), at.expert(k), at.p, at.p));
        errors.log_variances[k] = std::sqrt(covariance(at.log_variance(k), at.log_variance(k)));
    }
    return errors;
}

}  // namespace mixtura::experts
