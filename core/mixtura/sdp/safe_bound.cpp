// SPDX-License-Identifier: Apache-2.0
#include "mixtura/sdp/safe_bound.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mixtura/common/cancelled.h"
#include "mixtura/sdp/tridiagonal_form.h"

namespace mixtura {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double unit_roundoff = 0.5 * std::numeric_limits<double>::epsilon();
/// More than the relative rounding of any sum of non-negative terms below.
constexpr double inflation = 1.0 + 1e-6;

/// k u / (1 - k u): the relative rounding of k operations, k u well below 1.
double gamma(double operations) {
    return operations * unit_roundoff / (1.0 - operations * unit_roundoff);
}

/// -(W + N), both triangles.
MatrixXd negative_sum(const MatrixRef& points, const MatrixRef& multipliers) {
    MatrixXd sum = -multipliers;
    sum.noalias() -= points * points.transpose();
    return sum;
}

/// The Householder form of -P M P, P = I - J, with the direction 1 moved below all others.
TridiagonalForm negative_centred_form(const MatrixXd& matrix, const std::stop_token& stop) {
    const VectorXd row_means = matrix.rowwise().mean();
    const double mean = row_means.mean();
    MatrixXd centred = -matrix;
    centred.colwise() += row_means;
    centred.rowwise() += row_means.transpose();
    centred.array() -= mean;
    const double below = 1.5 * centred.norm() + 1e-300;
    centred.array() -= below / static_cast<double>(matrix.rows());
    return TridiagonalForm(std::move(centred), stop);
}

/// True where the Cholesky factorisation runs to its end; only the lower triangle is used.
bool factorises(MatrixXd& matrix, const std::stop_token& stop) {
    const Index n = matrix.rows();
    for (Index j = 0; j < n; ++j) {
        if (stop.stop_requested())
            throw Cancelled{};
        auto column = matrix.col(j).tail(n - j);
        column.noalias() -= matrix.block(j, 0, n - j, j) * matrix.row(j).head(j).transpose();
        if (!(column[0] > 0.0) || !std::isfinite(column[0]))
            return false;
        const double root = std::sqrt(column[0]);
        column /= root;
        column[0] = root;
    }
    return true;
}

/// eta with S >= -eta I, or none. @param error  bound of the spectral norm of the rounding in `s`
std::optional<double> proved_deficit(const MatrixXd& s, double error, const std::stop_token& stop) {
    const auto n = static_cast<double>(s.rows());
    const double trace = s.diagonal().cwiseAbs().sum() * inflation;
    constexpr int attempts = 8;
    double shift = error + 4.0 * gamma(n + 4.0) * trace;
    for (int attempt = 0; attempt < attempts; ++attempt, shift *= 8.0) {
        MatrixXd shifted = s;
        shifted.diagonal().array() += shift;
        if (!factorises(shifted, stop))
            continue;
        // Twice the bound of the theorem, for a division by way of the reciprocal; and the rounding
        // of the shifted diagonal.
        const double factor_error =
            2.0 * gamma(n + 4.0) * inflation * (trace + n * shift) + n * 1e-300;
        return (shift + error + factor_error) * inflation;
    }
    return std::nullopt;
}

}  // namespace

