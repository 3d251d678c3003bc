// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mixtura/common/fit_control.h"
#include "mixtura/simulation/centre_arrangement.h"

namespace mixtura {

/// A point of the limit of infinitely many rows, as in population_limit.
struct LimitPoint {
    double signal_to_noise = 0.0;
    double separation = 1.0;
    double mean_distance = 0.0;
};

/// The limit of each ratio tau/sigma at `point_count` signal-to-noise ratios, equally spaced on a
/// logarithmic scale from `least` to `greatest`, and where it bends and shortly after: at
/// (rho^2 - 1) / lambda, below which the centres collapse. Points at which EM does not get there are left out.
///
/// @param least, greatest  0 < least <= greatest; where they are equal a curve is one point
/// @return one curve for each ratio, ascending in the signal-to-noise ratio; none at all where the
///         centres are not on a line
/// @throw Cancelled  the stop was requested
std::vector<std::vector<LimitPoint>> limit_curves(const CentreArrangement& arrangement,
                                                  const std::vector<double>& deviation_ratios,
                                                  double least, double greatest, int point_count,
                                                  const FitControl& control = {});

}  // namespace mixtura
