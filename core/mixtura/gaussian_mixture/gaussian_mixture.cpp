// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/gaussian_mixture.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include <boost/math/distributions/chi_squared.hpp>

#include "mixtura/common/error.h"
#include "mixtura/linalg/cholesky.h"
#include "mixtura/linalg/student_t.h"

namespace mixtura {

namespace {

using Eigen::Index;

constexpr double weight_sum_tolerance = 1e-9;
constexpr double symmetry_tolerance = 1e-9;  // relative to the largest entry

std::string component_name(Index k) {
    return "component " + std::to_string(k + 1);
}

/// @param rest  the weight of the noise
void check_weights(const Eigen::VectorXd& weights, double rest) {
    for (Index k = 0; k < weights.size(); ++k) {
        if (!(weights[k] > 0.0) || !std::isfinite(weights[k])) {
            throw InvalidArgument("The mixing weight of " + component_name(k) + " is " +
                                  std::to_string(weights[k]) + "; it must be positive.");
        }
    }
    if (std::abs(weights.sum() + rest - 1.0) > weight_sum_tolerance) {
        throw InvalidArgument("The mixing weights sum to " + std::to_string(weights.sum() + rest) +
                              "; they must sum to 1.");
    }
}

/// Makes `covariance` exactly symmetric and returns its lower Cholesky factor.
Eigen::MatrixXd checked_factor(Eigen::MatrixXd& covariance, Index k, Index feature_count) {
    const std::string name = "The covariance of " + component_name(k);
    if (covariance.rows() != feature_count || covariance.cols() != feature_count) {
        throw InvalidArgument(name + " is " + std::to_string(covariance.rows()) + " x " +
                              std::to_string(covariance.cols()) + "; the means have " +
                              std::to_string(feature_count) + " features.");
    }
    if (!covariance.allFinite())
        throw InvalidArgument(name + " has an entry that is not finite.");
    const double largest = covariance.cwiseAbs().maxCoeff();
    if ((covariance - covariance.transpose()).cwiseAbs().maxCoeff() > symmetry_tolerance * largest)
        throw InvalidArgument(name + " is not symmetric.");
    covariance = (0.5 * (covariance + covariance.transpose())).eval();
    Eigen::MatrixXd factor = covariance;
    // Diagonal structures are for thousands of features, where d^3 operations take minutes.
    if (covariance.isDiagonal(0.0) && covariance.diagonal().minCoeff() > 0.0)
        factor.diagonal() = factor.diagonal().cwiseSqrt();
    else if (!cholesky_in_place(factor))
        throw InvalidArgument(name + " is not positive definite.");
    return factor;
}

void check_tails(const StudentTails& tails, Index component_count) {
    if (tails.degrees_of_freedom.size() != component_count)
        throw InvalidArgument("There are " + std::to_string(tails.degrees_of_freedom.size()) +
                              " degrees of freedom for " + std::to_string(component_count) +
                              " components; the counts must agree.");
    for (Index k = 0; k < component_count; ++k) {
        const double nu = tails.degrees_of_freedom[k];
        if (!(nu > 0.0) || !std::isfinite(nu))
            throw InvalidArgument("The degrees of freedom of " + component_name(k) + " are " +
                                  std::to_string(nu) + "; they must be positive.");
    }
}

/// Mixing weights of the components alone.
Eigen::VectorXd component_weights(const GaussianMixture& model) {
    if (!model.noise())
        return model.mixing_weights();
    return model.mixing_weights() / model.mixing_weights().sum();
}

void check_noise(const NoiseComponent& noise, Index feature_count) {
    const NoiseRegion& region = noise.region;
    if (!(noise.weight >= 0.0 && noise.weight < 1.0))
        throw InvalidArgument("The weight of the noise is " + std::to_string(noise.weight) +
                              "; it must be from 0 to below 1.");
    if (region.origin.size() != feature_count || region.edges.rows() != feature_count ||
        region.edges.cols() != feature_count)
        throw InvalidArgument("The region of the noise has not the " +
                              std::to_string(feature_count) + " features of the means.");
    if (!region.origin.allFinite() || !region.edges.allFinite() ||
        !std::isfinite(region.log_density))
        throw InvalidArgument("The region of the noise has an entry that is not finite.");
}

std::optional<StudentTails> reordered_tails(const GaussianMixture& model,
                                            const std::vector<int>& order) {
    if (!model.tails())
        return std::nullopt;
    return StudentTails{.degrees_of_freedom = model.tails()->degrees_of_freedom(order),
                        .rule = model.tails()->rule};
}

/// The structure that a marginal of a mixture keeps: volumes that were equal over all features
/// need not be equal over some.
CovarianceStructure marginal_structure(CovarianceStructure structure) {
    using enum CovarianceStructure;
    switch (structure) {
        case EII:
        case VII:
        case EEI:
        case VEI:
        case EEE:
        case VEE:
            return structure;
        case EVI:
        case VVI:
            return VVI;
        default:
            return VVV;
    }
}

void check_observations(const GaussianMixture& model, const MatrixRef& observations) {
    if (observations.cols() != model.feature_count()) {
        throw InvalidArgument("The model has " + std::to_string(model.feature_count()) +
                              " features; the data have " + std::to_string(observations.cols()) +
                              ".");
    }
    for (Index j = 0; j < observations.cols(); ++j) {
        for (Index i = 0; i < observations.rows(); ++i) {
            if (!std::isfinite(observations(i, j))) {
                throw InvalidArgument("Row " + std::to_string(i + 1) + ", feature " +
                                      std::to_string(j + 1) + " is not a finite number.");
            }
        }
    }
}

}  // namespace

GaussianMixture::GaussianMixture(Eigen::VectorXd mixing_weights, Eigen::MatrixXd means,
                                 std::vector<Eigen::MatrixXd> covariances,
                                 CovarianceStructure structure, std::optional<StudentTails> tails,
                                 std::optional<NoiseComponent> noise)
    : weights_(std::move(mixing_weights)),
      means_(std::move(means)),
      covariances_(std::move(covariances)),
      structure_(structure),
      tails_(std::move(tails)),
      noise_(std::move(noise)) {
    if (weights_.size() < 1 || means_.cols() < 1)
        throw InvalidArgument("A mixture needs at least one component and one feature.");
    if (means_.rows() != weights_.size() ||
        static_cast<Index>(covariances_.size()) != weights_.size()) {
        throw InvalidArgument("There are " + std::to_string(weights_.size()) + " mixing weights, " +
                              std::to_string(means_.rows()) + " means and " +
                              std::to_string(covariances_.size()) +
                              " covariances; the counts must agree.");
    }
    const double rest = noise_ ? noise_->weight : 0.0;
    if (noise_)
        check_noise(*noise_, means_.cols());
    check_weights(weights_, rest);
    // Weights that sum to 1 up to rounding stay as they are: a stored model reads back bit by bit.
    const double sum = weights_.sum() + rest;
    if (std::abs(sum - 1.0) >
        static_cast<double>(group_count()) * std::numeric_limits<double>::epsilon()) {
        weights_ /= sum;
        if (noise_)
            noise_->weight /= sum;
    }
    for (Index k = 0; k < means_.rows(); ++k) {
        if (!means_.row(k).allFinite()) {
            throw InvalidArgument("The mean of " + component_name(k) +
                                  " has an entry that is not finite.");
        }
    }
    factors_.reserve(covariances_.size());
    for (Index k = 0; k < weights_.size(); ++k) {
        factors_.push_back(
            checked_factor(covariances_[static_cast<std::size_t>(k)], k, means_.cols()));
    }
    if (tails_)
        check_tails(*tails_, weights_.size());
}

GaussianMixture::GaussianMixture(Eigen::VectorXd mixing_weights, Eigen::MatrixXd means,
                                 FactorDecomposition factors)
    : GaussianMixture(std::move(mixing_weights), std::move(means),
                      (validate(factors), covariances_of(factors))) {
    decomposition_ = std::move(factors);
}

int GaussianMixture::component_count() const noexcept {
    return static_cast<int>(weights_.size());
}

int GaussianMixture::feature_count() const noexcept {
    return static_cast<int>(means_.cols());
}

CovarianceForm GaussianMixture::covariance_form() const noexcept {
    if (!decomposition_)
        return structure_;
    return FactorForm{.structure = decomposition_->structure,
                      .factor_count = decomposition_->factor_count()};
}

int GaussianMixture::parameter_count() const noexcept {
    return mixtura::parameter_count(covariance_form(), component_count(), feature_count()) +
           (tails_ ? tail_parameter_count(tails_->rule, component_count()) : 0) +
           (noise_ ? noise_parameter_count : 0);
}

compute::GaussianParameters GaussianMixture::pass_parameters() const {
    compute::GaussianParameters parameters;
    parameters.mixing_weights = weights_;
    parameters.means = means_;
    if (tails_)
        parameters.degrees_of_freedom = tails_->degrees_of_freedom;
    if (noise_)
        parameters.noise = {.weight = noise_->weight, .log_density = noise_->region.log_density};
    const bool all_diagonal =
        std::ranges::all_of(covariances_, [](const auto& c) { return c.isDiagonal(0.0); });
    if (!all_diagonal) {
        parameters.covariance_factors = factors_;
        return parameters;
    }
    parameters.shape = compute::GaussianParameters::Shape::diagonal;
    for (const Eigen::MatrixXd& factor : factors_)
        parameters.covariance_factors.emplace_back(factor.diagonal());
    return parameters;
}

GaussianMixture without_noise(const GaussianMixture& model) {
    if (!model.noise())
        return model;
    return {component_weights(model), model.means(), model.covariances(),
            model.covariance_structure(), model.tails()};
}

GaussianMixture reordered(const GaussianMixture& model, const std::vector<int>& order) {
    std::vector<int> sorted = order;
    std::ranges::sort(sorted);
    std::vector<int> all(static_cast<std::size_t>(model.component_count()));
    std::iota(all.begin(), all.end(), 0);
    if (sorted != all)
        throw InvalidArgument("The order of components is not a permutation of all of them.");
    if (model.factors())
        return {model.mixing_weights()(order), model.means()(order, Eigen::all),
                reordered(*model.factors(), order)};
    std::vector<Eigen::MatrixXd> covariances;
    covariances.reserve(order.size());
    for (const int k : order)
        covariances.push_back(model.covariances()[static_cast<std::size_t>(k)]);
    return {model.mixing_weights()(order), model.means()(order, Eigen::all), std::move(covariances),
            model.covariance_structure(),  reordered_tails(model, order),    model.noise()};
}

std::vector<int> canonical_order(const GaussianMixture& model, int kept_count) {
    std::vector<int> order(static_cast<std::size_t>(model.component_count()));
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order.begin() + kept_count, order.end(), [&](int a, int b) {
        const double weight_a = model.mixing_weights()[a];
        const double weight_b = model.mixing_weights()[b];
        return weight_a != weight_b ? weight_a > weight_b
                                    : model.means()(a, 0) < model.means()(b, 0);
    });
    return order;
}

