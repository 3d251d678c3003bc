// SPDX-License-Identifier: Apache-2.0
#include "mixtura/sdp/low_rank.h"

#include <algorithm>
#include <cmath>
#include <deque>

#include "mixtura/common/cancelled.h"
#include "mixtura/linalg/symmetric_eigen.h"

namespace mixtura {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int inner_limit = 500;
constexpr int halving_limit = 30;
constexpr std::size_t line_search_memory = 10;
constexpr double least_step = 1e-4;
constexpr double largest_step = 50.0;
constexpr double largest_penalty = 64.0;

void stop_if_asked(const std::stop_token& stop) {
    if (stop.stop_requested())
        throw Cancelled{};
}

/// The nearest U >= 0 with |U|^2 = K.
MatrixXd projected(const MatrixXd& matrix, double component_count) {
    MatrixXd result = matrix.cwiseMax(0.0);
    const double norm = result.norm();
    if (norm > 0.0)
        return result * (std::sqrt(component_count) / norm);
    Index row = 0;
    Index column = 0;
    matrix.maxCoeff(&row, &column);
    result(row, column) = std::sqrt(component_count);
    return result;
}

/// The augmented Lagrangian at U, with the constraint h = U (U'e) - e, e = 1 / sqrt(n).
struct Point {
    MatrixXd factor;
    VectorXd residual;     // h
    MatrixXd projections;  // X'U, d x r
    double value = 0.0;
};

class Lagrangian {
  public:
    /// @param points  scaled so that the largest singular value is 1
    explicit Lagrangian(const MatrixXd& points)
        : points_(points),
          entry_(1.0 / std::sqrt(static_cast<double>(points.rows()))),
          multipliers(VectorXd::Zero(points.rows())) {}

    [[nodiscard]] Point at(MatrixXd factor) const {
        Point point;
        point.projections.noalias() = points_.transpose() * factor;
        const VectorXd sums = entry_ * factor.colwise().sum().transpose();
        point.residual = (factor * sums).array() - entry_;
        point.factor = std::move(factor);
        update_value(point);
        return point;
    }
    void update_value(Point& point) const {
        point.value = -point.projections.squaredNorm() + multipliers.dot(point.residual) +
                      0.5 * penalty * point.residual.squaredNorm();
    }
    [[nodiscard]] MatrixXd gradient(const Point& point) const {
        const VectorXd z = multipliers + penalty * point.residual;
        const Eigen::RowVectorXd sums = entry_ * point.factor.colwise().sum();
        const Eigen::RowVectorXd weighted = entry_ * (z.transpose() * point.factor);
        MatrixXd gradient = -2.0 * (points_ * point.projections);
        gradient.noalias() += z * sums;
        gradient.rowwise() += weighted;
        return gradient;
    }

  private:
    const MatrixXd& points_;
    double entry_;

  public:
    VectorXd multipliers;  // y
    double penalty = 1.0;  // beta
};

}  // namespace

LowRankSolution solve_low_rank(const MatrixRef& points, int component_count, RandomStream& random,
                               double tolerance, int iteration_limit, const std::stop_token& stop,
                               const std::function<void(int)>& report) {
    const Index n = points.rows();
    const double size = component_count;
    const MatrixXd features = points.transpose() * points;
    const double scale = symmetric_eigen(features).values[0];
    const MatrixXd scaled = points / std::sqrt(scale);
    MatrixXd start(n, 2 * component_count);
    for (Index i = 0; i < n; ++i)
        for (Index j = 0; j < start.cols(); ++j) start(i, j) = std::abs(random.normal());

    Lagrangian lagrangian(scaled);
    Point point = lagrangian.at(projected(start, size));
    double last_residual = point.residual.norm();
    double inner_tolerance = 1e-3;
    LowRankSolution solution;
    while (!solution.is_converged && solution.iterations < iteration_limit) {
        lagrangian.update_value(point);
        MatrixXd gradient = lagrangian.gradient(point);
        std::deque<double> values{point.value};
        double step = 1.0 / (2.0 + 2.0 * lagrangian.penalty + 2.0 * lagrangian.multipliers.norm());
        double moved = 0.0;
        for (int inner = 0; inner < inner_limit && solution.iterations < iteration_limit; ++inner) {
            stop_if_asked(stop);
            report(++solution.iterations);
            const double ceiling = *std::ranges::max_element(values);
            Point next;
            MatrixXd change;
            for (int halving = 0; halving <= halving_limit; ++halving, step *= 0.5) {
                stop_if_asked(stop);
                next = lagrangian.at(projected(point.factor - step * gradient, size));
                change = next.factor - point.factor;
                if (next.value <= ceiling - 1e-4 * change.squaredNorm() / step)
                    break;
            }
            const MatrixXd next_gradient = lagrangian.gradient(next);
            const double curvature = change.cwiseProduct(next_gradient - gradient).sum();
            moved = change.norm() / std::sqrt(size);
            step = curvature > 0.0
                       ? std::clamp(change.squaredNorm() / curvature, least_step, largest_step)
                       : largest_step;
            point = std::move(next);
            gradient = next_gradient;
            values.push_back(point.value);
            if (values.size() > line_search_memory)
                values.pop_front();
            if (moved < inner_tolerance)
                break;
        }
        const double residual = point.residual.norm();
        if (residual < tolerance && moved < 10.0 * tolerance) {
            solution.is_converged = true;
            break;
        }
        lagrangian.multipliers += lagrangian.penalty * point.residual;
        if (residual > 0.5 * last_residual)
            lagrangian.penalty = std::min(2.0 * lagrangian.penalty, largest_penalty);
        last_residual = residual;
        inner_tolerance = std::max(tolerance, std::min(inner_tolerance, 0.1 * residual));
    }
    solution.value = points.squaredNorm() - scale * point.projections.squaredNorm();
    solution.residual = point.residual.norm();
    solution.factor = std::move(point.factor);
    return solution;
}

}  // namespace mixtura
