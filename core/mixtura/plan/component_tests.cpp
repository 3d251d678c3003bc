// SPDX-License-Identifier: Apache-2.0
#include "mixtura/plan/component_tests.h"

#include <algorithm>
#include <set>

#include "mixtura/io/number_format.h"
#include "mixtura/selection/bootstrap_test.h"

namespace mixtura {

namespace {

constexpr double level = 0.05;

/// The admissible fit of `component_count` components, or null.
const EmFit* fit_of(const SearchResult& search, CovarianceStructure structure,
                    int component_count) {
    for (const Candidate& candidate : search.candidates) {
        if (candidate.component_count == component_count &&
            candidate.covariance_form == structure && candidate.is_admissible())
            return &*candidate.fit;
    }
    return nullptr;
}

ComponentTestRecord record_of(const BootstrapTest& test) {
    return {.component_count = test.component_count,
            .statistic = test.statistic,
            .p_value = test.p_value(),
            .replicate_count = static_cast<int>(test.replicates.size()),
            .failure_count = test.failure_count,
            .critical_value = test.critical_value(level)};
}

}  // namespace

std::vector<ComponentTestRecord> component_tests(const SearchResult& search, std::size_t chosen,
                                                 Eigen::Index row_count,
                                                 const SearchOptions& options, int replicate_count,
                                                 const FitControl& control) {
    const CovarianceStructure structure = search.candidates.at(chosen).covariance_form.structure();
    const std::set<int> counts(options.component_counts.begin(), options.component_counts.end());
    std::vector<ComponentTestRecord> tests;
    for (const int count : counts) {
        const EmFit* null_fit = fit_of(search, structure, count);
        const EmFit* alternative = fit_of(search, structure, count + 1);
        if (null_fit == nullptr || alternative == nullptr)
            break;
        tests.push_back(record_of(bootstrap_test(*null_fit, *alternative, row_count, options.em,
                                                 replicate_count, control)));
        if (tests.back().p_value > level)
            break;
    }
    return tests;
}

std::string component_tests_in_words(const std::vector<ComponentTestRecord>& tests) {
    if (tests.empty())
        return "The bootstrap test was not done: it needs admissible fits of K and K + 1 "
               "components of the chosen structure, from the least count on.";
    std::string words;
    for (const ComponentTestRecord& test : tests) {
        words += (words.empty() ? "" : "; ") + std::to_string(test.component_count) + " against " +
                 std::to_string(test.component_count + 1) + (words.empty() ? " components" : "") +
                 ": p = " + rounded_text(test.p_value, 2) + " (" +
                 std::to_string(test.replicate_count) + " samples)";
    }
    const ComponentTestRecord& last = tests.back();
    const bool is_rejected = last.p_value <= level;
    const int count = last.component_count + (is_rejected ? 1 : 0);
    return "Bootstrap test of the number of components, " + words + ". At 5 % " +
           (is_rejected ? "at least " : "") + std::to_string(count) +
           (count == 1 ? " component" : " components") +
           (is_rejected ? " are needed; more were not tested." : " suffice.");
}

}  // namespace mixtura
