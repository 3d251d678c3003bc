// SPDX-License-Identifier: Apache-2.0
#include "mixtura/sdp/peng_wei.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

#include "mixtura/linalg/symmetric_eigen.h"
#include "mixtura/sdp/safe_bound.h"
#include "mixtura/sdp/tridiagonal_form.h"

namespace mixtura {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double penalty = 5.0;     ///< rho, for a cost of spectral norm 1
constexpr double relaxation = 1.6;  ///< alpha
constexpr int bound_interval = 25;  ///< iterations between two lower bounds

/// P M P with P = I - 11'/n, exactly symmetric.
MatrixXd doubly_centred(const MatrixXd& matrix) {
    MatrixXd centred = 0.5 * (matrix + matrix.transpose());
    const VectorXd means = centred.rowwise().mean();
    const double mean = means.mean();
    centred.colwise() -= means;
    centred.rowwise() -= means.transpose();
    centred.array() += mean;
    return centred;
}

/// theta with sum_i clip(value_i - theta, 0, 1) = total, values decreasing, 0 < total < count.
double clipping_level(const VectorXd& values, double total) {
    std::vector<double> breaks;
    for (const double value : values) {
        breaks.push_back(value);
        breaks.push_back(value - 1.0);
    }
    std::ranges::sort(breaks, std::greater<>());
    const auto sum_at = [&](double theta) {
        return (values.array() - theta).cwiseMax(0.0).cwiseMin(1.0).sum();
    };
    std::size_t low = 0;
    std::size_t high = breaks.size() - 1;  // the sum grows with the position
    while (high - low > 1) {
        const std::size_t middle = (low + high) / 2;
        (sum_at(breaks[middle]) < total ? low : high) = middle;
    }
    const double below = sum_at(breaks[low]);
    const double above = sum_at(breaks[high]);
    if (!(above > below))
        return breaks[high];
    return breaks[low] + (breaks[high] - breaks[low]) * (total - below) / (above - below);
}

/// The nearest matrix J + R with R 1 = 0, 0 <= R <= I, tr R = K - 1.
MatrixXd spectral_projection(const MatrixXd& matrix, int component_count,
                             const std::stop_token& stop) {
    const Index n = matrix.rows();
    MatrixXd centred = doubly_centred(matrix);
    const double below = 1.5 * centred.norm() + 10.0;
    centred.array() -= below / static_cast<double>(n);
    const TridiagonalForm form(std::move(centred), stop);
    const VectorXd values = form.values().head(n - 1);  // without the direction 1
    const double theta = clipping_level(values, component_count - 1.0);
    const Index used = (values.array() > theta).count();
    const MatrixXd vectors = form.vectors(used);
    const VectorXd roots = (values.head(used).array() - theta).cwiseMax(0.0).cwiseMin(1.0).sqrt();
    const MatrixXd scaled = vectors * roots.asDiagonal();
    MatrixXd projection = MatrixXd::Constant(n, n, 1.0 / static_cast<double>(n));
    projection.selfadjointView<Eigen::Lower>().rankUpdate(scaled);
    projection.triangularView<Eigen::StrictlyUpper>() = projection.transpose();
    return projection;
}

MatrixXd membership_of(const std::vector<std::int32_t>& labels, int component_count) {
    const auto n = static_cast<Index>(labels.size());
    VectorXd sizes = VectorXd::Zero(component_count);
    for (const std::int32_t label : labels) sizes[label] += 1.0;
    MatrixXd membership(n, n);
    for (Index j = 0; j < n; ++j) {
        for (Index i = 0; i < n; ++i) {
            const std::int32_t a = labels[static_cast<std::size_t>(i)];
            membership(i, j) = a == labels[static_cast<std::size_t>(j)] ? 1.0 / sizes[a] : 0.0;
        }
    }
    return membership;
}

/// Steps of a fixed-point iteration w <- w + alpha g(w), accelerated by its last steps.
class AndersonSteps {
  public:
    explicit AndersonSteps(std::size_t memory) : memory_(memory) {}

