// SPDX-License-Identifier: Apache-2.0
#include "mixtura/plan/summary.h"

#include <gmock/gmock.h>

#include "support/saved_model_example.h"

namespace mixtura {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

/// Forty rows: thirty near (0, 5), ten near (10, 5).
struct Example {
    SavedModel saved = test::example_model({"height", "mass"});
    FeatureTable table;
    Scores scores;
    Example() {
        table.names = saved.data.features;
        table.observations.resize(40, 2);
        for (Eigen::Index i = 0; i < 40; ++i) {
            table.observations(i, 0) = (i < 30 ? 0.0 : 10.0) + 0.1 * static_cast<double>(i % 3);
            table.observations(i, 1) = 5.0 + 0.1 * static_cast<double>(i % 2);
            table.rows.push_back(i);
        }
        Eigen::VectorXd weights(2);
        weights << 0.75, 0.25;
        Eigen::MatrixXd means(2, 2);
        means << 0.1, 5.05, 10.1, 5.05;
        saved.model = GaussianMixture(
            weights, means, std::vector<Eigen::MatrixXd>(2, Eigen::MatrixXd::Identity(2, 2)));
        saved.fit.rows_dropped = 1;
        scores = score(saved.model, table.observations);
    }
};

TEST(Summary, SaysWhatSetsAComponentApart) {
    const Example example;
    const ModelSummary summary = summarise(example.saved, example.table, example.scores);
    EXPECT_THAT(summary.headline, HasSubstr("2 groups, "));
    EXPECT_THAT(summary.headline, HasSubstr("(VVV)"));
    ASSERT_EQ(summary.components.size(), 2U);
    EXPECT_EQ(summary.components[0].rows, 30);
    EXPECT_EQ(summary.components[0].words,
              "Component 1 holds 75 % of the rows (30); it has rather low height (0.1, overall "
              "2.6) and about average mass (5.05, overall 5.05).");
    EXPECT_THAT(
        summary.components[1].words,
        HasSubstr("Component 2 holds 25 % of the rows (10); it has very high height (10.1"));
}

TEST(Summary, RemarksAreSentencesAboutWhatToDoubt) {
    Example example;
    example.saved.fit.spurious = "Component 2 rests on two rows.";
    example.saved.fit.floors_applied = 1;
    example.saved.fit.status = "iteration_limit";
    const auto remarks = summarise(example.saved, example.table, example.scores).remarks;
    EXPECT_THAT(remarks,
                Contains("No row is uncertain: every largest probability is 0.7 or more."));
    EXPECT_THAT(remarks, Contains("1 row was left out, because a value is missing."));
    EXPECT_THAT(remarks, Contains(HasSubstr("not to be trusted: Component 2 rests on two rows.")));
    EXPECT_THAT(remarks, Contains(HasSubstr("had not converged after 2 iterations")));
    EXPECT_THAT(remarks, Contains(HasSubstr("1 eigenvalue of the covariances stood at")));
    EXPECT_THAT(remarks, Contains("1 of 2 starts reached this solution."));
}

TEST(Summary, ComponentsOfLoneRowsAreNamed) {
    Example example;
    const auto remarks = [&] {
        example.scores = score(example.saved.model, example.table.observations);
        return summarise(example.saved, example.table, example.scores).remarks;
    };
    const auto lone = Contains(HasSubstr("two rows or fewer"));
    EXPECT_THAT(remarks(), Not(lone));
    // All rows but one near (0, 5).
    for (Eigen::Index i = 30; i < 39; ++i) example.table.observations(i, 0) = 0.0;
    EXPECT_THAT(remarks(), Contains(HasSubstr("Component 2 holds two rows or fewer: ")));
    // So few rows in all are no surprise.
    example.table.observations = example.table.observations.bottomRows(4).eval();
    example.table.rows.resize(4);
    EXPECT_THAT(remarks(), Not(lone));
}

TEST(Summary, ManyFeaturesAreRankedByHowMuchTheyTell) {
    std::vector<std::string> names;
    for (int j = 0; j < 9; ++j) names.push_back(std::string("f").append(std::to_string(j)));
    SavedModel saved = test::example_model(names);
    FeatureTable table;
    table.names = names;
    table.observations = Eigen::VectorXd::LinSpaced(20, -1.0, 1.0).replicate(1, 9);
    for (std::int64_t i = 0; i < 20; ++i) table.rows.push_back(i);
    const ModelSummary summary = summarise(saved, table, score(saved.model, table.observations));
    EXPECT_THAT(summary.components[0].words, HasSubstr("the other 3 features lie nearer"));
    EXPECT_THAT(summary.components[0].words, HasSubstr("it has very high f8 ("));
}

}  // namespace
}  // namespace mixtura
