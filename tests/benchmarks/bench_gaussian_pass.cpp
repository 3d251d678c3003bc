// SPDX-License-Identifier: Apache-2.0
// One EM pass over made-up data, of Gaussian and of Student-t components: nanoseconds per row and
// component on one thread. The cases are
// those that tests/benchmarks/compare_gaussian_pass.py measures with scikit-learn.
#include <benchmark/benchmark.h>

#include "mixtura/compute/row_passes.h"

#include "support/mixture_cases.h"

namespace {

using mixtura::compute::GaussianParameters;
using mixtura::compute::RowPasses;

void gaussian_pass(benchmark::State& state, GaussianParameters::Shape shape,
                   double degrees_of_freedom = 0.0) {
    const auto rows = static_cast<Eigen::Index>(state.range(0));
    const auto dim = static_cast<int>(state.range(1));
    const auto components = static_cast<int>(state.range(2));
    mixtura::test::MixtureCase data = mixtura::test::make_mixture_case(
        {.rows = rows, .dim = dim, .components = components, .shape = shape, .separation = 1.0});
    if (degrees_of_freedom > 0.0)
        data.parameters.degrees_of_freedom.setConstant(components, degrees_of_freedom);
    mixtura::FitControl control;
    control.thread_count = 1;
    const RowPasses passes(data.observations, Eigen::VectorXd(), control);
    for (auto _ : state)
        benchmark::DoNotOptimize(passes.gaussian_statistics(data.parameters).log_likelihood);
    state.counters["per_row_component"] =
        benchmark::Counter(static_cast<double>(rows) * static_cast<double>(components) *
                               static_cast<double>(state.iterations()),
                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void cases(benchmark::internal::Benchmark* benchmark) {
    benchmark->ArgNames({"n", "d", "K"})->Unit(benchmark::kMillisecond);
    benchmark->Args({150, 4, 3})->Args({100000, 2, 8})->Args({100000, 10, 16});
    benchmark->Args({50000, 10, 64})->Args({50000, 32, 16})->Args({20000, 32, 64});
    benchmark->Args({20000, 50, 16})->Args({5000, 200, 8});
}

BENCHMARK_CAPTURE(gaussian_pass, full, GaussianParameters::Shape::full)->Apply(cases);
BENCHMARK_CAPTURE(gaussian_pass, diagonal, GaussianParameters::Shape::diagonal)->Apply(cases);
BENCHMARK_CAPTURE(gaussian_pass, student, GaussianParameters::Shape::full, 5.0)->Apply(cases);

}  // namespace