    /// Moves `w`, whose residual is `g`.
    void step(MatrixXd& w, const MatrixXd& g) {
        const double size = g.norm();
        const bool has_worsened = size > 2.0 * last_size_;
        if (has_worsened)
            forget();
        else if (last_g_.size() > 0)
            remember(w - last_w_, g - last_g_);
        last_w_ = w;
        last_g_ = g;
        last_size_ = size;
        w += relaxation * g;
        if (has_worsened || steps_.empty())
            return;
        const VectorXd shares = least_squares_shares(g);
        if (!(shares.norm() <= 1e4)) {
            steps_.clear();
            changes_.clear();
            return;
        }
        for (std::size_t i = 0; i < steps_.size(); ++i)
            w -= shares[static_cast<Index>(i)] * (steps_[i] + relaxation * changes_[i]);
    }

  private:
    void forget() {
        steps_.clear();
        changes_.clear();
    }
    void remember(MatrixXd step, MatrixXd change) {
        steps_.push_back(std::move(step));
        changes_.push_back(std::move(change));
        if (steps_.size() > memory_) {
            steps_.pop_front();
            changes_.pop_front();
        }
    }
    [[nodiscard]] VectorXd least_squares_shares(const MatrixXd& g) const {
        const auto count = static_cast<Index>(changes_.size());
        MatrixXd products(count, count);
        VectorXd right(count);
        for (Index i = 0; i < count; ++i) {
            const MatrixXd& change = changes_[static_cast<std::size_t>(i)];
            right[i] = change.cwiseProduct(g).sum();
            for (Index j = 0; j <= i; ++j) {
                products(i, j) = change.cwiseProduct(changes_[static_cast<std::size_t>(j)]).sum();
                products(j, i) = products(i, j);
            }
        }
        products.diagonal().array() +=
            1e-10 * products.trace() / static_cast<double>(count) + 1e-300;
        return products.ldlt().solve(right);
    }

    std::size_t memory_;
    std::deque<MatrixXd> steps_;
    std::deque<MatrixXd> changes_;
    MatrixXd last_w_;
    MatrixXd last_g_;
    double last_size_ = std::numeric_limits<double>::infinity();
};

}  // namespace

PengWeiSolution solve_peng_wei(const MatrixRef& points, int component_count,
                               const std::vector<std::int32_t>& labels, double objective,
                               double tolerance, int iteration_limit, const std::stop_token& stop,
                               const std::function<void(int)>& report) {
    const Index n = points.rows();
    const double total = points.squaredNorm();
    const MatrixXd features = points.transpose() * points;
    const double scale = symmetric_eigen(features).values[0];
    const MatrixXd affinity = points * points.transpose() / (scale * penalty);  // -C / (s rho)
    AndersonSteps steps(n > 600 ? 5 : 12);

    PengWeiSolution solution;
    solution.bound = -std::numeric_limits<double>::infinity();
    MatrixXd w = membership_of(labels, component_count);
    for (int iteration = 1; iteration <= iteration_limit; ++iteration) {
        const MatrixXd y = w.cwiseMax(0.0);
        solution.membership = spectral_projection(2.0 * y - w + affinity, component_count, stop);
        const MatrixXd g = solution.membership - y;
        solution.iterations = iteration;
        report(iteration);
        const bool is_small = iteration % 5 == 0 && g.norm() <= tolerance * std::max(1.0, y.norm());
        const bool is_last = iteration == iteration_limit;
        if (is_small || is_last || iteration % bound_interval == 0) {
            MatrixXd multipliers = penalty * scale * (-w).cwiseMax(0.0);
            multipliers = 0.5 * (multipliers + multipliers.transpose()).eval();
            const double bound = estimated_lower_bound(points, multipliers, component_count, stop);
            solution.value =
                total - scale * penalty * affinity.cwiseProduct(solution.membership).sum();
            if (bound > solution.bound) {
                solution.bound = bound;
                solution.multipliers = std::move(multipliers);
            }
            const bool is_closed = objective - solution.bound <= closed_gap * objective;
            const bool is_tight = std::abs(solution.value - solution.bound) <=
                                  10.0 * tolerance * std::max(solution.value, 1e-3 * total);
            if (is_closed || (is_small && is_tight)) {
                solution.is_converged = true;
                break;
            }
        }
        steps.step(w, g);
        w = (0.5 * (w + w.transpose())).eval();
    }
    return solution;
}

}  // namespace mixtura
