// SPDX-License-Identifier: Apache-2.0
#include "mixtura/incremental/conditional_mixture.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string>
#include <utility>

#include "mixtura/common/error.h"
#include "mixtura/linalg/cholesky.h"
#include "mixtura/linalg/log_domain.h"

namespace mixtura {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double log_two_pi = 1.8378770664093454836;

void check_split(const std::vector<Index>& given, const std::vector<Index>& wanted, Index d) {
    std::vector<bool> is_named(static_cast<std::size_t>(d), false);
    for (const std::vector<Index>* features : {&given, &wanted}) {
        for (const Index feature : *features) {
            if (feature < 0 || feature >= d || is_named[static_cast<std::size_t>(feature)])
                throw InvalidArgument("Feature " + std::to_string(feature + 1) +
                                      (feature < 0 || feature >= d
                                           ? " is not one of the " + std::to_string(d) + "."
                                           : " is named twice in a split of features."));
            is_named[static_cast<std::size_t>(feature)] = true;
        }
    }
    if (wanted.empty())
        throw InvalidArgument("No feature is wanted, so there is nothing to predict.");
}

/// Weights, means, mean and covariance of the branches from log (pi_j p(given | j)).
void combine(const VectorXd& log_terms, const std::vector<MatrixXd>& covariances,
             ConditionalPrediction& prediction) {
    prediction.log_density = log_sum_exp(log_terms);
    const double largest = log_terms.maxCoeff();
    prediction.weights = (log_terms.array() - largest).exp();
    prediction.weights /= prediction.weights.sum();
    prediction.mean = prediction.branch_means.transpose() * prediction.weights;
    const Index count = prediction.mean.size();
    prediction.covariance = MatrixXd::Zero(count, count);
    prediction.branch_variances.resize(log_terms.size(), count);
    for (Index j = 0; j < log_terms.size(); ++j) {
        const MatrixXd& covariance = covariances[static_cast<std::size_t>(j)];
        const VectorXd away = prediction.branch_means.row(j).transpose() - prediction.mean;
        prediction.covariance += prediction.weights[j] * (covariance + away * away.transpose());
        prediction.branch_variances.row(j) = covariance.diagonal().transpose();
    }
}

}  // namespace

PrecisionMixture precision_mixture(const IncrementalMixture& mixture) {
    PrecisionMixture result;
    result.mixing_weights = mixture.mixing_weights();
    result.means.resize(mixture.component_count(), mixture.feature_count());
    result.log_dets.resize(mixture.component_count());
    for (Index j = 0; j < result.means.rows(); ++j) {
        const IncrementalComponent& component = mixture.components()[static_cast<std::size_t>(j)];
        result.means.row(j) = component.mean.head(result.means.cols()).transpose();
        result.precisions.push_back(precision_matrix(component));
        result.log_dets[j] = component.log_det;
    }
    return result;
}

PrecisionMixture precision_mixture(const GaussianMixture& mixture) {
    if (mixture.tails())
        throw InvalidArgument("Only a mixture of Gaussian components has precisions.");
    PrecisionMixture result;
    result.mixing_weights = mixture.mixing_weights();
    result.means = mixture.means();
    result.log_dets.resize(mixture.component_count());
    const Index d = mixture.feature_count();
    for (Index j = 0; j < result.means.rows(); ++j) {
        const MatrixXd& factor = mixture.covariance_factors()[static_cast<std::size_t>(j)];
        const MatrixXd inverse =
            factor.triangularView<Eigen::Lower>().solve(MatrixXd::Identity(d, d));
        result.precisions.emplace_back(inverse.transpose() * inverse);
        result.log_dets[j] = 2.0 * half_log_determinant(factor);
    }
    return result;
}

ConditionalMixture::ConditionalMixture(const PrecisionMixture& mixture, std::vector<Index> given,
                                       std::vector<Index> wanted)
    : given_(std::move(given)) {
    const Index d = mixture.means.cols();
    check_split(given_, wanted, d);
    const auto count = static_cast<Index>(wanted.size());
    // What is neither given nor wanted is predicted too, and not shown: that integrates it out.
    std::vector<Index> hidden = wanted;
    for (Index i = 0; i < d; ++i)
        if (std::ranges::find(given_, i) == given_.end() &&
            std::ranges::find(wanted, i) == wanted.end())
            hidden.push_back(i);
    for (Index j = 0; j < mixture.means.rows(); ++j) {
        const MatrixXd& precision = mixture.precisions[static_cast<std::size_t>(j)];
        const Eigen::LLT<MatrixXd> factor(precision(hidden, hidden));
        Branch branch;
        branch.wanted_mean = mixture.means.row(j)(wanted).transpose();
        const double log_det_hidden = 2.0 * half_log_determinant(MatrixXd(factor.matrixL()));
        bool is_definite = factor.info() == Eigen::Success;
        if (!given_.empty()) {
            const MatrixXd across = precision(hidden, given_);
            const MatrixXd gain = factor.solve(across);
            branch.given_mean = mixture.means.row(j)(given_).transpose();
            branch.gain = gain.topRows(count);
            branch.marginal_factor = precision(given_, given_) - across.transpose() * gain;
            is_definite = is_definite && cholesky_in_place(branch.marginal_factor);
        }
        if (!is_definite)
            throw NumericalError("The covariance of component " + std::to_string(j + 1) +
                                 " is too close to singular to predict from; raise the prior "
                                 "strength.");
        branch.log_weight = std::log(mixture.mixing_weights[j]) -
                            0.5 * (log_two_pi * static_cast<double>(given_.size()) +
                                   mixture.log_dets[j] + log_det_hidden);
        branch.wanted_covariance =
            factor.solve(MatrixXd::Identity(d, d).topLeftCorner(factor.rows(), count))
                .topRows(count);
        branches_.push_back(std::move(branch));
    }
}

