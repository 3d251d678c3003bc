// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "mixtura/common/matrix.h"

namespace mixtura {

/// What is believed of the mixing weights before the data.
enum class WeightPrior {
    dirichlet,  ///< symmetric: pi ~ Dirichlet(alpha_0, ..., alpha_0)
    process     ///< Dirichlet process, cut after K sticks: pi_k = v_k prod_{j<k} (1 - v_j),
                ///< v_k ~ Beta(1, gamma_0); each component is expected to be smaller than the last
};
std::string_view to_string(WeightPrior prior) noexcept;
/// @throw InvalidArgument  any other text; lists the names
WeightPrior weight_prior_from(std::string_view name);

/// What is believed of the mixing weights after the data: pi ~ Dirichlet(alpha), or v_k ~
/// Beta(a_k, b_k) for the sticks of a process.
struct WeightPosterior {
    WeightPrior prior = WeightPrior::dirichlet;
    double prior_concentration = 1.0;  ///< alpha_0 or gamma_0, > 0
    Eigen::VectorXd concentrations;    ///< K: alpha_k, or of a process a_k
    Eigen::VectorXd stick_remainders;  ///< K: b_k of a process; else empty
};

/// alpha_k = alpha_0 + N_k; of a process a_k = 1 + N_k, b_k = gamma_0 + sum_{j>k} N_j.
/// @param masses  K, N_k: the expected rows of each component
WeightPosterior updated_weights(WeightPrior prior, double prior_concentration,
                                const VectorRef& masses);

/// K, E[log pi_k].
Eigen::VectorXd expected_log_weights(const WeightPosterior& posterior);
/// K, E[pi_k]. Those of a process sum to less than 1: the rest belongs to components behind the K-th.
Eigen::VectorXd expected_weights(const WeightPosterior& posterior);
/// log of the ratio of the normalising constants of posterior and prior: what the weights give to
/// the lower bound once the posterior is the best for its masses. Nats.
double log_weight_evidence(const WeightPosterior& posterior);

}  // namespace mixtura
