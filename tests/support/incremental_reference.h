// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <Eigen/Core>

namespace mixtura::test {

using LongMatrix = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;
using LongVector = Eigen::Matrix<long double, Eigen::Dynamic, 1>;

/// The incremental mixture by the plain formulas: covariances, explicit inverses and determinants,
/// long double throughout.
class CovarianceFormMixture {
  public:
    struct Component {
        LongVector mean;
        LongMatrix covariance;
        long double n = 1.0L;
        long double nu = 1.0L;
        long double kappa = 1.0L;
        std::int64_t age = 1;
        std::int64_t counter = 0;
    };
    struct Rules {
        double threshold = 0.0;  ///< of squared distances
        bool is_predictive = true;
        double kappa0 = 1.0;
        double lambda = 1.0;
        std::int64_t minimum_age = 0;
        double minimum_mass = 0.0;
        std::int64_t refactor_interval = 0;  ///< 0: never
    };

    CovarianceFormMixture(const Rules& rules, const Eigen::VectorXd& initial_variances)
        : rules_(rules), initial_variances_(initial_variances.cast<long double>()) {}

    /// @return log p(x) before learning
    long double observe(const Eigen::VectorXd& row);
    [[nodiscard]] const std::vector<Component>& components() const { return components_; }

  private:
    Rules rules_;
    LongVector initial_variances_;
    std::vector<Component> components_;
};

/// log N(x; mean, covariance).
long double log_normal_density(const LongVector& x, const LongVector& mean,
                               const LongMatrix& covariance);

}  // namespace mixtura::test
