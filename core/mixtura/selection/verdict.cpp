// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdio>
#include <optional>
#include <string>

#include "mixtura/common/brief_text.h"
#include "mixtura/selection/criterion_abbreviation.h"
#include "mixtura/selection/search.h"

namespace mixtura {

namespace {

std::string name_of(const Candidate& candidate) {
    return to_string(candidate.covariance_form) + "," + std::to_string(candidate.component_count);
}

/// One decimal, with a point in any locale.
std::string one_decimal(double value) {
    const long long tenths = std::llround(value * 10.0);
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

/// The same fit under two names, as all structures of one kind are with one component.
bool is_same_model(const Candidate& a, const Candidate& b) {
    return a.component_count == b.component_count &&
           a.fit->log_likelihood == b.fit->log_likelihood && a.parameter_count == b.parameter_count;
}

/// What a margin means. Of BIC (and, as it is commonly done, of ICL and AIC): Kass & Raftery
/// (1995), J. Am. Stat. Assoc. 90:773, section 3.2.
std::string_view strength(double margin) {
    if (margin < 2.0)
        return "too close to call";
    if (margin < 6.0)
        return "positive evidence";
    if (margin < 10.0)
        return "strong evidence";
    return "very strong evidence";
}

std::string rounded(double value) {
    return brief_text(value, 3);
}

/// The one-standard-error rule: the model of fewest parameters that is not clearly worse.
/// Source: Breiman, Friedman, Olshen & Stone (1984), section 3.4.3.
std::string simplest_words(const SearchResult& result, std::size_t best) {
    const InformationCriteria& least = *result.candidates[best].criteria;
    std::size_t simplest = best;
    for (std::size_t i = 0; i < result.candidates.size(); ++i) {
        const Candidate& candidate = result.candidates[i];
        if (candidate.is_comparable(Criterion::cv) &&
            candidate.criteria->cv <= least.cv + least.cv_standard_error &&
            candidate.parameter_count < result.candidates[simplest].parameter_count)
            simplest = i;
    }
    if (simplest == best)
        return "No simpler model is within one standard error.";
    return "The simplest model within one standard error is " +
           name_of(result.candidates[simplest]) + ".";
}

}  // namespace

std::string verdict(const SearchResult& result, Criterion criterion) {
    std::optional<std::size_t> best;
    std::optional<std::size_t> second;
    for (std::size_t i = 0; i < result.candidates.size(); ++i) {
        const Candidate& candidate = result.candidates[i];
        if (!candidate.is_comparable(criterion))
            continue;
        const auto beats = [&](const std::optional<std::size_t>& other) {
            return !other || candidate.criteria->value(criterion) <
                                 result.candidates[*other].criteria->value(criterion);
        };
        if (best && is_same_model(candidate, result.candidates[*best]))
            continue;
        if (beats(best)) {
            second = best;
            best = i;
        } else if (beats(second)) {
            second = i;
        }
    }
    if (!best) {
        if (result.cancelled)
            return "Cancelled before any model could be chosen.";
        return criterion == Criterion::nec || criterion == Criterion::cv
                   ? "No model can be chosen: every one failed, is spurious or has no " +
                         abbreviation(criterion) + "."
                   : "No model can be chosen: every one failed or is spurious.";
    }
    const std::string winner = name_of(result.candidates[*best]);
    if (!second)
        return winner + " is the only model that can be chosen.";
    const double margin = result.candidates[*second].criteria->value(criterion) -
                          result.candidates[*best].criteria->value(criterion);
    if (criterion == Criterion::nec)
        return winner + " has the least normalised entropy, " +
               rounded(result.candidates[*best].criteria->nec) + "; " +
               name_of(result.candidates[*second]) + " follows with " +
               rounded(result.candidates[*second].criteria->nec) + ".";
    if (criterion == Criterion::cv)
        return winner + " leads " + name_of(result.candidates[*second]) + " by " +
               one_decimal(margin) + " (-2 x cross-validated log-likelihood, standard error " +
               one_decimal(result.candidates[*best].criteria->cv_standard_error) + "). " +
               simplest_words(result, *best);
    return winner + " leads " + name_of(result.candidates[*second]) + " by " + one_decimal(margin) +
           " (" + abbreviation(criterion) + "): " + std::string(strength(margin)) + ".";
}

}  // namespace mixtura
