// SPDX-License-Identifier: Apache-2.0
#include "mixtura/incremental/incremental_mixture.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include <Eigen/Cholesky>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "mixtura/common/brief_text.h"
#include "mixtura/common/error.h"
#include "mixtura/incremental/component_merging.h"
#include "mixtura/linalg/log_domain.h"

namespace mixtura {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double value_limit = 1e150;     ///< squares of what is beyond it overflow
constexpr double distance_limit = 1e280;  ///< squares of what leads to it are still finite
constexpr double mass_floor = 1e-3;       ///< components lighter than this are dropped
constexpr double log_det_tolerance = 1e-6;
/// Multiplications below which threads cost more than they save.
constexpr double parallel_work = 2e5;
constexpr double log_two_pi = 1.8378770664093454836;

void check_variances(const VectorRef& variances) {
    if (variances.size() < 1)
        throw InvalidArgument("An incremental mixture needs at least one feature.");
    for (Index i = 0; i < variances.size(); ++i) {
        if (!(variances[i] > 0.0) || !std::isfinite(variances[i]) ||
            !std::isfinite(1.0 / variances[i]))
            throw InvalidArgument("The initial variance of feature " + std::to_string(i + 1) +
                                  " is " + brief_text(variances[i]) + "; it must be positive.");
    }
}

/// As the precision of the part `rows` alone, columns `columns`.
MatrixXd block(const TiledTriangle& matrix, const std::vector<Index>& rows,
               const std::vector<Index>& columns) {
    MatrixXd result(static_cast<Index>(rows.size()), static_cast<Index>(columns.size()));
    for (Index j = 0; j < result.cols(); ++j)
        for (Index i = 0; i < result.rows(); ++i)
            result(i, j) =
                matrix(rows[static_cast<std::size_t>(i)], columns[static_cast<std::size_t>(j)]);
    return result;
}

}  // namespace

std::string_view to_string(ComponentEventKind kind) noexcept {
    switch (kind) {
        case ComponentEventKind::created:
            return "created";
        case ComponentEventKind::pruned:
            return "pruned";
        case ComponentEventKind::merged:
            return "merged";
        case ComponentEventKind::forced_update:
            return "forced_update";
        case ComponentEventKind::repaired:
            break;
    }
    return "repaired";
}

IncrementalMixture::IncrementalMixture(const IncrementalOptions& options,
                                       const VectorRef& initial_variances, bool has_classes) {
    validate(options);
    check_variances(initial_variances);
    state_.options = options;
    state_.initial_variances = initial_variances;
    state_.has_classes = has_classes;
}

IncrementalMixture::IncrementalMixture(IncrementalState state) : state_(std::move(state)) {
    validate(state_.options);
    check_variances(state_.initial_variances);
}

double IncrementalMixture::prior_strength() const noexcept {
    return state_.options.prior_strength.value_or(default_prior_strength(feature_count()));
}

VectorXd IncrementalMixture::mixing_weights() const {
    VectorXd weights(component_count());
    for (Index j = 0; j < weights.size(); ++j)
        weights[j] = state_.components[static_cast<std::size_t>(j)].mass;
    return weights / weights.sum();
}

GaussianMixture IncrementalMixture::gaussian_mixture() const {
    if (state_.components.empty())
        throw InvalidArgument("No row was learned, so there is no mixture.");
    MatrixXd means(component_count(), feature_count());
    std::vector<MatrixXd> covariances;
    for (Index j = 0; j < means.rows(); ++j) {
        const IncrementalComponent& component = state_.components[static_cast<std::size_t>(j)];
        means.row(j) = component.mean.head(means.cols()).transpose();
        covariances.push_back(covariance_matrix(component));
    }
    return {mixing_weights(), std::move(means), std::move(covariances)};
}

void IncrementalMixture::set_initial_variances(const VectorRef& variances) {
    check_variances(variances);
    if (variances.size() != feature_count())
        throw InvalidArgument("There are " + std::to_string(variances.size()) +
                              " initial variances for " + std::to_string(feature_count()) +
                              " features; the counts must agree.");
    state_.initial_variances = variances;
}

