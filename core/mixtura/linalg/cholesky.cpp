// SPDX-License-Identifier: Apache-2.0
#include "mixtura/linalg/cholesky.h"

#include <cmath>

#include <Eigen/Cholesky>

namespace mixtura {

namespace {

/// Left-looking by columns; faster than the library's blocked code at the sizes of most fits.
bool factorise_small(Eigen::Ref<Eigen::MatrixXd> a) noexcept {
    const Eigen::Index d = a.rows();
    for (Eigen::Index j = 0; j < d; ++j) {
        for (Eigen::Index p = 0; p < j; ++p) {
            const double factor = a(j, p);
            for (Eigen::Index i = j; i < d; ++i) a(i, j) -= factor * a(i, p);
        }
        const double pivot = a(j, j);
        if (!(pivot > 0.0) || !std::isfinite(pivot))
            return false;
        const double root = std::sqrt(pivot);
        a(j, j) = root;
        for (Eigen::Index i = j + 1; i < d; ++i) a(i, j) /= root;
        for (Eigen::Index i = 0; i < j; ++i) a(i, j) = 0.0;
    }
    return true;
}

}  // namespace

bool cholesky_in_place(Eigen::Ref<Eigen::MatrixXd> matrix) noexcept {
    constexpr Eigen::Index small = 24;
    if (matrix.rows() <= small)
        return factorise_small(matrix);
    const Eigen::LLT<Eigen::Ref<Eigen::MatrixXd>> factorisation(matrix);
    if (factorisation.info() != Eigen::Success)
        return false;
    matrix.triangularView<Eigen::StrictlyUpper>().setZero();
    return matrix.allFinite();
}

bool exceeds_diagonal(const MatrixRef& matrix, const VectorRef& bound) {
    Eigen::MatrixXd difference = matrix;
    difference.diagonal() -= bound;
    return cholesky_in_place(difference);
}

double half_log_determinant(const MatrixRef& factor) noexcept {
    double sum = 0.0;
    for (Eigen::Index j = 0; j < factor.rows(); ++j) sum += std::log(factor(j, j));
    return sum;
}

}  // namespace mixtura
