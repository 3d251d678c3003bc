// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "mixtura/common/matrix.h"

namespace mixtura::experts {

/// Distribution of the response in a component.
enum class ExpertFamily {
    gaussian,  ///< N(x'b, v)
    student,   ///< location x'b, squared scale v, known degrees of freedom
    laplace,   ///< exp(-|y - x'b| / s) / (2 s), s in place of v
    poisson    ///< counts of mean exp(x'b), no v
};
std::string_view to_string(ExpertFamily family) noexcept;
/// @throw InvalidArgument  any other text
ExpertFamily expert_family_from(std::string_view name);
[[nodiscard]] inline bool has_scale(ExpertFamily family) {
    return family != ExpertFamily::poisson;
}

/// A mixture of experts f(y | x, w) = sum_k pi_k(w) f_k(y | x), pi_k the softmax of the rows of
/// `gate_coefficients` times (1, w), the last component's row being zero and not kept.
struct ExpertsModel {
    ExpertFamily family = ExpertFamily::gaussian;
    Eigen::MatrixXd expert_coefficients;  ///< K x p, the intercept first
    Eigen::VectorXd expert_variances;   ///< K: variances, squared scales or scales; empty: Poisson
    Eigen::MatrixXd gate_coefficients;  ///< (K - 1) x q, the intercept first
    double degrees_of_freedom = 4.0;    ///< of Student experts
    [[nodiscard]] Eigen::Index component_count() const { return expert_coefficients.rows(); }
};
/// @throw InvalidArgument  shapes that do not fit, a number that is not finite, a scale <= 0
void check(const ExpertsModel& model);

/// Component `order[k]` as component k; the gate is shifted so that the last is the reference.
ExpertsModel reordered(const ExpertsModel& model, const Eigen::VectorXi& order);

/// log pi_k of each row. @param gate_design  n x q, a column of ones first @return n x K
Eigen::MatrixXd log_gate_probabilities(const MatrixRef& gate_design,
                                       const MatrixRef& gate_coefficients);

/// log f(y) of each row, all constants kept.
/// @param predictor  n, x'b @param scale  v, or s of Laplace experts; not read for Poisson
Eigen::ArrayXd expert_log_density(ExpertFamily family, const VectorRef& response,
                                  const VectorRef& predictor, double scale,
                                  double degrees_of_freedom);

/// What a model says of rows, with and without their response.
struct ExpertsPrediction {
    Eigen::MatrixXd gate_probabilities;  ///< n x K
    Eigen::MatrixXd expert_means;        ///< n x K
    Eigen::VectorXd means;               ///< sum_k pi_k m_k
    Eigen::VectorXd variances;           ///< sum_k pi_k (s_k^2 + m_k^2) - mean^2
};
/// @param expert_covariates  n x (p - 1) @param gate_covariates  n x (q - 1)
/// @throw InvalidArgument  other shapes
ExpertsPrediction predict(const ExpertsModel& model, const MatrixRef& expert_covariates,
                          const MatrixRef& gate_covariates);

/// Responsibilities and log density of rows whose response is known.
struct ExpertsScores {
    Eigen::MatrixXd responsibilities;  ///< n x K
    Eigen::VectorXd log_densities;     ///< n, nats
};
ExpertsScores score(const ExpertsModel& model, const VectorRef& response,
                    const MatrixRef& expert_covariates, const MatrixRef& gate_covariates);

/// Quantile of f(y | x, w) for one row: the root of sum_k pi_k F_k(y) - probability between the
/// least and the greatest quantile of its components; for Poisson experts the least count whose
/// distribution function reaches the probability.
/// @param gate_probabilities  K @param expert_means  K, as in ExpertsPrediction
/// @param probability  in (0, 1)
double predictive_quantile(const ExpertsModel& model, const VectorRef& gate_probabilities,
                           const VectorRef& expert_means, double probability);

}  // namespace mixtura::experts
