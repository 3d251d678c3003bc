// SPDX-License-Identifier: Apache-2.0
#include "mixtura/incremental/tiled_triangle.h"

#include <utility>

namespace mixtura {

namespace {

using Eigen::Index;

constexpr Index width = TiledTriangle::width;
constexpr Index tile_size = width * width;

/// Four numbers at once, wherever they stand. Where the processor has narrower packets the compiler
/// makes several; the order of additions, and so every bit, stays the same.
using Packet = double __attribute__((vector_size(32), aligned(8), may_alias));

// The type may alias any other, so what is read through it is what stands there. As arguments of a
// template (std::array) packets would lose their attributes.
// NOLINTBEGIN(*-reinterpret-cast,*-avoid-c-arrays,readability-non-const-parameter)
[[gnu::always_inline]] inline const Packet& packet(const double* at) noexcept {
    return *reinterpret_cast<const Packet*>(at);
}

[[gnu::always_inline]] inline Packet& packet(double* at) noexcept {
    return *reinterpret_cast<Packet*>(at);
}

[[gnu::always_inline]] inline double sum(const Packet& packet) noexcept {
    return (packet[0] + packet[1]) + (packet[2] + packet[3]);
}

/// The sums of four packets, each as `sum` adds it up.
[[gnu::always_inline]] inline void add_up(const Packet (&packets)[width], Packet& sums) noexcept {
    const Packet first = __builtin_shufflevector(packets[0], packets[1], 0, 4, 2, 6) +
                         __builtin_shufflevector(packets[0], packets[1], 1, 5, 3, 7);
    const Packet second = __builtin_shufflevector(packets[2], packets[3], 0, 4, 2, 6) +
                          __builtin_shufflevector(packets[2], packets[3], 1, 5, 3, 7);
    sums = __builtin_shufflevector(first, second, 0, 1, 4, 5) +
           __builtin_shufflevector(first, second, 2, 3, 6, 7);
}

enum class Pass { multiply, change, both };

/// One pass over the tiles of rows; `a` is written only where the pass changes it.
template <Pass pass>
[[gnu::always_inline]] inline double run_pass(double* a, Index padded, const RankOneChange& change,
                                              const double* v, double* y) noexcept {
    constexpr bool changes = pass != Pass::multiply;
    constexpr bool multiplies = pass != Pass::change;
    const double* u = change.vector;
    const double scale = change.scale;
    const double weight = change.scale * change.coefficient;
    for (Index row = 0; row < padded; row += width) {
        Packet sums[width] = {};
        double weighted[width] = {};
        if constexpr (changes)
            for (Index r = 0; r < width; ++r) weighted[r] = weight * u[row + r];
        for (Index column = 0; column < row; column += width, a += tile_size) {
            Packet result = {};
            Packet factor = {};
            Packet direction = {};
            if constexpr (multiplies) {
                result = packet(static_cast<const double*>(y + column));
                factor = packet(v + column);
            }
            if constexpr (changes)
                direction = packet(u + column);
            for (Index r = 0; r < width; ++r) {
                Packet entries = packet(a + r * width);
                if constexpr (changes) {
                    entries = entries * scale - weighted[r] * direction;
                    packet(a + r * width) = entries;
                }
                if constexpr (multiplies) {
                    sums[r] += entries * factor;
                    result += entries * v[row + r];
                }
            }
            if constexpr (multiplies)
                packet(y + column) = result;
        }
        for (Index r = 0; r < width; ++r) {
            Packet entries = packet(a + r * width);
            if constexpr (changes) {
                // The product of the two first: it is the same for an entry and its mirror image.
                entries = entries * scale - weight * (u[row + r] * packet(u + row));
                packet(a + r * width) = entries;
            }
            if constexpr (multiplies)
                sums[r] += entries * packet(v + row);
        }
        if constexpr (multiplies) {
            // As a whole packet: single numbers would have to leave the store buffer before the next load.
            Packet images = {};
            add_up(sums, images);
            packet(y + row) = images;
        }
        a += tile_size;
    }
    if constexpr (!multiplies)
        return 0.0;
    Packet product = {};
    for (Index row = 0; row < padded; row += width) product += packet(v + row) * packet(y + row);
    return sum(product);
}

// NOLINTEND(*-reinterpret-cast,*-avoid-c-arrays,readability-non-const-parameter)

using Kernel = double (*)(double*, Index, const RankOneChange&, const double*, double*) noexcept;

template <Pass pass>
double run_base(double* a, Index padded, const RankOneChange& change, const double* v,
                double* y) noexcept {
    return run_pass<pass>(a, padded, change, v, y);
}

#if defined(__x86_64__)
template <Pass pass>
[[gnu::target("avx2")]] double run_wide(double* a, Index padded, const RankOneChange& change,
                                        const double* v, double* y) noexcept {
    return run_pass<pass>(a, padded, change, v, y);
}
#endif

template <Pass pass>
Kernel chosen_kernel() noexcept {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") != 0)
        return run_wide<pass>;
#endif
    return run_base<pass>;
}

template <Pass pass>
double run(double* a, Index padded, const RankOneChange& change, const double* v,
           double* y) noexcept {
    static const Kernel kernel = chosen_kernel<pass>();
    return kernel(a, padded, change, v, y);
}

}  // namespace

TiledTriangle::TiledTriangle(Index dimension)
    : dimension_(dimension),
      tiles_(static_cast<std::size_t>(padded(dimension) * (padded(dimension) + width) / 2), 0.0) {}

TiledTriangle::TiledTriangle(const MatrixRef& matrix) : TiledTriangle(matrix.rows()) {
    for (Index j = 0; j < dimension_; ++j)
        for (Index i = j; i < dimension_; ++i) set(i, j, matrix(i, j));
}

TiledTriangle TiledTriangle::from_diagonal(const VectorRef& diagonal) {
    TiledTriangle result(diagonal.size());
    for (Index i = 0; i < diagonal.size(); ++i) result.set(i, i, diagonal[i]);
    return result;
}

void TiledTriangle::set(Index i, Index j, double value) noexcept {
    const std::size_t at = place(i, j);
    tiles_[at] = value;
    if (i / width == j / width) {
        const auto tile = at / tile_size * tile_size;
        tiles_[tile + static_cast<std::size_t>(j % width * width + i % width)] = value;
    }
}

Eigen::MatrixXd TiledTriangle::dense() const {
    Eigen::MatrixXd matrix(dimension_, dimension_);
    for (Index j = 0; j < dimension_; ++j)
        for (Index i = j; i < dimension_; ++i) matrix(i, j) = matrix(j, i) = (*this)(i, j);
    return matrix;
}

double multiply(const TiledTriangle& a, const double* v, double* y) noexcept {
    // The pass writes to its matrix only where it changes it.
    auto* tiles = const_cast<double*>(a.tiles().data());  // NOLINT(*-const-cast)
    return run<Pass::multiply>(tiles, a.padded_dimension(), {}, v, y);
}

double change_and_multiply(TiledTriangle& a, const RankOneChange& change, const double* v,
                           double* y) noexcept {
    return run<Pass::both>(a.tiles().data(), a.padded_dimension(), change, v, y);
}

void apply_change(TiledTriangle& a, const RankOneChange& change) noexcept {
    run<Pass::change>(a.tiles().data(), a.padded_dimension(), change, nullptr, nullptr);
}

}  // namespace mixtura
