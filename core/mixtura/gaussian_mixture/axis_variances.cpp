// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/axis_variances.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "mixtura/linalg/log_domain.h"

namespace mixtura {

namespace {

using Eigen::Index;

/// Variances of one component whose logarithms sum to `log_volume`: max(floor_j, t s_j).
/// @return 1/t, how fast the component's cost falls as its volume grows; 0 for a component
///         without spread, which then takes any volume (in proportion to the floor).
double variances_of_volume(const VectorRef& spread, const VectorRef& floor, double log_volume,
                           Eigen::Ref<Eigen::VectorXd> variances) {
    const Index d = spread.size();
    double excess = log_volume;  // over the least volume, at which every axis is at its floor
    for (Index j = 0; j < d; ++j) excess -= std::log(floor[j]);
    std::vector<double> log_thresholds;  // axis j leaves its floor at log t = log(floor_j / s_j)
    for (Index j = 0; j < d; ++j) {
        if (spread[j] > 0.0)
            log_thresholds.push_back(std::log(floor[j] / spread[j]));
    }
    if (log_thresholds.empty()) {
        variances = floor * std::exp(std::max(excess, 0.0) / static_cast<double>(d));
        return 0.0;
    }
    std::ranges::sort(log_thresholds);
    // With m axes off their floors the volume exceeds the least one by sum_{i<m} (log t - a_i).
    double log_t = log_thresholds.front();
    double remaining = std::max(excess, 0.0);
    for (std::size_t m = 1; m <= log_thresholds.size(); ++m) {
        const double next =
            m < log_thresholds.size() ? log_thresholds[m] : std::numeric_limits<double>::infinity();
        const auto count = static_cast<double>(m);
        if (log_t + remaining / count <= next) {
            log_t += remaining / count;
            break;
        }
        remaining -= count * (next - log_t);
        log_t = next;
    }
    const double t = std::exp(log_t);
    for (Index j = 0; j < d; ++j) variances[j] = std::max(floor[j], t * spread[j]);
    return 1.0 / t;
}

AxisVariances floored_equal_volume_variances(const VectorRef& masses, const MatrixRef& spreads,
                                             const VectorRef& floor) {
    const Index d = spreads.rows();
    const Index component_count = spreads.cols();
    const double total = masses.sum();
    Eigen::MatrixXd per_row(d, component_count);  // s_kj = o_kj / n_k
    for (Index k = 0; k < component_count; ++k) per_row.col(k) = spreads.col(k) / masses[k];
    double least = 0.0;
    for (Index j = 0; j < d; ++j) least += std::log(floor[j]);
    double most = least;  // at this volume every component is at least as large as its spreads
    for (Index k = 0; k < component_count; ++k) {
        double log_volume = 0.0;
        for (Index j = 0; j < d; ++j) log_volume += std::log(std::max(floor[j], per_row(j, k)));
        most = std::max(most, log_volume);
    }
    AxisVariances result;
    result.variances.resize(d, component_count);
    const auto gain_at = [&](double log_volume) {
        double gain = 0.0;
        for (Index k = 0; k < component_count; ++k) {
            gain += masses[k] *
                    variances_of_volume(per_row.col(k), floor, log_volume, result.variances.col(k));
        }
        return gain;
    };
    // The common volume at which growing it stops to pay: gain falls as the volume grows.
    if (gain_at(least) > total) {
        for (int halving = 0; halving < 200 && most - least > 1e-14 * (1.0 + std::abs(most));
             ++halving) {
            const double middle = 0.5 * (least + most);
            (gain_at(middle) > total ? least : most) = middle;
        }
        gain_at(0.5 * (least + most));
    }
    for (Index k = 0; k < component_count; ++k) {
        for (Index j = 0; j < d; ++j)
            result.floors_applied += result.variances(j, k) <= floor[j] ? 1 : 0;
    }
    return result;
}

}  // namespace

AxisVariances equal_variances(const VectorRef& masses, const MatrixRef& spreads,
                              const VectorRef& floor) {
    const Index component_count = spreads.cols();
    const double total = masses.sum();
    Eigen::VectorXd pooled = spreads.rowwise().sum() / total;
    AxisVariances result;
    for (Index j = 0; j < pooled.size(); ++j) {
        if (pooled[j] < floor[j]) {
            pooled[j] = floor[j];
            ++result.floors_applied;
        }
    }
    result.variances = pooled.replicate(1, component_count);
    return result;
}

AxisVariances free_variances(const VectorRef& masses, const MatrixRef& spreads,
                             const VectorRef& floor) {
    AxisVariances result;
    result.variances = spreads;
    for (Index k = 0; k < spreads.cols(); ++k) {
        for (Index j = 0; j < spreads.rows(); ++j) {
            double& variance = result.variances(j, k);
            variance /= masses[k];
            if (variance < floor[j]) {
                variance = floor[j];
                ++result.floors_applied;
            }
        }
    }
    return result;
}

AxisVariances equal_volume_variances(const VectorRef& masses, const MatrixRef& spreads,
                                     const VectorRef& floor) {
    const Index component_count = spreads.cols();
    Eigen::VectorXd means(component_count);
    for (Index k = 0; k < component_count; ++k) means[k] = geometric_mean(spreads.col(k));
    const double volume = means.sum() / masses.sum();
    AxisVariances result;
    result.variances.resize(spreads.rows(), component_count);
    for (Index k = 0; k < component_count; ++k) {
        for (Index j = 0; j < spreads.rows(); ++j) {
            const double variance = volume * (spreads(j, k) / means[k]);
            if (!(variance >= floor[j]))  // also where a geometric mean is zero
                return floored_equal_volume_variances(masses, spreads, floor);
            result.variances(j, k) = variance;
        }
    }
    return result;
}

AxisVariances common_shape_variances(const VectorRef& masses, const MatrixRef& spreads,
                                     const VectorRef& floor, const VectorRef& start_shape) {
    const Index d = spreads.rows();
    const Index component_count = spreads.cols();
    const double total = masses.sum();
    Eigen::VectorXd shape =
        start_shape.size() == d
            ? Eigen::VectorXd(start_shape)
            : Eigen::VectorXd((spreads.rowwise().sum() / total).cwiseMax(floor));
    shape /= geometric_mean(shape);
    Eigen::VectorXd volumes = Eigen::VectorXd::Zero(component_count);
    Eigen::VectorXd next_shape(d);

    // At this relative change the objective is flat to its square; any number of rounds keeps EM
    // monotone.
    constexpr int round_limit = 100;
    constexpr double least_change = 1e-10;
    for (int round = 0; round < round_limit; ++round) {
        double change = 0.0;
        const double least_volume = (floor.array() / shape.array()).maxCoeff();
        for (Index k = 0; k < component_count; ++k) {
            double sum = 0.0;
            for (Index j = 0; j < d; ++j) sum += spreads(j, k) / shape[j];
            const double volume =
                std::max(sum / (masses[k] * static_cast<double>(d)), least_volume);
            change = std::max(change, std::abs(volume - volumes[k]) / volume);
            volumes[k] = volume;
        }
        if (change < least_change || round == round_limit - 1)
            break;
        next_shape.setZero();
        for (Index k = 0; k < component_count; ++k) next_shape += spreads.col(k) / volumes[k];
        next_shape = (next_shape / total).cwiseMax(floor / volumes.minCoeff());
        shape = next_shape / geometric_mean(next_shape);
    }
    AxisVariances result;
    result.variances = shape * volumes.transpose();
    for (Index k = 0; k < component_count; ++k) {
        for (Index j = 0; j < d; ++j) {
            if (result.variances(j, k) <= floor[j] * (1.0 + 1e-12)) {
                result.variances(j, k) = floor[j];
                ++result.floors_applied;
            }
        }
    }
    result.shape = std::move(shape);
    return result;
}

}  // namespace mixtura
