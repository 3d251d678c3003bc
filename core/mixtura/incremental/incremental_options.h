// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace mixtura {

/// Whether a distance counts as it is, or relative to what a new row of a component of mass n is
/// expected to show: 1 + 1/n.
enum class NoveltyScale { predictive, plain };
/// `published` is the update as printed, kept for comparison: it can lose positive definiteness.
enum class UpdateRule { exact, published };
/// What a novel row does when there are as many components as there may be.
enum class LimitAction {
    update,  ///< changes the present ones by its responsibilities
    merge    ///< merges the cheapest pair and becomes a component
};
/// Whose mass decays: that of all components at every row, or of each by its share of the row.
enum class Forgetting { all, per_component };

std::string_view to_string(NoveltyScale scale) noexcept;
std::string_view to_string(UpdateRule rule) noexcept;
std::string_view to_string(LimitAction action) noexcept;
std::string_view to_string(Forgetting forgetting) noexcept;
/// @throw InvalidArgument  names the choices
NoveltyScale novelty_scale_from(std::string_view text);
UpdateRule update_rule_from(std::string_view text);
LimitAction limit_action_from(std::string_view text);
Forgetting forgetting_from(std::string_view text);

inline constexpr std::int64_t never_refactor = std::numeric_limits<std::int64_t>::max();
inline constexpr int incremental_component_limit = 1'000'000;

/// How an incremental mixture learns. Plain data, saved with the model as its provenance.
struct IncrementalOptions {
    double novelty_probability = 0.001;  ///< tail probability in [0, 1); 0: never after the first
    /// Deviations of a new component relative to those of the features, > 0; unset:
    /// min(0.7, 0.15 sqrt(d)).
    std::optional<double> initial_scale;
    /// Observations that the initial covariance counts for, > 0; unset: max(1, d / 2).
    std::optional<double> prior_strength;
    double forgetting = 1.0;  ///< factor of all masses at every row, in (0, 1]
    Forgetting forget = Forgetting::all;
    std::int64_t minimum_age = 100;     ///< components older than this ...
    double minimum_accumulation = 3.0;  ///< ... and lighter than this are pruned; 0: none is
    int component_limit = 1000;
    LimitAction limit_action = LimitAction::update;
    NoveltyScale novelty_scale = NoveltyScale::predictive;
    UpdateRule update_rule = UpdateRule::exact;
    /// Rows between two factorisations of a component; 0: max(d, 0.1 / (1 - forgetting)), 10000
    /// without forgetting.
    std::int64_t refactor_interval = 0;
    std::int64_t merge_interval = 0;  ///< rows between two looks for pairs to merge; 0: never
    double merge_threshold = 1.0;     ///< relative to the description length of a component
};

/// The options of the published algorithm where they differ: prior strength 1, plain distances, no
/// forgetting, the exact update; no pruning.
IncrementalOptions paper_preset(IncrementalOptions options);

double default_initial_scale(int feature_count) noexcept;
double default_prior_strength(int feature_count) noexcept;

/// @throw InvalidArgument  names the option, its value and what it may be
void validate(const IncrementalOptions& options);

/// The squared Mahalanobis distance that a row of a Gaussian exceeds with `probability` in [0, 1),
/// chi-square with `feature_count` degrees of freedom; +inf for 0.
double novelty_threshold(double probability, int feature_count);

}  // namespace mixtura
