// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/em_problem.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "mixtura/common/error.h"
#include "mixtura/common/random.h"
#include "mixtura/gaussian_mixture/clutter_rows.h"
#include "mixtura/gaussian_mixture/moment_sums.h"
#include "mixtura/gaussian_mixture/observation_checks.h"
#include "mixtura/gaussian_mixture/partition_statistics.h"
#include "mixtura/gaussian_mixture/start_partition.h"

namespace mixtura {

namespace {

using Eigen::Index;

/// Quartiles are taken from at most so many evenly spaced rows.
constexpr Index quartile_row_limit = 20000;

/// Distance of the weighted quartiles.
double interquartile_range(const VectorRef& values, const VectorRef& weights) {
    const Index step = std::max<Index>(1, values.size() / quartile_row_limit);
    std::vector<std::pair<double, double>> weighted;  // value, weight
    weighted.reserve(static_cast<std::size_t>(values.size() / step + 1));
    double mass = 0.0;
    for (Index i = 0; i < values.size(); i += step) {
        weighted.emplace_back(values[i], weights.size() > 0 ? weights[i] : 1.0);
        mass += weighted.back().second;
    }
    std::ranges::sort(weighted);
    const auto quantile = [&](double probability) {
        double below = 0.0;
        for (const auto& [value, weight] : weighted) {
            below += weight;
            if (below >= probability * mass)
                return value;
        }
        return weighted.back().first;
    };
    return quantile(0.75) - quantile(0.25);
}

double typical_variance(const VectorRef& values, const VectorRef& weights) {
    constexpr double normal_interquartile_range = 1.349;
    const double variance = weighted_variance(values, weights);
    const double root = interquartile_range(values, weights) / normal_interquartile_range;
    const double robust = root * root;
    return robust > 0.0 && robust < variance ? robust : variance;
}

EmProblem::Certainty certainty_of(const Eigen::MatrixXd& responsibilities,
                                  const VectorRef& weights) {
    EmProblem::Certainty certainty;
    for (Index i = 0; i < responsibilities.rows(); ++i) {
        const double weight = weights.size() > 0 ? weights[i] : 1.0;
        double entropy = 0.0;
        double largest = 0.0;
        for (Index k = 0; k < responsibilities.cols(); ++k) {
            const double r = responsibilities(i, k);
            largest = std::max(largest, r);
            if (r > 0.0 && r < 1.0)
                entropy -= r * std::log(r);
        }
        certainty.entropy += weight * entropy;
        if (largest < 1.0)
            certainty.map_term += 2.0 * weight * std::log(largest);
    }
    return certainty;
}

EmProblem::Certainty certainty_of_rows(const compute::RowPasses& passes,
                                       const compute::GaussianParameters& parameters,
                                       const VectorRef& weights) {
    Eigen::MatrixXd responsibilities;
    passes.gaussian_rows(parameters,
                         {.log_densities = nullptr, .responsibilities = &responsibilities});
    return certainty_of(responsibilities, weights);
}

Eigen::Map<const Eigen::MatrixXd, 0, Eigen::OuterStride<>> view_of(const MatrixRef& matrix) {
    return {matrix.data(), matrix.rows(), matrix.cols(),
            Eigen::OuterStride<>(matrix.outerStride())};
}

/// The rows with their missing values replaced; empty where none is missing.
Eigen::MatrixXd filled_for_starts(const MatrixRef& observations, const VectorRef& weights,
                                  const FitControl& control) {
    if (!observations.hasNaN())
        return {};
    for (Index i = 0; i < observations.rows(); ++i) {
        if (observations.row(i).array().isNaN().all())
            throw InvalidArgument("Row " + std::to_string(i + 1) +
                                  " has no observed value. Leave such rows out.");
    }
    if (weights.size() > 0 && weights.size() != observations.rows())
        throw InvalidArgument("There are " + std::to_string(weights.size()) +
                              " observation_weights for " + std::to_string(observations.rows()) +
                              " rows.");
    return filled_rows(observations, weights, control.stop);
}

/// The method asked for; of starts after the first k-means++, with short runs alternating with
/// random rows, unless random starts are asked for.
Initialisation method_of_start(const EmOptions& options, int start) {
    if (start == 0 || options.initialisation == Initialisation::random)
        return options.initialisation;
    return options.short_run_count > 0 && start % 2 == 0 ? Initialisation::random
                                                         : Initialisation::kmeans;
}

}  // namespace

RowModel row_model(const EmOptions& options) noexcept {
    return {.has_missing_values = options.has_missing_values, .has_noise = options.has_noise};
}

EmProblem::EmProblem(const MatrixRef& observations, const VectorRef& observation_weights,
                     const FitControl& control, Partition known_components, RowModel row_model)
    : filled_(row_model.has_missing_values
                  ? filled_for_starts(observations, observation_weights, control)
                  : Eigen::MatrixXd()),
      observations_(filled_.size() > 0 ? view_of(filled_) : view_of(observations)),
      weights_(observation_weights),
      known_(std::move(known_components)) {
    const Index d = observations.cols();
    const RowTotals totals = check_observations(observations_, weights_, control.stop);
    weight_sum_ = totals.weight_sum;
    used_row_count_ = totals.used_row_count;
    typical_variances_.resize(d);
    for (Index j = 0; j < d; ++j) {
        if (control.stop.stop_requested())
            throw compute::Cancelled{};
        typical_variances_[j] = typical_variance(observations_.col(j), weights_);
    }
    if (row_model.has_noise) {
        if (!known_.empty() || row_model.has_missing_values)
            throw InvalidArgument(
                "Noise goes with complete rows without known labels: leave out the rows with "
                "missing values, or the labels.");
        prepare_noise(control);
    }
    if (filled_.size() > 0) {
        if (!known_.empty())
            throw InvalidArgument(
                "Known labels go with complete rows: leave out the rows with missing values, or "
                "the labels.");
        const RowsByCompleteness rows = rows_by_completeness(observations);
        if (weights_.size() > 0)
            incomplete_weights_ = weights_(rows.incomplete);
        incomplete_.emplace(observations(rows.incomplete, Eigen::all), incomplete_weights_,
                            control.stop);
        take_plain_rows(rows.complete);
    }
    if (!known_.empty()) {
        labelled_.emplace(observations_, weights_, known_);
        std::vector<Index> rows;
        for (std::size_t i = 0; i < known_.size(); ++i) {
            if (known_[i] == unknown_component)
                rows.push_back(static_cast<Index>(i));
        }
        take_plain_rows(rows);
    }
    if (plain_rows().rows() > 0)
        passes_ = std::make_unique<compute::RowPasses>(plain_rows(), plain_weights(), control);
}

void EmProblem::prepare_noise(const FitControl& control) {
    noise_ = noise_region(observations_, weights_);
    const std::vector<Index> clutter = clutter_rows(observations_, control.stop);
    for (Index i = 0; i < row_count(); ++i) {
        if (!std::ranges::binary_search(clutter, i))
            clear_.push_back(i);
    }
    clear_rows_ = observations_(clear_, Eigen::all);
    if (weights_.size() > 0)
        clear_weights_ = weights_(clear_);
}

void EmProblem::take_plain_rows(const std::vector<Index>& rows) {
    plain_rows_ = observations_(rows, Eigen::all);
    if (weights_.size() > 0)
        plain_weights_ = weights_(rows);
}

EmProblem::View EmProblem::plain_rows() const noexcept {
    return has_plain_copy() ? View(plain_rows_.data(), plain_rows_.rows(), plain_rows_.cols(),
                                   Eigen::OuterStride<>(plain_rows_.rows()))
                            : observations_;
}

compute::GaussianStatistics EmProblem::statistics(
    const compute::GaussianParameters& parameters) const {
    if (!has_plain_copy())
        return passes_->gaussian_statistics(parameters);
    compute::GaussianStatistics statistics =
        passes_
            ? passes_->gaussian_statistics(parameters)
            : no_statistics(parameters.mixing_weights.size(), feature_count(), parameters.shape);
    if (labelled_)
        labelled_->add_to(statistics, parameters);
    if (incomplete_) {
        const compute::GaussianStatistics incomplete = incomplete_->statistics(parameters);
        statistics.log_likelihood += incomplete.log_likelihood;
        add_moments(statistics, incomplete);
    }
    return statistics;
}

void EmProblem::prepare_hierarchical_tree(const FitControl& control) {
    if (!tree_ && !labelled_ && feature_count() > 1)
        tree_ = std::make_unique<HierarchicalTree>(observations_, control);
    if (noise_ && !clear_tree_ && feature_count() > 1)
        clear_tree_ = std::make_unique<HierarchicalTree>(clear_rows_, control);
}

compute::GaussianStatistics EmProblem::start_moments(const EmOptions& options, int start,
                                                     compute::GaussianParameters::Shape shape,
                                                     const FitControl& control,
                                                     std::string& name) const {
    const int component_count = options.component_count;
    if (!labelled_)
        return moments(start_partition(options, start, control, name), component_count, shape);
    name = "known labels";
    return start == 0 && component_count == labelled_component_count()
               ? shared_moments(component_count, shape)
               : moments(labelled_start(options, start, control), component_count, shape);
}

Partition EmProblem::labelled_start(const EmOptions& options, int start,
                                    const FitControl& control) const {
    RandomStream random(options.seed, static_cast<std::uint64_t>(start));
    return labelled_partition(observations_, weights_, known_, options.component_count, random,
                              control);
}

compute::GaussianStatistics EmProblem::shared_moments(
    int component_count, compute::GaussianParameters::Shape shape) const {
    compute::GaussianStatistics shared = no_statistics(component_count, feature_count(), shape);
    const View rows = plain_rows();
    if (rows.rows() > 0) {
        const compute::GaussianStatistics all = partition_statistics(
            rows, plain_weights(), Partition(static_cast<std::size_t>(rows.rows()), 0), 1, shape);
        const double share = 1.0 / component_count;
        shared.masses.setConstant(share * all.masses[0]);
        shared.means.rowwise() = all.means.row(0);
        for (Eigen::MatrixXd& scatter : shared.scatters) scatter = share * all.scatters.front();
    }
    labelled_->add_moments_to(shared);
    return shared;
}

Partition EmProblem::start_partition(const EmOptions& options, int start, const FitControl& control,
                                     std::string& name) const {
    const Initialisation method = method_of_start(options, start);
    const RandomStream random(options.seed, static_cast<std::uint64_t>(start));
    if (!options.has_noise)
        return partition_by(method, observations_, weights_, options.component_count, random,
                            tree_.get(), control, name);
    const Partition of_clear =
        partition_by(method, clear_rows_, clear_weights_, options.component_count, random,
                     clear_tree_.get(), control, name);
    Partition partition(static_cast<std::size_t>(row_count()), options.component_count);
    for (std::size_t i = 0; i < clear_.size(); ++i)
        partition[static_cast<std::size_t>(clear_[i])] = of_clear[i];
    return partition;
}

compute::GaussianStatistics EmProblem::moments(const Partition& partition, int component_count,
                                               compute::GaussianParameters::Shape shape) const {
    if (noise_) {
        compute::GaussianStatistics all =
            partition_statistics(observations_, weights_, partition, component_count + 1, shape);
        all.noise_mass = all.masses[component_count];
        all.masses.conservativeResize(component_count);
        all.means.conservativeResize(component_count, Eigen::NoChange);
        all.scatters.pop_back();
        return all;
    }
    if (!labelled_)
        return partition_statistics(observations_, weights_, partition, component_count, shape);
    Partition settled = partition;
    for (std::size_t i = 0; i < known_.size(); ++i) {
        if (known_[i] != unknown_component)
            settled[i] = known_[i];
    }
    return partition_statistics(observations_, weights_, settled, component_count, shape);
}

EmProblem::Moments EmProblem::moments_of_all() const {
    const compute::GaussianStatistics all = partition_statistics(
        observations_, weights_, Partition(static_cast<std::size_t>(row_count()), 0), 1,
        compute::GaussianParameters::Shape::full);
    return {.mean = all.means.row(0), .covariance = all.scatters.front() / (weight_sum_ - 1.0)};
}

EmProblem::Certainty EmProblem::certainty(const GaussianMixture& model,
                                          const FitControl& control) const {
    constexpr auto block_rows = static_cast<Index>(compute::block_rows);
    const compute::GaussianParameters parameters = model.pass_parameters();
    Certainty total;
    if (incomplete_) {
        Eigen::VectorXd log_densities;
        Eigen::MatrixXd responsibilities;
        incomplete_->score(parameters, log_densities, responsibilities);
        total = certainty_of(responsibilities, incomplete_weights_);
    }
    const auto add = [&](const Certainty& more) {
        total.entropy += more.entropy;
        total.map_term += more.map_term;
    };
    const View rows = plain_rows();
    if (rows.rows() > 0 && rows.rows() <= block_rows && !control.stop.stop_requested()) {
        try {
            add(certainty_of_rows(*passes_, parameters, plain_weights()));
            return total;
        } catch (const compute::Cancelled&) {
            // What a cancelled fit leaves is complete all the same: see below.
        }
    }
    FitControl unstoppable = control;
    unstoppable.stop = {};
    unstoppable.observer = nullptr;
    const Eigen::VectorXd& all_weights = plain_weights();
    for (Index begin = 0; begin < rows.rows(); begin += block_rows) {
        const Index count = std::min(block_rows, rows.rows() - begin);
        const Eigen::VectorXd weights = all_weights.size() > 0
                                            ? Eigen::VectorXd(all_weights.segment(begin, count))
                                            : Eigen::VectorXd();
        const compute::RowPasses passes(rows.middleRows(begin, count), weights, unstoppable);
        add(certainty_of_rows(passes, parameters, weights));
    }
    return total;
}

}  // namespace mixtura
