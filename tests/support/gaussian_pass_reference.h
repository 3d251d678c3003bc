// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <Eigen/Core>

#include "mixtura/compute/row_passes.h"

namespace mixtura::test {

/// The oracle of every pass over rows, with Gaussian or Student-t components: the textbook formulas in long double, plain loops, the
/// scatter in a second pass about the new means.
struct GaussianPassReference {
    long double log_likelihood = 0.0L;
    Eigen::VectorXd masses;
    Eigen::MatrixXd means;
    std::vector<Eigen::MatrixXd> scatters;
    Eigen::VectorXd log_densities;
    Eigen::MatrixXd responsibilities;
    Eigen::VectorXd weight_sums;  ///< of Student-t components, sum of weight * responsibility * u
};

/// `weights` may be empty for all one.
GaussianPassReference gaussian_pass_reference(const Eigen::MatrixXd& observations,
                                              const Eigen::VectorXd& weights,
                                              const compute::GaussianParameters& parameters);

}  // namespace mixtura::test