void IncrementalMixture::fade(double share) {
    for (IncrementalComponent& component : state_.components) {
        component.mass *= share;
        component.covariance_mass *= share;
        component.prior_mass *= share;
    }
}

double IncrementalMixture::threshold(Index known_count) {
    const auto [found, is_new] = thresholds_.try_emplace(known_count, 0.0);
    if (is_new)
        found->second =
            novelty_threshold(state_.options.novelty_probability, static_cast<int>(known_count));
    return found->second;
}

/// Distances, images and log-determinants of the known cells. A missing cell is held at what the
/// component expects of it, given the known ones: then its entry of y is zero and e' y is their
/// distance under the marginal.
void IncrementalMixture::complete(std::size_t j) {
    const IncrementalComponent& component = state_.components[j];
    ComponentDistance& distance = distances_[j];
    const Eigen::LLT<MatrixXd> factor(block(component.precision, missing_, missing_));
    VectorXd image(static_cast<Index>(missing_.size()));
    for (Index i = 0; i < image.size(); ++i)
        image[i] = distance.image[missing_[static_cast<std::size_t>(i)]];
    const VectorXd expected = -factor.solve(image);
    const VectorXd change = block(component.precision, known_, missing_) * expected;
    distance.squared = 0.0;
    for (std::size_t i = 0; i < known_.size(); ++i) {
        distance.image[known_[i]] += change[static_cast<Index>(i)];
        distance.squared += distance.difference[known_[i]] * distance.image[known_[i]];
    }
    for (std::size_t i = 0; i < missing_.size(); ++i) {
        distance.image[missing_[i]] = 0.0;
        distance.difference[missing_[i]] = expected[static_cast<Index>(i)];
    }
    distance.log_det += 2.0 * MatrixXd(factor.matrixL()).diagonal().array().log().sum();
}

void IncrementalMixture::measure_component(std::size_t j) {
    IncrementalComponent& component = state_.components[j];
    if (missing_.empty()) {
        measure(component, row_, distances_[j]);
        return;
    }
    VectorXd row = row_;
    for (const Index i : missing_) row[i] = component.mean[i];
    measure(component, row, distances_[j]);
    complete(j);
}

void IncrementalMixture::measure_all() {
    const std::size_t count = state_.components.size();
    const auto size = static_cast<double>(row_.size());
    if (thread_count_ == 1 || count < 2 ||
        static_cast<double>(count) * size * size < parallel_work) {
        for (std::size_t j = 0; j < count; ++j) measure_component(j);
        return;
    }
    const int usable = tbb::info::default_concurrency();
    tbb::task_arena arena(thread_count_ > 0 ? std::min(thread_count_, usable) : usable);
    arena.execute([&] {
        tbb::parallel_for(std::size_t{0}, count, [this](std::size_t j) { measure_component(j); });
    });
}

/// Copies the row, with zeros for missing cells and behind the last feature.
void IncrementalMixture::take_row(const VectorRef& x) {
    bool is_plain = true;
    for (Index i = 0; i < x.size(); ++i) is_plain = is_plain && std::abs(x[i]) <= value_limit;
    for (Index i = 0; i < x.size() && !is_plain; ++i) {
        if (std::abs(x[i]) > value_limit)
            throw InvalidArgument("Feature " + std::to_string(i + 1) + " is " + brief_text(x[i]) +
                                  "; values beyond 1e150 cannot be learned, because their squares "
                                  "are no numbers.");
    }
    row_.resize(TiledTriangle::padded(x.size()));
    row_.head(x.size()) = x;
    row_.tail(row_.size() - x.size()).setZero();
    known_.clear();
    missing_.clear();
    known_count_ = x.size();
    for (Index i = 0; i < x.size() && !is_plain; ++i) {
        if (!std::isnan(x[i])) {
            known_.push_back(i);
            continue;
        }
        missing_.push_back(i);
        row_[i] = 0.0;
        --known_count_;
    }
}

