// SPDX-License-Identifier: Apache-2.0
// Microseconds an observation of an incremental mixture.
//
// The limit of one component of d features: a pass reads and writes d^2 / 2 numbers and does 7 d^2 / 2
// operations (scale, rank-one change, both halves of the product), so 4 d^2 bytes each way. At d = 10 and
// 100 the triangle (0.4 KB, 40 KB) stays in the first two caches, and the limit is arithmetic: two packets of
// four doubles a cycle make 0.44 cycles a number of the triangle, 0.008 and 0.8 microseconds at 2.8 GHz. At
// d = 784 it has 2.5 MB, and the limit is the traffic of 4.9 MB with the last cache, 165 microseconds at
// 30 GB/s. What is measured beyond that at d = 10 is the two logarithms and the exponential of a row.
#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>

#include "mixtura/incremental/incremental_mixture.h"
#include "mixtura/incremental/tiled_triangle.h"

#include "support/portable_stream.h"

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

MatrixXd normal_columns(Index d, Index n, std::uint64_t seed) {
    mixtura::test::SplitMix64 random(seed);
    MatrixXd columns(d, n);
    for (double& entry : columns.reshaped()) entry = random.normal();
    return columns;
}

void report(benchmark::State& state, Index d, double components) {
    const double numbers = 0.5 * static_cast<double>(d * (d + 1)) * components;
    state.counters["flops"] =
        benchmark::Counter(7.0 * numbers, benchmark::Counter::kIsIterationInvariantRate);
    state.counters["bytes"] =
        benchmark::Counter(16.0 * numbers, benchmark::Counter::kIsIterationInvariantRate);
}

/// The pass over the precision alone.
void pass(benchmark::State& state) {
    const Index d = state.range(0);
    const MatrixXd rows = normal_columns(d, 2, 1);
    mixtura::TiledTriangle a(MatrixXd(MatrixXd::Identity(d, d)));
    VectorXd v = VectorXd::Zero(a.padded_dimension());
    VectorXd u = v;
    VectorXd y = v;
    v.head(d) = rows.col(0);
    u.head(d) = rows.col(1);
    const mixtura::RankOneChange change{.scale = 1.0, .coefficient = 1e-12, .vector = u.data()};
    for (auto _ : state)
        benchmark::DoNotOptimize(change_and_multiply(a, change, v.data(), y.data()));
    report(state, d, 1.0);
}

/// One observation of one component: measured, learned, the change left pending.
void observe(benchmark::State& state) {
    const Index d = state.range(0);
    const Index n = 64;
    const MatrixXd rows = normal_columns(d, n, 2);
    mixtura::IncrementalOptions options;
    options.novelty_probability = 0.0;
    mixtura::IncrementalMixture mixture(options, VectorXd::Ones(d));
    for (Index i = 0; i < n; ++i) mixture.observe(rows.col(i));
    Index i = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(mixture.observe(rows.col(i)));
        i = (i + 1) % n;
    }
    report(state, d, 1.0);
}

/// The same with the given number of components, well apart.
void observe_components(benchmark::State& state) {
    const Index d = state.range(0);
    const Index component_count = state.range(1);
    mixtura::IncrementalOptions options;
    options.minimum_age = 0;
    mixtura::IncrementalMixture mixture(options, VectorXd::Ones(d));
    MatrixXd rows = normal_columns(d, component_count, 3);
    for (Index k = 0; k < component_count; ++k) {
        rows(0, k) += 100.0 * static_cast<double>(k);
        mixture.observe(rows.col(k));
    }
    Index k = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(mixture.observe(rows.col(k)));
        k = (k + 1) % component_count;
    }
    state.counters["components"] = mixture.component_count();
    report(state, d, static_cast<double>(mixture.component_count()));
}

BENCHMARK(pass)->Arg(10)->Arg(100)->Arg(784);
BENCHMARK(observe)->Arg(10)->Arg(100)->Arg(784);
BENCHMARK(observe_components)->Args({10, 10})->Args({10, 100})->Args({100, 10})->Args({100, 40});

}  // namespace
