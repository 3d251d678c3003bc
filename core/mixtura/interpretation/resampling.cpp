// SPDX-License-Identifier: Apache-2.0
#include "mixtura/interpretation/resampling.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace mixtura {

using Eigen::Index;

double gamma_variate(double shape, RandomStream& random) {
    if (shape < 1.0)  // X(shape) = X(shape + 1) U^(1 / shape)
        return gamma_variate(shape + 1.0, random) * std::pow(1.0 - random.uniform(), 1.0 / shape);
    const double d = shape - 1.0 / 3.0;
    const double c = 1.0 / std::sqrt(9.0 * d);
    for (;;) {
        const double normal = random.normal();
        const double root = 1.0 + c * normal;
        if (root <= 0.0)
            continue;
        const double cube = root * root * root;
        const double log_uniform = std::log(1.0 - random.uniform());
        if (log_uniform < 0.5 * normal * normal + d - d * cube + d * std::log(cube))
            return d * cube;
    }
}

Eigen::VectorXd dirichlet_weights(const VectorRef& weights, RandomStream& random) {
    Eigen::VectorXd draws(weights.size());
    for (Index i = 0; i < weights.size(); ++i)
        draws[i] = weights[i] > 0.0 ? gamma_variate(weights[i], random) : 0.0;
    return draws * (weights.sum() / draws.sum());
}

Eigen::VectorXd draw_counts(const VectorRef& weights, RandomStream& random) {
    std::vector<double> weight_up_to;
    double sum = 0.0;
    for (const double weight : weights) weight_up_to.push_back(sum += weight);
    Eigen::VectorXd counts = Eigen::VectorXd::Zero(weights.size());
    const auto draws = std::llround(sum);
    for (long long draw = 0; draw < draws; ++draw) {
        const auto found =
            std::upper_bound(weight_up_to.begin(), weight_up_to.end(), random.uniform() * sum);
        const auto row = std::min<std::ptrdiff_t>(found - weight_up_to.begin(),
                                                  static_cast<std::ptrdiff_t>(counts.size()) - 1);
        counts[row] += 1.0;
    }
    return counts;
}

}  // namespace mixtura
