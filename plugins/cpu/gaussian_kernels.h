// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace mixtura_cpu {

/// Rows of a tile; columns of a tile's scratch are `tile_stride` apart, which is no multiple of
/// the cache's period.
inline constexpr std::size_t tile_rows = 256;
inline constexpr std::size_t tile_stride = tile_rows + 8;
/// Rows of every tile handed to a kernel are a multiple of this; rows added have weight 0.
inline constexpr std::size_t row_multiple = 32;

/// The arithmetic on one tile of rows (x: column j begins at x + j * ldx), compiled once for each
/// instruction set level. Everything is a plain pointer: a template or an inline function of the
/// standard library in such a file could be kept by the linker for the whole program.
struct GaussianKernels {
    const char* level;  ///< "base", "v3", "v4"
    /// log_p[i] = log_const - |W (x_i - mean)|^2 / 2 with W packed lower by rows; y: scratch of
    /// dim * tile_stride numbers.
    void (*log_density_full)(const double* x, std::size_t ldx, std::size_t rows, std::size_t dim,
                             const double* mean, const double* whiten, double log_const, double* y,
                             double* log_p);
    /// The same with W = diag(whiten).
    void (*log_density_diagonal)(const double* x, std::size_t ldx, std::size_t rows,
                                 std::size_t dim, const double* mean, const double* whiten,
                                 double log_const, double* log_p);
    /// Replaces the log densities of the components (component k at p + k * tile_stride) by the
    /// responsibilities; those whose logarithm is below that of the largest by more than 60 are
    /// exactly 0. Writes the log density of each row. @return sum of weight * log density
    double (*normalise)(double* p, std::size_t rows, std::size_t components, const double* weight,
                        double* log_density);
    /// Turns log_p = -D / 2 into the log density of a Student-t component,
    /// log_const - (dof + dim) / 2 log(1 + D / dof), and writes log(1 + D / dof) and
    /// v = dof / (dof + D).
    void (*student_log_density)(std::size_t rows, std::size_t dim, double log_const, double dof,
                                double* log_p, double* log_term, double* share);
    /// Adds to `stats` sum r, sum r log(1 + D / dof), sum r v^2, sum r (1 - responsibility) a^2
    /// (backend_abi.h), and multiplies the responsibilities by u = (dof + dim) / dof v.
    void (*student_tails)(std::size_t rows, std::size_t dim, double dof, double score_const,
                          const double* log_term, const double* share, const double* weight,
                          double* responsibility, double* stats);
    /// Adds s0 = sum r, s1 = sum r y, S2 = sum r y y' (packed lower) to `stats`, with
    /// r = responsibility * weight and y = x - mean. scratch: (dim + 1) * tile_stride numbers.
    void (*moments_full)(const double* x, std::size_t ldx, std::size_t rows, std::size_t dim,
                         const double* mean, const double* responsibility, const double* weight,
                         double* scratch, double* stats);
    /// Adds s0, s1 and sum r y_j^2.
    void (*moments_diagonal)(const double* x, std::size_t ldx, std::size_t rows, std::size_t dim,
                             const double* mean, const double* responsibility, const double* weight,
                             double* scratch, double* stats);
};

const GaussianKernels* gaussian_kernels_base();
#if defined(__x86_64__)
const GaussianKernels* gaussian_kernels_v3();
const GaussianKernels* gaussian_kernels_v4();
#endif

}  // namespace mixtura_cpu
