// SPDX-License-Identifier: Apache-2.0
#include "mixtura/incremental/online_em.h"

#include <cmath>
#include <string>
#include <utility>

#include "mixtura/common/brief_text.h"
#include "mixtura/common/error.h"
#include "mixtura/linalg/log_domain.h"

namespace mixtura {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double log_two_pi = 1.8378770664093454836;
constexpr std::int64_t refactor_interval = 10000;
/// A component that no row of so small a share came to keeps its parameters.
constexpr double least_responsibility = 1e-12;

UpdateCoefficients coefficients_of(double eta) noexcept {
    return {.mean_step = eta,
            .shrinkage = 1.0 - eta,
            .log_shrinkage = std::log1p(-eta),
            .rank_one = eta};
}

}  // namespace

void validate(const OnlineEmOptions& options) {
    if (!(options.step_exponent > 0.5 && options.step_exponent <= 1.0))
        throw InvalidArgument("The step exponent is " + brief_text(options.step_exponent) +
                              "; it must be greater than 0.5 and at most 1.");
    if (!(options.step_offset >= 0.0) || !std::isfinite(options.step_offset))
        throw InvalidArgument("The step offset is " + brief_text(options.step_offset) +
                              "; it must be 0 or more.");
    if (options.constant_step && !(*options.constant_step > 0.0 && *options.constant_step < 1.0))
        throw InvalidArgument("The constant step is " + brief_text(*options.constant_step) +
                              "; it must be between 0 and 1.");
    if (options.waiting_rows < 0)
        throw InvalidArgument("The number of waiting rows is " +
                              std::to_string(options.waiting_rows) + "; it must be 0 or more.");
}

OnlineEm::OnlineEm(const OnlineEmOptions& options, const GaussianMixture& start)
    : options_(options), weights_(start.mixing_weights()) {
    validate(options);
    if (start.tails())
        throw InvalidArgument("An online EM has Gaussian components; the start has not.");
    const Index d = start.feature_count();
    VectorXd mean = VectorXd::Zero(TiledTriangle::padded(d));
    for (Index k = 0; k < weights_.size(); ++k) {
        const MatrixXd& covariance = start.covariances()[static_cast<std::size_t>(k)];
        mean.head(d) = start.means().row(k).transpose();
        components_.push_back(component_at(mean, covariance.diagonal(), 1.0, 1.0));
        set_covariance(components_.back(), covariance);
    }
    distances_.resize(components_.size());
    if (options.waiting_rows > 0) {
        start_weights_ = weights_;
        start_components_ = components_;
    }
}

VectorXd OnlineEm::log_terms(std::vector<IncrementalComponent>& components, const VectorXd& weights,
                             const VectorRef& row) {
    VectorXd terms(weights.size());
    for (std::size_t k = 0; k < components.size(); ++k) {
        measure(components[k], row, distances_[k]);
        const auto d = static_cast<double>(components[k].initial_variances.size());
        terms[static_cast<Index>(k)] =
            std::log(weights[static_cast<Index>(k)]) -
            0.5 * (d * log_two_pi + components[k].log_det + distances_[k].squared);
    }
    return terms;
}

double OnlineEm::observe(const VectorRef& x) {
    const Index d = components_.front().initial_variances.size();
    if (x.size() != d || !x.allFinite())
        throw InvalidArgument("The row must have a finite value for each of the " +
                              std::to_string(d) + " features.");
    VectorXd row = VectorXd::Zero(TiledTriangle::padded(d));
    row.head(d) = x;
    const bool waits = row_count_ < options_.waiting_rows;
    const VectorXd terms = waits ? log_terms(start_components_, start_weights_, row)
                                 : log_terms(components_, weights_, row);
    const double log_density = log_sum_exp(terms);
    if (!std::isfinite(log_density))
        throw InvalidArgument(
            "The row is too far from every component for its density to be a number; check it for "
            "a wrong unit or a slipped digit.");
    if (waits)
        static_cast<void>(log_terms(components_, weights_, row));
    ++row_count_;
    const double gamma = options_.constant_step.value_or(
        std::pow(static_cast<double>(row_count_) + options_.step_offset, -options_.step_exponent));
    for (std::size_t k = 0; k < components_.size(); ++k) {
        double& weight = weights_[static_cast<Index>(k)];
        const double responsibility = std::exp(terms[static_cast<Index>(k)] - log_density);
        weight = (1.0 - gamma) * weight + gamma * responsibility;
        if (responsibility >= least_responsibility)
            take_step(components_[k], distances_[k],
                      coefficients_of(gamma * responsibility / weight));
        if (++components_[k].refactor_count >= refactor_interval)
            static_cast<void>(refactorise(components_[k], components_[k].prior_mass));
    }
    if (row_count_ == options_.waiting_rows)
        start_components_.clear();
    return log_density;
}

GaussianMixture OnlineEm::gaussian_mixture() const {
    const Index d = components_.front().initial_variances.size();
    MatrixXd means(weights_.size(), d);
    std::vector<MatrixXd> covariances;
    for (std::size_t k = 0; k < components_.size(); ++k) {
        means.row(static_cast<Index>(k)) = components_[k].mean.head(d).transpose();
        covariances.push_back(covariance_matrix(components_[k]));
    }
    return {weights_ / weights_.sum(), std::move(means), std::move(covariances)};
}

}  // namespace mixtura
