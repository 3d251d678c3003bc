// SPDX-License-Identifier: Apache-2.0
#include "mixtura/experts/experts_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include <boost/math/distributions/laplace.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/gamma.hpp>

#include "mixtura/common/error.h"
#include "mixtura/linalg/log_domain.h"
#include "mixtura/linalg/student_t.h"

namespace mixtura::experts {

using Eigen::ArrayXd;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// exp of more is no number.
constexpr double predictor_limit = 700.0;

MatrixXd with_ones(const MatrixRef& covariates) {
    MatrixXd design(covariates.rows(), covariates.cols() + 1);
    design << VectorXd::Ones(covariates.rows()), covariates;
    return design;
}

/// Variance of a component about its own mean.
double variance_of(const ExpertsModel& model, Index k, double mean) {
    switch (model.family) {
        case ExpertFamily::gaussian:
            return model.expert_variances[k];
        case ExpertFamily::student: {
            const double nu = model.degrees_of_freedom;
            return nu > 2.0 ? model.expert_variances[k] * nu / (nu - 2.0)
                            : std::numeric_limits<double>::infinity();
        }
        case ExpertFamily::laplace:
            return 2.0 * model.expert_variances[k] * model.expert_variances[k];
        case ExpertFamily::poisson:
            break;
    }
    return mean;
}

/// F(y) of a component of mean `mean`.
double distribution(const ExpertsModel& model, Index k, double mean, double y) {
    switch (model.family) {
        case ExpertFamily::gaussian:
            return 0.5 * std::erfc((mean - y) / std::sqrt(2.0 * model.expert_variances[k]));
        case ExpertFamily::student:
            return boost::math::cdf(boost::math::students_t(model.degrees_of_freedom),
                                    (y - mean) / std::sqrt(model.expert_variances[k]));
        case ExpertFamily::laplace:
            return boost::math::cdf(boost::math::laplace(mean, model.expert_variances[k]), y);
        case ExpertFamily::poisson:
            break;
    }
    if (y < 0.0)
        return 0.0;
    return mean > 0.0 ? boost::math::gamma_q(std::floor(y) + 1.0, mean) : 1.0;
}

/// The quantile of one continuous component.
double quantile_of(const ExpertsModel& model, Index k, double mean, double probability) {
    const double scale = model.expert_variances[k];
    if (model.family == ExpertFamily::gaussian)
        return boost::math::quantile(boost::math::normal(mean, std::sqrt(scale)), probability);
    if (model.family == ExpertFamily::laplace)
        return boost::math::quantile(boost::math::laplace(mean, scale), probability);
    return mean +
           std::sqrt(scale) * boost::math::quantile(
                                  boost::math::students_t(model.degrees_of_freedom), probability);
}

void check_covariates(const ExpertsModel& model, const MatrixRef& expert_covariates,
                      const MatrixRef& gate_covariates) {
    if (expert_covariates.cols() + 1 != model.expert_coefficients.cols() ||
        gate_covariates.cols() + 1 != model.gate_coefficients.cols() ||
        expert_covariates.rows() != gate_covariates.rows())
        throw InvalidArgument("The covariates have other shapes than the model.");
}

}  // namespace

std::string_view to_string(ExpertFamily family) noexcept {
    switch (family) {
        case ExpertFamily::gaussian:
            return "gaussian";
        case ExpertFamily::student:
            return "student";
        case ExpertFamily::laplace:
            return "laplace";
        case ExpertFamily::poisson:
            break;
    }
    return "poisson";
}

ExpertFamily expert_family_from(std::string_view name) {
    for (const auto family : {ExpertFamily::gaussian, ExpertFamily::student, ExpertFamily::laplace,
                              ExpertFamily::poisson}) {
        if (to_string(family) == name)
            return family;
    }
    throw InvalidArgument("'" + std::string(name) +
                          "' is not a family of experts that can be fitted; it must be gaussian, "
                          "student, laplace or poisson.");
}

void check(const ExpertsModel& model) {
    const Index K = model.component_count();
    const auto require = [](bool holds, const std::string& what) {
        if (!holds)
            throw InvalidArgument(what);
    };
    require(
        K >= 1 && model.expert_coefficients.cols() >= 1 && model.expert_coefficients.allFinite(),
        "expert_coefficients must be finite numbers, a row for each component.");
    require(model.gate_coefficients.rows() == K - 1 && model.gate_coefficients.cols() >= 1 &&
                model.gate_coefficients.allFinite(),
            "gate_coefficients must be finite numbers, a row for each component but the last.");
    const Index scales = has_scale(model.family) ? K : 0;
    require(model.expert_variances.size() == scales && model.expert_variances.allFinite() &&
                (scales == 0 || model.expert_variances.minCoeff() > 0.0),
            "expert_variances must be positive numbers, one for each component.");
    require(model.degrees_of_freedom > 0.0, "degrees_of_freedom must be positive.");
}

ExpertsModel reordered(const ExpertsModel& model, const Eigen::VectorXi& order) {
    const Index K = model.component_count();
    MatrixXd gate = MatrixXd::Zero(K, model.gate_coefficients.cols());
    gate.topRows(K - 1) = model.gate_coefficients;
    ExpertsModel result = model;
    for (Index k = 0; k < K; ++k) {
        result.expert_coefficients.row(k) = model.expert_coefficients.row(order[k]);
        if (has_scale(model.family))
            result.expert_variances[k] = model.expert_variances[order[k]];
        if (k < K - 1)
            result.gate_coefficients.row(k) = gate.row(order[k]) - gate.row(order[K - 1]);
    }
    return result;
}

