// SPDX-License-Identifier: Apache-2.0
// The search over 14 structures and 1 to 9 components on two sample data sets; compare with
// search_against_mclust.R on the same machine.

#include <benchmark/benchmark.h>

#include "mixtura/selection/search.h"

#include "support/text_table.h"

namespace mixtura {
namespace {

void search_all(benchmark::State& state, const char* data_set) {
    const Eigen::MatrixXd observations = test::measurements(data_set);
    FitControl control;
    control.thread_count = static_cast<int>(state.range(0));
    std::size_t iterations = 0;
    for (auto _ : state) {
        const SearchResult result = search_gaussian_mixtures(observations, {}, control);
        iterations = 0;
        for (const Candidate& candidate : result.candidates)
            iterations += candidate.fit ? candidate.fit->runs[0].log_likelihood.size() : 0;
        benchmark::DoNotOptimize(result.best);
    }
    state.counters["iterations"] = static_cast<double>(iterations);
}

BENCHMARK_CAPTURE(search_all, iris, "iris")
    ->Arg(1)
    ->Arg(2)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(search_all, faithful, "faithful")
    ->Arg(1)
    ->Arg(2)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mixtura

BENCHMARK_MAIN();
