// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace mixtura {

/// Type-7 quantile (Hyndman & Fan 1996): linear between the order statistics.
/// @param sorted       ascending, not empty
/// @param probability  from 0 to 1
double sorted_quantile(const std::vector<double>& sorted, double probability);

}  // namespace mixtura
