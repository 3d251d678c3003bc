// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>

#include <Eigen/Core>

namespace mixtura {

/// A symmetric matrix as Q T Q' with T tridiagonal: all its eigenvalues at little further cost, and
/// the eigenvectors of the largest ones. Looks at the stop token once a column, so that a
/// decomposition of a thousand rows can be left at once.
/// Source: Golub & Van Loan (2013), Matrix Computations, sections 8.3 and 8.2.2 (inverse iteration).
class TridiagonalForm {
  public:
    /// @param matrix  n x n, finite; only the lower triangle is read. Time 4 n^3 / 3.
    /// @throw Cancelled  the stop was requested
    TridiagonalForm(Eigen::MatrixXd matrix, const std::stop_token& stop);

    [[nodiscard]] const Eigen::VectorXd& values() const noexcept {
        return values_;
    }  ///< decreasing
    /// n x count, orthonormal up to rounding, of the `count` largest eigenvalues. Time O(n^2 count).
    /// @throw Cancelled  the stop was requested
    [[nodiscard]] Eigen::MatrixXd vectors(Eigen::Index count) const;

  private:
    [[nodiscard]] Eigen::VectorXd solve_shifted(double shift, Eigen::VectorXd right) const;

    std::stop_token stop_;
    Eigen::MatrixXd reflections_;  ///< of column k below its subdiagonal; leading 1 not stored
    Eigen::VectorXd reflection_scales_;
    Eigen::VectorXd diagonal_;
    Eigen::VectorXd subdiagonal_;
    Eigen::VectorXd values_;
};

}  // namespace mixtura
