// SPDX-License-Identifier: Apache-2.0
#include "mixtura/common/random.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/normal.hpp>
#include <gtest/gtest.h>

namespace mixtura {
namespace {

constexpr double significance = 1e-6;
constexpr int draw_count = 200000;

/// Fails where the counts do not fit the probabilities at p = 1e-6 (Pearson's chi-square).
void expect_fit(const std::vector<double>& counts, const std::vector<double>& probabilities) {
    double total = 0.0;
    for (const double count : counts) total += count;
    double statistic = 0.0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const double expected = total * probabilities[i];
        ASSERT_GE(expected, 5.0);
        statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
    const boost::math::chi_squared law(static_cast<double>(counts.size() - 1));
    EXPECT_LT(statistic, quantile(complement(law, significance)));
    // Counts that fit too well come from a generator that is not random.
    EXPECT_GT(statistic, quantile(law, significance));
}

TEST(Random, TheEngineIsTheOneOfTheStandard) {
    // [rand.predef]: the 10000th draw of a default-constructed mt19937_64.
    std::mt19937_64 engine;
    engine.discard(9999);
    EXPECT_EQ(engine(), 9981545732273789042ULL);
}

TEST(RandomStream, TheSameSeedAndStreamGiveTheSameDraws) {
    RandomStream first(5, 3);
    RandomStream second(5, 3);
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(first.uniform(), second.uniform());
        EXPECT_EQ(first.normal(), second.normal());
        EXPECT_EQ(first.below(17), second.below(17));
    }
}

TEST(RandomStream, StreamsAndSeedsDiffer) {
    std::set<double> firsts;
    for (std::uint64_t seed = 0; seed < 50; ++seed)
        for (std::uint64_t stream = 0; stream < 50; ++stream)
            firsts.insert(RandomStream(seed, stream).uniform());
    EXPECT_EQ(firsts.size(), 2500U);
}

TEST(RandomStream, FirstDrawsOfNeighbouringStreamsAreUniform) {
    std::vector<double> counts(64, 0.0);
    for (std::uint64_t stream = 0; stream < 20000; ++stream)
        counts[static_cast<std::size_t>(RandomStream(1, stream).uniform() * 64.0)] += 1.0;
    expect_fit(counts, std::vector<double>(64, 1.0 / 64.0));
}

TEST(RandomStream, UniformDrawsFitTheirLaw) {
    RandomStream random(1);
    std::vector<double> counts(100, 0.0);
    for (int i = 0; i < draw_count; ++i) {
        const double draw = random.uniform();
        ASSERT_GE(draw, 0.0);
        ASSERT_LT(draw, 1.0);
        counts[static_cast<std::size_t>(draw * 100.0)] += 1.0;
    }
    expect_fit(counts, std::vector<double>(100, 0.01));
}

TEST(RandomStream, SuccessiveUniformDrawsAreIndependent) {
    RandomStream random(2);
    std::vector<double> counts(400, 0.0);
    for (int i = 0; i < draw_count; ++i) {
        const auto row = static_cast<std::size_t>(random.uniform() * 20.0);
        const auto column = static_cast<std::size_t>(random.uniform() * 20.0);
        counts[20 * row + column] += 1.0;
    }
    expect_fit(counts, std::vector<double>(400, 1.0 / 400.0));
}

TEST(RandomStream, IntegersBelowACountAreUniformWhateverTheCount) {
    for (const std::uint64_t count : {1ULL, 2ULL, 3ULL, 7ULL, 100ULL}) {
        RandomStream random(3, count);
        std::vector<double> counts(count, 0.0);
        for (int i = 0; i < draw_count; ++i) {
            const std::uint64_t draw = random.below(count);
            ASSERT_LT(draw, count);
            counts[draw] += 1.0;
        }
        if (count > 1)
            expect_fit(counts, std::vector<double>(count, 1.0 / static_cast<double>(count)));
    }
    // Three quarters of 2^64: taking the remainder alone would draw the lower third twice as often.
    RandomStream random(4);
    const std::uint64_t count = 3ULL << 62U;
    std::vector<double> thirds(3, 0.0);
    for (int i = 0; i < draw_count; ++i) thirds[random.below(count) >> 62U] += 1.0;
    expect_fit(thirds, std::vector<double>(3, 1.0 / 3.0));
}

TEST(RandomStream, NormalDrawsFitTheirLaw) {
    const boost::math::normal law;
    constexpr int classes = 100;
    std::vector<double> bounds;
    for (int i = 1; i < classes; ++i) bounds.push_back(quantile(law, i / double{classes}));
    RandomStream random(5);
    std::vector<double> counts(classes, 0.0);
    for (int i = 0; i < draw_count; ++i) {
        const auto above = std::upper_bound(bounds.begin(), bounds.end(), random.normal());
        counts[static_cast<std::size_t>(above - bounds.begin())] += 1.0;
    }
    expect_fit(counts, std::vector<double>(classes, 1.0 / classes));
}

TEST(RandomStream, PairsOfNormalDrawsHaveAUniformAngleAndAnExponentialSquare) {
    RandomStream random(6);
    std::vector<double> counts(64, 0.0);
    const double pi = std::acos(-1.0);
    for (int i = 0; i < draw_count; ++i) {
        const double x = random.normal();
        const double y = random.normal();
        const double turn = (std::atan2(y, x) + pi) / (2.0 * pi);
        const double level = std::exp(-0.5 * (x * x + y * y));  // uniform on (0, 1)
        const auto row = std::min<std::size_t>(static_cast<std::size_t>(turn * 8.0), 7);
        const auto column = std::min<std::size_t>(static_cast<std::size_t>(level * 8.0), 7);
        counts[8 * row + column] += 1.0;
    }
    expect_fit(counts, std::vector<double>(64, 1.0 / 64.0));
}

TEST(RandomStream, GammaDrawsFitTheirLaw) {
    constexpr int classes = 50;
    for (const double shape : {0.25, 1.0, 7.5}) {
        const boost::math::gamma_distribution law(shape);
        std::vector<double> bounds;
        for (int i = 1; i < classes; ++i) bounds.push_back(quantile(law, i / double{classes}));
        RandomStream random(8);
        std::vector<double> counts(classes, 0.0);
        for (int i = 0; i < draw_count; ++i) {
            const auto above = std::upper_bound(bounds.begin(), bounds.end(), random.gamma(shape));
            counts[static_cast<std::size_t>(above - bounds.begin())] += 1.0;
        }
        expect_fit(counts, std::vector<double>(classes, 1.0 / classes));
    }
}

TEST(RandomStream, CategoricalDrawsFollowTheWeights) {
    RandomStream random(7);
    Eigen::VectorXd weights(6);
    weights << 0.0, 1.0, 4.0, 0.0, 3.0, 2.0;
    std::vector<double> counts(6, 0.0);
    for (int i = 0; i < draw_count; ++i)
        counts[static_cast<std::size_t>(random.categorical(weights))] += 1.0;
    EXPECT_EQ(counts[0], 0.0);
    EXPECT_EQ(counts[3], 0.0);
    expect_fit({counts[1], counts[2], counts[4], counts[5]}, {0.1, 0.4, 0.3, 0.2});
}

}  // namespace
}  // namespace mixtura
