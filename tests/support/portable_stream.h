// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <utility>
#include <vector>

#include <Eigen/Core>

namespace mixtura::test {

/// SplitMix64 (Steele, Lea & Flood 2014): the generator of the streams below, in any language.
class SplitMix64 {
  public:
    explicit SplitMix64(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() {
        state_ += 0x9E3779B97F4A7C15U;
        std::uint64_t z = (state_ ^ (state_ >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }
    double uniform() { return static_cast<double>(next() >> 11U) * 0x1p-53; }
    double normal() {
        const double u = uniform();
        const double v = uniform();
        return std::sqrt(-2.0 * std::log(1.0 - u)) * std::cos(2.0 * std::numbers::pi * v);
    }

  private:
    std::uint64_t state_;
};

/// Three Gaussian clusters in the plane that jump at row `change` (0-based).
class DriftStream {
  public:
    DriftStream(std::uint64_t seed, std::int64_t change) : random_(seed), change_(change) {}

    Eigen::Vector2d next() {
        const double u = random_.uniform();
        const int k = u < 0.5 ? 0 : u < 0.8 ? 1 : 2;
        const double z1 = random_.normal();
        const double z2 = random_.normal();
        const Eigen::Vector2d mean = means(row_++)[static_cast<std::size_t>(k)];
        return {mean[0] + z1, mean[1] + 0.3 * z1 + 0.4 * z2};
    }
    /// log of the density that row `row` (0-based) is drawn from.
    [[nodiscard]] double log_density(std::int64_t row, const Eigen::Vector2d& x) const {
        const double weights[] = {0.5, 0.3, 0.2};
        double density = 0.0;
        for (std::size_t k = 0; k < 3; ++k) {
            const Eigen::Vector2d e = x - means(row)[k];
            const double z1 = e[0];
            const double z2 = (e[1] - 0.3 * z1) / 0.4;
            density +=
                weights[k] * std::exp(-0.5 * (z1 * z1 + z2 * z2)) / (2.0 * std::numbers::pi * 0.4);
        }
        return std::log(density);
    }

  private:
    [[nodiscard]] std::vector<Eigen::Vector2d> means(std::int64_t row) const {
        if (row < change_)
            return {{-4.0, 0.0}, {4.0, 0.0}, {0.0, 5.0}};
        return {{-4.0, 6.0}, {4.0, -6.0}, {8.0, 5.0}};
    }
    SplitMix64 random_;
    std::int64_t change_;
    std::int64_t row_ = 0;
};

/// (x, sin x + noise), x uniform over one turn.
inline Eigen::MatrixXd sine_rows(std::uint64_t seed, Eigen::Index count) {
    SplitMix64 random(seed);
    Eigen::MatrixXd rows(count, 2);
    for (Eigen::Index i = 0; i < count; ++i) {
        rows(i, 0) = 2.0 * std::numbers::pi * random.uniform();
        rows(i, 1) = std::sin(rows(i, 0)) + 0.1 * random.normal();
    }
    return rows;
}

}  // namespace mixtura::test
