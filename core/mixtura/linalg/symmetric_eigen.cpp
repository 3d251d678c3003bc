// SPDX-License-Identifier: Apache-2.0
#include "mixtura/linalg/symmetric_eigen.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Eigenvalues>

namespace mixtura {

namespace {

using Eigen::Index;

/// Turns the axes p < q so that the entry (q, p) of the symmetric `a` vanishes; adds the turn to
/// `vectors`. Formulas: Golub & Van Loan (2013), Matrix Computations, section 8.5.
void annihilate(Eigen::MatrixXd& a, Eigen::MatrixXd& vectors, Index p, Index q) {
    const double theta = 0.5 * (a(q, q) - a(p, p)) / a(q, p);
    const double tangent =
        std::copysign(1.0 / (std::abs(theta) + std::sqrt(theta * theta + 1.0)), theta);
    const double cosine = 1.0 / std::sqrt(tangent * tangent + 1.0);
    const double sine = tangent * cosine;
    a(p, p) -= tangent * a(q, p);
    a(q, q) += tangent * a(q, p);
    a(q, p) = 0.0;
    const auto turn = [&](double& first, double& second) {
        const double old = first;
        first = cosine * old - sine * second;
        second = sine * old + cosine * second;
    };
    for (Index i = 0; i < p; ++i) turn(a(p, i), a(q, i));
    for (Index i = p + 1; i < q; ++i) turn(a(i, p), a(q, i));
    for (Index i = q + 1; i < a.rows(); ++i) turn(a(i, p), a(i, q));
    for (Index i = 0; i < a.rows(); ++i) turn(vectors(i, p), vectors(i, q));
}

/// Cyclic Jacobi on the lower triangle: at small sizes faster than tridiagonalisation, and more
/// accurate for the small eigenvalues of scatters whose features differ in scale.
SymmetricEigen jacobi_eigen(const MatrixRef& matrix) {
    const Index d = matrix.rows();
    Eigen::MatrixXd a = matrix;
    SymmetricEigen eigen{Eigen::VectorXd(d), Eigen::MatrixXd::Identity(d, d)};
    constexpr int sweep_limit = 30;
    constexpr double least_share = 1e-15;  // of the geometric mean of the two diagonal entries
    bool has_turned = true;
    for (int sweep = 0; sweep < sweep_limit && has_turned; ++sweep) {
        has_turned = false;
        for (Index p = 0; p + 1 < d; ++p) {
            for (Index q = p + 1; q < d; ++q) {
                const double square = a(q, p) * a(q, p);
                if (square <= least_share * least_share * std::abs(a(p, p) * a(q, q)))
                    continue;
                annihilate(a, eigen.vectors, p, q);
                has_turned = true;
            }
        }
    }
    for (Index j = 0; j < d; ++j) eigen.values[j] = a(j, j);
    for (Index j = 0; j + 1 < d; ++j) {
        Index largest = 0;
        eigen.values.tail(d - j).maxCoeff(&largest);
        if (largest > 0) {
            std::swap(eigen.values[j], eigen.values[j + largest]);
            eigen.vectors.col(j).swap(eigen.vectors.col(j + largest));
        }
    }
    return eigen;
}

}  // namespace

SymmetricEigen symmetric_eigen(const MatrixRef& matrix) {
    constexpr Index small = 8;
    if (matrix.rows() <= small)
        return jacobi_eigen(matrix);
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(matrix);
    return {solver.eigenvalues().reverse(), solver.eigenvectors().rowwise().reverse()};
}

Eigen::MatrixXd recompose(const MatrixRef& vectors, const VectorRef& values) {
    const Eigen::Index d = vectors.rows();
    Eigen::MatrixXd product(d, d);
    for (Eigen::Index j = 0; j < d; ++j) {
        for (Eigen::Index i = j; i < d; ++i) {
            double sum = 0.0;
            for (Eigen::Index p = 0; p < d; ++p) sum += vectors(i, p) * values[p] * vectors(j, p);
            product(i, j) = sum;
            product(j, i) = sum;
        }
    }
    return product;
}

}  // namespace mixtura
