// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include <Eigen/Core>

#include "mixtura/common/matrix.h"

namespace mixtura {

/// A symmetric d x d matrix of which one triangle is kept: in rounding, an entry and its mirror
/// image could drift apart, and a recursion would blow up their difference.
///
/// Stored as square tiles of 4 x 4 (row-major), those on and below the diagonal, row of tiles by row of
/// tiles, so that a pass runs straight through memory in whole packets. A tile on the diagonal holds
/// both of its triangles, equal bit for bit. Behind the last feature stand zeros.
class TiledTriangle {
  public:
    static constexpr Eigen::Index width = 4;

    TiledTriangle() = default;
    /// The zero matrix. @param dimension  d >= 1
    explicit TiledTriangle(Eigen::Index dimension);
    /// Only the lower triangle of `matrix` is read.
    explicit TiledTriangle(const MatrixRef& matrix);
    static TiledTriangle from_diagonal(const VectorRef& diagonal);

    [[nodiscard]] Eigen::Index dimension() const noexcept { return dimension_; }
    /// d rounded up to whole tiles: the length of every vector that a pass takes.
    [[nodiscard]] Eigen::Index padded_dimension() const noexcept { return padded(dimension_); }
    [[nodiscard]] static Eigen::Index padded(Eigen::Index dimension) noexcept {
        return (dimension + width - 1) / width * width;
    }
    [[nodiscard]] double operator()(Eigen::Index i, Eigen::Index j) const noexcept {
        return tiles_[place(i, j)];
    }
    [[nodiscard]] Eigen::MatrixXd dense() const;
    [[nodiscard]] std::span<const double> tiles() const noexcept { return tiles_; }
    [[nodiscard]] std::span<double> tiles() noexcept { return tiles_; }

  private:
    [[nodiscard]] static std::size_t place(Eigen::Index i, Eigen::Index j) noexcept {
        if (i < j)
            std::swap(i, j);
        const Eigen::Index row = i / width;
        const Eigen::Index tile = row * (row + 1) / 2 + j / width;
        return static_cast<std::size_t>((tile * width + i % width) * width + j % width);
    }
    void set(Eigen::Index i, Eigen::Index j, double value) noexcept;

    Eigen::Index dimension_ = 0;
    std::vector<double> tiles_;
};

/// The change scale (A - coefficient v v').
struct RankOneChange {
    double scale = 1.0;
    double coefficient = 0.0;
    const double* vector = nullptr;  ///< padded, zeros behind the last feature
};

/// y = A v. Vectors are padded, with zeros behind the last feature. @return v' A v
/// Time d^2 multiplications and additions, d^2 / 2 numbers read.
double multiply(const TiledTriangle& a, const double* v, double* y) noexcept;

/// Changes A, then y = A v, in one pass. @return v' A v
/// Time 2 d^2 multiplications and additions, d^2 / 2 numbers read and written.
double change_and_multiply(TiledTriangle& a, const RankOneChange& change, const double* v,
                           double* y) noexcept;

/// Changes A, to the same bits as `change_and_multiply`.
void apply_change(TiledTriangle& a, const RankOneChange& change) noexcept;

}  // namespace mixtura
