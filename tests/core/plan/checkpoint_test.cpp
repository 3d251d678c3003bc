// SPDX-License-Identifier: Apache-2.0
#include "mixtura/plan/checkpoint.h"

#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>

#include <gmock/gmock.h>

#include "mixtura/common/error.h"
#include "mixtura/common/version.h"
#include "mixtura/io/checkpoint_file.h"

#include "support/data_file.h"
#include "support/stop_after.h"
#include "support/temporary_folder.h"

namespace mixtura {
namespace {

using nlohmann::json;
using test::data_file;
using test::StopAfter;
using test::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;

template <class Exception>
std::string message_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const Exception& error) {
        return error.what();
    }
    return "nothing was thrown";
}

Plan search_plan(const std::string& data) {
    Plan plan;
    plan.data_path = data;
    plan.columns.standardise = Standardise::zscore;
    plan.search.component_counts = {1, 3};
    plan.search.covariance_structures = {CovarianceStructure::VVV, CovarianceStructure::VEI,
                                         CovarianceStructure::VVE};
    plan.search.em.initialisation = Initialisation::kmeans;
    plan.search.em.run_count = 2;
    return plan;
}

std::string text_without_times(SavedModel saved) {
    saved.fit.seconds = 0.0;
    for (SelectionRecord& record : saved.selection) record.seconds = 0.0;
    return model_file_text(saved);
}

/// Interrupts the plan after `limit` iterations; leaves its checkpoint in the file `path`.
void interrupt(Plan plan, const std::string& path, int limit) {
    plan.checkpoint_output = path;
    StopAfter observer(limit);
    const RunResult result = run(plan, {.stop = observer.token()}, &observer);
    ASSERT_TRUE(result.search.cancelled);
}

TEST(Checkpoint, AnInterruptedRunGoesOnToTheSameModelFile) {
    const TemporaryFolder folder;
    const Plan plan = search_plan(data_file("iris.csv"));
    const std::string whole = text_without_times(*run(plan).chosen);
    for (const int limit : {1, 7, 30}) {
        interrupt(plan, folder.file("c.json"), limit);
        Plan resumed = plan;
        resumed.resume_from = folder.file("c.json");
        EXPECT_EQ(text_without_times(*run(resumed).chosen), whole) << limit;
        EXPECT_EQ(text_without_times(*run(resumed, {.stop = {}, .thread_count = 1}).chosen), whole)
            << limit;
    }
    EXPECT_EQ(folder.entry_count(), 1);
}

TEST(Checkpoint, OfAFinishedRunGivesItsResultAgain) {
    const TemporaryFolder folder;
    Plan plan = search_plan(data_file("iris.csv"));
    plan.checkpoint_output = folder.file("c.json");
    const std::string whole = text_without_times(*run(plan).chosen);
    plan.resume_from = plan.checkpoint_output;
    EXPECT_EQ(text_without_times(*run(plan).chosen), whole);
}

TEST(Checkpoint, IsWrittenWhileTheFitRuns) {
    const TemporaryFolder folder;
    Plan plan = search_plan(data_file("iris.csv"));
    plan.checkpoint_output = folder.file("c.json");
    plan.checkpoint_seconds = checkpoint_seconds_least;
    plan.search.em.tolerance = 0.0;
    plan.search.em.iteration_limit = 100000000;
    /// Ends the fit when the file on the disk holds an iterate.
    class Watcher final : public SearchObserver {
      public:
        explicit Watcher(std::string path) : path_(std::move(path)) {}
        void on_iteration(const IterationReport& /*report*/) override {
            for (const auto& [key, state] : read_checkpoint_file(path_).runs) {
                if (!state.has_ended && state.record.iterations > 0)
                    source.request_stop();
            }
        }
        std::stop_source source;

      private:
        std::string path_;
    };
    Watcher watcher(plan.checkpoint_output);
    EXPECT_TRUE(run(plan, {.stop = watcher.source.get_token()}, &watcher).search.cancelled);
}