std::optional<double> safe_lower_bound(const MatrixRef& points, const MatrixRef& multipliers,
                                       int component_count, const std::stop_token& stop) {
    const Index n = points.rows();
    const auto rows = static_cast<double>(n);
    const Index used = component_count - 1;
    MatrixXd s = negative_sum(points, multipliers);
    const VectorXd row_means = s.rowwise().mean();
    const TridiagonalForm form = negative_centred_form(s, stop);
    const MatrixXd vectors = form.vectors(used);
    const double theta = used > 0 ? -form.values()[used - 1] : -form.values()[0];
    VectorXd excess(used);
    for (Index j = 0; j < used; ++j) excess[j] = std::max(0.0, theta + form.values()[j]);
    const double scale = form.values().cwiseAbs().maxCoeff() + 1e-300;
    const VectorXd y = (2.0 * row_means).array() - row_means.mean() - (theta + scale) / rows;

    s.diagonal().array() -= theta;
    s.colwise() -= 0.5 * y;
    s.rowwise() -= 0.5 * y.transpose();
    const MatrixXd weighted = vectors * excess.cwiseSqrt().asDiagonal();
    s.noalias() += weighted * weighted.transpose();

    // c_j v_j v_j' is here w_j w_j' with the computed w_j, so that c_j |v_j|^2 = |w_j|^2.
    const double operations = static_cast<double>(points.cols() + used) + 8.0;
    const double size = points.squaredNorm() + multipliers.norm() + std::sqrt(rows) * y.norm() +
                        std::sqrt(rows) * std::abs(theta) + weighted.squaredNorm();
    const double entry_error = gamma(operations) * inflation * size + rows * rows * 1e-300;
    const std::optional<double> deficit = proved_deficit(s, entry_error, stop);
    if (!deficit)
        return std::nullopt;

    const double total = points.squaredNorm();
    const double mean_term = (points.colwise().sum().squaredNorm() + multipliers.sum()) / rows;
    const double eigen_term = static_cast<double>(used) * theta - weighted.squaredNorm();
    const double value = total - mean_term + eigen_term;
    // Sums of n d, n^2 and n K terms, each within gamma of the sum of their sizes;
    // |sum_i x_i|^2 <= n sum_i |x_i|^2.
    const auto dim = static_cast<double>(points.cols());
    const double squares_error = 4.0 * gamma(rows * (dim + 2.0) + 16.0) * total;
    const double multiplier_error = gamma(rows * rows + 16.0) * multipliers.sum() / rows;
    const double eigen_error =
        gamma(rows * static_cast<double>(used + 1) + 16.0) *
        (static_cast<double>(used) * std::abs(theta) + weighted.squaredNorm());
    const double last_error =
        8.0 * unit_roundoff * (total + mean_term + std::abs(eigen_term) + std::abs(value));
    const double term_error =
        (squares_error + multiplier_error + eigen_error + last_error) * inflation;
    return value - static_cast<double>(used) * *deficit * inflation - term_error;
}

double estimated_lower_bound(const MatrixRef& points, const MatrixRef& multipliers,
                             int component_count, const std::stop_token& stop) {
    const MatrixXd sum = negative_sum(points, multipliers);
    const TridiagonalForm form = negative_centred_form(sum, stop);
    return points.squaredNorm() + sum.sum() / static_cast<double>(points.rows()) -
           form.values().head(component_count - 1).sum();
}

MatrixXd partition_multipliers(const MatrixRef& points, const std::vector<std::int32_t>& labels,
                               int component_count) {
    const Index n = points.rows();
    const Index k = component_count;
    VectorXd sizes = VectorXd::Zero(k);
    MatrixXd means = MatrixXd::Zero(k, points.cols());
    for (Index i = 0; i < n; ++i) {
        const Index a = labels[static_cast<std::size_t>(i)];
        sizes[a] += 1.0;
        means.row(a) += points.row(i);
    }
    means = sizes.cwiseInverse().asDiagonal() * means;
    const VectorXd squares = means.rowwise().squaredNorm();
    const MatrixXd products = points * means.transpose();  // x_i' mu_b
    const auto cluster = [&](Index i) -> Index { return labels[static_cast<std::size_t>(i)]; };
    const auto weight = [&](Index a, Index b) { return 0.5 * (1.0 + sizes[b] / sizes[a]); };

    // p_i^b = -n_b x_i'mu_b - (n_b y_i + sum_{j in b} y_j) / 2 with y_i = |mu_a|^2 - 2 x_i'mu_a.
    MatrixXd slack(n, k);
    double least = -std::numeric_limits<double>::infinity();
    for (Index i = 0; i < n; ++i) {
        const Index a = cluster(i);
        const double y = squares[a] - 2.0 * products(i, a);
        for (Index b = 0; b < k; ++b) {
            slack(i, b) = -sizes[b] * products(i, b) - 0.5 * sizes[b] * (y - squares[b]);
            if (a != b)
                least = std::max(least, -slack(i, b) / weight(a, b));
        }
    }
    MatrixXd sums = MatrixXd::Zero(k, k);
    for (Index i = 0; i < n; ++i) {
        const Index a = cluster(i);
        for (Index b = 0; b < k; ++b) {
            slack(i, b) = a == b ? 0.0 : std::max(0.0, slack(i, b) + least * weight(a, b));
            sums(a, b) += slack(i, b);
        }
    }
    MatrixXd multipliers = MatrixXd::Zero(n, n);
    for (Index j = 0; j < n; ++j) {
        const Index b = cluster(j);
        for (Index i = j + 1; i < n; ++i) {
            const Index a = cluster(i);
            const double sum = 0.5 * (sums(a, b) + sums(b, a));
            if (a != b && sum > 0.0)
                multipliers(i, j) = slack(i, b) * slack(j, a) / sum;
            multipliers(j, i) = multipliers(i, j);
        }
    }
    return multipliers;
}

}  // namespace mixtura
