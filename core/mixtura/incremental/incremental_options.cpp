// SPDX-License-Identifier: Apache-2.0
#include "mixtura/incremental/incremental_options.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include <boost/math/distributions/chi_squared.hpp>

#include "mixtura/common/brief_text.h"
#include "mixtura/common/error.h"

namespace mixtura {

namespace {

template <class Choice, std::size_t count>
Choice choice_from(std::string_view text, const std::array<Choice, count>& choices,
                   const std::string& what) {
    std::string names;
    for (const Choice choice : choices) {
        if (text == to_string(choice))
            return choice;
        names += (names.empty() ? "" : " and ") + std::string(to_string(choice));
    }
    throw InvalidArgument("'" + std::string(text) + "' is not " + what + "; the choices are " +
                          names + ".");
}

void expect(bool holds, const std::string& option, double value, const std::string& condition) {
    if (!holds)
        throw InvalidArgument("The " + option + " is " + brief_text(value) + "; it must be " +
                              condition + ".");
}

}  // namespace

std::string_view to_string(NoveltyScale scale) noexcept {
    return scale == NoveltyScale::plain ? "plain" : "predictive";
}

std::string_view to_string(UpdateRule rule) noexcept {
    return rule == UpdateRule::published ? "published" : "exact";
}

std::string_view to_string(LimitAction action) noexcept {
    return action == LimitAction::merge ? "merge" : "update";
}

std::string_view to_string(Forgetting forgetting) noexcept {
    return forgetting == Forgetting::per_component ? "per-component" : "all";
}

NoveltyScale novelty_scale_from(std::string_view text) {
    return choice_from(text, std::array{NoveltyScale::predictive, NoveltyScale::plain},
                       "a novelty scale");
}

UpdateRule update_rule_from(std::string_view text) {
    return choice_from(text, std::array{UpdateRule::exact, UpdateRule::published},
                       "an update rule");
}

LimitAction limit_action_from(std::string_view text) {
    return choice_from(text, std::array{LimitAction::update, LimitAction::merge},
                       "what a novel row does at the component limit");
}

Forgetting forgetting_from(std::string_view text) {
    return choice_from(text, std::array{Forgetting::all, Forgetting::per_component},
                       "a way to forget");
}

IncrementalOptions paper_preset(IncrementalOptions options) {
    options.prior_strength = 1.0;
    options.novelty_scale = NoveltyScale::plain;
    options.forgetting = 1.0;
    options.update_rule = UpdateRule::exact;
    options.minimum_age = 0;
    options.minimum_accumulation = 0.0;
    return options;
}

double default_initial_scale(int feature_count) noexcept {
    return std::min(0.7, 0.15 * std::sqrt(static_cast<double>(feature_count)));
}

double default_prior_strength(int feature_count) noexcept {
    return std::max(1.0, 0.5 * feature_count);
}

void validate(const IncrementalOptions& options) {
    expect(options.novelty_probability >= 0.0 && options.novelty_probability < 1.0,
           "novelty probability", options.novelty_probability, "at least 0 and less than 1");
    const auto is_positive = [](double value) { return value > 0.0 && std::isfinite(value); };
    if (options.initial_scale)
        expect(is_positive(*options.initial_scale), "initial scale", *options.initial_scale,
               "greater than 0");
    if (options.prior_strength)
        expect(is_positive(*options.prior_strength), "prior strength", *options.prior_strength,
               "greater than 0");
    expect(options.forgetting > 0.0 && options.forgetting <= 1.0, "forgetting", options.forgetting,
           "greater than 0 and at most 1");
    expect(options.minimum_age >= 0, "minimum age", static_cast<double>(options.minimum_age),
           "0 or more");
    expect(options.minimum_accumulation >= 0.0 && std::isfinite(options.minimum_accumulation),
           "minimum accumulation", options.minimum_accumulation, "0 or more");
    expect(options.component_limit >= 1 && options.component_limit <= incremental_component_limit,
           "component limit", options.component_limit, "from 1 to 1000000");
    expect(options.refactor_interval >= 0, "refactor interval",
           static_cast<double>(options.refactor_interval), "0 or more");
    expect(options.merge_interval >= 0, "merge interval",
           static_cast<double>(options.merge_interval), "0 or more");
    expect(options.merge_threshold >= 0.0 && std::isfinite(options.merge_threshold),
           "merge threshold", options.merge_threshold, "0 or more");
    const double memory = 1.0 / (1.0 - options.forgetting);
    if (options.minimum_age > 0 && options.minimum_accumulation >= memory)
        throw InvalidArgument("With a forgetting of " + brief_text(options.forgetting) +
                              " no component weighs more than " + brief_text(memory) +
                              ", so a minimum accumulation of " +
                              brief_text(options.minimum_accumulation) +
                              " would prune every one; lower it or forget more slowly.");
}

double novelty_threshold(double probability, int feature_count) {
    if (probability == 0.0)
        return std::numeric_limits<double>::infinity();
    return boost::math::quantile(
        boost::math::complement(boost::math::chi_squared(feature_count), probability));
}

}  // namespace mixtura
