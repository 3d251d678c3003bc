// SPDX-License-Identifier: Apache-2.0
#include "mixtura/interpretation/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <optional>
#include <vector>

#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "mixtura/common/brief_text.h"
#include "mixtura/common/error.h"
#include "mixtura/common/random.h"
#include "mixtura/common/sorted_quantile.h"
#include "mixtura/compute/cancelled.h"
#include "mixtura/factor_mixture/factor_problem.h"
#include "mixtura/gaussian_mixture/em_problem.h"
#include "mixtura/interpretation/component_matching.h"
#include "mixtura/interpretation/resampling.h"
#include "mixtura/interpretation/row_checks.h"

namespace mixtura {

namespace {

using Eigen::Index;

constexpr int least_replicates = 2;

void check(const GaussianMixture& model, const MatrixRef& observations,
           const BootstrapOptions& options, const VectorRef& weights) {
    if (options.replicate_count < least_replicates ||
        options.replicate_count > replicate_count_limit)
        throw InvalidArgument("replicate_count is " + std::to_string(options.replicate_count) +
                              "; it must be from " + std::to_string(least_replicates) + " to " +
                              std::to_string(replicate_count_limit) + ".");
    if (!(options.confidence > 0.0 && options.confidence < 1.0))
        throw InvalidArgument("confidence is " + brief_text(options.confidence) +
                              "; it must be between 0 and 1.");
    check_rows(model, observations, weights);
}

/// One refit: its parameters in a row, or why there are none.
struct Replicate {
    Eigen::VectorXd parameters;  ///< empty where it failed or was not reached
    std::string failure;
};

/// Weights, means and lower triangles of the covariances, one after the other.
Eigen::VectorXd flattened(const GaussianMixture& model) {
    const Index component_count = model.component_count();
    const Index d = model.feature_count();
    Eigen::VectorXd values(component_count * (1 + d + d * d));
    values.head(component_count) = model.mixing_weights();
    values.segment(component_count, component_count * d) = model.means().reshaped();
    for (Index k = 0; k < component_count; ++k)
        values.segment(component_count * (1 + d) + k * d * d, d * d) =
            model.covariances()[static_cast<std::size_t>(k)].reshaped();
    return values;
}

MixtureParameters unflattened(const Eigen::VectorXd& values, Index component_count, Index d) {
    MixtureParameters parameters;
    parameters.mixing_weights = values.head(component_count);
    parameters.means =
        values.segment(component_count, component_count * d).reshaped(component_count, d);
    for (Index k = 0; k < component_count; ++k)
        parameters.covariances.emplace_back(
            values.segment(component_count * (1 + d) + k * d * d, d * d).reshaped(d, d));
    return parameters;
}

/// Factor analysers of the model's form, from the classification of the rows by the model.
EmFit refit_factors(const GaussianMixture& model, const MatrixRef& observations,
                    const VectorRef& weights, const EmOptions& em, const FitControl& control) {
    const FactorOptions options{.component_count = model.component_count(),
                                .factor_count = model.factors()->factor_count(),
                                .structure = model.factors()->structure,
                                .tolerance = em.tolerance,
                                .iteration_limit = em.iteration_limit,
                                .run_count = 1,
                                .seed = em.seed};
    const FactorProblem problem(observations, weights, control);
    return fit_factor_mixture(problem, options, control,
                              score(model, observations, control).classification);
}

/// The model fitted to other rows or weights, from where it stands.
EmFit refit_from(const GaussianMixture& model, const MatrixRef& observations,
                 const VectorRef& weights, const EmOptions& given, const FitControl& control) {
    if (model.factors())
        return refit_factors(model, observations, weights, given, control);
    EmOptions em = given;
    em.component_count = model.component_count();
    em.covariance_structure = model.covariance_structure();
    em.family = model.tails() ? ComponentFamily::student : ComponentFamily::gaussian;
    if (model.tails()) {
        em.degrees_of_freedom_rule = model.tails()->rule;
        if (em.degrees_of_freedom_rule == DegreesOfFreedomRule::fixed)
            em.degrees_of_freedom = model.tails()->degrees_of_freedom[0];
    }
    em.has_noise = model.noise().has_value();
    const EmProblem problem(observations, weights, control, {}, row_model(em));
    return fit_em(problem, em, control, {.partition = {}, .model = model});
}

EmFit refit(const GaussianMixture& model, const MatrixRef& observations, const VectorRef& weights,
            const BootstrapOptions& options, const FitControl& control, RandomStream& random) {
    if (options.kind == BootstrapKind::parametric) {
        const Sample draws = sample(model, std::llround(weights.sum()), random);
        return refit_from(model, draws.observations, Eigen::VectorXd(), options.em, control);
    }
    const Eigen::VectorXd drawn = options.kind == BootstrapKind::weighted
                                      ? dirichlet_weights(weights, random)
                                      : draw_counts(weights, random);
    return refit_from(model, observations, drawn, options.em, control);
}

Replicate replicate(const GaussianMixture& model, const MatrixRef& observations,
                    const VectorRef& weights, const BootstrapOptions& options,
                    const FitControl& control, int index) {
    RandomStream random(options.seed, static_cast<std::uint64_t>(index));
    try {
        const EmFit fit = refit(model, observations, weights, options, control, random);
        if (fit.runs[fit.best_run].status == FitStatus::cancelled)
            return {};
        if (!fit.spurious.empty())
            return {{}, fit.spurious};
        return {flattened(reordered(fit.model, matching_order(fit.model, model))), {}};
    } catch (const compute::Cancelled&) {
        return {};
    } catch (const BackendError&) {
        throw;
    } catch (const Error& error) {
        return {{}, error.what()};
    }
}

/// Tells of finished replicates, one at a time, from threads that run side by side.
class Progress {
  public:
    Progress(FitObserver* observer, int total) : observer_(observer), total_(total) {}
    void add() {
        const std::scoped_lock lock(mutex_);
        ++done_;
        if (observer_ != nullptr)
            observer_->on_progress("bootstrap", done_, total_);
    }

