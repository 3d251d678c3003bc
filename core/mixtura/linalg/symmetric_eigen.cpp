// SPDX-License-Identifier: Apache-2.0
#include "mixtura/linalg/symmetric_eigen.h"

#include <Eigen/Eigenvalues>

namespace mixtura {

SymmetricEigen symmetric_eigen(const MatrixRef& matrix) {
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
