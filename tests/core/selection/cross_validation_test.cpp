// SPDX-License-Identifier: Apache-2.0
#include "mixtura/selection/cross_validation.h"

#include <algorithm>
#include <cmath>
#include <stop_token>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"
#include "mixtura/compute/cancelled.h"
#include "mixtura/selection/search.h"

#include "support/near.h"
#include "support/text_table.h"

namespace mixtura {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::near;
using testing::HasSubstr;
using testing::ThrowsMessage;

std::vector<int> folds_in_turn(Eigen::Index rows, int fold_count) {
    std::vector<int> folds;
    for (Eigen::Index i = 0; i < rows; ++i) folds.push_back(static_cast<int>(i) % fold_count);
    return folds;
}

/// Rows of faithful with eruptions of three minutes or longer are component 0.
EmStart eruptions_at_three(const MatrixXd& faithful) {
    EmStart start;
    for (Eigen::Index i = 0; i < faithful.rows(); ++i)
        start.partition.push_back(faithful(i, 0) < 3.0 ? 1 : 0);
    return start;
}

// Values of an independent program: VVV, five folds, row i in fold i mod 5.
TEST(CrossValidation, HasTheReferenceValuesOnFaithful) {
    const MatrixXd faithful = test::measurements("faithful");
    const std::vector<int> folds = folds_in_turn(faithful.rows(), 5);
    const CrossValidation one(faithful, VectorXd(), folds, {}, {});
    EXPECT_TRUE(near(-1294.34021112, one.evaluate({.component_count = 1}).log_likelihood, 1e-9));
    const CrossValidation two(faithful, VectorXd(), folds, eruptions_at_three(faithful), {});
    EXPECT_TRUE(near(-1142.79451619, two.evaluate({.component_count = 2}).log_likelihood, 1e-7));
}

/// One component: each fold under the mean and variance of the others, by plain formulas.
TEST(CrossValidation, EqualsPlainFormulasForOneFeature) {
    const MatrixXd values = test::measurements("galaxies") / 1000.0;
    const int fold_count = 4;
    const std::vector<int> folds = folds_in_turn(values.rows(), fold_count);
    VectorXd weights(values.rows());
    for (Eigen::Index i = 0; i < weights.size(); ++i) weights[i] = 1.0 + static_cast<double>(i % 3);
    std::vector<double> sums;
    for (int fold = 0; fold < fold_count; ++fold) {
        double n = 0.0;
        double mean = 0.0;
        double variance = 0.0;
        for (Eigen::Index i = 0; i < values.rows(); ++i) {
            if (static_cast<int>(i) % fold_count != fold) {
                n += weights[i];
                mean += weights[i] * values(i, 0);
            }
        }
        mean /= n;
        for (Eigen::Index i = 0; i < values.rows(); ++i) {
            if (static_cast<int>(i) % fold_count != fold)
                variance += weights[i] * std::pow(values(i, 0) - mean, 2) / n;
        }
        double sum = 0.0;
        for (Eigen::Index i = 0; i < values.rows(); ++i) {
            if (static_cast<int>(i) % fold_count == fold)
                sum -= 0.5 * weights[i] *
                       (std::log(2.0 * 3.14159265358979323846 * variance) +
                        std::pow(values(i, 0) - mean, 2) / variance);
        }
        sums.push_back(sum);
    }
    double total = 0.0;
    for (const double sum : sums) total += sum;
    double squares = 0.0;
    for (const double sum : sums) squares += std::pow(sum - total / fold_count, 2);
    const CrossValidated result =
        CrossValidation(values, weights, folds, {}, {}).evaluate({.component_count = 1});
    EXPECT_TRUE(near(total, result.log_likelihood, 1e-10));
    EXPECT_TRUE(
        near(std::sqrt(fold_count * squares / (fold_count - 1)), result.standard_error, 1e-9));
}

TEST(CrossValidation, RandomFoldsAreOfEqualSizeAndRepeatable) {
    const std::vector<int> folds = random_folds(103, 10, 7);
    EXPECT_EQ(folds, random_folds(103, 10, 7));
    EXPECT_NE(folds, random_folds(103, 10, 8));
    EXPECT_FALSE(std::ranges::equal(folds, folds_in_turn(103, 10)));
    for (int fold = 0; fold < 10; ++fold) {
        const auto size = std::ranges::count(folds, fold);
        EXPECT_TRUE(size == 10 || size == 11) << size;
    }
    EXPECT_THAT([] { (void)random_folds(5, 6, 1); },
                ThrowsMessage<InvalidArgument>(HasSubstr("6 folds need at least as many rows")));
    EXPECT_THAT([] { (void)random_folds(5, 1, 1); },
                ThrowsMessage<InvalidArgument>(HasSubstr("at least two folds")));
}

TEST(CrossValidation, RefusesFoldsThatAreNone) {
    const MatrixXd values = test::measurements("faithful").topRows(6);
    const auto cross_validate = [&](const std::vector<int>& folds) {
        const CrossValidation made(values, VectorXd(), folds, {}, {});
    };
    EXPECT_THAT(
        [&] {
            cross_validate({0, 1});
        },
        ThrowsMessage<InvalidArgument>(HasSubstr("2 folds for 6 rows")));
    EXPECT_THAT(
        [&] {
            cross_validate({0, 0, 2, 2, 2, 2});
        },
        ThrowsMessage<InvalidArgument>(HasSubstr("Fold 1 has no rows")));
    EXPECT_THAT(
        [&] {
            cross_validate({0, 0, -1, 0, 0, 0});
        },
        ThrowsMessage<InvalidArgument>(HasSubstr("Row 3 is in fold -1")));
    EXPECT_THAT(
        [&] {
            cross_validate({0, 0, 0, 0, 0, 0});
        },
        ThrowsMessage<InvalidArgument>(HasSubstr("at least two folds")));
}

TEST(CrossValidation, AFoldThatCannotBeFittedIsSaid) {
    // Without the last two rows the second feature is constant.
    MatrixXd values(6, 2);
    values << 1, 5, 2, 5, 4, 5, 3, 5, 7, 6, 5, 7;
    const CrossValidation folds(values, VectorXd(), {0, 0, 1, 1, 2, 2}, {}, {});
    const CrossValidated result =
        folds.evaluate({.component_count = 1, .covariance_structure = CovarianceStructure::VVI});
    EXPECT_THAT(result.failure, HasSubstr("Without the rows of fold 3 of 3"));
    EXPECT_THAT(result.failure, HasSubstr("constant"));
}

TEST(Search, ChoosesByCrossValidation) {
    const MatrixXd faithful = test::measurements("faithful");
    SearchOptions options;
    options.component_counts = {1, 2};
    options.covariance_structures = {CovarianceStructure::EEE, CovarianceStructure::VVV};
    options.criterion = Criterion::cv;
    options.fold_count = 5;
    const SearchResult result = search_gaussian_mixtures(faithful, options);
    const std::vector<int> folds = random_folds(faithful.rows(), 5, options.em.seed);
    const CrossValidation separate(faithful, VectorXd(), folds, {}, {});
    for (const Candidate& candidate : result.candidates) {
        EmOptions em;
        em.component_count = candidate.component_count;
        em.covariance_structure = candidate.covariance_form.structure();
        EXPECT_TRUE(
            near(-2.0 * separate.evaluate(em).log_likelihood, candidate.criteria->cv, 1e-12));
        EXPECT_GE(candidate.criteria->cv, result.candidates[*result.best].criteria->cv);
        EXPECT_GT(candidate.criteria->cv_standard_error, 0.0);
    }
    EXPECT_EQ(result.candidates[*result.best].component_count, 2);
    EXPECT_THAT(verdict(result, Criterion::cv),
                HasSubstr("-2 x cross-validated log-likelihood, standard error"));
    options.criterion = Criterion::bic;
    EXPECT_TRUE(std::isnan(search_gaussian_mixtures(faithful, options).candidates[0].criteria->cv));
}

TEST(Search, GivesTheSameCrossValidationForAnyNumberOfThreads) {
    SearchOptions options;
    options.component_counts = {1, 2, 3};
    options.covariance_structures = {CovarianceStructure::VVV};
    options.criterion = Criterion::cv;
    FitControl one;
    one.thread_count = 1;
    FitControl two;
    two.thread_count = 2;
    const MatrixXd faithful = test::measurements("faithful");
    const SearchResult first = search_gaussian_mixtures(faithful, options, one);
    const SearchResult second = search_gaussian_mixtures(faithful, options, two);
    for (std::size_t i = 0; i < first.candidates.size(); ++i)
        EXPECT_EQ(first.candidates[i].criteria->cv, second.candidates[i].criteria->cv);
}

TEST(Search, ACancelledCrossValidationChoosesNothing) {
    class StopAtFirst : public SearchObserver {
      public:
        void on_candidate(std::size_t /*index*/, const Candidate& /*candidate*/) override {
            stop.request_stop();
        }
        std::stop_source stop;
    } observer;
    SearchOptions options;
    options.component_counts = {1, 2, 3, 4};
    options.covariance_structures = {CovarianceStructure::VVV};
    options.criterion = Criterion::cv;
    FitControl control;
    control.stop = observer.stop.get_token();
    control.thread_count = 1;
    const SearchResult result =
        search_gaussian_mixtures(test::measurements("faithful"), options, control, &observer);
    EXPECT_TRUE(result.cancelled);
    int known = 0;
    for (const Candidate& candidate : result.candidates)
        known += candidate.is_comparable(Criterion::cv) ? 1 : 0;
    EXPECT_EQ(known, 1);
}

}  // namespace
}  // namespace mixtura
