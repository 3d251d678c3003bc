// SPDX-License-Identifier: Apache-2.0
#include "support/three_clouds.h"

#include <utility>

#include "mixtura/common/random.h"

namespace mixtura::test {

namespace {

/// Covariances F F^T, where F is the identity and normal draws times `obliqueness`.
ThreeClouds draw_clouds(const Eigen::Matrix3d& means, double obliqueness, Eigen::Index n,
                        std::uint64_t seed) {
    std::vector<Eigen::MatrixXd> covariances;
    RandomStream random(seed);
    for (int k = 0; k < 3; ++k) {
        Eigen::MatrixXd factor(3, 3);
        for (Eigen::Index i = 0; i < 9; ++i) factor(i) = obliqueness * random.normal();
        factor += Eigen::MatrixXd::Identity(3, 3);
        covariances.emplace_back(factor * factor.transpose());
    }
    GaussianMixture model(Eigen::Vector3d(0.5, 0.3, 0.2), means, covariances);
    Sample draws = sample(model, n, random);
    return {std::move(draws.observations), std::move(draws.components), std::move(model)};
}

}  // namespace

ThreeClouds separate_clouds(Eigen::Index n, std::uint64_t seed) {
    const Eigen::Matrix3d means{{0, 0, 0}, {6, 1, -2}, {-3, 6, 4}};
    return draw_clouds(means, 0.5, n, seed);
}

ThreeClouds overlapping_clouds(Eigen::Index n, std::uint64_t seed) {
    const Eigen::Matrix3d means{{0, 0, 0}, {2, 1, -1}, {-1, 2, 1.5}};
    return draw_clouds(means, 0.4, n, seed);
}

}  // namespace mixtura::test