double IncrementalMixture::look(const VectorRef& x) {
    if (x.size() != feature_count())
        throw InvalidArgument("The row has " + std::to_string(x.size()) +
                              " values; the model has " + std::to_string(feature_count()) +
                              " features.");
    take_row(x);
    const std::size_t count = state_.components.size();
    if (distances_.size() < count)
        distances_.resize(count);
    log_terms_.resize(static_cast<Index>(count));
    log_density_ = -infinity;
    if (count == 0 || known_count_ == 0) {
        log_terms_.setConstant(-infinity);
        return log_density_;
    }
    measure_all();
    double total_mass = 0.0;
    for (const IncrementalComponent& component : state_.components) total_mass += component.mass;
    const double log_scale = log_two_pi * static_cast<double>(known_count_);
    for (std::size_t j = 0; j < count; ++j) {
        if (!(distances_[j].squared >= 0.0) && row_.cwiseAbs().maxCoeff() < 1e100) {
            refactor(state_.components[j]);
            measure_component(j);
        }
        const double squared = distances_[j].squared;
        log_terms_[static_cast<Index>(j)] =
            squared >= 0.0 && squared < distance_limit
                ? std::log(state_.components[j].mass / total_mass) -
                      0.5 * (log_scale + distances_[j].log_det + squared)
                : -infinity;
    }
    log_density_ = count == 1 ? log_terms_[0] : log_sum_exp(log_terms_);
    if (!std::isfinite(log_density_))
        throw InvalidArgument(
            "The row is too far from every component for its density to be a number; check it for "
            "a wrong unit or a slipped digit.");
    return log_density_;
}

bool IncrementalMixture::is_candidate(std::size_t j, int class_index) const noexcept {
    return !state_.has_classes || class_index < 0 ||
           state_.components[j].class_index == class_index;
}

Observation IncrementalMixture::observe(const VectorRef& x, double weight, int class_index) {
    look(x);
    return learn(weight, class_index);
}

Observation IncrementalMixture::learn(double weight, int class_index) {
    ++state_.row_count;
    Observation observation{.log_density = log_density_,
                            .least_distance = infinity,
                            .is_novel = true,
                            .is_new_component = false};
    if (known_count_ == 0) {
        ++state_.counters.rows_all_missing;
        observation.is_novel = false;
        return observation;
    }
    const std::size_t existing = state_.components.size();
    const bool is_plain = state_.options.novelty_scale == NoveltyScale::plain;
    bool has_candidate = false;
    for (std::size_t j = 0; j < existing; ++j) {
        if (!is_candidate(j, class_index))
            continue;
        has_candidate = true;
        const double scale = is_plain ? 1.0 : 1.0 + 1.0 / state_.components[j].mass;
        observation.least_distance =
            std::min(observation.least_distance, distances_[j].squared / scale);
    }
    observation.is_novel = !has_candidate || observation.least_distance >= threshold(known_count_);
    const bool may_create = missing_.empty() && (!state_.has_classes || class_index >= 0);
    if (existing == 0 && !may_create) {
        ++state_.counters.rows_unlearned;
        return observation;
    }
    if (state_.options.forget == Forgetting::all && state_.options.forgetting < 1.0 && existing > 0)
        fade(state_.options.forgetting);
    const bool is_full = existing >= static_cast<std::size_t>(state_.options.component_limit);
    std::optional<MergePair> pair;
    if (observation.is_novel && may_create && is_full &&
        (state_.options.limit_action == LimitAction::merge || !has_candidate))
        pair = cheapest_pair(state_.components, every_class, infinity);
    observation.is_new_component = observation.is_novel && may_create && (!is_full || pair);
    if (!observation.is_new_component)
        update_present(weight, class_index, observation.is_novel && may_create, has_candidate);
    refactor_due(existing);
    if (pair)
        merge_pair(pair->first, pair->second);
    if (observation.is_new_component)
        create(weight, class_index);
    prune();
    if (state_.options.merge_interval > 0 && state_.row_count % state_.options.merge_interval == 0)
        merge_cheap_components();
    return observation;
}

void IncrementalMixture::update_present(double weight, int class_index, bool is_forced,
                                        bool has_candidate) {
    if (!has_candidate) {
        ++state_.counters.rows_unlearned;
        return;
    }
    if (is_forced) {
        ++state_.counters.forced_updates;
        note(ComponentEventKind::forced_update, -1);
    }
    update(weight, class_index);
}

