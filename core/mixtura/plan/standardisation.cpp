// SPDX-License-Identifier: Apache-2.0
#include "mixtura/plan/standardisation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "mixtura/common/error.h"
#include "mixtura/plan/option_names.h"
#include "mixtura/selection/criteria.h"
#include "mixtura/variational/predictive_mixture.h"

namespace mixtura {

namespace {

/// Sigma_ij s_i s_j: symmetric exactly, because the product of the scales is.
Eigen::MatrixXd scaled_covariance(const Eigen::MatrixXd& covariance,
                                  const Eigen::RowVectorXd& scale) {
    return covariance.cwiseProduct(scale.transpose() * scale);
}

std::pair<double, double> mean_and_deviation(const VectorRef& values, const VectorRef& weights) {
    const double weight_sum = weights.sum();
    const double mean = values.dot(weights) / weight_sum;
    const Eigen::ArrayXd centred = values.array() - mean;
    return {mean, std::sqrt((centred.square() * weights.array()).sum() / weight_sum)};
}

std::pair<double, double> median_and_deviation(const VectorRef& values, const VectorRef& weights) {
    constexpr double normal_consistency = 1.482602218505602;  // 1 / quantile(normal, 3/4)
    const double median = weighted_median(values, weights);
    const Eigen::VectorXd deviations = (values.array() - median).abs();
    return {median, normal_consistency * weighted_median(deviations, weights)};
}

}  // namespace

double weighted_median(const VectorRef& values, const VectorRef& weights) {
    std::vector<Eigen::Index> order(static_cast<std::size_t>(values.size()));
    std::iota(order.begin(), order.end(), Eigen::Index{0});
    std::sort(order.begin(), order.end(), [&](Eigen::Index a, Eigen::Index b) {
        return values[a] < values[b] || (values[a] == values[b] && a < b);
    });
    const double half = 0.5 * weights.sum();
    double below = 0.0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        below += weights[order[i]];
        if (below == half && i + 1 < order.size())
            return 0.5 * (values[order[i]] + values[order[i + 1]]);
        if (below > half)
            return values[order[i]];
    }
    return values[order.back()];
}

double Standardisation::log_jacobian() const {
    return is_identity() ? 0.0 : (shares.array() * scale.array().log()).sum();
}

Eigen::MatrixXd Standardisation::apply(const MatrixRef& observations) const {
    if (is_identity())
        return observations;
    return (observations.rowwise() - centre).array().rowwise() / scale.array();
}

namespace {

std::optional<NoiseComponent> rescaled_noise(const GaussianMixture& model,
                                             const Eigen::RowVectorXd& scale,
                                             const Eigen::RowVectorXd& shift) {
    if (!model.noise())
        return std::nullopt;
    return NoiseComponent{.weight = model.noise()->weight,
                          .region = rescaled(model.noise()->region, scale, shift)};
}

}  // namespace

GaussianMixture Standardisation::apply(const GaussianMixture& model) const {
    if (is_identity())
        return model;
    std::vector<Eigen::MatrixXd> covariances;
    for (const Eigen::MatrixXd& covariance : model.covariances())
        covariances.push_back(scaled_covariance(covariance, scale.cwiseInverse()));
    const Eigen::RowVectorXd inverse = scale.cwiseInverse();
    return GaussianMixture(model.mixing_weights(), apply(model.means()), std::move(covariances),
                           model.covariance_structure(), model.tails(),
                           rescaled_noise(model, inverse, -centre.cwiseProduct(inverse)));
}

GaussianMixture Standardisation::undo(const GaussianMixture& model) const {
    if (is_identity())
        return model;
    const Eigen::MatrixXd means =
        (model.means().array().rowwise() * scale.array()).matrix().rowwise() + centre;
    if (model.factors())
        return GaussianMixture(model.mixing_weights(), means,
                               rescaled(*model.factors(), scale.transpose()));
    std::vector<Eigen::MatrixXd> covariances;
    for (const Eigen::MatrixXd& covariance : model.covariances())
        covariances.push_back(scaled_covariance(covariance, scale));
    return GaussianMixture(model.mixing_weights(), means, std::move(covariances),
                           model.covariance_structure(), model.tails(),
                           rescaled_noise(model, scale, centre));
}

EmFit Standardisation::undo(EmFit fit) const {
    if (is_identity())
        return fit;
    const double shift = fit.weight_sum * log_jacobian();
    fit.model = undo(fit.model);
    fit.log_likelihood -= shift;
    for (EmRun& run : fit.runs) {
        for (double& value : run.log_likelihood) value -= shift;
        for (double& value : run.log_posterior) value -= shift;
    }
    return fit;
}

Candidate Standardisation::undo(Candidate candidate) const {
    if (is_identity() || !candidate.fit)
        return candidate;
    candidate.fit = undo(std::move(*candidate.fit));
    if (candidate.posterior) {
        candidate.posterior = rescaled(*candidate.posterior, centre, scale);
        candidate.posterior->lower_bound -= candidate.fit->weight_sum * log_jacobian();
    }
    if (candidate.criteria) {
        const InformationCriteria scaled = *candidate.criteria;
        const double shift = candidate.fit->weight_sum * log_jacobian();
        candidate.criteria =
            information_criteria(candidate.fit->log_likelihood, candidate.parameter_count,
                                 candidate.fit->weight_sum, candidate.fit->map_term);
        candidate.criteria->nec = scaled.nec;
        candidate.criteria->cv = scaled.cv + 2.0 * shift;
        candidate.criteria->cv_standard_error = scaled.cv_standard_error;
    }
    return candidate;
}

nlohmann::json Standardisation::to_json() const {
    if (is_identity())
        return nlohmann::json::array();
    return nlohmann::json::array({{{"method", std::string(to_string(method))},
                                   {"centre", std::vector<double>(centre.begin(), centre.end())},
                                   {"scale", std::vector<double>(scale.begin(), scale.end())}}});
}

Standardisation standardisation(const FeatureTable& table, Standardise method) {
    Standardisation result{.method = method, .centre = {}, .scale = {}, .shares = {}};
    if (result.is_identity())
        return result;
    const Eigen::Index d = table.observations.cols();
    const Eigen::VectorXd weights = table.weights.size() > 0
                                        ? table.weights
                                        : Eigen::VectorXd::Ones(table.observations.rows()).eval();
    result.centre.resize(d);
    result.scale.resize(d);
    result.shares.resize(d);
    for (Eigen::Index j = 0; j < d; ++j) {
        std::vector<Eigen::Index> present;
        for (Eigen::Index i = 0; i < table.observations.rows(); ++i) {
            if (!std::isnan(table.observations(i, j)))
                present.push_back(i);
        }
        const Eigen::VectorXd values = table.observations.col(j)(present);
        const Eigen::VectorXd value_weights = weights(present);
        const auto [centre, scale] = method == Standardise::zscore
                                         ? mean_and_deviation(values, value_weights)
                                         : median_and_deviation(values, value_weights);
        const std::string name = "'" + table.names[static_cast<std::size_t>(j)] + "'";
        if (!(scale > 0.0) && method == Standardise::robust)
            throw DataError("Column " + name +
                            " cannot be standardised robustly: more than half of its values are "
                            "equal. Use zscore or leave the column out.");
        if (!(scale > 0.0 && std::isfinite(scale)))
            throw DataError("Column " + name +
                            " cannot be standardised: its standard deviation is zero or too large "
                            "for a number. Leave the column out.");
        result.centre[j] = centre;
        result.scale[j] = scale;
        result.shares[j] = value_weights.sum() / weights.sum();
    }
    return result;
}

}  // namespace mixtura
