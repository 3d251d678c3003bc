// SPDX-License-Identifier: Apache-2.0
#include "mixtura/interpretation/standard_errors.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <Eigen/Cholesky>
#include <Eigen/LU>

#include "mixtura/common/cancelled.h"
#include "mixtura/common/error.h"
#include "mixtura/interpretation/covariance_chart.h"
#include "mixtura/interpretation/row_checks.h"
#include "mixtura/linalg/cholesky.h"

namespace mixtura {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr Index block_rows = 512;

void check(const GaussianMixture& model, const MatrixRef& observations, const VectorRef& weights) {
    check_rows(model, observations, weights);
    if (model.tails())
        throw InvalidArgument(
            "Standard errors from derivatives are worked out for Gaussian components; for "
            "Student-t components use the bootstrap.");
    if (model.factors())
        throw InvalidArgument(
            "Standard errors from derivatives are not worked out for factor analysers; use the "
            "bootstrap.");
    if (model.parameter_count() > standard_error_parameter_limit)
        throw InvalidArgument("The model has " + std::to_string(model.parameter_count()) +
                              " free parameters; standard errors from derivatives are worked out "
                              "for up to " +
                              std::to_string(standard_error_parameter_limit) +
                              ". Use the bootstrap.");
}

/// The model's coordinates theta. Of component k, at position k (1 + d + d(d+1)/2): the logarithm
/// of its weight before normalising, its mean in units of F_k, and S_k of the covariance chart.
/// The free parameters phi are K - 1 log weights, K d means and those of the chart.
struct Coordinates {
    CovarianceChart chart;
    Index component_count;
    Index feature_count;
    Index triangle;   ///< d(d+1)/2
    Index size;       ///< of one component
    MatrixXd slopes;  ///< d theta / d phi

    explicit Coordinates(const GaussianMixture& model)
        : chart(covariance_chart(model)),
          component_count(model.component_count()),
          feature_count(model.feature_count()),
          triangle(feature_count * (feature_count + 1) / 2),
          size(1 + feature_count + triangle) {
        const Index first_chart = first_chart_parameter();
        slopes.setZero(component_count * size, first_chart + chart.parameter_count);
        for (Index k = 0; k < component_count; ++k) {
            if (k + 1 < component_count)
                slopes(k * size, k) = 1.0;
            slopes.block(k * size + 1, first_mean(k), feature_count, feature_count).setIdentity();
            slopes.block(k * size + 1 + feature_count, first_chart, triangle,
                         chart.parameter_count) =
                mixtura::slopes(chart, static_cast<std::size_t>(k));
        }
    }
    [[nodiscard]] Index first_mean(Index k) const {
        return component_count - 1 + k * feature_count;
    }
    [[nodiscard]] Index first_chart_parameter() const { return first_mean(component_count); }
    [[nodiscard]] Index parameter_count() const { return slopes.cols(); }
};

/// What is summed over the rows, with w the weight, z the responsibility, y = F_k^-1 (x - mu_k) and
/// g the gradient of log(pi_k N_k) in the coordinates of component k.
struct RowSums {
    double weight = 0.0;
    std::vector<double> masses;      ///< K: w z
    std::vector<VectorXd> firsts;    ///< K: w z y
    std::vector<MatrixXd> seconds;   ///< K: w z y y'
    std::vector<MatrixXd> products;  ///< K: w z g g'
    VectorXd score;                  ///< w s, in free parameters
    MatrixXd score_products;         ///< w s s'