void IncrementalMixture::update(double weight, int class_index) {
    const std::size_t count = state_.components.size();
    double shift = -infinity;
    for (std::size_t j = 0; j < count; ++j)
        if (is_candidate(j, class_index))
            shift = std::max(shift, log_terms_[static_cast<Index>(j)]);
    if (shift == -infinity)
        return;
    double total = 0.0;
    shares_.resize(static_cast<Index>(count));
    for (std::size_t j = 0; j < count; ++j) {
        if (!is_candidate(j, class_index))
            continue;
        const double below = log_terms_[static_cast<Index>(j)] - shift;
        shares_[static_cast<Index>(j)] = below == 0.0 ? 1.0 : std::exp(below);
        total += shares_[static_cast<Index>(j)];
    }
    for (std::size_t j = 0; j < count; ++j) {
        if (!is_candidate(j, class_index))
            continue;
        IncrementalComponent& component = state_.components[j];
        ++component.age;
        const double share = weight * shares_[static_cast<Index>(j)] / total;
        if (state_.options.forget == Forgetting::per_component) {
            const double decay = std::pow(state_.options.forgetting, share);
            component.mass *= decay;
            component.covariance_mass *= decay;
            component.prior_mass *= decay;
        }
        if (!(share > 0.0))
            continue;
        const double squared = distances_[j].squared;
        if (!mixtura::learn(component, distances_[j], share, state_.options.update_rule))
            ++state_.counters.published_rule_failures;
        if (!missing_.empty() && moves_component(component.mass, share, squared))
            learn_missing(component, share);
    }
}

/// What the known cells leave open of the missing ones adds to the covariance: for each column g of
/// G G' = (C^-1)_mm^-1, C' = C + (p / nu') g g'. The factor G is that of the precision before the row,
/// of which rows and columns of missing cells have only been scaled since (y is zero there).
void IncrementalMixture::learn_missing(IncrementalComponent& component, double share) {
    const double scale = component.pending_scale;
    apply_pending(component);
    const MatrixXd precision = block(component.precision, missing_, missing_) / scale;
    const Eigen::LLT<MatrixXd> factor(precision);
    const MatrixXd columns =
        factor.matrixU().solve(MatrixXd::Identity(precision.rows(), precision.cols()));
    const double weight = share / component.covariance_mass;
    VectorXd direction = VectorXd::Zero(row_.size());
    VectorXd image(row_.size());
    for (Index column = 0; column < columns.cols(); ++column) {
        for (std::size_t i = 0; i < missing_.size(); ++i) {
            const double entry = columns(static_cast<Index>(i), column);
            direction[missing_[i]] = entry;
            component.variances[missing_[i]] += weight * entry * entry;
        }
        const double squared = multiply(component.precision, direction.data(), image.data());
        apply_change(component.precision, {.scale = 1.0,
                                           .coefficient = weight / (1.0 + weight * squared),
                                           .vector = image.data()});
        component.log_det += std::log1p(weight * squared);
    }
}

void IncrementalMixture::create(double weight, int class_index) {
    IncrementalComponent component =
        component_at(row_, state_.initial_variances, weight, prior_strength());
    component.id = state_.next_id++;
    component.born_at = state_.row_count;
    component.class_index = state_.has_classes ? class_index : -1;
    const double memory = 1.0 - state_.options.forgetting;
    component.refactor_interval =
        state_.options.refactor_interval > 0 ? state_.options.refactor_interval
        : memory > 0.0 ? std::max<std::int64_t>(feature_count(), std::llround(0.1 / memory))
                       : 10000;
    note(ComponentEventKind::created, component.id);
    ++state_.counters.created;
    state_.components.push_back(std::move(component));
}

void IncrementalMixture::merge_pair(std::size_t first, std::size_t second) {
    IncrementalComponent& kept = state_.components[first];
    const std::int64_t interval =
        std::min(kept.refactor_interval, state_.components[second].refactor_interval);
    kept = merged(kept, state_.components[second]);
    kept.refactor_interval = interval;
    note(ComponentEventKind::merged, kept.id);
    ++state_.counters.merged;
    state_.components.erase(state_.components.begin() + static_cast<std::ptrdiff_t>(second));
}

