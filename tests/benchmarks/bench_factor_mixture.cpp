// SPDX-License-Identifier: Apache-2.0
// One iteration of a mixture of factor analysers on one thread, and beside it one pass of EM with
// full covariances over the same rows, by which it is to be judged.
#include <benchmark/benchmark.h>
#include <tbb/task_arena.h>

#include "mixtura/compute/row_passes.h"
#include "mixtura/factor_mixture/factor_estimate.h"
#include "mixtura/factor_mixture/factor_problem.h"
#include "mixtura/factor_mixture/factor_run.h"
#include "mixtura/gaussian_mixture/gaussian_mixture.h"

#include "support/factor_reference.h"

namespace {

using Eigen::Index;

constexpr int component_count = 4;
constexpr int factor_count = 3;

struct Case {
    mixtura::FactorParameters parameters;
    mixtura::test::FactorSample data;

    Case(Index n, int d) {
        mixtura::RandomStream random(1);
        parameters = mixtura::test::random_factor_parameters(
            mixtura::FactorStructure::UUU, component_count, d, factor_count, 3.0, random);
        data = mixtura::test::factor_sample(parameters, n, random);
    }
};

void count_rows(benchmark::State& state) {
    state.counters["per_row_component"] =
        benchmark::Counter(static_cast<double>(state.range(0)) * component_count *
                               static_cast<double>(state.iterations()),
                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void aecm_iteration(benchmark::State& state) {
    const Case given(state.range(0), static_cast<int>(state.range(1)));
    const mixtura::FactorOptions options{.component_count = component_count,
                                         .factor_count = factor_count};
    tbb::task_arena arena(1);
    arena.execute([&] {
        const mixtura::FactorProblem problem(given.data.observations, Eigen::VectorXd(), {});
        const mixtura::FactorMeanStatistics begin =
            problem.passes().mean_statistics(given.parameters);
        for (auto _ : state) {
            mixtura::FactorMeanStatistics statistics = begin;
            int floors_applied = 0;
            std::string fault;
            benchmark::DoNotOptimize(mixtura::aecm_step(problem, options, given.parameters,
                                                        statistics, floors_applied, fault));
        }
    });
    count_rows(state);
}

void start_of_components(benchmark::State& state) {
    const Case given(state.range(0), static_cast<int>(state.range(1)));
    const Eigen::VectorXd ones = Eigen::VectorXd::Ones(state.range(1));
    for (auto _ : state) {
        benchmark::DoNotOptimize(mixtura::factor_start(
            given.data.observations, Eigen::VectorXd(), given.data.components, component_count,
            factor_count, mixtura::FactorStructure::UUU, ones, 1e-3 * ones, std::stop_token()));
    }
}

void full_covariance_pass(benchmark::State& state) {
    const Case given(state.range(0), static_cast<int>(state.range(1)));
    std::vector<Eigen::MatrixXd> covariances;
    for (Index k = 0; k < component_count; ++k) {
        const Eigen::MatrixXd& loadings = given.parameters.loadings[static_cast<std::size_t>(k)];
        covariances.emplace_back(loadings * loadings.transpose());
        covariances.back().diagonal() += given.parameters.uniquenesses.row(k).transpose();
    }
    const mixtura::GaussianMixture model(given.parameters.mixing_weights, given.parameters.means,
                                         covariances);
    mixtura::FitControl control;
    control.thread_count = 1;
    const mixtura::compute::RowPasses passes(given.data.observations, Eigen::VectorXd(), control);
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            passes.gaussian_statistics(model.pass_parameters()).log_likelihood);
    }
    count_rows(state);
}

void cases(benchmark::internal::Benchmark* benchmark) {
    benchmark->ArgNames({"n", "d"})->Unit(benchmark::kMillisecond);
    benchmark->Args({20000, 20})->Args({10000, 100})->Args({4000, 400});
}

BENCHMARK(aecm_iteration)->Apply(cases);
BENCHMARK(start_of_components)->Apply(cases);
BENCHMARK(full_covariance_pass)->Apply(cases);

}  // namespace
