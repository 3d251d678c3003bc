// SPDX-License-Identifier: Apache-2.0
#include "mixtura/incremental/component_merging.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mixtura/linalg/cholesky.h"

namespace mixtura {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// e of nu = n + kappa - e: what the birth's row lacks in scatter, decayed.
double birth_deficit(const IncrementalComponent& component) noexcept {
    return component.mass + component.prior_mass - component.covariance_mass;
}

}  // namespace

double merge_cost(const IncrementalComponent& a, const IncrementalComponent& b) {
    const Index d = a.initial_variances.size();
    const double total = a.mass + b.mass;
    const VectorXd difference = (a.mean - b.mean).head(d);
    MatrixXd together = (a.mass * covariance_matrix(a) + b.mass * covariance_matrix(b)) / total;
    together.noalias() += a.mass * b.mass / (total * total) * difference * difference.transpose();
    if (!cholesky_in_place(together))
        return std::numeric_limits<double>::infinity();
    return 0.5 *
           (total * 2.0 * half_log_determinant(together) - a.mass * a.log_det - b.mass * b.log_det);
}

double least_merge_cost(const IncrementalComponent& a, const IncrementalComponent& b) {
    const Index d = a.initial_variances.size();
    const double total = a.mass + b.mass;
    const auto variances = (a.mass * a.variances + b.mass * b.variances).array() / total;
    const double distance = ((a.mean - b.mean).head(d).array().square() / variances).maxCoeff();
    return 0.5 * total * std::log1p(a.mass * b.mass / (total * total) * distance);
}

IncrementalComponent merged(const IncrementalComponent& a, const IncrementalComponent& b) {
    const Index d = a.initial_variances.size();
    IncrementalComponent result = a.id < b.id ? a : b;
    const VectorXd difference = a.mean - b.mean;
    result.mass = a.mass + b.mass;
    result.mean = a.mean - b.mass / result.mass * difference;
    result.prior_mass = std::max(a.prior_mass, b.prior_mass);
    result.covariance_mass =
        result.mass + result.prior_mass - std::max(birth_deficit(a), birth_deficit(b));
    result.age = std::max(a.age, b.age);
    MatrixXd scatter =
        a.covariance_mass * covariance_matrix(a) + b.covariance_mass * covariance_matrix(b);
    scatter.noalias() +=
        a.mass * b.mass / result.mass * difference.head(d) * difference.head(d).transpose();
    scatter.diagonal() += result.prior_mass * result.initial_variances -
                          a.prior_mass * a.initial_variances - b.prior_mass * b.initial_variances;
    set_covariance(result, scatter / result.covariance_mass);
    return result;
}

std::optional<MergePair> cheapest_pair(const std::vector<IncrementalComponent>& components,
                                       int class_index, double limit) {
    std::optional<MergePair> best;
    for (std::size_t i = 0; i < components.size(); ++i) {
        if (class_index != every_class && components[i].class_index != class_index)
            continue;
        for (std::size_t j = i + 1; j < components.size(); ++j) {
            if (components[i].class_index != components[j].class_index ||
                !(least_merge_cost(components[i], components[j]) < limit))
                continue;
            const double cost = merge_cost(components[i], components[j]);
            if (!(cost < limit))
                continue;
            best = MergePair{.first = i, .second = j, .cost = cost};
            limit = cost;
        }
    }
    return best;
}

}  // namespace mixtura
