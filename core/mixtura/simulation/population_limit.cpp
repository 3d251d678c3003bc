// SPDX-License-Identifier: Apache-2.0
#include "mixtura/simulation/population_limit.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "mixtura/common/cancelled.h"

namespace mixtura {

namespace {

using Eigen::Index;

constexpr double tail = 10.0;  ///< standard deviations beyond which a normal density is left out
constexpr int least_node_count = 256;
constexpr int node_limit = 1 << 16;
constexpr double iteration_tolerance = 1e-11;
constexpr int iteration_limit = 20000;
constexpr double root_tolerance = 1e-12;  // relative
/// A line is one to the rounding of the eigenvalues.
constexpr double line_tolerance = 1e-9;

double normal_density(double z) {
    return std::exp(-0.5 * z * z) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
}

double normal_distribution(double z) {
    return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

/// Nodes of the trapezoidal rule over `width`, whose error falls exponentially with the distance of
/// the nearest pole of the integrand: those of responsibilities that change over `range` lie
/// pi tau^2 / range off the line.
int node_count(double width, double sigma, double tau, double range) {
    const double step = std::min(0.25 * sigma, 0.5 * tau * tau / range);
    return static_cast<int>(
        std::clamp(std::ceil(width / step) + 1.0, 1.0 * least_node_count, 1.0 * node_limit));
}

/// E[x tanh(x t / tau^2)], x ~ N(1, sigma^2), over nodes z of the standard normal.
class SymmetricMap {
  public:
    SymmetricMap(double sigma, double tau) : variance_(tau * tau) {
        const int count = node_count(2.0 * tail * sigma, sigma, tau, 4.0 + 2.0 * sigma);
        const double step = 2.0 * tail / (count - 1);
        for (int i = 0; i < count; ++i) {
            const double z = -tail + step * i;
            nodes_.emplace_back(1.0 + sigma * z, normal_density(z) * step);
        }
    }
    struct ValueAndSlope {
        double value = 0.0;
        double slope = 0.0;
    };
    ValueAndSlope operator()(double t) const {
        ValueAndSlope sum;
        for (const auto& [x, weight] : nodes_) {
            const double tanh = std::tanh(x * t / variance_);
            sum.value += weight * x * tanh;
            sum.slope += weight * x * x * (1.0 - tanh * tanh) / variance_;
        }
        return sum;
    }

  private:
    double variance_;
    std::vector<std::pair<double, double>> nodes_;
};

/// One population iteration of hard assignment: means of the mixture between the midpoints.
/// @param fitted  ascending
Eigen::VectorXd nearest_means(const VectorRef& weights, const VectorRef& positions, double sigma,
                              const Eigen::VectorXd& fitted) {
    const Index count = fitted.size();
    Eigen::VectorXd moved = fitted;
    for (Index k = 0; k < count; ++k) {
        double mass = 0.0;
        double sum = 0.0;
        for (Index j = 0; j < positions.size(); ++j) {
            double lower_distribution = 0.0;
            double lower_density = 0.0;
            double upper_distribution = 1.0;
            double upper_density = 0.0;
            if (k > 0) {
                const double z = (0.5 * (fitted[k - 1] + fitted[k]) - positions[j]) / sigma;
                lower_distribution = normal_distribution(z);
                lower_density = normal_density(z);
            }
            if (k + 1 < count) {
                const double z = (0.5 * (fitted[k] + fitted[k + 1]) - positions[j]) / sigma;
                upper_distribution = normal_distribution(z);
                upper_density = normal_density(z);
            }
            const double part = upper_distribution - lower_distribution;
            mass += weights[j] * part;
            sum += weights[j] * (positions[j] * part + sigma * (lower_density - upper_density));
        }
        if (mass > 0.0)
            moved[k] = sum / mass;
    }
    return moved;
}

/// One population iteration of soft assignment, over nodes on the line.
class LineMap {
  public:
    LineMap(const VectorRef& weights, const VectorRef& positions, double sigma, double tau)
        : log_weights_(weights.array().log()), factor_(-0.5 / (tau * tau)) {
        const double low = positions.minCoeff() - tail * sigma;
        const double high = positions.maxCoeff() + tail * sigma;
        const double range = positions.maxCoeff() - positions.minCoeff() + 2.0 * sigma;
        const int count = node_count(high - low, sigma, tau, range);
        const double step = (high - low) / (count - 1);
        nodes_.resize(count);
        node_weights_.resize(count);
        for (Index i = 0; i < count; ++i) {
            nodes_[i] = low + step * static_cast<double>(i);
            double density = 0.0;
            for (Index j = 0; j < positions.size(); ++j)
                density += weights[j] * normal_density((nodes_[i] - positions[j]) / sigma) / sigma;
            node_weights_[i] = density * step;
        }
    }
    Eigen::VectorXd operator()(const Eigen::VectorXd& fitted) const {
        Eigen::ArrayXXd values(nodes_.size(), fitted.size());
        for (Index k = 0; k < fitted.size(); ++k)
            values.col(k) = factor_ * (nodes_ - fitted[k]).square() + log_weights_[k];
        const Eigen::ArrayXd greatest = values.rowwise().maxCoeff();
        for (Index k = 0; k < fitted.size(); ++k) values.col(k) = (values.col(k) - greatest).exp();
        const Eigen::ArrayXd scaled = node_weights_ / values.rowwise().sum();
        Eigen::VectorXd moved = fitted;
        for (Index k = 0; k < fitted.size(); ++k) {
            const double mass = (values.col(k) * scaled).sum();
            if (mass > 0.0)
                moved[k] = (values.col(k) * scaled * nodes_).sum() / mass;
        }
        return moved;
    }

  private:
    Eigen::ArrayXd log_weights_;
    double factor_;
    Eigen::ArrayXd nodes_;
    Eigen::ArrayXd node_weights_;
};

template <class Map>
LineLimit iterated(const Map& map, Eigen::VectorXd positions, const std::stop_token& stop) {
    for (int iteration = 0; iteration < iteration_limit; ++iteration) {
        if (stop.stop_requested())
            throw Cancelled{};
        Eigen::VectorXd moved = map(positions);
        const double furthest = (moved - positions).cwiseAbs().maxCoeff();
        positions = std::move(moved);
        if (furthest <= iteration_tolerance)
            return {positions, true};
    }
    return {positions, false};
}

/// Indices that sort the positions, equal ones in their order.
std::vector<Index> ascending(const VectorRef& positions) {
    std::vector<Index> order;
    for (Index k = 0; k < positions.size(); ++k) order.push_back(k);
    std::stable_sort(order.begin(), order.end(),
                     [&](Index a, Index b) { return positions[a] < positions[b]; });
    return order;
}

LineLimit hard_line_limit(const VectorRef& mixing_weights, const VectorRef& positions, double sigma,
                          const std::stop_token& stop) {
    const std::vector<Index> order = ascending(positions);
    Eigen::VectorXd weights(positions.size());
    Eigen::VectorXd sorted(positions.size());
    for (Index k = 0; k < sorted.size(); ++k) {
        weights[k] = mixing_weights[order[static_cast<std::size_t>(k)]];
        sorted[k] = positions[order[static_cast<std::size_t>(k)]];
    }
    const LineLimit limit = iterated(
        [&](const Eigen::VectorXd& fitted) {
            return nearest_means(weights, sorted, sigma, fitted);
        },
        sorted, stop);
    LineLimit result{positions, limit.is_converged};
    for (Index k = 0; k < sorted.size(); ++k)
        result.positions[order[static_cast<std::size_t>(k)]] = limit.positions[k];
    return result;
}

bool is_symmetric_pair(const CentreArrangement& arrangement) {
    const Eigen::VectorXd& weights = arrangement.mixing_weights;
    return weights.size() == 2 && std::abs(weights[0] - weights[1]) <= 1e-12;
}

}  // namespace

double symmetric_fixed_point(double signal_to_noise, double deviation_ratio) {
    const double sigma = 1.0 / std::sqrt(signal_to_noise);
    if (deviation_ratio == 0.0)
        return 2.0 * sigma * normal_density(std::sqrt(signal_to_noise)) + 1.0 -
               2.0 * normal_distribution(-std::sqrt(signal_to_noise));
    if (deviation_ratio * deviation_ratio >= 1.0 + signal_to_noise)
        return 0.0;
    const SymmetricMap map(sigma, deviation_ratio * sigma);
    // map(t) - t is concave: from above the solution Newton's steps go down to it and never beyond.
    double t = std::sqrt(1.0 + sigma * sigma);  // E|x| <= sqrt(E x^2) bounds every fixed point
    constexpr int step_limit = 200;
    for (int i = 0; i < step_limit; ++i) {
        const auto [value, slope] = map(t);
        const double step = (value - t) / (1.0 - slope);
        if (!(std::abs(step) > root_tolerance * t))
            break;
        t += step;
    }
    return t;
}

LineLimit line_limit(const VectorRef& mixing_weights, const VectorRef& positions, double sigma,
                     double tau, const std::stop_token& stop) {
    if (tau > 0.0)
        return iterated(LineMap(mixing_weights, positions, sigma, tau), positions, stop);
    return hard_line_limit(mixing_weights, positions, sigma, stop);
}

std::optional<PopulationLimit> population_limit(const CentreArrangement& arrangement,
                                                double signal_to_noise, double deviation_ratio,
                                                const std::stop_token& stop) {
    if (arrangement.leading_share < 1.0 - line_tolerance)
        return std::nullopt;
    const Eigen::VectorXd positions = arrangement.centres * arrangement.leading_axis;
    const double sigma = 1.0 / std::sqrt(signal_to_noise);
    const LineLimit ends =
        is_symmetric_pair(arrangement)
            ? LineLimit{positions * symmetric_fixed_point(signal_to_noise, deviation_ratio), true}
            : line_limit(arrangement.mixing_weights, positions, sigma, deviation_ratio * sigma,
                         stop);
    PopulationLimit limit;
    limit.centres = ends.positions * arrangement.leading_axis.transpose();
    const double mean = arrangement.mixing_weights.dot(ends.positions);
    limit.separation = std::sqrt(
        (arrangement.mixing_weights.array() * (ends.positions.array() - mean).square()).sum());
    limit.mean_distance = (ends.positions - positions).cwiseAbs().mean();
    limit.is_converged = ends.is_converged;
    return limit;
}

}  // namespace mixtura