ConditionalPrediction ConditionalMixture::predict(const VectorRef& values) const {
    if (values.size() != static_cast<Index>(given_.size()) || !values.allFinite())
        throw InvalidArgument("A prediction from " + std::to_string(given_.size()) +
                              " features needs a finite value for each.");
    ConditionalPrediction prediction;
    const auto count = static_cast<Index>(branches_.size());
    VectorXd log_terms(count);
    std::vector<MatrixXd> covariances;
    prediction.branch_means.resize(count, branches_.front().wanted_mean.size());
    for (Index j = 0; j < count; ++j) {
        const Branch& branch = branches_[static_cast<std::size_t>(j)];
        log_terms[j] = branch.log_weight;
        prediction.branch_means.row(j) = branch.wanted_mean.transpose();
        if (!given_.empty()) {
            const VectorXd away = values - branch.given_mean;
            log_terms[j] -=
                0.5 * (branch.marginal_factor.triangularView<Eigen::Lower>().transpose() * away)
                          .squaredNorm();
            prediction.branch_means.row(j) -= (branch.gain * away).transpose();
        }
        covariances.push_back(branch.wanted_covariance);
    }
    combine(log_terms, covariances, prediction);
    return prediction;
}

ConditionalPrediction predict_of_others(const IncrementalMixture& mixture, const VectorRef& x,
                                        const std::vector<Index>& wanted) {
    ConditionalPrediction prediction;
    const auto& components = mixture.components();
    const auto count = static_cast<Index>(components.size());
    const auto size = static_cast<Index>(wanted.size());
    VectorXd log_terms(count);
    std::vector<MatrixXd> covariances;
    prediction.branch_means.resize(count, size);
    for (Index j = 0; j < count; ++j) {
        const IncrementalComponent& component = components[static_cast<std::size_t>(j)];
        const ComponentDistance& distance = mixture.distances()[static_cast<std::size_t>(j)];
        MatrixXd block(size, size);
        VectorXd image(size);
        for (Index b = 0; b < size; ++b) {
            image[b] = distance.image[wanted[static_cast<std::size_t>(b)]];
            for (Index a = 0; a < size; ++a)
                block(a, b) = component.precision(wanted[static_cast<std::size_t>(a)],
                                                  wanted[static_cast<std::size_t>(b)]);
        }
        const Eigen::LLT<MatrixXd> factor(block);
        const VectorXd step = factor.solve(image);
        for (Index a = 0; a < size; ++a)
            prediction.branch_means(j, a) = x[wanted[static_cast<std::size_t>(a)]] - step[a];
        covariances.emplace_back(factor.solve(MatrixXd::Identity(size, size)));
        // Of all features the row was looked at; the wanted ones are taken out again.
        log_terms[j] = mixture.log_terms()[j] + 0.5 * image.dot(step) +
                       0.5 * log_two_pi * static_cast<double>(size) -
                       half_log_determinant(MatrixXd(factor.matrixL()));
    }
    combine(log_terms, covariances, prediction);
    return prediction;
}

double conditional_quantile(const ConditionalPrediction& prediction, Index wanted,
                            double probability) {
    const Eigen::ArrayXd means = prediction.branch_means.col(wanted);
    const Eigen::ArrayXd deviations = prediction.branch_variances.col(wanted).array().sqrt();
    const auto distribution = [&](double value) {
        double sum = 0.0;
        for (Index j = 0; j < means.size(); ++j)
            sum += prediction.weights[j] * 0.5 *
                   std::erfc((means[j] - value) / (deviations[j] * std::numbers::sqrt2));
        return sum;
    };
    constexpr double reach = 38.0;  // deviations beyond which a normal tail is zero
    constexpr int step_count = 60;
    double low = (means - reach * deviations).minCoeff();
    double high = (means + reach * deviations).maxCoeff();
    for (int step = 0; step < step_count; ++step) {
        const double middle = 0.5 * (low + high);
        (distribution(middle) < probability ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

VectorXd class_probabilities(const VectorRef& indicators) {
    VectorXd result = indicators.cwiseMax(0.0);
    const double sum = result.sum();
    if (!(sum > 0.0))
        return VectorXd::Constant(result.size(), 1.0 / static_cast<double>(result.size()));
    return result / sum;
}

VectorXd class_probabilities(const VectorRef& log_terms, const std::vector<int>& component_classes,
                             int class_count) {
    VectorXd result = VectorXd::Zero(class_count);
    double largest = -std::numeric_limits<double>::infinity();
    for (Index j = 0; j < log_terms.size(); ++j)
        if (component_classes[static_cast<std::size_t>(j)] >= 0)
            largest = std::max(largest, log_terms[j]);
    if (!std::isfinite(largest))
        return VectorXd::Constant(class_count, 1.0 / class_count);
    for (Index j = 0; j < log_terms.size(); ++j)
        if (const int index = component_classes[static_cast<std::size_t>(j)]; index >= 0)
            result[index] += std::exp(log_terms[j] - largest);
    return result / result.sum();
}

}  // namespace mixtura
