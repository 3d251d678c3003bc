// SPDX-License-Identifier: Apache-2.0
#include "mixtura/selection/label_accuracy.h"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"

#include "support/data_file.h"
#include "support/text_table.h"

namespace mixtura {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using testing::HasSubstr;
using testing::ThrowsMessage;
using Labels = std::vector<std::int32_t>;

class DiscriminantAnalysis : public testing::TestWithParam<std::size_t> {};

// One component for each class, every row labelled.
TEST_P(DiscriminantAnalysis, HasTheErrorsAndBrierScoresOfMclust) {
    const test::TextTable expected(test::reference_file("expected/mclust600-edda.csv"));
    ASSERT_EQ(7U, expected.row_count());
    const std::size_t row = GetParam();
    const std::string data_set = expected.text(row, "data_set");
    const CovarianceStructure structure = covariance_structure_from(expected.text(row, "model"));
    SCOPED_TRACE(data_set + " " + expected.text(row, "model"));
    const MatrixXd rows = test::measurements(data_set);
    const Labels known =
        test::TextTable(test::data_file(data_set + ".csv")).classes(expected.text(row, "column"));
    const EmOptions options{.component_count = 1 + *std::ranges::max_element(known),
                            .covariance_structure = structure};
    // mclust ends the search of a common orientation early.
    const double tolerance = structure == CovarianceStructure::EVE ? 3e-5 : 1e-9;

    const EmFit fit = fit_em(rows, options, {}, VectorXd(), {}, known);
    const LabelAccuracy training = label_accuracy({fit.model, {}}, rows, known, {});
    EXPECT_NEAR(expected.number(row, "training_error"), training.error_rate(), 1e-9);
    EXPECT_NEAR(expected.number(row, "training_brier"), training.brier, tolerance);
    EXPECT_EQ(static_cast<double>(known.size()), training.row_count());

    const LabelAccuracy left_out = cross_validated_label_accuracy(
        rows, VectorXd(), known, options, static_cast<int>(known.size()), {});
    ASSERT_EQ("", left_out.failure);
    EXPECT_NEAR(expected.number(row, "left_out_error"), left_out.error_rate(), 1e-9);
    EXPECT_NEAR(expected.number(row, "left_out_brier"), left_out.brier, tolerance);
}

INSTANTIATE_TEST_SUITE_P(Sets, DiscriminantAnalysis, testing::Range<std::size_t>(0, 7));

// Of the rows without their labels, sum log sum_c pi_c f_c, as mclust 6.0.0 prints it for
// modelType = "EDDA"; those of iris stand in labelled_fit_test.cpp.
TEST(OneComponentForEachClass, HasTheLogLikelihoodsOfMclust) {
    struct Case {
        const char* data_set;
        const char* column;
        CovarianceStructure structure;
        double log_likelihood;
        double tolerance;  // mclust ends the search of a common orientation early
    };
    for (const auto& [data_set, column, structure, log_likelihood, tolerance] :
         {Case{"banknote", "Status", CovarianceStructure::EVE, -756.93985288, 3e-2},
          Case{"diabetes", "class", CovarianceStructure::VVV, -2328.97912006, 1e-7}}) {
        SCOPED_TRACE(data_set);
        const MatrixXd rows = test::measurements(data_set);
        const Labels known =
            test::TextTable(test::data_file(std::string(data_set) + ".csv")).classes(column);
        const EmFit fit = fit_em(rows,
                                 {.component_count = 1 + *std::ranges::max_element(known),
                                  .covariance_structure = structure},
                                 {}, VectorXd(), {}, known);
        EXPECT_NEAR(log_likelihood, score(fit.model, rows).log_likelihood, tolerance);
    }
}

TEST(StratifiedFolds, HoldTheirShareOfEveryLabel) {
    Labels known(100, -1);
    for (std::size_t i = 0; i < 60; ++i) known[i] = i < 40 ? 0 : 1;
    const std::vector<int> folds = stratified_folds(known, 7, 3);
    for (int fold = 0; fold < 7; ++fold) {
        for (const std::int32_t label : {0, 1}) {
            int count = 0;
            for (std::size_t i = 0; i < known.size(); ++i)
                count += folds[i] == fold && known[i] == label ? 1 : 0;
            const int share = (label == 0 ? 40 : 20) / 7;
            EXPECT_GE(count, share);
            EXPECT_LE(count, share + 1);
        }
    }
    EXPECT_EQ(40, std::ranges::count(folds, -1));
    EXPECT_NE(folds, stratified_folds(known, 7, 4));
    EXPECT_THAT([&] { stratified_folds(known, 61, 1); },
                ThrowsMessage<InvalidArgument>(HasSubstr("from 2 to 60")));
}

// Every tenth row is labelled, and the label `rare` of a single one of them.
TEST(CrossValidatedLabels, SayWhichFoldLosesALabel) {
    const MatrixXd iris = test::measurements("iris");
    for (const std::int32_t rare : {0, 2}) {
        Labels known(150, -1);
        for (std::size_t i = 0; i < 150; i += 10)
            known[i] = (rare + 1 + static_cast<int>(i / 80)) % 3;
        known[0] = rare;
        ASSERT_EQ(1, std::ranges::count(known, rare));
        const LabelAccuracy accuracy = cross_validated_label_accuracy(
            iris, VectorXd(), known,
            {.component_count = 3, .covariance_structure = CovarianceStructure::EEE}, 15, {});
        EXPECT_THAT(accuracy.failure,
                    HasSubstr("could not be fitted: No row is known to belong to component " +
                              std::to_string(rare + 1) + " of 3"));
    }
}

}  // namespace
}  // namespace mixtura
