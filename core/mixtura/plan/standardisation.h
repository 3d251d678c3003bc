// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "mixtura/common/matrix.h"
#include "mixtura/data/data_set.h"
#include "mixtura/gaussian_mixture/gaussian_mixture.h"
#include "mixtura/plan/plan.h"
#include "mixtura/selection/search.h"

namespace mixtura {

/// The affine map z_j = (x_j - centre_j) / scale_j of the features, and its inverse on everything
/// that a fit to z reports. Densities change by the Jacobian: log p(x) = log p(z) - sum_j log s_j.
struct Standardisation {
    Standardise method = Standardise::none;
    Eigen::RowVectorXd centre;  ///< d; empty for `none`
    Eigen::RowVectorXd scale;   ///< d, > 0
    /// d, the share of the weights whose rows have the feature: 1 where no value is missing.
    Eigen::RowVectorXd shares = {};

    [[nodiscard]] bool is_identity() const noexcept { return method == Standardise::none; }
    /// sum_j share_j log scale_j, nats per observation.
    [[nodiscard]] double log_jacobian() const;
    [[nodiscard]] Eigen::MatrixXd apply(const MatrixRef& observations) const;
    [[nodiscard]] GaussianMixture apply(const GaussianMixture& model) const;
    [[nodiscard]] GaussianMixture undo(const GaussianMixture& model) const;
    /// Parameters, log-likelihoods and traces of a fit to z, for x.
    [[nodiscard]] EmFit undo(EmFit fit) const;
    /// The same with its criteria.
    [[nodiscard]] Candidate undo(Candidate candidate) const;
    /// For `data.transform` of a model file: an empty array, or one object.
    [[nodiscard]] nlohmann::json to_json() const;
};

/// zscore: weighted mean and standard deviation with divisor N (the sum of the weights). robust:
/// weighted median and 1.4826 times the median absolute deviation from it, which is the standard
/// deviation of normal data.
/// @throw DataError  a feature whose scale is zero: names it and what to do
Standardisation standardisation(const FeatureTable& table, Standardise method);

/// Smallest m with half of the weight at or below it; the midpoint where exactly half is.
double weighted_median(const VectorRef& values, const VectorRef& weights);

}  // namespace mixtura
