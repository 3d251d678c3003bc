// SPDX-License-Identifier: Apache-2.0
#include "mixtura/selection/factor_search.h"

#include <cmath>
#include <set>
#include <stop_token>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"

#include "support/factor_reference.h"
#include "support/text_table.h"

namespace mixtura {
namespace {

using enum FactorStructure;
using Eigen::MatrixXd;
using testing::HasSubstr;
using testing::ThrowsMessage;

SearchOptions trying(std::vector<int> component_counts, std::vector<int> factor_counts,
                     std::vector<FactorStructure> structures) {
    SearchOptions options;
    options.component_counts = std::move(component_counts);
    options.em.run_count = 5;
    options.factors = FactorSearchOptions{.factor_counts = std::move(factor_counts),
                                          .structures = std::move(structures)};
    return options;
}

FactorForm form_of(const Candidate& candidate) {
    return candidate.covariance_form.factors().value();
}

MatrixXd draws_of(FactorStructure structure, Eigen::Index n) {
    RandomStream random(40);
    const FactorParameters truth =
        test::random_factor_parameters(structure, 2, 12, 2, 10.0, random);
    return test::factor_sample(truth, n, random).observations;
}

TEST(FactorSearch, FindsTheCountsAndTheStructureThatTheRowsWereDrawnFrom) {
    for (const FactorStructure structure : {UCU, CUC}) {
        SearchOptions options = trying({1, 2, 3}, {1, 2, 3}, {UUU, UCU, CUU, CUC});
        options.em.run_count = 2;
        options.em.iteration_limit = 300;
        const SearchResult result = search_factor_mixtures(draws_of(structure, 600), options);
        ASSERT_EQ(result.candidates.size(), 36U);
        const Candidate& best = result.candidates.at(result.best.value());
        EXPECT_EQ(best.component_count, 2);
        EXPECT_EQ(form_of(best).factor_count, 2);
        EXPECT_EQ(to_string(form_of(best).structure), to_string(structure));
        for (const Candidate& candidate : result.candidates) {
            ASSERT_TRUE(candidate.fit) << candidate.failure;
            EXPECT_DOUBLE_EQ(
                candidate.criteria->bic,
                -2.0 * candidate.fit->log_likelihood + candidate.parameter_count * std::log(600.0));
            EXPECT_TRUE(!candidate.is_admissible() ||
                        candidate.criteria->bic >= best.criteria->bic);
        }
    }
}

TEST(FactorSearch, OneComponentIsFittedOnceForEachKind) {
    const MatrixXd wine = test::measurements("wine");
    SearchOptions options = trying({1, 1}, {2}, {UUU, CCU, CCC, UUC});
    options.em.tolerance = 0.0;
    options.em.iteration_limit = 20;
    const SearchResult result = search_factor_mixtures(wine, options);
    ASSERT_EQ(result.candidates.size(), 4U);
    EXPECT_EQ(result.candidates[0].criteria->bic, result.candidates[1].criteria->bic);
    EXPECT_EQ(result.candidates[2].criteria->bic, result.candidates[3].criteria->bic);
    EXPECT_NE(result.candidates[0].criteria->bic, result.candidates[2].criteria->bic);
    EXPECT_EQ(result.candidates[1].seconds, 0.0);
    EXPECT_EQ(to_string(result.candidates[1].fit->model.covariance_form()), "CCU(2)");
    // The copy is what its own fit would have been.
    const EmFit own = fit_factor_mixture(wine, {.component_count = 1,
                                                .factor_count = 2,
                                                .structure = CCU,
                                                .initialisation = Initialisation::kmeans,
                                                .tolerance = 0.0,
                                                .iteration_limit = 20});
    EXPECT_NEAR(own.log_likelihood, result.candidates[1].fit->log_likelihood, 1e-8);
    EXPECT_EQ(own.model.parameter_count(), result.candidates[1].parameter_count);
}

TEST(FactorSearch, AFactorCountTooLargeIsAFailureOfItsOwn) {
    const SearchResult result =
        search_factor_mixtures(test::measurements("iris"), trying({2}, {1, 2}, {UCU}));
    EXPECT_TRUE(result.candidates[0].fit);
    EXPECT_FALSE(result.candidates[1].fit);
    EXPECT_THAT(result.candidates[1].failure, HasSubstr("for 4 features it must be from 1 to 1"));
    EXPECT_EQ(result.best, 0U);
}

TEST(FactorSearch, OneAndTwoThreadsGiveTheSameBits) {
    const MatrixXd observations = draws_of(UUU, 3000);
    SearchOptions options = trying({1, 2, 3}, {1, 2}, {UUU, CUU, CCC});
    options.em.iteration_limit = 10;
    FitControl control;
    control.thread_count = 1;
    const SearchResult one = search_factor_mixtures(observations, options, control);
    control.thread_count = 2;
    const SearchResult two = search_factor_mixtures(observations, options, control);
    EXPECT_EQ(one.best, two.best);
    for (std::size_t i = 0; i < one.candidates.size(); ++i)
        EXPECT_EQ(one.candidates[i].criteria->bic, two.candidates[i].criteria->bic);
}

class Watcher final : public SearchObserver {
  public:
    void on_candidate(std::size_t index, const Candidate& /*candidate*/) override {
        seen.insert(index);
        source.request_stop();
    }
    std::set<std::size_t> seen;
    std::stop_source source;
};

TEST(FactorSearch, CancelKeepsWhatIsDone) {
    Watcher watcher;
    FitControl control;
    control.thread_count = 1;
    control.stop = watcher.source.get_token();
    const SearchResult result = search_factor_mixtures(
        test::measurements("wine"), trying({2, 3}, {1}, {UCU, CCC}), control, &watcher);
    EXPECT_TRUE(result.cancelled);
    EXPECT_EQ(watcher.seen.size(), 4U);
    int done = 0;
    for (const Candidate& candidate : result.candidates) {
        done += candidate.is_admissible() ? 1 : 0;
        EXPECT_TRUE(candidate.fit || candidate.failure == "cancelled") << candidate.failure;
    }
    EXPECT_EQ(done, 1);
    ASSERT_TRUE(result.best);
    EXPECT_EQ(result.candidates[*result.best].component_count, 3);  // the longest fit goes first
}

TEST(FactorSearch, RefusesWhatNoCandidateCanUse) {
    const MatrixXd iris = test::measurements("iris");
    const auto expect_refusal = [&](const SearchOptions& options, const MatrixXd& rows,
                                    const std::string& message) {
        EXPECT_THAT([&] { search_factor_mixtures(rows, options); },
                    ThrowsMessage<Error>(HasSubstr(message)));
    };
    expect_refusal(trying({}, {1}, {UUU}), iris, "There are no component_counts to try.");
    expect_refusal(trying({1}, {}, {UUU}), iris, "There are no factor_counts to try.");
    expect_refusal(trying({1}, {1}, {}), iris, "There are no factor structures to try.");
    expect_refusal(trying({0}, {1}, {UUU}), iris, "component_count is 0");
    expect_refusal(trying({2}, {2, 3}, {UUU}), iris,
                   "None of the factor_counts is admissible for 4 features; the greatest is 1.");
    expect_refusal(trying({6, 4}, {1}, {UUU}),
                   iris(std::vector<Eigen::Index>{0, 60, 120}, Eigen::all),
                   "4 components need at least 4 rows; the data have 3.");
    SearchOptions options = trying({2}, {1}, {UUU});
    options.criterion = Criterion::nec;
    expect_refusal(options, iris, "The criterion nec does not exist for factor analysers");
}

}  // namespace
}  // namespace mixtura