  private:
    FitObserver* observer_;
    int total_;
    int done_ = 0;
    std::mutex mutex_;
};

std::vector<Replicate> all_replicates(const GaussianMixture& model, const MatrixRef& observations,
                                      const VectorRef& weights, const BootstrapOptions& options,
                                      const FitControl& control) {
    std::vector<Replicate> replicates(static_cast<std::size_t>(options.replicate_count));
    Progress progress(control.observer, options.replicate_count);
    FitControl refit_control = control;
    refit_control.observer = nullptr;
    refit_control.journal = nullptr;
    refit_control.thread_count = 1;
    // More threads than cores would gain nothing, and TBB would print a warning.
    const int cores = tbb::info::default_concurrency();
    tbb::task_arena arena(control.thread_count > 0 ? std::min(control.thread_count, cores) : cores);
    arena.execute([&] {
        tbb::parallel_for(0, options.replicate_count, [&](int index) {
            if (control.stop.stop_requested())
                return;
            tbb::this_task_arena::isolate([&] {
                replicates[static_cast<std::size_t>(index)] =
                    replicate(model, observations, weights, options, refit_control, index);
            });
            progress.add();
        });
    });
    return replicates;
}

double deviation(const std::vector<double>& values) {
    const auto count = static_cast<double>(values.size());
    double mean = 0.0;
    for (const double value : values) mean += value / count;
    double squares = 0.0;
    for (const double value : values) squares += (value - mean) * (value - mean);
    return std::sqrt(squares / (count - 1.0));
}

}  // namespace

std::string_view to_string(BootstrapKind kind) noexcept {
    switch (kind) {
        case BootstrapKind::weighted:
            return "weighted";
        case BootstrapKind::parametric:
            return "parametric";
        case BootstrapKind::nonparametric:
            return "nonparametric";
    }
    return "";
}

BootstrapResult bootstrap(const GaussianMixture& model, const MatrixRef& observations,
                          const BootstrapOptions& options, const FitControl& control,
                          const VectorRef& weights) {
    check(model, observations, options, weights);
    const Eigen::VectorXd case_weights =
        weights.size() > 0 ? Eigen::VectorXd(weights) : Eigen::VectorXd::Ones(observations.rows());
    // Says of the data what no replicate could mend.
    const EmProblem problem(observations, case_weights, control);
    const std::vector<Replicate> replicates =
        all_replicates(model, observations, case_weights, options, control);

    BootstrapResult result;
    std::vector<const Eigen::VectorXd*> done;
    for (const Replicate& replicate : replicates) {
        if (replicate.parameters.size() > 0)
            done.push_back(&replicate.parameters);
        if (!replicate.failure.empty() && result.failure_count++ == 0)
            result.first_failure = replicate.failure;
    }
    result.replicates_done = static_cast<int>(done.size());
    result.cancelled = result.replicates_done + result.failure_count < options.replicate_count;
    if (result.replicates_done < least_replicates && result.cancelled)
        throw compute::Cancelled{};
    if (result.replicates_done < least_replicates)
        throw NumericalError("Of " + std::to_string(options.replicate_count) +
                             " bootstrap replicates " + std::to_string(result.failure_count) +
                             " could not be fitted. The first: " + result.first_failure);

    const Index size = done.front()->size();
    Eigen::VectorXd deviations(size);
    Eigen::VectorXd lower(size);
    Eigen::VectorXd upper(size);
    std::vector<double> values(done.size());
    for (Index p = 0; p < size; ++p) {
        for (std::size_t b = 0; b < done.size(); ++b) values[b] = (*done[b])[p];
        deviations[p] = deviation(values);
        std::ranges::sort(values);
        const double tail = 0.5 * (1.0 - options.confidence);
        lower[p] = sorted_quantile(values, tail);
        upper[p] = sorted_quantile(values, 1.0 - tail);
    }
    const Index component_count = model.component_count();
    const Index d = model.feature_count();
    result.standard_errors = unflattened(deviations, component_count, d);
    result.lower = unflattened(lower, component_count, d);
    result.upper = unflattened(upper, component_count, d);
    return result;
}

}  // namespace mixtura
