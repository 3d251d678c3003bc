// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <Eigen/Core>

#include "mixtura/compute/row_passes.h"

namespace mixtura::test {

/// Made-up data and parameters near those that made them.
struct MixtureCase {
    Eigen::MatrixXd observations;
    compute::GaussianParameters parameters;
};

struct MixtureCaseOptions {
    Eigen::Index rows = 100;
    int dim = 2;
    int components = 2;
    compute::GaussianParameters::Shape shape = compute::GaussianParameters::Shape::full;
    double separation = 2.0;  ///< spread of the means, in standard deviations of a component
    double condition = 4.0;   ///< ratio of the largest and least diagonal of the factors
    double offset = 0.0;      ///< added to everything
    std::uint64_t seed = 1;
};

MixtureCase make_mixture_case(const MixtureCaseOptions& options);

}  // namespace mixtura::test
