// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <gmock/gmock.h>

#include "mixtura/common/error.h"
#include "mixtura/io/atomic_file.h"
#include "mixtura/plan/plan.h"

#include "support/data_file.h"
#include "support/temporary_folder.h"

namespace mixtura {
namespace {

using test::data_file;
using test::TemporaryFolder;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr double tolerance = 1e-8;  ///< nats, between routes to the same figure

Plan faithful_plan(int count, CovarianceStructure structure) {
    Plan plan;
    plan.data_path = data_file("faithful.csv");
    plan.search.component_counts = {count};
    plan.search.covariance_structures = {structure};
    return plan;
}

template <class Exception>
std::string message_of(const Plan& plan) {
    try {
        run(plan);
    } catch (const Exception& error) {
        return error.what();
    }
    return "nothing was thrown";
}

TEST(Run, AFeatureThatCannotBeFittedIsCalledByItsName) {
    const TemporaryFolder folder;
    Plan plan = faithful_plan(2, CovarianceStructure::VVI);
    plan.data_path = folder.write("far.csv", "a,b\n1,2\n2,1e308\n4,-1e308\n7,1\n2,2\n");
    EXPECT_THAT(message_of<DataError>(plan), HasSubstr("far.csv': column 'b' spans -1e+308"));
}

TEST(Run, FiguresBelongToTheStoredModel) {
    for (const Standardise standardise :
         {Standardise::none, Standardise::zscore, Standardise::robust}) {
        for (const CovarianceStructure structure :
             {CovarianceStructure::VVV, CovarianceStructure::EII, CovarianceStructure::VVI}) {
            Plan plan = faithful_plan(2, structure);
            plan.columns.standardise = standardise;
            const RunResult result = run(plan);
            ASSERT_TRUE(result.chosen);
            const SavedModel& saved = *result.chosen;
            const Scores scores = score(saved.model, result.table.observations);
            EXPECT_NEAR(scores.log_likelihood, saved.fit.log_likelihood,
                        tolerance * std::abs(saved.fit.log_likelihood));
            EXPECT_NEAR(saved.fit.trace.back(), saved.fit.log_likelihood, tolerance);
            EXPECT_NEAR(
                saved.fit.bic,
                -2.0 * saved.fit.log_likelihood + saved.fit.parameter_count * std::log(272.0),
                tolerance);
            EXPECT_NEAR(saved.fit.aic,
                        -2.0 * saved.fit.log_likelihood + 2.0 * saved.fit.parameter_count,
                        tolerance);
            EXPECT_EQ(saved.data.transform.size(), standardise == Standardise::none ? 0U : 1U);
            EXPECT_EQ(result.selection.at(0).log_likelihood, saved.fit.log_likelihood);
        }
    }
}

TEST(Run, StandardisingDoesNotChangeTheMaximumOfAScaleFreeStructure) {
    const RunResult plain = run(faithful_plan(2, CovarianceStructure::VVV));
    Plan plan = faithful_plan(2, CovarianceStructure::VVV);
    plan.columns.standardise = Standardise::zscore;
    const RunResult scaled = run(plan);
    // faithful, VVV, G = 2: reference value of the method's specification.
    EXPECT_NEAR(plain.chosen->fit.log_likelihood, -1130.2639601847, 1e-4);
    EXPECT_NEAR(scaled.chosen->fit.log_likelihood, -1130.2639601847, 1e-4);
    EXPECT_TRUE(scaled.chosen->model.means().isApprox(plain.chosen->model.means(), 1e-3));
}

TEST(Run, ObserverSeesTheDatasOwnUnits) {
    class Watcher final : public SearchObserver {
      public:
        void on_iteration(const IterationReport& report) override { last = report.log_likelihood; }
        void on_candidate(std::size_t /*index*/, const Candidate& candidate) override {
            fitted = candidate.fit->log_likelihood;
        }
        double last = 0.0;
        double fitted = 0.0;
    };
    Plan plan = faithful_plan(2, CovarianceStructure::EEE);
    plan.columns.standardise = Standardise::zscore;
    Watcher watcher;
    const RunResult result = run(plan, {}, &watcher);
    EXPECT_NEAR(watcher.last, result.chosen->fit.log_likelihood, 1e-6);
    EXPECT_EQ(watcher.fitted, result.chosen->fit.log_likelihood);
}

TEST(Run, WritesWhatThePlanNamesAndStatesWhereItCameFrom) {
    const TemporaryFolder folder;
    Plan plan = faithful_plan(2, CovarianceStructure::VVV);
    plan.model_output = folder.file("model.json");
    plan.assignments_output = folder.file("labels.csv");
    plan.trace_output = folder.file("trace.csv");
    const RunResult result = run(plan);
    const SavedModel saved = read_model_file(plan.model_output);
    EXPECT_EQ(saved.model.means(), result.chosen->model.means());
    EXPECT_EQ(saved.data.rows, 272);
    EXPECT_THAT(saved.data.features, ElementsAre("eruptions", "waiting"));
    EXPECT_EQ(saved.data.sha256.size(), 64U);
    const std::string labels = folder.read("labels.csv");
    EXPECT_THAT(labels, HasSubstr("row,classification,uncertainty,log_density,responsibility_1,"
                                  "responsibility_2\n1,"));
    EXPECT_EQ(std::count(labels.begin(), labels.end(), '\n'), 273);
    const std::string trace = folder.read("trace.csv");
    EXPECT_THAT(trace, HasSubstr("start,method,iteration,log_likelihood\n1,hierarchical,1,-"));
    EXPECT_EQ(std::count(trace.begin(), trace.end(), '\n') - 1,
              static_cast<std::ptrdiff_t>(saved.fit.trace.size()));
}

TEST(Run, BeginsExactlyAtTheStartModel) {
    const TemporaryFolder folder;
    Plan first = faithful_plan(2, CovarianceStructure::EEE);
    first.search.em.tolerance = 0.0;
    first.search.em.iteration_limit = 3;
    first.model_output = folder.file("three.json");
    const RunResult three = run(first);
    Plan second = first;
    second.model_output.clear();
    second.start_model = first.model_output;
    second.search.component_counts.clear();
    second.search.covariance_structures.clear();
    second.search.em.iteration_limit = 1;
    const RunResult four = run(second);
    ASSERT_EQ(four.chosen->fit.trace.size(), 2U);
    EXPECT_NEAR(four.chosen->fit.trace[0], three.chosen->fit.log_likelihood, tolerance);
    EXPECT_EQ(four.chosen->model.covariance_structure(), CovarianceStructure::EEE);
}

TEST(Run, BeginsAtTheLabels) {
    Plan plan;
    plan.data_path = data_file("iris.csv");
    const DataSet data = import_csv(plan.data_path).data;
    plan.start_labels = data.columns().back().name;
    plan.search.component_counts.clear();
    plan.search.covariance_structures = {CovarianceStructure::VVV};
    plan.search.em.tolerance = 0.0;
    plan.search.em.iteration_limit = 1;
    const RunResult result = run(plan, data);
    EXPECT_EQ(result.chosen->model.component_count(), 3);
    // iris, species labels, VVV after one M-step: reference value of the method's specification.
    EXPECT_NEAR(result.chosen->fit.log_likelihood, -182.92084861, 1e-6);
}

TEST(Run, LeavesOutTheRowsThatItSays) {
    Plan plan;
    plan.data_path = data_file("airquality.csv");
    plan.columns.features = {"Ozone", "Temp"};
    plan.search.component_counts = {2};
    plan.search.covariance_structures = {CovarianceStructure::VVI};
    const RunResult result = run(plan);
    EXPECT_EQ(result.chosen->data.rows, 153);
    EXPECT_EQ(result.chosen->data.rows_used, 116);
    EXPECT_EQ(result.chosen->fit.rows_dropped, 37);
    EXPECT_THAT(result.notes, ElementsAre("37 of 153 rows left out, because a value is missing."));
    plan.columns.missing_rows = MissingRows::error;
    EXPECT_THAT(message_of<DataError>(plan), HasSubstr("Ozone"));
}

TEST(Run, RefusesInSentences) {
    const TemporaryFolder folder;
    Plan plan = faithful_plan(2, CovarianceStructure::VVV);
    plan.columns.features = {"eruptions", "eruptions"};
    EXPECT_THAT(message_of<InvalidArgument>(plan), HasSubstr("'eruptions' is named twice"));
    plan.columns.features = {"eruption"};
    EXPECT_THAT(message_of<InvalidArgument>(plan), HasSubstr("eruption"));
    plan.columns.features = {"eruptions"};
    plan.columns.excluded = {"eruptions"};
    EXPECT_THAT(message_of<InvalidArgument>(plan), HasSubstr("also excluded"));

    plan = faithful_plan(2, CovarianceStructure::VVV);
    plan.start_labels = "waiting";
    plan.start_model = "x.json";
    EXPECT_THAT(message_of<InvalidArgument>(plan), HasSubstr("not from both"));
    plan.start_model.clear();
    plan.columns.features = {"eruptions"};
    EXPECT_THAT(message_of<InvalidArgument>(plan),
                HasSubstr("The label column 'waiting' gives 51 components"));

    plan = faithful_plan(2, CovarianceStructure::VVV);
    plan.search.component_counts.clear();
    EXPECT_THAT(message_of<InvalidArgument>(plan), HasSubstr("at least one component count"));

    plan = faithful_plan(5, CovarianceStructure::VVV);
    plan.data_path = folder.write("few.csv", "x,y\n1,2\n2,1\n3,5\n");
    EXPECT_THAT(message_of<DataError>(plan),
                HasSubstr("has 3 usable rows, fewer than the 5 components"));
    plan.data_path = folder.write("constant.csv", "x,y\n1,2\n2,2\n3,2\n4,2\n5,2\n6,2\n");
    EXPECT_THAT(message_of<DataError>(plan),
                HasSubstr("Column 'y' has the same value (2) in all 6 rows used"));
    plan.data_path = folder.write("words.csv", "x,y\na,b\nc,d\ne,f\n");
    EXPECT_THAT(message_of<DataError>(plan), HasSubstr("no numeric column"));
}

}  // namespace
}  // namespace mixtura