TEST(CheckpointFile, ReadsBackBitForBit) {
    const TemporaryFolder folder;
    EmRunState state;
    state.record = {.status = FitStatus::iteration_limit,
                    .log_likelihood = {-0.1 - 0.2, -1e308, 5e-324},
                    .log_posterior = {0.1 - 0.2, 1e308, -5e-324},
                    .iterations = 3,
                    .floors_applied = 2,
                    .diagnosis = "so \"so\"",
                    .start = "kmeans"};
    state.iterate = EmIterate{
        .mixing_weights = Eigen::Vector2d(1.0 / 3.0, 2.0 / 3.0),
        .means = Eigen::Matrix<double, 2, 2>::Random() / 3.0,
        .estimate = {.covariances = {Eigen::Matrix2d::Random(), Eigen::Matrix2d::Constant(-0.0)},
                     .floors_applied = 1,
                     .common_part = Eigen::Matrix2d::Random() * 1e-300},
        .degrees_of_freedom = Eigen::Vector2d(0.7, 1e3 / 7.0)};
    state.pace.tail_reach = 1.1;
    const EmRunKey key{
        .component_count = 2, .covariance_structure = CovarianceStructure::VVE, .run = 4};
    const std::string path = folder.write(
        "c.json", checkpoint_text({.provenance = {{"a", 0.1}}, .runs = {{key, state}}}));
    const Checkpoint read = read_checkpoint_file(path);
    EXPECT_EQ(read.provenance, json({{"a", 0.1}}));
    ASSERT_EQ(read.runs.size(), 1U);
    EXPECT_EQ(read.runs.begin()->first, key);
    const EmRunState& again = read.runs.begin()->second;
    EXPECT_EQ(again.record.log_likelihood, state.record.log_likelihood);
    EXPECT_EQ(again.record.log_posterior, state.record.log_posterior);
    EXPECT_EQ(again.record.status, state.record.status);
    EXPECT_EQ(again.record.diagnosis, state.record.diagnosis);
    EXPECT_EQ(again.iterate->mixing_weights, state.iterate->mixing_weights);
    EXPECT_EQ(again.iterate->means, state.iterate->means);
    EXPECT_EQ(again.iterate->estimate.covariances, state.iterate->estimate.covariances);
    EXPECT_TRUE(std::signbit(again.iterate->estimate.covariances[1](0, 1)));
    EXPECT_EQ(again.iterate->estimate.common_part, state.iterate->estimate.common_part);
    EXPECT_EQ(again.iterate->degrees_of_freedom, state.iterate->degrees_of_freedom);
    EXPECT_EQ(again.pace.tail_reach, state.pace.tail_reach);
}

TEST(CheckpointFile, DamageIsNoticed) {
    const TemporaryFolder folder;
    const std::string path = folder.file("c.json");
    interrupt(search_plan(data_file("iris.csv")), path, 20);
    const std::string text = folder.read("c.json");
    const auto refusal = [&](const std::string& content) {
        static_cast<void>(folder.write("c.json", content));
        return message_of<DataError>([&] { read_checkpoint_file(path); });
    };
    EXPECT_THAT(refusal(text.substr(0, text.size() / 2)), HasSubstr("is not a JSON document"));
    EXPECT_THAT(refusal(""), HasSubstr("is not a JSON document"));
    EXPECT_THAT(refusal("{}"), HasSubstr("is not a usable checkpoint: /format is missing"));
    EXPECT_THAT(refusal(R"({"format": "mixtura-model"})"),
                HasSubstr("/format is \"mixtura-model\", not \"mixtura-checkpoint\""));
    EXPECT_THAT(refusal(R"({"format": "mixtura-checkpoint", "version": 2})"),
                HasSubstr("/version is 2: the file was written by a newer program"));
    // One digit of one number.
    std::string changed = text;
    const std::size_t digit = changed.find_first_of("123456789", changed.find("\"means\""));
    changed[digit] = changed[digit] == '1' ? '2' : '1';
    EXPECT_THAT(refusal(changed), AllOf(HasSubstr(path), HasSubstr("changed or damaged")));
}