GaussianMixture marginal(const GaussianMixture& model, const std::vector<int>& features) {
    if (features.empty())
        throw InvalidArgument("A marginal needs at least one feature.");
    std::vector<int> sorted = features;
    std::ranges::sort(sorted);
    if (sorted.front() < 0 || sorted.back() >= model.feature_count() ||
        std::ranges::adjacent_find(sorted) != sorted.end()) {
        throw InvalidArgument("The features of a marginal must be distinct and from 0 to " +
                              std::to_string(model.feature_count() - 1) + ".");
    }
    std::vector<Eigen::MatrixXd> covariances;
    for (const Eigen::MatrixXd& covariance : model.covariances())
        covariances.emplace_back(covariance(features, features));
    return {component_weights(model), model.means()(Eigen::all, features), std::move(covariances),
            marginal_structure(model.covariance_structure()), model.tails()};
}

double squared_radius(const GaussianMixture& model, int component, double probability,
                      int feature_count) {
    if (model.tails())
        return student_squared_radius(probability, model.tails()->degrees_of_freedom[component],
                                      feature_count);
    return boost::math::quantile(boost::math::chi_squared(feature_count), probability);
}

void classify(Scores& scores) {
    const Index n = scores.responsibilities.rows();
    scores.classification.resize(static_cast<std::size_t>(n));
    scores.uncertainty.resize(n);
    for (Index i = 0; i < n; ++i) {
        Index most_probable = 0;
        const double largest = scores.responsibilities.row(i).maxCoeff(&most_probable);
        scores.classification[static_cast<std::size_t>(i)] =
            static_cast<std::int32_t>(most_probable);
        scores.uncertainty[i] = 1.0 - largest;
    }
}

