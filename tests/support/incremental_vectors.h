// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include <Eigen/Core>

#include "mixtura/incremental/incremental_mixture.h"

namespace mixtura::test {

/// The short streams whose states were worked out with 50 digits in covariance form.
inline Eigen::MatrixXd ten_rows() {
    Eigen::MatrixXd rows(10, 2);
    rows << 0, 0, 1, 1, .5, -.5, 6, 5, 6.5, 5.5, 5.5, 6, .2, .9, 3, 2.5, -.4, .3, 5.8, 4.6;
    return rows;
}

inline IncrementalOptions ten_rows_options() {
    IncrementalOptions options = paper_preset({});
    options.novelty_probability = 0.05;
    return options;
}

inline IncrementalMixture ten_rows_mixture() {
    return {ten_rows_options(), Eigen::Vector2d(1.0, 4.0)};
}

inline Eigen::MatrixXd twenty_rows() {
    const auto rounded = [](double value) { return std::round(value * 1e6) / 1e6; };
    Eigen::MatrixXd rows(20, 3);
    for (int t = 0; t < 20; ++t) {
        rows(t, 0) = rounded(std::sin(0.9 * t) + (t % 3 == 0 ? 4.0 : 0.0));
        rows(t, 1) = rounded(std::cos(1.3 * t) + (t % 3 == 1 ? 3.0 : 0.0));
        rows(t, 2) = rounded(0.5 * std::sin(0.37 * t) - (t % 3 == 2 ? 2.0 : 0.0));
    }
    return rows;
}

inline IncrementalMixture twenty_rows_mixture(std::int64_t refactor_interval) {
    IncrementalOptions options;
    options.prior_strength = 4.0;
    options.forgetting = 0.98;
    options.minimum_age = 0;
    options.refactor_interval = refactor_interval;
    return {options, Eigen::Vector3d::Constant(0.25)};
}

}  // namespace mixtura::test
