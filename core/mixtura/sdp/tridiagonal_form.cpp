// SPDX-License-Identifier: Apache-2.0
#include "mixtura/sdp/tridiagonal_form.h"

#include <limits>

#include <Eigen/Eigenvalues>

#include "mixtura/common/cancelled.h"
#include "mixtura/common/random.h"

namespace mixtura {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

void stop_if_asked(const std::stop_token& stop) {
    if (stop.stop_requested())
        throw Cancelled{};
}

}  // namespace

TridiagonalForm::TridiagonalForm(MatrixXd matrix, const std::stop_token& stop)
    : stop_(stop), reflections_(std::move(matrix)) {
    const Index n = reflections_.rows();
    reflection_scales_ = VectorXd::Zero(std::max<Index>(n - 1, 0));
    subdiagonal_ = VectorXd::Zero(std::max<Index>(n - 1, 0));
    VectorXd product(n);
    for (Index k = 0; k + 1 < n; ++k) {
        stop_if_asked(stop_);
        const Index left = n - k - 1;
        auto column = reflections_.col(k).tail(left);
        double scale = 0.0;
        double subdiagonal = 0.0;
        column.makeHouseholderInPlace(scale, subdiagonal);
        column[0] = 1.0;
        auto rest = reflections_.bottomRightCorner(left, left);
        auto p = product.head(left);
        p.noalias() = rest.selfadjointView<Eigen::Lower>() * (scale * column);
        p -= (0.5 * scale * p.dot(column)) * column;
        rest.selfadjointView<Eigen::Lower>().rankUpdate(column, p, -1.0);
        subdiagonal_[k] = subdiagonal;
        reflection_scales_[k] = scale;
    }
    diagonal_ = reflections_.diagonal();
    if (n == 1) {
        values_ = diagonal_;
        return;
    }
    Eigen::SelfAdjointEigenSolver<MatrixXd> solver;
    solver.computeFromTridiagonal(diagonal_, subdiagonal_, Eigen::EigenvaluesOnly);
    values_ = solver.eigenvalues().reverse();
}

/// Gaussian elimination with row exchanges of T - shift I, whose zero pivots become tiny.
VectorXd TridiagonalForm::solve_shifted(double shift, VectorXd right) const {
    const Index n = diagonal_.size();
    const double tiny =
        std::numeric_limits<double>::epsilon() * std::max(values_.cwiseAbs().maxCoeff(), 1e-290);
    VectorXd pivot = diagonal_.array() - shift;
    VectorXd first = VectorXd::Zero(n);   // above the pivot's right neighbour
    VectorXd second = VectorXd::Zero(n);  // one further to the right
    first.head(n - 1) = subdiagonal_;
    for (Index i = 0; i + 1 < n; ++i) {
        double below = subdiagonal_[i];
        if (std::abs(below) > std::abs(pivot[i])) {
            std::swap(pivot[i], below);
            std::swap(first[i], pivot[i + 1]);
            std::swap(second[i], first[i + 1]);
            std::swap(right[i], right[i + 1]);
        }
        if (std::abs(pivot[i]) < tiny)
            pivot[i] = tiny;
        const double factor = below / pivot[i];
        pivot[i + 1] -= factor * first[i];
        first[i + 1] -= factor * second[i];
        right[i + 1] -= factor * right[i];
    }
    for (Index i = n - 1; i >= 0; --i) {
        double value = right[i];
        if (i + 1 < n)
            value -= first[i] * right[i + 1];
        if (i + 2 < n)
            value -= second[i] * right[i + 2];
        right[i] = value / (std::abs(pivot[i]) < tiny ? tiny : pivot[i]);
    }
    return right;
}

MatrixXd TridiagonalForm::vectors(Index count) const {
    const Index n = diagonal_.size();
    constexpr int inverse_iterations = 3;
    RandomStream random(1);
    MatrixXd vectors(n, count);
    for (Index j = 0; j < count; ++j) {
        stop_if_asked(stop_);
        VectorXd vector(n);
        for (Index i = 0; i < n; ++i) vector[i] = random.normal();
        const auto earlier = vectors.leftCols(j);
        const auto make_orthogonal = [&] {
            for (int pass = 0; pass < 2; ++pass) vector -= earlier * (earlier.transpose() * vector);
            vector.normalize();
        };
        make_orthogonal();
        for (int pass = 0; pass < inverse_iterations; ++pass) {
            vector = solve_shifted(values_[j], vector);
            vector /= vector.cwiseAbs().maxCoeff();
            make_orthogonal();
        }
        vectors.col(j) = vector;
    }
    for (Index k = n - 2; k >= 0; --k) {
        const auto reflection = reflections_.col(k).tail(n - k - 1);
        auto rows = vectors.bottomRows(n - k - 1);
        const Eigen::RowVectorXd shares = reflection_scales_[k] * (reflection.transpose() * rows);
        rows.noalias() -= reflection * shares;
    }
    return vectors;
}

}  // namespace mixtura
