// SPDX-License-Identifier: Apache-2.0
#include "mixtura/common/random.h"

#include <cmath>

namespace mixtura {

namespace {

/// SplitMix64 finaliser (Steele, Lea & Flood 2014): spreads close seeds over the whole range.
std::uint64_t mix(std::uint64_t value) {
    value += 0x9e3779b97f4a7c15ULL;
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31U);
}

}  // namespace

RandomStream::RandomStream(std::uint64_t seed, std::uint64_t stream)
    : engine_(mix(mix(seed) ^ mix(~stream))) {}

double RandomStream::uniform() {
    return static_cast<double>(engine_() >> 11U) * 0x1.0p-53;
}

std::uint64_t RandomStream::below(std::uint64_t count) {
    const std::uint64_t rejected = (0 - count) % count;  // 2^64 mod count
    std::uint64_t draw = engine_();
    while (draw < rejected) draw = engine_();
    return draw % count;
}

double RandomStream::normal() {
    if (has_spare_normal_) {
        has_spare_normal_ = false;
        return spare_normal_;
    }
    double u = 0.0;
    double v = 0.0;
    double square = 0.0;
    do {
        u = 2.0 * uniform() - 1.0;
        v = 2.0 * uniform() - 1.0;
        square = u * u + v * v;
    } while (square >= 1.0 || square == 0.0);
    const double scale = std::sqrt(-2.0 * std::log(square) / square);
    spare_normal_ = v * scale;
    has_spare_normal_ = true;
    return u * scale;
}

double RandomStream::gamma(double shape) {
    if (shape < 1.0)
        return gamma(shape + 1.0) * std::pow(1.0 - uniform(), 1.0 / shape);
    const double d = shape - 1.0 / 3.0;
    const double c = 1.0 / std::sqrt(9.0 * d);
    while (true) {
        const double x = normal();
        const double root = 1.0 + c * x;
        if (root <= 0.0)
            continue;
        const double v = root * root * root;
        if (std::log(1.0 - uniform()) < 0.5 * x * x + d - d * v + d * std::log(v))
            return d * v;
    }
}

Eigen::Index RandomStream::categorical(const VectorRef& weights) {
    double remaining = uniform() * weights.sum();
    Eigen::Index last_positive = 0;
    for (Eigen::Index k = 0; k < weights.size(); ++k) {
        if (weights[k] <= 0.0)
            continue;
        last_positive = k;
        remaining -= weights[k];
        if (remaining < 0.0)
            return k;
    }
    return last_positive;
}

}  // namespace mixtura