TEST(Checkpoint, OfOtherOptionsOrDataIsRefused) {
    const TemporaryFolder folder;
    const std::string path = folder.file("c.json");
    const std::string data = folder.file("iris.csv");
    std::filesystem::copy_file(data_file("iris.csv"), data);
    const Plan plan = search_plan(data);
    interrupt(plan, path, 20);
    Plan other = plan;
    other.resume_from = path;
    const auto options_refusal = [&] { return message_of<InvalidArgument>([&] { run(other); }); };
    other.search.em.tolerance = 1e-6;
    EXPECT_THAT(options_refusal(), HasSubstr("belongs to a fit with other options: --tolerance was "
                                             "1e-05 there and is 1e-06 here"));
    other.search.em = plan.search.em;
    other.search.component_counts = {1, 2};
    EXPECT_THAT(options_refusal(), HasSubstr("--components was [1,3] there and is [1,2] here"));
    other.search = plan.search;
    other.columns.features = {"sepal_length", "petal_length"};
    EXPECT_THAT(options_refusal(), HasSubstr("--columns was not given there"));
    other.columns = plan.columns;
    other.start_labels = "species";
    other.search.component_counts = {3};
    EXPECT_THAT(options_refusal(), HasSubstr("other options"));

    other = plan;
    other.resume_from = path;
    std::string text = folder.read("iris.csv");
    const auto data_refusal = [&](const std::string& content) {
        static_cast<void>(folder.write("iris.csv", content));
        return message_of<DataError>([&] { run(other); });
    };
    EXPECT_THAT(data_refusal(text.substr(0, text.rfind('\n', text.size() - 2) + 1)),
                HasSubstr("belongs to a fit to other data: it has 150 rows, and here are 149"));
    std::string changed = text;
    changed[changed.find("5.1")] = '6';
    EXPECT_THAT(data_refusal(changed), HasSubstr("the values differ"));
    // The same values in another file are the same data.
    other.data_path = folder.write("moved.csv", text);
    EXPECT_NO_THROW(run(other));
}

TEST(Checkpoint, OfAnotherVersionOrInstructionSetIsRefused) {
    const TemporaryFolder folder;
    const std::string path = folder.file("c.json");
    const Plan plan = search_plan(data_file("iris.csv"));
    interrupt(plan, path, 20);
    Checkpoint checkpoint = read_checkpoint_file(path);
    checkpoint.provenance["version"] = "0.0.9";
    static_cast<void>(folder.write("c.json", checkpoint_text(checkpoint)));
    Plan resumed = plan;
    resumed.resume_from = path;
    EXPECT_THAT(message_of<DataError>([&] { run(resumed); }),
                HasSubstr("was written by version 0.0.9 of this program"));
    checkpoint.provenance["version"] = mixtura::version;
    checkpoint.provenance["engine"] = "cpu x86-64-v9";
    static_cast<void>(folder.write("c.json", checkpoint_text(checkpoint)));
    EXPECT_THAT(message_of<DataError>([&] { run(resumed); }),
                HasSubstr("was written where cpu x86-64-v9 computes"));
}

TEST(Checkpoint, AFileThatCannotBeWrittenIsSaidAtOnce) {
    const TemporaryFolder folder;
    Plan plan = search_plan(data_file("iris.csv"));
    plan.checkpoint_output = folder.file("no/folder/c.json");
    StopAfter nothing_is_reported(1);
    EXPECT_THAT(message_of<FileError>([&] {
                    run(plan, {.stop = nothing_is_reported.token()}, &nothing_is_reported);
                }),
                HasSubstr("no/folder/c.json"));
    EXPECT_FALSE(nothing_is_reported.token().stop_requested());
    plan.checkpoint_output = folder.file("c.json");
    plan.checkpoint_seconds = 0.0;
    EXPECT_THAT(message_of<InvalidArgument>([&] { run(plan); }), HasSubstr("checkpoint_seconds"));
}

}  // namespace
}  // namespace mixtura
