// SPDX-License-Identifier: Apache-2.0
#include "mixtura/linalg/log_domain.h"

#include <cassert>
#include <cmath>
#include <limits>

namespace mixtura {

double log_sum_exp(const VectorRef& values) noexcept {
    if (values.size() == 0)
        return -std::numeric_limits<double>::infinity();
    const double largest = values.maxCoeff();
    if (!std::isfinite(largest))
        return largest;
    double sum = 0.0;
    for (Eigen::Index i = 0; i < values.size(); ++i) sum += std::exp(values[i] - largest);
    return largest + std::log(sum);
}

double geometric_mean(const VectorRef& values) noexcept {
    assert(values.size() > 0);
    double sum = 0.0;
    for (Eigen::Index i = 0; i < values.size(); ++i) sum += std::log(values[i]);
    return std::exp(sum / static_cast<double>(values.size()));
}

}  // namespace mixtura