    explicit RowSums(const Coordinates& at)
        : masses(static_cast<std::size_t>(at.component_count), 0.0),
          firsts(masses.size(), VectorXd::Zero(at.feature_count)),
          seconds(masses.size(), MatrixXd::Zero(at.feature_count, at.feature_count)),
          products(masses.size(), MatrixXd::Zero(at.size, at.size)),
          score(VectorXd::Zero(at.parameter_count())),
          score_products(MatrixXd::Zero(at.parameter_count(), at.parameter_count())) {}
};

/// Rows of g: 1, y, and (y y' - I) / 2 as derivatives by the lower triangle of S.
MatrixXd gradients(const MatrixXd& whitened, const Coordinates& at) {
    MatrixXd result(whitened.rows(), at.size);
    result.col(0).setOnes();
    result.middleCols(1, at.feature_count) = whitened;
    Index place = 1 + at.feature_count;
    for (Index j = 0; j < at.feature_count; ++j) {
        result.col(place++) = 0.5 * (whitened.col(j).array().square() - 1.0).matrix();
        for (Index i = j + 1; i < at.feature_count; ++i)
            result.col(place++) = whitened.col(i).cwiseProduct(whitened.col(j));
    }
    return result;
}

/// Turns log(pi_k N_k) up to a constant of each row into responsibilities.
void normalise_rows(MatrixXd& log_terms) {
    for (Index i = 0; i < log_terms.rows(); ++i) {
        log_terms.row(i).array() -= log_terms.row(i).maxCoeff();
        log_terms.row(i) = log_terms.row(i).array().exp();
        log_terms.row(i) /= log_terms.row(i).sum();
    }
}

RowSums sum_over_rows(const GaussianMixture& model, const Coordinates& at,
                      const MatrixRef& observations, const VectorRef& weights,
                      const FitControl& control) {
    const Index component_count = at.component_count;
    std::vector<Eigen::PartialPivLU<MatrixXd>> factors;
    for (const MatrixXd& factor : at.chart.factors) factors.emplace_back(factor);
    RowSums sums(at);
    for (Index begin = 0; begin < observations.rows(); begin += block_rows) {
        if (control.stop.stop_requested())
            throw Cancelled{};
        if (control.observer != nullptr)
            control.observer->on_progress("standard errors", static_cast<double>(begin),
                                          static_cast<double>(observations.rows()));
        const Index count = std::min(block_rows, observations.rows() - begin);
        const VectorXd block_weights =
            weights.size() > 0 ? VectorXd(weights.segment(begin, count)) : VectorXd::Ones(count);
        std::vector<MatrixXd> whitened;
        MatrixXd responsibilities(count, component_count);
        for (Index k = 0; k < component_count; ++k) {
            const MatrixXd centred =
                observations.middleRows(begin, count).rowwise() - model.means().row(k);
            const auto index = static_cast<std::size_t>(k);
            whitened.emplace_back(factors[index].solve(centred.transpose()).transpose());
            responsibilities.col(k).array() =
                std::log(model.mixing_weights()[k]) -
                half_log_determinant(model.covariance_factors()[index]) -
                0.5 * whitened.back().rowwise().squaredNorm().array();
        }
        normalise_rows(responsibilities);

        MatrixXd scores(count, component_count * at.size);
        for (Index k = 0; k < component_count; ++k) {
            const auto index = static_cast<std::size_t>(k);
            const MatrixXd gradient = gradients(whitened[index], at);
            const VectorXd share = responsibilities.col(k);
            const VectorXd mass = share.cwiseProduct(block_weights);
            sums.masses[index] += mass.sum();
            sums.firsts[index] += whitened[index].transpose() * mass;
            sums.seconds[index] +=
                whitened[index].transpose() * mass.asDiagonal() * whitened[index];
            sums.products[index] += gradient.transpose() * mass.asDiagonal() * gradient;
            scores.middleCols(k * at.size, at.size) = share.asDiagonal() * gradient;
            scores.col(k * at.size).array() -= model.mixing_weights()[k];
        }
        const MatrixXd free_scores = scores * at.slopes;
        sums.weight += block_weights.sum();
        sums.score += free_scores.transpose() * block_weights;
        sums.score_products += free_scores.transpose() * block_weights.asDiagonal() * free_scores;
    }
    return sums;
}

/// sum_i w z d2 log(pi_k N_k) in the coordinates of a component, before the normalising of weights.
MatrixXd second_derivatives(const Coordinates& at, double mass, const VectorXd& first,
                            const MatrixXd& second) {
    const Index d = at.feature_count;
    MatrixXd result = MatrixXd::Zero(at.size, at.size);
    result.block(1, 1, d, d).diagonal().setConstant(-mass);
    // Directions B of S: d2/dm dS = -B y, d2/dS dS = -tr(B C y y') / 2.
    std::vector<MatrixXd> directions;
    for (Index place = 0; place < at.triangle; ++place)
        directions.push_back(symmetric_from(VectorXd::Unit(at.triangle, place)));
    for (Index a = 0; a < at.triangle; ++a) {
        const Index row = 1 + d + a;
        const MatrixXd& direction = directions[static_cast<std::size_t>(a)];
        result.block(row, 1, 1, d) = -(direction * first).transpose();
        result.block(1, row, d, 1) = -(direction * first);
        const MatrixXd moments = second * direction;
        for (Index b = 0; b < at.triangle; ++b)
            result(row, 1 + d + b) =
                -0.5 *
                moments.transpose().cwiseProduct(directions[static_cast<std::size_t>(b)]).sum();
    }
    return result;
}

/// Minus the second derivative of the log-likelihood in the free parameters:
/// sum_i w (s s' - sum_k z (d2 + g g')), exactly.
MatrixXd observed_information(const GaussianMixture& model, const Coordinates& at,
                              const RowSums& sums) {
    MatrixXd information = sums.score_products;
    for (Index k = 0; k < at.component_count; ++k) {
        const auto index = static_cast<std::size_t>(k);
        const MatrixXd slopes = at.slopes.middleRows(k * at.size, at.size);
        const MatrixXd inner =
            sums.products[index] +
            second_derivatives(at, sums.masses[index], sums.firsts[index], sums.seconds[index]);
        information -= slopes.transpose() * inner * slopes;
        const MatrixXd gradient =
            0.5 * (sums.seconds[index] -
                   sums.masses[index] * MatrixXd::Identity(at.feature_count, at.feature_count));
        information.bottomRightCorner(at.chart.parameter_count, at.chart.parameter_count) -=
            curvature(at.chart, index, gradient);
    }
    // s is sum_k z g less the weights pi, which come back here together with the curvature
    // pi pi' - diag pi of the logarithm that normalises the weights.
    const Index free_weights = at.component_count - 1;
    const VectorXd weights = model.mixing_weights().head(free_weights);
    information.leftCols(free_weights) += sums.score * weights.transpose();
    information.topRows(free_weights) += weights * sums.score.transpose();
    information.diagonal().head(free_weights) += sums.weight * weights;
    return 0.5 * (information + information.transpose());
}

/// Cholesky factorisation, or the reason why there is none.
Eigen::LLT<MatrixXd> factorised(const MatrixXd& information, const std::string& what) {
    Eigen::LLT<MatrixXd> factorisation(information);
    constexpr double least_condition = 1e-13;
    if (factorisation.info() != Eigen::Success || !(factorisation.rcond() > least_condition))
        throw NumericalError("The " + what +
                             " of the model at these rows is not positive definite, so it gives no "
                             "standard errors: either the model is no maximum of the likelihood of "
                             "these rows, or they do not determine every parameter. Fit again with "
                             "a smaller tolerance, use fewer components, or use the bootstrap.");
    return factorisation;
}

MatrixXd inverse_of(const Eigen::LLT<MatrixXd>& factorisation) {
    return factorisation.solve(
        MatrixXd::Identity(factorisation.matrixLLT().rows(), factorisation.matrixLLT().cols()));
}

/// Standard deviations of A phi.
VectorXd deviations(const MatrixXd& a, const MatrixXd& covariance) {
    return (a * covariance).cwiseProduct(a).rowwise().sum().cwiseMax(0.0).cwiseSqrt();
}

/// The delta method: what the covariance of the free parameters means for the model's own.
MixtureParameters own_deviations(const GaussianMixture& model, const Coordinates& at,
                                 const MatrixXd& covariance) {
    const Index component_count = at.component_count;
    const Index d = at.feature_count;
    MixtureParameters result;
    const VectorXd& weights = model.mixing_weights();
    const MatrixXd weight_slopes = MatrixXd(weights.asDiagonal()) - weights * weights.transpose();
    const Index free_weights = component_count - 1;
    result.mixing_weights = deviations(weight_slopes.leftCols(free_weights),
                                       covariance.topLeftCorner(free_weights, free_weights));
    result.means.resize(component_count, d);
    for (Index k = 0; k < component_count; ++k) {
        const auto index = static_cast<std::size_t>(k);
        const MatrixXd& factor = at.chart.factors[index];
        result.means.row(k) =
            deviations(factor, covariance.block(at.first_mean(k), at.first_mean(k), d, d))
                .transpose();
        const MatrixXd slopes = mixtura::slopes(at.chart, index);
        MatrixXd own_slopes(at.triangle, slopes.cols());
        for (Index p = 0; p < slopes.cols(); ++p)
            own_slopes.col(p) =
                lower_triangle(factor * symmetric_from(slopes.col(p)) * factor.transpose());
        result.covariances.push_back(symmetric_from(
            deviations(own_slopes, covariance.bottomRightCorner(slopes.cols(), slopes.cols()))));
    }
    return result;
}

}  // namespace

