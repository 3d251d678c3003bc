// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>

#include "mixtura/common/matrix.h"

namespace mixtura {

/// A stream of random numbers that is the same on every platform: `std::mt19937_64` is fixed by
/// the standard, and the draws below are ours because the standard's distributions differ
/// between libraries. Stream (seed, stream) is independent of every other pair in practice.
class RandomStream {
  public:
    explicit RandomStream(std::uint64_t seed, std::uint64_t stream = 0);

    /// Uniform on [0, 1) with 53 random bits.
    double uniform();
    /// Uniform on {0, ..., count - 1}, without bias; count >= 1.
    std::uint64_t below(std::uint64_t count);
    /// Standard normal (Marsaglia's polar method, 1964).
    double normal();
    /// Gamma of the given shape > 0 and scale 1 (Marsaglia & Tsang 2000).
    double gamma(double shape);
    /// Index drawn with probability proportional to `weights`, non-negative, of positive sum.
    Eigen::Index categorical(const VectorRef& weights);

  private:
    std::mt19937_64 engine_;
    double spare_normal_ = 0.0;
    bool has_spare_normal_ = false;
};

}  // namespace mixtura
