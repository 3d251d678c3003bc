// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/em_journal.h"

#include <string>

#include <gmock/gmock.h>

#include "mixtura/selection/search.h"

#include "support/stop_after.h"
#include "support/three_clouds.h"

namespace mixtura {
namespace {

using Eigen::MatrixXd;
using test::overlapping_clouds;
using test::StopAfter;

const Eigen::VectorXd no_weights;

FitControl going_on(EmJournal& journal) {
    FitControl control;
    control.journal = &journal;
    return control;
}

void expect_same_bits(const EmFit& a, const EmFit& b, const std::string& what) {
    EXPECT_EQ(a.best_run, b.best_run) << what;
    EXPECT_EQ(a.log_likelihood, b.log_likelihood) << what;
    EXPECT_EQ(a.entropy, b.entropy) << what;
    EXPECT_EQ(a.map_term, b.map_term) << what;
    EXPECT_EQ(a.spurious, b.spurious) << what;
    EXPECT_EQ(a.model.mixing_weights(), b.model.mixing_weights()) << what;
    EXPECT_EQ(a.model.means(), b.model.means()) << what;
    EXPECT_EQ(a.model.covariances(), b.model.covariances()) << what;
    ASSERT_EQ(a.runs.size(), b.runs.size()) << what;
    for (std::size_t r = 0; r < a.runs.size(); ++r) {
        EXPECT_EQ(a.runs[r].status, b.runs[r].status) << what;
        EXPECT_EQ(a.runs[r].log_likelihood, b.runs[r].log_likelihood) << what;
        EXPECT_EQ(a.runs[r].iterations, b.runs[r].iterations) << what;
        EXPECT_EQ(a.runs[r].floors_applied, b.runs[r].floors_applied) << what;
        EXPECT_EQ(a.runs[r].diagnosis, b.runs[r].diagnosis) << what;
        EXPECT_EQ(a.runs[r].start, b.runs[r].start) << what;
    }
}

class InterruptedFit : public testing::TestWithParam<CovarianceStructure> {};

TEST_P(InterruptedFit, GoesOnToTheSameBits) {
    const MatrixXd observations = overlapping_clouds(900, 11).observations;
    const EmOptions options{.component_count = 3,
                            .covariance_structure = GetParam(),
                            .initialisation = Initialisation::kmeans};
    const EmFit whole = fit_em(observations, options);
    ASSERT_GT(whole.runs[0].iterations, 12);
    for (const int stop : {1, 2, 12, whole.runs[0].iterations}) {
        EmJournal journal;
        StopAfter observer(stop);
        const EmFit part =
            fit_em(observations, options,
                   {.stop = observer.token(), .observer = &observer, .journal = &journal});
        ASSERT_EQ(part.runs[0].iterations, stop);
        EmJournal later(journal.states());
        const EmFit resumed = fit_em(observations, options, going_on(later));
        expect_same_bits(resumed, whole, "stopped after " + std::to_string(stop));
    }
}

INSTANTIATE_TEST_SUITE_P(AllStructures, InterruptedFit,
                         testing::ValuesIn(all_covariance_structures),
                         [](const auto& test) { return std::string(to_string(test.param)); });

TEST(EmJournal, AStartFromAModelGoesOnToTheSameBits) {
    const MatrixXd observations = overlapping_clouds(500, 11).observations;
    EmOptions options{.component_count = 3, .tolerance = 0.0, .iteration_limit = 3};
    const EmStart start{.partition = {}, .model = fit_em(observations, options).model};
    options.iteration_limit = 9;
    const EmFit whole = fit_em(observations, options, {}, no_weights, start);
    EmJournal journal;
    StopAfter observer(4);
    static_cast<void>(fit_em(observations, options,
                             {.stop = observer.token(), .observer = &observer, .journal = &journal},
                             no_weights, start));
    EmJournal later(journal.states());
    expect_same_bits(fit_em(observations, options, going_on(later), no_weights, start), whole,
                     "model");
}

TEST(EmJournal, ASearchInterruptedOverAndOverGivesTheSameBits) {
    const MatrixXd observations = overlapping_clouds(300, 11).observations;
    SearchOptions options;
    options.component_counts = {1, 2, 4};
    options.covariance_structures = {CovarianceStructure::EEE, CovarianceStructure::VVE,
                                     CovarianceStructure::VVI};
    options.em.run_count = 3;
    const SearchResult whole = search_gaussian_mixtures(observations, options);
    for (const int threads : {1, 2}) {
        EmJournal::States states;
        SearchResult result;
        int interruptions = 0;
        do {
            EmJournal journal(states);
            StopAfter observer(40 + 7 * interruptions);
            result = search_gaussian_mixtures(
                observations, options,
                {.stop = observer.token(), .thread_count = threads, .journal = &journal},
                &observer);
            states = journal.states();
        } while (result.cancelled && ++interruptions < 1000);
        EXPECT_GE(interruptions, 3);
        EXPECT_EQ(result.best, whole.best);
        ASSERT_EQ(result.candidates.size(), whole.candidates.size());
        for (std::size_t i = 0; i < result.candidates.size(); ++i) {
            ASSERT_TRUE(result.candidates[i].fit && whole.candidates[i].fit);
            expect_same_bits(*result.candidates[i].fit, *whole.candidates[i].fit,
                             "candidate " + std::to_string(i));
        }
    }
}

TEST(EmJournal, OfTheEndedRunsOfAModelTheBestAloneKeepsItsParameters) {
    const EmIterate iterate{
        .mixing_weights = Eigen::VectorXd::Ones(1),
        .means = MatrixXd::Zero(1, 1),
        .estimate = {.covariances = {MatrixXd::Ones(1, 1)}, .floors_applied = 0, .common_part = {}},
        .degrees_of_freedom = {}};
    const auto ended = [&](EmJournal& journal, int run, double log_likelihood,
                           const std::string& diagnosis) {
        const EmRunKey key{.component_count = 1, .run = run};
        EmRun record;
        record.log_likelihood = {log_likelihood};
        record.diagnosis = diagnosis;
        journal.keep(key, record, iterate, {});
        journal.end(key, record);
    };
    for (const auto& order : {std::vector{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2}}) {
        EmJournal journal;
        const std::vector<std::pair<double, std::string>> runs = {
            {-5.0, ""}, {-3.0, ""}, {-3.0, ""}, {-1.0, "nearly flat"}};
        for (const int run : order)
            ended(journal, run, runs[static_cast<std::size_t>(run)].first,
                  runs[static_cast<std::size_t>(run)].second);
        const EmJournal::States states = journal.states();
        ASSERT_EQ(states.size(), 4U);
        for (const auto& [key, state] : states) {
            EXPECT_TRUE(state.has_ended);
            EXPECT_EQ(state.iterate.has_value(), key.run == 1) << key.run;
        }
    }
}

}  // namespace
}  // namespace mixtura