void IncrementalMixture::refactor(IncrementalComponent& component) {
    ++state_.counters.refactorisations;
    const RefactorOutcome outcome = refactorise(component, prior_strength());
    if (outcome.is_repaired) {
        ++state_.counters.components_repaired;
        note(ComponentEventKind::repaired, component.id);
    } else if (state_.options.forgetting == 1.0 &&
               std::abs(outcome.log_det_change) > log_det_tolerance) {
        component.refactor_interval =
            std::max<std::int64_t>(feature_count(), component.refactor_interval / 2);
    }
}

void IncrementalMixture::refactor_due(std::size_t existing) {
    for (std::size_t j = 0; j < existing; ++j) {
        IncrementalComponent& component = state_.components[j];
        if (++component.refactor_count >= component.refactor_interval)
            refactor(component);
    }
}

void IncrementalMixture::prune() {
    const IncrementalOptions& options = state_.options;
    const bool has_rule = options.minimum_age > 0 && options.minimum_accumulation > 0.0;
    for (std::size_t j = 0; j < state_.components.size();) {
        const IncrementalComponent& component = state_.components[j];
        const bool is_light = has_rule && component.age > options.minimum_age &&
                              component.mass < options.minimum_accumulation;
        const auto is_spare = [&] {
            return std::ranges::count_if(state_.components, [&](const auto& other) {
                       return other.class_index == component.class_index;
                   }) > 1;
        };
        if (!(is_light || component.mass < mass_floor) || !is_spare()) {
            ++j;
            continue;
        }
        note(ComponentEventKind::pruned, component.id);
        ++state_.counters.pruned;
        state_.components.erase(state_.components.begin() + static_cast<std::ptrdiff_t>(j));
    }
}

void IncrementalMixture::merge_cheap_components() {
    const double d = feature_count();
    double total_mass = 0.0;
    for (const IncrementalComponent& component : state_.components) total_mass += component.mass;
    const double limit =
        state_.options.merge_threshold * 0.5 * (0.5 * d * (d + 3.0) + 1.0) * std::log(total_mass);
    while (const std::optional<MergePair> pair =
               cheapest_pair(state_.components, every_class, limit))
        merge_pair(pair->first, pair->second);
}

void IncrementalMixture::note(ComponentEventKind kind, std::int64_t id) {
    if (state_.events.size() == event_limit)
        state_.events.erase(state_.events.begin());
    state_.events.push_back({.kind = kind, .row = state_.row_count, .id = id});
}

IncrementalMixture merged(const IncrementalMixture& a, const IncrementalMixture& b) {
    const auto refuse = [](const std::string& what) {
        throw InvalidArgument("The two mixtures have different " + what +
                              ", so they cannot be merged.");
    };
    if (a.feature_count() != b.feature_count())
        refuse("numbers of features");
    if (a.state().initial_variances != b.state().initial_variances)
        refuse("initial variances");
    if (a.prior_strength() != b.prior_strength())
        refuse("prior strengths");
    if (a.state().options.forgetting != b.state().options.forgetting)
        refuse("forgetting");
    if (a.state().has_classes != b.state().has_classes)
        refuse("class models");
    IncrementalState state = a.state();
    state.row_count += b.state().row_count;
    state.events.clear();
    for (const IncrementalComponent& component : b.components())
        state.components.push_back(component);
    state.next_id = 0;
    for (IncrementalComponent& component : state.components) component.id = state.next_id++;
    state.counters.created += b.state().counters.created;
    state.counters.pruned += b.state().counters.pruned;
    state.counters.merged += b.state().counters.merged;
    state.counters.forced_updates += b.state().counters.forced_updates;
    state.counters.components_repaired += b.state().counters.components_repaired;
    state.counters.refactorisations += b.state().counters.refactorisations;
    state.counters.published_rule_failures += b.state().counters.published_rule_failures;
    state.counters.rows_unlearned += b.state().counters.rows_unlearned;
    state.counters.rows_all_missing += b.state().counters.rows_all_missing;
    IncrementalMixture result(std::move(state));
    result.merge_cheap_components();
    return result;
}

}  // namespace mixtura
