// SPDX-License-Identifier: Apache-2.0
#include "mixtura/common/sorted_quantile.h"

#include <algorithm>
#include <cstddef>

namespace mixtura {

double sorted_quantile(const std::vector<double>& sorted, double probability) {
    const double place = probability * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    const double fraction = place - static_cast<double>(below);
    return (1.0 - fraction) * sorted[below] + fraction * sorted[above];
}

}  // namespace mixtura
