// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "mixtura/plan/explanation.h"

namespace mixtura::app {

/// A parameter of a mixture, with how well it is known.
struct ParameterRow {
    enum class Kind { weight, mean, variance, covariance, scale };
    int component = 0;  ///< 0-based
    Kind kind = Kind::weight;
    int feature = -1;       ///< of a mean or variance; the first of a covariance or scale
    int otherFeature = -1;  ///< the second of a covariance or scale, perhaps the same
    double estimate = 0.0;
    double standardError = 0.0;
    double lower = 0.0;  ///< ends of the 95 % interval
    double upper = 0.0;
};

/// Weight, means and covariances of each component in turn; covariances that the structure holds at
/// zero are left out. Intervals are the percentiles of a bootstrap, or else estimate -/+ 1.96
/// standard errors, the normal approximation, which knows nothing of the bounds of weights and
/// variances.
std::vector<ParameterRow> parameterRows(const GaussianMixture& model,
                                        const ParameterErrors& errors);

}  // namespace mixtura::app