MatrixXd log_gate_probabilities(const MatrixRef& gate_design, const MatrixRef& gate_coefficients) {
    const Index K = gate_coefficients.rows() + 1;
    MatrixXd log_probabilities = MatrixXd::Zero(gate_design.rows(), K);
    log_probabilities.leftCols(K - 1).noalias() = gate_design * gate_coefficients.transpose();
    const ArrayXd largest = log_probabilities.rowwise().maxCoeff();
    log_probabilities.array().colwise() -= largest;
    const ArrayXd log_sums = log_probabilities.array().exp().rowwise().sum().log();
    log_probabilities.array().colwise() -= log_sums;
    return log_probabilities;
}

ArrayXd expert_log_density(ExpertFamily family, const VectorRef& response,
                           const VectorRef& predictor, double scale, double degrees_of_freedom) {
    const ArrayXd residuals = (response - predictor).array();
    switch (family) {
        case ExpertFamily::gaussian:
            return -0.5 * (residuals.square() / scale + std::log(2.0 * std::numbers::pi * scale));
        case ExpertFamily::student:
            return student_log_centre(degrees_of_freedom, 1.0) - 0.5 * std::log(scale) -
                   0.5 * (degrees_of_freedom + 1.0) *
                       (residuals.square() / (scale * degrees_of_freedom)).log1p();
        case ExpertFamily::laplace:
            return -residuals.abs() / scale - std::log(2.0 * scale);
        case ExpertFamily::poisson:
            break;
    }
    const ArrayXd eta = predictor.array().max(-predictor_limit).min(predictor_limit);
    return response.array() * eta - eta.exp() -
           response.array().unaryExpr([](double y) { return std::lgamma(y + 1.0); });
}

ExpertsPrediction predict(const ExpertsModel& model, const MatrixRef& expert_covariates,
                          const MatrixRef& gate_covariates) {
    check(model);
    check_covariates(model, expert_covariates, gate_covariates);
    ExpertsPrediction result;
    result.gate_probabilities =
        log_gate_probabilities(with_ones(gate_covariates), model.gate_coefficients).array().exp();
    result.expert_means = with_ones(expert_covariates) * model.expert_coefficients.transpose();
    if (model.family == ExpertFamily::poisson)
        result.expert_means =
            result.expert_means.array().max(-predictor_limit).min(predictor_limit).exp();
    result.means = result.gate_probabilities.cwiseProduct(result.expert_means).rowwise().sum();
    result.variances = VectorXd::Zero(result.means.size());
    for (Index k = 0; k < model.component_count(); ++k) {
        for (Index i = 0; i < result.means.size(); ++i) {
            // About the mean, so that nothing cancels where the mean is large.
            const double deviation = result.expert_means(i, k) - result.means[i];
            result.variances[i] +=
                result.gate_probabilities(i, k) *
                (variance_of(model, k, result.expert_means(i, k)) + deviation * deviation);
        }
    }
    return result;
}

ExpertsScores score(const ExpertsModel& model, const VectorRef& response,
                    const MatrixRef& expert_covariates, const MatrixRef& gate_covariates) {
    check(model);
    check_covariates(model, expert_covariates, gate_covariates);
    const MatrixXd predictors =
        with_ones(expert_covariates) * model.expert_coefficients.transpose();
    MatrixXd joint = log_gate_probabilities(with_ones(gate_covariates), model.gate_coefficients);
    for (Index k = 0; k < joint.cols(); ++k)
        joint.col(k).array() += expert_log_density(
            model.family, response, predictors.col(k),
            has_scale(model.family) ? model.expert_variances[k] : 1.0, model.degrees_of_freedom);
    ExpertsScores result{.responsibilities = joint, .log_densities = VectorXd(joint.rows())};
    for (Index i = 0; i < joint.rows(); ++i)
        result.log_densities[i] = log_sum_exp(joint.row(i).transpose());
    result.responsibilities = (joint.colwise() - result.log_densities).array().exp();
    return result;
}

double predictive_quantile(const ExpertsModel& model, const VectorRef& gate_probabilities,
                           const VectorRef& expert_means, double probability) {
    const auto mixture = [&](double y) {
        double sum = 0.0;
        for (Index k = 0; k < model.component_count(); ++k)
            sum += gate_probabilities[k] * distribution(model, k, expert_means[k], y);
        return sum;
    };
    double low = -1.0;
    double high = 1.0;
    if (model.family == ExpertFamily::poisson) {
        while (mixture(high) < probability && high < 1e15) high *= 2.0;
        while (high - low > 1.0) {
            const double middle = std::floor(0.5 * (low + high));
            (mixture(middle) < probability ? low : high) = middle;
        }
        return high;
    }
    low = std::numeric_limits<double>::infinity();
    high = -low;
    for (Index k = 0; k < model.component_count(); ++k) {
        const double quantile = quantile_of(model, k, expert_means[k], probability);
        low = std::min(low, quantile);
        high = std::max(high, quantile);
    }
    for (int step = 0; step < 200; ++step) {
        const double middle = 0.5 * (low + high);
        if (!(middle > low && middle < high))
            break;
        (mixture(middle) < probability ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

}  // namespace mixtura::experts