std::string_view to_string(StandardErrorMethod method) noexcept {
    switch (method) {
        case StandardErrorMethod::hessian:
            return "hessian";
        case StandardErrorMethod::opg:
            return "opg";
        case StandardErrorMethod::sandwich:
            return "sandwich";
    }
    return "";
}

StandardErrors standard_errors(const GaussianMixture& model, const MatrixRef& observations,
                               StandardErrorMethod method, const VectorRef& weights,
                               const FitControl& control) {
    check(model, observations, weights);
    if (model.noise())
        throw InvalidArgument(
            "Standard errors by derivatives are those of a mixture without noise; use the "
            "bootstrap.");
    const Coordinates at(model);
    const RowSums sums = sum_over_rows(model, at, observations, weights, control);
    const auto information = factorised(observed_information(model, at, sums), "information");
    MatrixXd covariance;
    if (method == StandardErrorMethod::opg) {
        covariance = inverse_of(factorised(sums.score_products, "sum of squared scores"));
    } else {
        covariance = inverse_of(information);
        if (method == StandardErrorMethod::sandwich)
            covariance = (covariance * sums.score_products * covariance).eval();
    }
    return {.method = method,
            .standard_errors = own_deviations(model, at, covariance),
            .remaining_gain = 0.5 * sums.score.dot(information.solve(sums.score))};
}

}  // namespace mixtura
