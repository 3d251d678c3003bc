// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <Eigen/Core>

namespace mixtura {

/// A number for each parameter of a Gaussian mixture: its standard error, an end of its interval.
struct MixtureParameters {
    Eigen::VectorXd mixing_weights;            ///< K
    Eigen::MatrixXd means;                     ///< K x d
    std::vector<Eigen::MatrixXd> covariances;  ///< K of d x d, symmetric
};

}  // namespace mixtura
