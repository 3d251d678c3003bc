// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <Eigen/Core>

#include "mixtura/gaussian_mixture/gaussian_mixture.h"

namespace mixtura::test {

/// Three oblique clusters of unequal size in three features, and what they were drawn from.
struct ThreeClouds {
    Eigen::MatrixXd observations;
    std::vector<std::int32_t> labels;
    GaussianMixture model;
};

/// Far apart: every sensible fit finds them.
ThreeClouds separate_clouds(Eigen::Index n, std::uint64_t seed);

/// Overlapping, so that EM takes its time.
ThreeClouds overlapping_clouds(Eigen::Index n, std::uint64_t seed);

}  // namespace mixtura::test
