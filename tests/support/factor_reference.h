// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <Eigen/Core>

#include "mixtura/common/random.h"
#include "mixtura/factor_mixture/factor_passes.h"
#include "mixtura/gaussian_mixture/factor_structure.h"

namespace mixtura::test {

/// By dense covariances, explicit inverses and plain loops.
struct FactorExpectation {
    double log_likelihood = 0.0;
    Eigen::MatrixXd responsibilities;  ///< n x K
};
FactorExpectation factor_expectation(const Eigen::MatrixXd& observations,
                                     const Eigen::VectorXd& weights,
                                     const FactorParameters& parameters);

/// One AECM iteration by the published step of each of the eight structures (McNicholas & Murphy
/// 2008, table 2), uniquenesses no less than `floor`.
FactorParameters factor_step(const Eigen::MatrixXd& observations, const Eigen::VectorXd& weights,
                             const FactorParameters& parameters, FactorStructure structure,
                             const Eigen::VectorXd& floor);

/// Parameters of a mixture of the structure: means `separation` apart in random directions,
/// loadings of standard normal numbers, uniquenesses from 0.3 to 1.
FactorParameters random_factor_parameters(FactorStructure structure, int component_count,
                                          int feature_count, int factor_count, double separation,
                                          RandomStream& random);

/// Draws from a factor mixture, through the factors.
struct FactorSample {
    Eigen::MatrixXd observations;
    std::vector<std::int32_t> components;
};
FactorSample factor_sample(const FactorParameters& parameters, Eigen::Index n,
                           RandomStream& random);

/// Columns centred and divided by their standard deviations; divisor n - `lost`.
Eigen::MatrixXd standardised(const Eigen::MatrixXd& observations, double lost);

}  // namespace mixtura::test
