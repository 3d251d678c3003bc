// SPDX-License-Identifier: Apache-2.0
#include "mixtura/selection/bootstrap_test.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <optional>
#include <string>

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "mixtura/common/error.h"
#include "mixtura/common/random.h"
#include "mixtura/common/sorted_quantile.h"
#include "mixtura/gaussian_mixture/em_problem.h"

namespace mixtura {

namespace {

using Eigen::Index;

/// First stream of the samples: no start draws from it or from a later one.
constexpr std::uint64_t sample_stream = std::uint64_t{1} << 41U;

void check_nested(const GaussianMixture& null_model, const GaussianMixture& alternative) {
    if (alternative.component_count() != null_model.component_count() + 1 ||
        alternative.covariance_structure() != null_model.covariance_structure() ||
        alternative.feature_count() != null_model.feature_count())
        throw InvalidArgument(
            "The test compares fits of K and of K + 1 components of one covariance structure.");
}

/// The better log-likelihood of the starts of the options and of the fit known from the data.
double best_log_likelihood(const EmProblem& problem, EmOptions options,
                           const GaussianMixture& known, const FitControl& control) {
    options.component_count = known.component_count();
    options.covariance_structure = known.covariance_structure();
    double best =
        fit_em(problem, options, control, {.partition = {}, .model = known}).log_likelihood;
    if (known.component_count() == 1)
        return best;
    try {
        const EmFit searched = fit_em(problem, options, control, {});
        if (searched.spurious.empty())
            best = std::max(best, searched.log_likelihood);
    } catch (const BackendError&) {
        throw;
    } catch (const Error&) {
        // No start of the options has a solution: that of the known fit stands.
    }
    return best;
}

/// The statistic of one sample from the null model; nothing where a model could not be fitted.
std::optional<double> sample_statistic(const GaussianMixture& null_model,
                                       const GaussianMixture& alternative, Index row_count,
                                       const EmOptions& options, std::uint64_t index,
                                       const FitControl& control) {
    RandomStream random(options.seed, sample_stream + index);
    const Sample drawn = sample(null_model, row_count, random);
    try {
        EmProblem problem(drawn.observations, Eigen::VectorXd(), control, {}, row_model(options));
        if (options.initialisation == Initialisation::hierarchical)
            problem.prepare_hierarchical_tree(control);
        const double null_value = best_log_likelihood(problem, options, null_model, control);
        const double value = best_log_likelihood(problem, options, alternative, control);
        return 2.0 * (value - null_value);
    } catch (const BackendError&) {
        throw;
    } catch (const Error&) {
        return std::nullopt;
    }
}

}  // namespace

double BootstrapTest::p_value() const noexcept {
    const auto reached = std::ranges::count_if(
        replicates, [this](double replicate) { return replicate >= statistic; });
    return (1.0 + static_cast<double>(reached)) / (1.0 + static_cast<double>(replicates.size()));
}

double BootstrapTest::critical_value(double level) const {
    if (replicates.empty())
        return std::numeric_limits<double>::quiet_NaN();
    return sorted_quantile(replicates, 1.0 - level);
}

BootstrapTest bootstrap_test(const EmFit& null_fit, const EmFit& alternative_fit, Index row_count,
                             const EmOptions& options, int replicate_count,
                             const FitControl& control) {
    const GaussianMixture& null_model = null_fit.model;
    const GaussianMixture& alternative = alternative_fit.model;
    check_nested(null_model, alternative);
    FitControl quiet = control;
    quiet.observer = nullptr;
    quiet.journal = nullptr;
    const std::string stage = "testing " + std::to_string(null_model.component_count()) +
                              " against " + std::to_string(alternative.component_count()) +
                              " components";
    std::vector<std::optional<double>> statistics(static_cast<std::size_t>(replicate_count));
    std::mutex mutex;
    int done = 0;
    const auto draw = [&](std::size_t index) {
        // A thread that waits inside a fit must not begin another sample.
        tbb::this_task_arena::isolate([&] {
            statistics[index] =
                sample_statistic(null_model, alternative, row_count, options, index, quiet);
        });
        const std::scoped_lock lock(mutex);
        ++done;
        if (control.observer != nullptr)
            control.observer->on_progress(stage, done, replicate_count);
    };
    const int threads =
        control.thread_count > 0 ? control.thread_count : tbb::task_arena::automatic;
    tbb::task_arena(threads).execute(
        [&] { tbb::parallel_for(std::size_t{0}, statistics.size(), draw); });
    BootstrapTest test{
        .component_count = null_model.component_count(),
        .statistic = 2.0 * (alternative_fit.log_likelihood - null_fit.log_likelihood),
        .replicates = {}};
    for (const std::optional<double>& statistic : statistics) {
        if (statistic)
            test.replicates.push_back(*statistic);
        else
            ++test.failure_count;
    }
    if (test.replicates.empty())
        throw NumericalError("Of " + std::to_string(replicate_count) +
                             " bootstrap samples of the test none could be fitted.");
    std::ranges::sort(test.replicates);
    return test;
}

}  // namespace mixtura
