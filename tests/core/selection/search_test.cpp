// SPDX-License-Identifier: Apache-2.0
#include "mixtura/selection/search.h"

#include <atomic>
#include <cmath>
#include <set>
#include <stop_token>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"

#include "support/data_file.h"
#include "support/stopped.h"
#include "support/text_table.h"

namespace mixtura {
namespace {

using enum CovarianceStructure;
using Eigen::MatrixXd;
using testing::HasSubstr;
using testing::ThrowsMessage;

const Candidate& best_of(const SearchResult& result) {
    return result.candidates.at(result.best.value());
}

const Candidate* find(const SearchResult& result, CovarianceStructure structure, int count) {
    for (const Candidate& candidate : result.candidates) {
        if (candidate.covariance_form == structure && candidate.component_count == count)
            return &candidate;
    }
    return nullptr;
}

SearchOptions trying(std::vector<int> component_counts,
                     std::vector<CovarianceStructure> structures = {EII}) {
    SearchOptions options;
    options.component_counts = std::move(component_counts);
    options.covariance_structures = std::move(structures);
    return options;
}

TEST(Criteria, AreTheFormulasSmallerIsBetter) {
    const InformationCriteria criteria = information_criteria(-100.0, 7, 50.0, -3.0);
    EXPECT_DOUBLE_EQ(criteria.bic, 200.0 + 7.0 * std::log(50.0));
    EXPECT_DOUBLE_EQ(criteria.icl, criteria.bic + 3.0);
    EXPECT_DOUBLE_EQ(criteria.aic, 214.0);
    EXPECT_EQ(criteria.value(Criterion::bic), criteria.bic);
    EXPECT_EQ(criteria.value(Criterion::icl), criteria.icl);
    EXPECT_EQ(criteria.value(Criterion::aic), criteria.aic);
    for (const Criterion criterion : all_criteria)
        EXPECT_EQ(criterion_from(to_string(criterion)), criterion);
    EXPECT_THAT([] { (void)criterion_from("dic"); },
                ThrowsMessage<InvalidArgument>(HasSubstr("\"dic\"")));
}

// Values of an independent program, from hierarchical starts; the second stands for a run that stopped a
// little before its limit, which is 0.261455.
TEST(Criteria, NormalisedEntropyHasTheReferenceValuesOnFaithful) {
    SearchOptions options = trying({2, 3}, {EEE});
    options.criterion = Criterion::nec;
    options.em.tolerance = 0.0;  // the entropy is slower than the log-likelihood
    options.em.iteration_limit = 2000;
    const SearchResult result = search_gaussian_mixtures(test::measurements("faithful"), options);
    EXPECT_NEAR(find(result, EEE, 2)->criteria->nec, 0.00928453, 1e-7);
    EXPECT_NEAR(find(result, EEE, 3)->criteria->nec, 0.26145403, 2e-6);
    EXPECT_EQ(best_of(result).component_count, 2);
    EXPECT_THAT(verdict(result, Criterion::nec),
                HasSubstr("EEE,2 has the least normalised entropy, 0.00928; EEE,3 follows"));
    options = trying({1, 2}, {EEE});
    options.em.tolerance = 0.0;
    options.em.iteration_limit = 2000;
    const SearchResult with_one = search_gaussian_mixtures(test::measurements("faithful"), options);
    EXPECT_EQ(find(with_one, EEE, 1)->criteria->nec, 1.0);
    EXPECT_DOUBLE_EQ(find(with_one, EEE, 2)->criteria->nec, find(result, EEE, 2)->criteria->nec);
}

TEST(Search, NamesThreeTiedComponentsOnFaithful) {
    const SearchResult result = search_gaussian_mixtures(test::measurements("faithful"), {});
    ASSERT_EQ(result.candidates.size(), 126U);
    EXPECT_EQ(best_of(result).covariance_form, EEE);
    EXPECT_EQ(best_of(result).component_count, 3);
    EXPECT_NEAR(best_of(result).criteria->bic, 2314.296, 5e-4);
    EXPECT_FALSE(result.cancelled);
    EXPECT_THAT(verdict(result, Criterion::bic), testing::StartsWith("EEE,3 leads "));
}

TEST(Search, NamesTwoComponentsOfEqualShapeOnIris) {
    const SearchResult result = search_gaussian_mixtures(test::measurements("iris"), {});
    EXPECT_EQ(best_of(result).covariance_form, VEV);
    EXPECT_EQ(best_of(result).component_count, 2);
    EXPECT_NEAR(best_of(result).criteria->bic, 561.728, 5e-4);
    EXPECT_EQ(verdict(result, Criterion::bic),
              "VEV,2 leads VEV,3 by 0.8 (BIC): too close to call.");
}

// mclust starts from the same partitions but ends earlier, so ours may only be better, within the
// rounding of its table, except for VVE, whose likelihood falls in mclust, and where its looser
// inner iterations (VEE, EVE, VEV) or early stop lead to another local maximum.
TEST(Search, IsNowhereWorseThanMclustUpToFourComponents) {
    for (const std::string data_set : {"iris", "diabetes", "banknote"}) {
        SearchOptions options;
        options.component_counts = {1, 2, 3, 4};
        const SearchResult result = search_gaussian_mixtures(test::measurements(data_set), options);
        const test::TextTable table(
            test::reference_file("expected/mclust600-bic-" + data_set + ".csv"));
        int compared = 0;
        for (std::size_t row = 0; row < 4; ++row) {
            for (const CovarianceStructure structure : all_covariance_structures) {
                const std::string name(to_string(structure));
                const Candidate* candidate = find(result, structure, static_cast<int>(row) + 1);
                if (table.text(row, name).empty() || !candidate->criteria || structure == VVE)
                    continue;
                ++compared;
                EXPECT_LE(candidate->criteria->bic, -table.number(row, name) + 1e-3)
                    << data_set << " " << name << " " << row + 1;
            }
        }
        EXPECT_GT(compared, 45);
    }
}

TEST(Search, OneComponentIsReportedAlikeForAllOfAKind) {
    SearchOptions options;
    options.component_counts = {1};
    const SearchResult result = search_gaussian_mixtures(test::measurements("iris"), options);
    ASSERT_EQ(result.candidates.size(), 14U);
    EXPECT_EQ(find(result, EII, 1)->criteria->bic, find(result, VII, 1)->criteria->bic);
    EXPECT_EQ(find(result, EEI, 1)->criteria->bic, find(result, VVI, 1)->criteria->bic);
    EXPECT_EQ(find(result, EEE, 1)->criteria->bic, find(result, VEV, 1)->criteria->bic);
    EXPECT_EQ(find(result, VEV, 1)->fit->model.covariance_structure(), VEV);
    EXPECT_EQ(find(result, VEV, 1)->parameter_count, find(result, EEE, 1)->parameter_count);
    // The runner-up is another model, not the same under another name.
    EXPECT_THAT(verdict(result, Criterion::bic), testing::StartsWith("EEE,1 leads EEI,1 by "));
}

TEST(Search, OneFeatureKnowsTwoStructures) {
    SearchOptions options;
    options.component_counts = {1, 2, 3, 2};
    const MatrixXd galaxies = test::measurements("galaxies");
    const SearchResult result = search_gaussian_mixtures(galaxies, options);
    ASSERT_EQ(result.candidates.size(), 6U);  // counts once, EII and VII
    EXPECT_NEAR(find(result, VII, 2)->criteria->bic, 2.0 * 786.67921003 + 5.0 * std::log(82.0),
                1e-4);
    options.covariance_structures = {VVV};
    EXPECT_EQ(search_gaussian_mixtures(galaxies, options).candidates[0].covariance_form, VVV);
}

TEST(Search, FailuresCarryTheirReasonAndTheRestGoesOn) {
    SearchOptions options;
    options.component_counts = {1, 2, 7};
    options.covariance_structures = {EII, VVV};
    const MatrixXd few = test::measurements("iris").middleRows(48, 5).leftCols(3);
    const SearchResult result = search_gaussian_mixtures(few, options);
    EXPECT_THAT(find(result, EII, 7)->failure, HasSubstr("7 components need at least 7 rows"));
    EXPECT_FALSE(find(result, EII, 7)->criteria);
    EXPECT_FALSE(find(result, EII, 7)->is_admissible());
    EXPECT_TRUE(find(result, EII, 1)->is_admissible());
    ASSERT_TRUE(result.best);
    EXPECT_THAT(
        [&] {
            (void)search_gaussian_mixtures(few, trying({6, 7}));
        },
        ThrowsMessage<DataError>(HasSubstr("6 components need at least 6 rows; the data have 5")));
}

TEST(Search, ASpuriousFitIsShownButNeverChosen) {
    MatrixXd observations = test::measurements("faithful");
    observations.topRows(3).rowwise() = observations.row(0).eval();
    std::vector<std::int32_t> partition(272, 0);
    partition[0] = partition[1] = partition[2] = 1;  // a component on three equal rows
    SearchOptions options;
    options.component_counts = {2};
    options.covariance_structures = {VVV};
    const SearchResult result =
        search_gaussian_mixtures(observations, options, {}, nullptr, Eigen::VectorXd(),
                                 {.partition = partition, .model = {}});
    ASSERT_TRUE(result.candidates[0].fit);
    EXPECT_FALSE(result.candidates[0].fit->spurious.empty());
    EXPECT_FALSE(result.candidates[0].is_admissible());
    EXPECT_FALSE(result.best);
    EXPECT_THAT(verdict(result, Criterion::bic), HasSubstr("No model can be chosen"));
}

TEST(Search, SameBitsForOneAndTwoThreads) {
    SearchOptions options;
    options.component_counts = {1, 2, 3};
    FitControl one;
    one.thread_count = 1;
    FitControl two;
    two.thread_count = 2;
    const MatrixXd observations = test::measurements("iris");
    const SearchResult first = search_gaussian_mixtures(observations, options, one);
    const SearchResult second = search_gaussian_mixtures(observations, options, two);
    ASSERT_EQ(first.candidates.size(), second.candidates.size());
    for (std::size_t i = 0; i < first.candidates.size(); ++i) {
        EXPECT_EQ(first.candidates[i].criteria->bic, second.candidates[i].criteria->bic);
        EXPECT_EQ(first.candidates[i].fit->model.means(), second.candidates[i].fit->model.means());
    }
    EXPECT_EQ(first.best, second.best);
}

class CountingObserver : public SearchObserver {
  public:
    void on_iteration(const IterationReport&) override { enter(); }
    void on_candidate(std::size_t index, const Candidate&) override {
        enter();
        EXPECT_TRUE(seen.insert(index).second);
        if (seen.size() == stop_after)
            source.request_stop();
    }
    void enter() {
        EXPECT_FALSE(busy.exchange(true)) << "two calls at a time";
        busy = false;
    }
    std::set<std::size_t> seen;
    std::size_t stop_after = 0;
    std::stop_source source;
    std::atomic<bool> busy = false;
};

TEST(Search, ObserverSeesEveryCandidateOnceAndOneAtATime) {
    CountingObserver observer;
    SearchOptions options;
    options.component_counts = {1, 2, 3};
    const SearchResult result =
        search_gaussian_mixtures(test::measurements("iris"), options, {}, &observer);
    EXPECT_EQ(observer.seen.size(), result.candidates.size());
}

TEST(Search, CancelKeepsWhatIsDone) {
    CountingObserver observer;
    observer.stop_after = 5;
    const FitControl control{.stop = observer.source.get_token(), .thread_count = 1};
    const SearchResult result =
        search_gaussian_mixtures(test::measurements("iris"), {}, control, &observer);
    EXPECT_TRUE(result.cancelled);
    ASSERT_EQ(result.candidates.size(), 126U);
    int fitted = 0;
    int not_reached = 0;
    for (const Candidate& candidate : result.candidates) {
        fitted += candidate.is_admissible() || (candidate.fit && !candidate.fit->spurious.empty());
        not_reached += candidate.failure == "cancelled";
    }
    EXPECT_EQ(fitted, 5);
    EXPECT_EQ(not_reached, 121);
}

TEST(Search, CancelledBeforehandReachesNothing) {
    const SearchResult result =
        search_gaussian_mixtures(test::measurements("iris"), {}, {.stop = test::stopped()});
    EXPECT_TRUE(result.cancelled);
    EXPECT_FALSE(result.best);
    EXPECT_THAT(verdict(result, Criterion::bic), HasSubstr("Cancelled"));
}

TEST(Search, RefusesNothingToTry) {
    const MatrixXd iris = test::measurements("iris");
    EXPECT_THAT([&] { (void)search_gaussian_mixtures(iris, trying({})); },
                ThrowsMessage<InvalidArgument>(HasSubstr("component_counts")));
    EXPECT_THAT([&] { (void)search_gaussian_mixtures(iris, trying({1}, {})); },
                ThrowsMessage<InvalidArgument>(HasSubstr("covariance_structures")));
    EXPECT_THAT([&] { (void)search_gaussian_mixtures(iris, trying({0})); },
                ThrowsMessage<InvalidArgument>(HasSubstr("component_count is 0")));
    MatrixXd constant = iris;
    constant.col(1).setConstant(2.0);
    EXPECT_THAT([&] { (void)search_gaussian_mixtures(constant, {}); },
                ThrowsMessage<DataError>(HasSubstr("Feature 2 is constant")));
}

}  // namespace
}  // namespace mixtura