Scores score(const GaussianMixture& model, const MatrixRef& observations,
             const FitControl& control) {
    check_observations(model, observations);
    Scores scores;
    scores.has_noise = model.noise().has_value();
    const Index n = observations.rows();
    if (n == 0) {
        scores.responsibilities.resize(0, model.group_count());
        return scores;
    }
    const compute::RowPasses passes(observations, Eigen::VectorXd(), control);
    scores.log_likelihood = passes.gaussian_rows(
        model.pass_parameters(),
        {.log_densities = &scores.log_densities, .responsibilities = &scores.responsibilities});
    classify(scores);
    return scores;
}

Sample sample(const GaussianMixture& model, std::int64_t rows, RandomStream& random) {
    if (rows < 0)
        throw InvalidArgument("The number of rows to draw is " + std::to_string(rows) +
                              "; it must not be negative.");
    const Index d = model.feature_count();
    Sample draws;
    draws.observations.resize(rows, d);
    draws.components.resize(static_cast<std::size_t>(rows));
    Eigen::VectorXd weights = model.mixing_weights();
    if (model.noise()) {
        weights.conservativeResize(model.group_count());
        weights[model.component_count()] = model.noise()->weight;
        draws.noise_group = model.component_count();
    }
    Eigen::VectorXd standard(d);
    for (Index i = 0; i < rows; ++i) {
        const Index k = random.categorical(weights);
        draws.components[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(k);
        if (k == model.component_count()) {
            const NoiseRegion& region = model.noise()->region;
            for (Index j = 0; j < d; ++j) standard[j] = random.uniform();
            draws.observations.row(i) = region.origin + standard.transpose() * region.edges;
            continue;
        }
        for (Index j = 0; j < d; ++j) standard[j] = random.normal();
        if (model.tails()) {
            const double nu = model.tails()->degrees_of_freedom[k];
            standard *= std::sqrt(0.5 * nu / random.gamma(0.5 * nu));
        }
        const Eigen::MatrixXd& factor = model.covariance_factors()[static_cast<std::size_t>(k)];
        draws.observations.row(i) =
            model.means().row(k) + (factor.triangularView<Eigen::Lower>() * standard).transpose();
    }
    return draws;
}

}  // namespace mixtura
