// SPDX-License-Identifier: Apache-2.0
#include "mixtura/selection/shared_starts.h"

#include <algorithm>
#include <cmath>
#include <stop_token>

#include <gtest/gtest.h>

#include "mixtura/selection/search.h"

#include "support/text_table.h"

namespace mixtura {
namespace {

using Eigen::MatrixXd;

/// The highest that any run reached: from a nested fit the likelihood may climb into a spurious
/// solution, which is not taken.
double highest(const EmFit& fit) {
    double value = fit.log_likelihood;
    for (const EmRun& run : fit.runs) value = std::max(value, run.log_likelihood.back());
    return value;
}

/// Pairs of admissible models, one nested in the other, of which the richer is lower.
int contradictions(const std::vector<Candidate>& candidates) {
    int count = 0;
    for (const Candidate& inner : candidates) {
        for (const Candidate& outer : candidates) {
            if (inner.component_count == outer.component_count && inner.is_admissible() &&
                outer.is_admissible() &&
                is_nested(inner.covariance_form.structure(), outer.covariance_form.structure()) &&
                highest(*outer.fit) <
                    inner.fit->log_likelihood - 1e-7 * std::abs(inner.fit->log_likelihood))
                ++count;
        }
    }
    return count;
}

TEST(SharedStarts, NoModelIsBelowOneNestedInIt) {
    const MatrixXd crabs = test::measurements("crabs");
    SearchOptions options;
    options.component_counts = {2, 3, 4, 5};
    const SearchResult result = search_gaussian_mixtures(crabs, options);
    EXPECT_EQ(contradictions(result.candidates), 0);
    // Each fitted for itself, they contradict one another.
    std::vector<Candidate> alone = result.candidates;
    for (Candidate& candidate : alone) {
        EmOptions em;
        em.component_count = candidate.component_count;
        em.covariance_structure = candidate.covariance_form.structure();
        candidate.fit = fit_em(crabs, em);
    }
    EXPECT_GT(contradictions(alone), 0);
}

TEST(SharedStarts, ARunFromANestedFitStandsBehindTheOthers) {
    const MatrixXd crabs = test::measurements("crabs");
    SearchOptions options;
    options.component_counts = {3, 4, 5};
    int raised = 0;
    for (const Candidate& candidate : search_gaussian_mixtures(crabs, options).candidates) {
        ASSERT_TRUE(candidate.fit);
        const EmFit& fit = *candidate.fit;
        EXPECT_EQ(fit.runs[0].start, "hierarchical");
        EXPECT_EQ(fit.log_likelihood, fit.runs[fit.best_run].log_likelihood.back());
        EXPECT_EQ(candidate.criteria->bic, information_criteria(fit).bic);
        if (fit.best_run == 0)
            continue;
        ++raised;
        EXPECT_TRUE(is_nested(covariance_structure_from(fit.runs[fit.best_run].start),
                              candidate.covariance_form.structure()));
    }
    EXPECT_GT(raised, 0);
}

// The true groups of crabs are sex within species; EEV finds them from the hierarchical start, VVE
// does not: mclust 6.0.0 reaches -1308.004.
TEST(SharedStarts, SeveralStartsExchangeTheirGroups) {
    const MatrixXd crabs = test::measurements("crabs");
    SearchOptions options;
    options.component_counts = {4};
    const auto vve = [&] {
        for (const Candidate& candidate : search_gaussian_mixtures(crabs, options).candidates) {
            if (candidate.covariance_form == CovarianceStructure::VVE)
                return candidate.fit->log_likelihood;
        }
        return 0.0;
    };
    EXPECT_LT(vve(), -1309.0);
    options.em.run_count = 2;
    EXPECT_GT(vve(), -1308.004);
}

TEST(SharedStarts, SayThatTheyAreAtWork) {
    class Stages : public FitObserver {
      public:
        void on_progress(std::string_view what, double done, double total) override {
            if (what != "sharing starts")
                return;
            ++calls;
            EXPECT_LE(done, total);
        }
        int calls = 0;
    } stages;
    SearchOptions options;
    options.component_counts = {2, 3};
    options.em.run_count = 2;
    FitControl control;
    control.observer = &stages;
    (void)search_gaussian_mixtures(test::measurements("crabs"), options, control);
    EXPECT_EQ(stages.calls, 2 * 28);  // one for each model of each of the two rounds
}

TEST(SharedStarts, GiveTheSameBitsForAnyNumberOfThreads) {
    const MatrixXd crabs = test::measurements("crabs");
    SearchOptions options;
    options.component_counts = {3, 4};
    options.em.run_count = 2;
    FitControl one;
    one.thread_count = 1;
    FitControl two;
    two.thread_count = 2;
    const SearchResult first = search_gaussian_mixtures(crabs, options, one);
    const SearchResult second = search_gaussian_mixtures(crabs, options, two);
    for (std::size_t i = 0; i < first.candidates.size(); ++i)
        EXPECT_EQ(first.candidates[i].fit->log_likelihood,
                  second.candidates[i].fit->log_likelihood);
}

}  // namespace
}  // namespace mixtura
