// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "mixtura/common/matrix.h"
#include "mixtura/gaussian_mixture/gaussian_mixture.h"
#include "mixtura/incremental/incremental_component.h"
#include "mixtura/incremental/incremental_options.h"

namespace mixtura {

enum class ComponentEventKind { created, pruned, merged, forced_update, repaired };
std::string_view to_string(ComponentEventKind kind) noexcept;

/// Something that happened to a component, at the 1-based row.
struct ComponentEvent {
    ComponentEventKind kind = ComponentEventKind::created;
    std::int64_t row = 0;
    std::int64_t id = 0;
};

struct IncrementalCounters {
    std::int64_t created = 0;
    std::int64_t pruned = 0;
    std::int64_t merged = 0;
    std::int64_t forced_updates = 0;  ///< novel rows that met the component limit
    std::int64_t components_repaired = 0;
    std::int64_t refactorisations = 0;
    std::int64_t published_rule_failures = 0;
    std::int64_t rows_unlearned = 0;  ///< no component could learn them and none could be made
    std::int64_t rows_all_missing = 0;
};

/// All that an incremental mixture is: equal states learn to equal bits.
struct IncrementalState {
    IncrementalOptions options;
    Eigen::VectorXd initial_variances;  ///< d, the diagonal of V0 of the next component
    bool has_classes = false;           ///< every component belongs to a class
    std::vector<IncrementalComponent> components;
    std::int64_t next_id = 0;
    std::int64_t row_count = 0;  ///< rows observed
    IncrementalCounters counters;
    std::vector<ComponentEvent> events;  ///< the last `event_limit`
};
inline constexpr std::size_t event_limit = 1000;

/// What was known of a row before it was learned.
struct Observation {
    double log_density = 0.0;     ///< of its known cells, nats; -inf where there was no component
    double least_distance = 0.0;  ///< least squared distance relative to the novelty scale
    bool is_novel = false;
    bool is_new_component = false;
};

/// A Gaussian mixture that learns from one observation at a time and forgets it: components appear
/// where rows are far from all of them. The model is the state.
///
/// Source: Pinto & Engel 2015, PLoS ONE 10(10):e0139931 (FIGMN), with the exact update.
class IncrementalMixture {
  public:
    /// @param initial_variances  d, finite and > 0: the diagonal of the covariance of a new component
    /// @throw InvalidArgument  a variance or an option out of range
    IncrementalMixture(const IncrementalOptions& options, const VectorRef& initial_variances,
                       bool has_classes = false);
    /// Goes on from `state`, to the same bits as the mixture it is of.
    explicit IncrementalMixture(IncrementalState state);

    /// Learns `x` (d; NaN: a missing cell) in time O(K d^2).
    /// @param weight       case weight > 0
    /// @param class_index  of a mixture with classes; -1: not known
    /// @throw InvalidArgument  a value that is infinite or beyond 1e150, a row too far from every
    ///                         component for its density to be a number; nothing is learned then
    Observation observe(const VectorRef& x, double weight = 1.0, int class_index = -1);

    /// The first half of `observe`: measures the row. @return log p(x) of the known cells
    double look(const VectorRef& x);
    /// The second half: learns the row last looked at.
    Observation learn(double weight = 1.0, int class_index = -1);

    /// Of the row last looked at: log (pi_j p(x | j)) of each component.
    [[nodiscard]] const Eigen::VectorXd& log_terms() const noexcept { return log_terms_; }
    [[nodiscard]] std::span<const ComponentDistance> distances() const noexcept {
        return {distances_.data(), state_.components.size()};
    }

    [[nodiscard]] const IncrementalState& state() const noexcept { return state_; }
    [[nodiscard]] const std::vector<IncrementalComponent>& components() const noexcept {
        return state_.components;
    }
    [[nodiscard]] int component_count() const noexcept {
        return static_cast<int>(state_.components.size());
    }
    [[nodiscard]] int feature_count() const noexcept {
        return static_cast<int>(state_.initial_variances.size());
    }
    [[nodiscard]] double prior_strength() const noexcept;
    [[nodiscard]] Eigen::VectorXd mixing_weights() const;
    /// The mixture as it is now. @throw InvalidArgument  no row was learned
    [[nodiscard]] GaussianMixture gaussian_mixture() const;

    /// The variances of components to come. @throw InvalidArgument  not d of them, or not positive
    void set_initial_variances(const VectorRef& variances);
    /// Threads for the components; never changes a bit.
    void set_thread_count(int count) noexcept { thread_count_ = count; }
    /// Merges the cheapest pairs, as long as one costs less than a component's description:
    /// merge_threshold / 2 (d (d + 3) / 2 + 1) log of all mass.
    void merge_cheap_components();
    /// Multiplies all masses by `share` in (0, 1]: less is remembered, nothing else changes.
    void fade(double share);

  private:
    void take_row(const VectorRef& x);
    void measure_component(std::size_t j);
    void measure_all();
    void complete(std::size_t j);
    [[nodiscard]] double threshold(Eigen::Index known_count);
    [[nodiscard]] bool is_candidate(std::size_t j, int class_index) const noexcept;
    void update_present(double weight, int class_index, bool is_forced, bool has_candidate);
    void update(double weight, int class_index);
    void learn_missing(IncrementalComponent& component, double share);
    void create(double weight, int class_index);
    void merge_pair(std::size_t first, std::size_t second);
    void refactor_due(std::size_t existing);
    void refactor(IncrementalComponent& component);
    void prune();
    void note(ComponentEventKind kind, std::int64_t id);

    IncrementalState state_;
    int thread_count_ = 1;
    Eigen::VectorXd row_;  ///< padded; zero where a cell is missing
    Eigen::Index known_count_ = 0;
    std::vector<Eigen::Index> known_;  ///< empty where no cell is missing
    std::vector<Eigen::Index> missing_;
    std::vector<ComponentDistance> distances_;
    Eigen::VectorXd log_terms_;
    Eigen::VectorXd shares_;  ///< of the row, of its candidates, before they are normalised
    double log_density_ = 0.0;
    std::map<Eigen::Index, double> thresholds_;  ///< by number of known cells
};

/// The mixture of two that learned parallel streams of the same features: their components side by side,
/// numbered anew, and merged as far as it is cheap.
/// @throw InvalidArgument  they have other features, initial variances or options; says which
IncrementalMixture merged(const IncrementalMixture& a, const IncrementalMixture& b);

}  // namespace mixtura
