// SPDX-License-Identifier: Apache-2.0
// One iteration of variational Bayes on one thread, and beside it one pass of EM with full covariances
// over the same rows: an iteration is such a pass and O(K d^3) of its own. The counter divides the time by
// n K (d^2 + 3 d), the multiplications of a pass.
#include <benchmark/benchmark.h>
#include <tbb/task_arena.h>

#include "mixtura/common/random.h"
#include "mixtura/gaussian_mixture/em_problem.h"
#include "mixtura/variational/variational_fit.h"
#include "mixtura/variational/variational_run.h"

namespace {

using Eigen::Index;

constexpr int component_count = 8;

struct Case {
    Eigen::MatrixXd rows;
    mixtura::Partition start;

    Case(Index n, Index d) : rows(n, d), start(static_cast<std::size_t>(n)) {
        mixtura::RandomStream random(1);
        for (Index i = 0; i < n; ++i) {
            const auto component = static_cast<std::int32_t>(random.below(component_count));
            start[static_cast<std::size_t>(i)] = component;
            for (Index j = 0; j < d; ++j) rows(i, j) = random.normal() + 2.0 * component;
        }
    }
};

void count_multiplications(benchmark::State& state) {
    const auto n = static_cast<double>(state.range(0));
    const auto d = static_cast<double>(state.range(1));
    state.counters["per_multiplication"] = benchmark::Counter(
        n * component_count * (d * d + 3.0 * d) * static_cast<double>(state.iterations()),
        benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

template <class Work>
void on_one_thread(benchmark::State& state, const Work& work) {
    const Case given(state.range(0), state.range(1));
    tbb::task_arena arena(1);
    arena.execute([&] {
        mixtura::FitControl control;
        control.thread_count = 1;
        const mixtura::EmProblem problem(given.rows, Eigen::VectorXd(), control);
        const mixtura::VariationalPrior prior =
            mixtura::variational_prior(problem, {.component_count = component_count});
        const mixtura::VariationalPosterior posterior = mixtura::updated_posterior(
            prior, problem.moments(given.start, component_count,
                                   mixtura::compute::GaussianParameters::Shape::full));
        for (auto _ : state) work(problem, prior, posterior);
    });
    count_multiplications(state);
}

void variational_iteration(benchmark::State& state) {
    on_one_thread(state, [](const auto& problem, const auto& prior, const auto& posterior) {
        benchmark::DoNotOptimize(mixtura::variational_step(problem, prior, posterior));
    });
}

void pass_alone(benchmark::State& state) {
    on_one_thread(state, [](const auto& problem, const auto& /*prior*/, const auto& posterior) {
        benchmark::DoNotOptimize(
            problem.statistics(mixtura::expected_log_density(posterior).parameters));
    });
}

void sizes(benchmark::internal::Benchmark* bench) {
    for (const int d : {2, 8, 32}) bench->Args({20000, d});
    bench->Unit(benchmark::kMillisecond);
}

BENCHMARK(variational_iteration)->Apply(sizes);
BENCHMARK(pass_alone)->Apply(sizes);

}  // namespace
