// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>

#include "mixtura/io/model_file.h"
#include "mixtura/io/stream_checkpoint.h"

#include "cli_program.h"
#include "support/incremental_vectors.h"
#include "support/near.h"
#include "support/portable_stream.h"

namespace mixtura {
namespace {

using nlohmann::json;
using test::cli;
using test::data_file;
using test::fields;
using test::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.17g", value);
    return text;
}

/// Rows of a few clusters that move slowly, as CSV.
std::string stream_text(int row_count, int feature_count, std::uint64_t seed) {
    test::SplitMix64 random(seed);
    std::string text;
    for (int j = 0; j < feature_count; ++j) text += (j > 0 ? ",x" : "x") + std::to_string(j + 1);
    text += ",kind\n";
    for (int i = 0; i < row_count; ++i) {
        const auto k = static_cast<int>(random.uniform() * 4.0);
        for (int j = 0; j < feature_count; ++j) {
            char cell[32];
            std::snprintf(cell, sizeof cell, "%.5g,",
                          3.0 * ((k + j) % 3) + random.normal() + 1e-5 * i);
            text += cell;
        }
        text += k % 2 == 0 ? "even\n" : "odd\n";
    }
    return text;
}

TEST(CliIncremental, TenRowsOfThePaperPresetGiveTheKnownStates) {
    const TemporaryFolder folder;
    const Eigen::MatrixXd rows = test::ten_rows();
    std::string text = "a,b\n";
    for (const auto& row : rows.rowwise()) text += number(row[0]) + "," + number(row[1]) + "\n";
    const auto result = cli({"fit", "incremental", "-", "--preset", "paper", "--novelty", "0.05",
                             "--initial-scale", "1", "--deviations", "1,2", "--json"},
                            {.input = text});
    ASSERT_EQ(result.status, 0) << result.err;
    const json document = json::parse(result.out);
    EXPECT_EQ(document["kind"], "incremental_mixture");
    EXPECT_EQ(document["fit"]["status"], "complete");
    EXPECT_EQ(document["fit"]["rows_seen"], 10);
    // Mean of the nine log densities before learning.
    EXPECT_NEAR(
        document["fit"]["prequential_log_likelihood"],
        (-3.156024246969 - 2.311400205069 - 34.696716288012 - 4.073568608089 - 3.495677722124 -
         2.738196801908 - 11.463907360780 - 3.095553872756 - 3.118760263169) /
            9.0,
        1e-11);
    const json& parameters = document["parameters"];
    EXPECT_EQ(parameters["ages"], json({8, 6, 3}));
    EXPECT_NEAR(parameters["masses"][1], 3.997681719870, 1e-10);
    EXPECT_NEAR(parameters["means"][2][0], 3.005216517777, 1e-10);
    EXPECT_NEAR(parameters["precisions"][0][1][0], -.158171835915, 1e-10);
    EXPECT_NEAR(parameters["precisions"][0][0][1], -.158171835915, 1e-10);
}

TEST(CliIncremental, StandardInputAPipeAndAFileGiveTheSameModel) {
    const TemporaryFolder folder;
    const std::string text = stream_text(20000, 4, 3);
    const std::string path = folder.write("d.csv", text);
    const std::vector<std::string> options = {"--target", "kind", "--json"};
    const auto fit = [&](const std::string& data, const test::ProcessOptions& process) {
        std::vector<std::string> words = {"fit", "incremental", data};
        words.insert(words.end(), options.begin(), options.end());
        const auto result = cli(words, process);
        EXPECT_EQ(result.status, 0) << result.err;
        json document = json::parse(result.out);
        document["data"].erase("source");
        document["data"].erase("sha256");
        return document;
    };
    const json file = fit(path, {});
    EXPECT_EQ(file, fit("-", {.input = text}));
    const auto piped =
        test::run_process({"/bin/sh", "-c",
                           "cat '" + path + "' | '" + std::string(MIXTURA_BINARY_DIR) +
                               "/mixtura-cli' fit incremental - --target kind --json"});
    ASSERT_EQ(piped.status, 0) << piped.err;
    json document = json::parse(piped.out);
    document["data"].erase("source");
    document["data"].erase("sha256");
    EXPECT_EQ(file, document);
    // The clusters 0 and 3 stand in one place and are of different kinds: no more than 3/4 can be told.
    EXPECT_NEAR(file["fit"]["prequential_accuracy"], 0.75, 0.02);
}

TEST(CliIncremental, ModelFileIsReadByEveryCommandAndFitsTheSchema) {
    const TemporaryFolder folder;
    const std::string model = folder.file("m.json");
    const auto fitted = cli({"fit", "incremental", data_file("iris.csv"), "--target", "species",
                             "-o", model, "--trace", folder.file("t.csv"), "--report-every", "50"});
    ASSERT_EQ(fitted.status, 0) << fitted.err;
    EXPECT_THAT(fitted.out, AllOf(HasSubstr("150 of 150 rows learned, 4 features"),
                                  HasSubstr("accuracy 0.9"), HasSubstr("Written: ")));
    const auto trace = fields(folder.read("t.csv"));
    ASSERT_EQ(trace.size(), 4U);
    EXPECT_EQ(trace[0],
              (std::vector<std::string>{"row", "component_count", "log_density", "accuracy"}));
    EXPECT_EQ(trace[3][0], "150");
    const SavedModel saved = read_model_file(model);
    EXPECT_EQ(to_json(saved_model_from(to_json(saved))), to_json(saved));
    ASSERT_TRUE(saved.incremental);
    for (std::size_t k = 0; k < saved.incremental->precisions.size(); ++k)
        EXPECT_TRUE(test::all_near(
            Eigen::MatrixXd::Identity(4, 4).eval(),
            (saved.incremental->precisions[k] * saved.model.covariances()[k]).eval(), 1e-9));
    if (const std::string problem = test::schema_problem(model); !problem.starts_with("skip: ")) {
        EXPECT_EQ(problem, "");
    }
    EXPECT_EQ(fields(cli({"sample", model, "--rows", "5"}).out).size(), 6U);
    EXPECT_EQ(cli({"export", model, "--format", "python"}).status, 0);
    const auto compared = cli({"compare", model, model});
    EXPECT_EQ(compared.status, 0) << compared.err;
    EXPECT_THAT(compared.out, AllOf(HasSubstr("complete"), Not(HasSubstr("NaN"))));
    const auto reported =
        cli({"report", model, data_file("iris.csv"), "-o", folder.file("r.html")});
    EXPECT_EQ(reported.status, 0) << reported.err;
    EXPECT_THAT(folder.read("r.html"),
                AllOf(HasSubstr("learned from 150 rows in one pass"), Not(HasSubstr("NaN"))));
}

TEST(CliIncremental, ExpectationMaximisationGoesOnFromTheModel) {
    const TemporaryFolder folder;
    const std::string model = folder.file("m.json");
    ASSERT_EQ(cli({"fit", "incremental", data_file("faithful.csv"), "-o", model}).status, 0);
    const SavedModel saved = read_model_file(model);
    const auto step = cli({"fit", "gmm", data_file("faithful.csv"), "--init", model, "--json",
                           "--max-iterations", "1", "--tolerance", "0"});
    ASSERT_EQ(step.status, 0) << step.err;
    const auto scored = cli({"predict", model, data_file("faithful.csv"), "--json"});
    const json document = json::parse(step.out);
    EXPECT_EQ(document["options"]["component_count"], saved.model.component_count());
    // The trace begins with the log-likelihood of exactly the model it began from.
    EXPECT_NEAR(document["fit"]["trace"][0], json::parse(scored.out)["log_likelihood"], 1e-8);
    EXPECT_GT(document["fit"]["log_likelihood"], document["fit"]["trace"][0]);
}

TEST(CliIncremental, PredictsClassesOfBothClassModels) {
    const TemporaryFolder folder;
    for (const std::string class_model : {"tagged", "joint"}) {
        const std::string model = folder.file(class_model + ".json");
        ASSERT_EQ(cli({"fit", "incremental", data_file("iris.csv"), "--target", "species",
                       "--class-model", class_model, "-o", model})
                      .status,
                  0);
        const auto predicted =
            cli({"predict", model, data_file("iris.csv"), "-o", folder.file("p.csv")});
        ASSERT_EQ(predicted.status, 0) << predicted.err;
        EXPECT_THAT(predicted.out, HasSubstr("Target 'species': accuracy 0.9"));
        const auto table = fields(folder.read("p.csv"));
        ASSERT_EQ(table.size(), 151U);
        const std::size_t width = table[0].size();
        EXPECT_EQ(table[0][width - 4], "prediction");
        EXPECT_EQ(table[0][width - 1], "probability_virginica");
        EXPECT_EQ(table[1][width - 4], "setosa");
        for (std::size_t row = 1; row < table.size(); ++row) {
            ASSERT_EQ(table[row].size(), width);
            double sum = 0.0;
            for (std::size_t c = width - 3; c < width; ++c) sum += std::stod(table[row][c]);
            ASSERT_NEAR(sum, 1.0, 1e-12);
        }
        // The target may be absent, and cells may be missing.
        const auto fresh = cli({"predict", model, "-", "--json"},
                               {.input = "sepal_length,sepal_width,petal_length,petal_width\n"
                                         "5.1,3.5,1.4,0.2\n6.5,3.0,5.8,2.2\n5,,1,1\n"});
        ASSERT_EQ(fresh.status, 0) << fresh.err;
        const json document = json::parse(fresh.out);
        EXPECT_EQ(document["target"]["prediction"], json({"setosa", "virginica"}));
        EXPECT_FALSE(document["target"].contains("accuracy"));
        const auto lacking = cli({"predict", model, "-"}, {.input = "sepal_length\n1\n2\n"});
        EXPECT_EQ(lacking.status, 3);
        EXPECT_THAT(lacking.err, HasSubstr("has no column"));
        EXPECT_EQ(cli({"report", model, data_file("iris.csv"), "-o", folder.file("r.html")}).status,
                  0);
        EXPECT_EQ(cli({"compare", model, model}).status, 0);
    }
}

TEST(CliIncremental, PredictsANumericTargetWithItsInterval) {
    const TemporaryFolder folder;
    const auto text = [](std::uint64_t seed, Eigen::Index count) {
        const Eigen::MatrixXd rows = test::sine_rows(seed, count);
        std::string csv = "x,y\n";
        for (const auto& row : rows.rowwise()) csv += number(row[0]) + "," + number(row[1]) + "\n";
        return csv;
    };
    const std::string model = folder.file("m.json");
    const auto fitted = cli({"fit", "incremental", folder.write("d.csv", text(5, 2000)), "--target",
                             "y", "--novelty", "0.1", "--prior-strength", "2", "--deviations",
                             "1,1", "--initial-scale", "0.2", "-o", model});
    ASSERT_EQ(fitted.status, 0) << fitted.err;
    EXPECT_THAT(fitted.out, HasSubstr("16 components"));
    const auto predicted =
        cli({"predict", model, folder.write("n.csv", text(105, 1000)), "--json"});
    ASSERT_EQ(predicted.status, 0) << predicted.err;
    const json target = json::parse(predicted.out)["target"];
    EXPECT_NEAR(target["rmse"], .1010, 0.02 * .1010);
    const Eigen::MatrixXd rows = test::sine_rows(105, 1000);
    int covered = 0;
    for (std::size_t i = 0; i < 1000; ++i) {
        const double y = rows(static_cast<Eigen::Index>(i), 1);
        covered += y >= target["lower"][i] && y <= target["upper"][i] ? 1 : 0;
    }
    EXPECT_NEAR(covered / 1000.0, .953, 0.003);
    const auto csv = cli({"predict", model, "-"}, {.input = "x,z\n1.0,a\n2.0,b\n,c\n"});
    ASSERT_EQ(csv.status, 0) << csv.err;
    EXPECT_THAT(csv.out, HasSubstr(",prediction,variance,lower,upper\n"));
}

/// A stream of several blocks, with forgetting, factorisations and classes.
class CliIncrementalCheckpoint : public testing::Test {
  protected:
    [[nodiscard]] std::vector<std::string> command(const std::vector<std::string>& more) const {
        std::vector<std::string> words = {"fit",      "incremental",   data_,
                                          "--target", "kind",          "--forgetting",
                                          "0.999",    "--merge-every", "5000"};
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }

    TemporaryFolder folder_;
    std::string data_ = folder_.write("d.csv", stream_text(60000, 10, 8));
    std::string checkpoint_ = folder_.file("c.bin");
};

TEST_F(CliIncrementalCheckpoint, APassThatIsKilledOverAndOverGivesTheSameBytes) {
    ASSERT_EQ(cli(command({"-o", folder_.file("whole.json")})).status, 0);
    test::SplitMix64 random(1);
    int kills = 0;
    std::int64_t row = -1;
    test::ProcessResult result;
    do {
        std::vector<std::string> words =
            command({"-o", folder_.file("m.json"), "--checkpoint", checkpoint_,
                     "--checkpoint-every", "0.01", "--threads", kills % 2 == 0 ? "1" : "2"});
        if (kills > 0)
            words.insert(words.end(), {"--resume", checkpoint_});
        const auto kill_after_progress = [&](pid_t child) {
            for (int wait = 0; wait < 5000; ++wait) {
                std::this_thread::sleep_for(1ms);
                std::int64_t done = -1;
                if (std::filesystem::exists(checkpoint_))
                    done = read_stream_checkpoint(checkpoint_).position.row;
                if (done > row || std::filesystem::exists(folder_.file("m.json"))) {
                    row = std::max(row, done);
                    break;
                }
            }
            std::this_thread::sleep_for(
                std::chrono::microseconds(static_cast<int>(random.uniform() * 10000.0)));
            ::kill(child, SIGKILL);
        };
        result = kills < 25 ? cli(words, {.while_running = kill_after_progress}) : cli(words);
        kills += result.status == 128 + SIGKILL ? 1 : 0;
    } while (result.status == 128 + SIGKILL && kills < 40);
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_GE(kills, 5);
    EXPECT_EQ(folder_.read("m.json"), folder_.read("whole.json"));
}

TEST_F(CliIncrementalCheckpoint, APassThatIsInterruptedWritesItsModelAndGoesOn) {
    ASSERT_EQ(cli(command({"-o", folder_.file("whole.json")})).status, 0);
    // A pipe that stays open: the pass waits for more when the interruption comes.
    const auto interrupted =
        test::run_process({"/bin/sh", "-c",
                           "{ head -c 3000000 '" + data_ + "'; sleep 3; } | exec '" +
                               std::string(MIXTURA_BINARY_DIR) +
                               "/mixtura-cli' fit incremental - --target kind "
                               "--forgetting 0.999 --merge-every 5000 --checkpoint '" +
                               checkpoint_ + "' -o '" + folder_.file("part.json") +
                               "' & child=$!; sleep 1.5; kill -INT $child; wait $child"});
    EXPECT_EQ(interrupted.status, 130) << interrupted.err;
    EXPECT_EQ(json::parse(folder_.read("part.json"))["fit"]["status"], "cancelled");
    const auto resumed =
        cli(command({"-o", folder_.file("m.json"), "--resume", checkpoint_, "--threads", "1"}));
    ASSERT_EQ(resumed.status, 0) << resumed.err;
    EXPECT_EQ(folder_.read("m.json"), folder_.read("whole.json"));
}

TEST_F(CliIncrementalCheckpoint, DamagedFileGivesWayToTheOneBeforeIt) {
    ASSERT_EQ(cli(command({"-o", folder_.file("whole.json"), "--checkpoint", checkpoint_,
                           "--checkpoint-every", "0.01"}))
                  .status,
              0);
    ASSERT_TRUE(std::filesystem::exists(checkpoint_ + ".1"));
    std::string bytes = folder_.read("c.bin");
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    static_cast<void>(folder_.write("c.bin", bytes));
    const auto resumed = cli(command({"-o", folder_.file("m.json"), "--resume", checkpoint_}));
    ASSERT_EQ(resumed.status, 0) << resumed.err;
    EXPECT_EQ(folder_.read("m.json"), folder_.read("whole.json"));
    static_cast<void>(folder_.write("c.bin.1", bytes));
    const auto damaged = cli(command({"--resume", checkpoint_}));
    EXPECT_EQ(damaged.status, 3);
    EXPECT_THAT(damaged.err, AllOf(HasSubstr("c.bin"), HasSubstr("changed or damaged")));
}

TEST_F(CliIncrementalCheckpoint, OfAnotherFitOrOtherDataIsRefusedInOneSentence) {
    ASSERT_EQ(cli(command({"--checkpoint", checkpoint_})).status, 0);
    const auto options = cli(command({"--resume", checkpoint_, "--novelty", "0.01"}));
    EXPECT_EQ(options.status, 2);
    EXPECT_THAT(options.err, HasSubstr("novelty_probability was 0.001 there and is 0.01 now"));
    const auto columns = cli(command({"--resume", checkpoint_, "--exclude", "x3"}));
    EXPECT_EQ(columns.status, 2);
    EXPECT_THAT(columns.err, HasSubstr("features was"));
    std::string data = folder_.read("d.csv");
    data[data.size() - 5] = 'w';
    static_cast<void>(folder_.write("d.csv", data));
    const auto changed = cli(command({"--resume", checkpoint_}));
    EXPECT_EQ(changed.status, 3);
    EXPECT_THAT(changed.err, HasSubstr("is another one than it was"));
    EXPECT_EQ(cli(command({"--resume", folder_.file("absent.bin")})).status, 4);
    EXPECT_EQ(cli(command({"--resume", data_})).status, 3);
    EXPECT_EQ(cli(command({"--checkpoint", "-"})).status, 2);
}

TEST_F(CliIncrementalCheckpoint, BadRowIsNamedAndCanBeCorrectedAndGoneOnFrom) {
    ASSERT_EQ(cli(command({"-o", folder_.file("whole.json")})).status, 0);
    const std::string good = folder_.read("d.csv");
    std::size_t begin = 0;
    for (int line = 1; line < 40001; ++line) begin = good.find('\n', begin) + 1;
    const auto cell_end = good.find(',', begin);
    for (const auto& [cell, message] :
         {std::pair<std::string, std::string>{"oops",
                                              "line 40001, column \"x1\" (row 40000): "
                                              "\"oops\" is not a number"},
          {"1e151", "line 40001: 'x1' is 1e+151"},
          {"inf", "is infinite"}}) {
        std::string bad = good;
        bad.replace(begin, cell_end - begin, cell);
        static_cast<void>(folder_.write("d.csv", bad));
        std::filesystem::remove(checkpoint_);
        const auto result =
            cli(command({"-o", folder_.file("m.json"), "--checkpoint", checkpoint_}));
        EXPECT_EQ(result.status, 3);
        EXPECT_THAT(result.err, AllOf(HasSubstr("d.csv"), HasSubstr(message)));
        EXPECT_FALSE(std::filesystem::exists(folder_.file("m.json")));
        static_cast<void>(folder_.write("d.csv", good));
        const auto resumed = cli(command({"-o", folder_.file("m.json"), "--resume", checkpoint_}));
        ASSERT_EQ(resumed.status, 0) << resumed.err;
        EXPECT_THAT(resumed.out, HasSubstr("Went on from row 39999."));
        EXPECT_EQ(folder_.read("m.json"), folder_.read("whole.json"));
        std::filesystem::remove(folder_.file("m.json"));
    }
}

TEST(CliIncremental, ParallelStreamsMergeToTheModelOfAll) {
    const TemporaryFolder folder;
    const std::string text = stream_text(8000, 3, 9);
    // One part has all that the other has not; the header heads both.
    const std::size_t head = text.find('\n') + 1;
    const std::size_t middle = text.find('\n', text.size() / 2) + 1;
    const std::vector<std::string> parts = {text.substr(0, middle),
                                            text.substr(0, head) + text.substr(middle)};
    const std::vector<std::string> options = {"--deviations", "2,2,2", "--novelty", "0",
                                              "--target",     "kind"};
    const auto fit = [&](const std::string& name, const std::string& content) {
        std::vector<std::string> words = {"fit",
                                          "incremental",
                                          folder.write(name, content),
                                          "--checkpoint",
                                          folder.file(name + ".state"),
                                          "-o",
                                          folder.file(name + ".json")};
        words.insert(words.end(), options.begin(), options.end());
        EXPECT_EQ(cli(words).status, 0);
    };
    fit("whole.csv", text);
    fit("a.csv", parts[0]);
    fit("b.csv", parts[1]);
    const auto result = cli({"merge", folder.file("a.csv.state"), folder.file("b.csv.state"), "-o",
                             folder.file("m.json")});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("8000 of 8000 rows learned"));
    const SavedModel merged = read_model_file(folder.file("m.json"));
    const SavedModel whole = read_model_file(folder.file("whole.csv.json"));
    // One component a class, which two halves merge to exactly.
    ASSERT_EQ(whole.model.component_count(), 2);
    ASSERT_EQ(merged.model.component_count(), 2);
    for (std::size_t k = 0; k < 2; ++k)
        EXPECT_TRUE(
            test::all_near(whole.model.covariances()[k], merged.model.covariances()[k], 1e-9));
    EXPECT_TRUE(test::all_near(whole.model.means(), merged.model.means(), 1e-9));
    EXPECT_EQ(whole.incremental->component_classes, merged.incremental->component_classes);
    if (const std::string problem = test::schema_problem(folder.file("m.json"));
        !problem.starts_with("skip: ")) {
        EXPECT_EQ(problem, "");
    }
    ASSERT_EQ(cli({"fit", "incremental", folder.file("b.csv"), "--target", "kind", "--checkpoint",
                   folder.file("other.state")})
                  .status,
              0);
    const auto other = cli({"merge", folder.file("a.csv.state"), folder.file("other.state")});
    EXPECT_EQ(other.status, 2);
    EXPECT_THAT(other.err, HasSubstr("other.state"));
    EXPECT_EQ(cli({"merge", folder.file("a.csv.state")}).status, 2);
}

TEST(CliIncremental, GrowingFileIsFollowedUntilTheInterruption) {
    const TemporaryFolder folder;
    const std::string text = stream_text(3000, 3, 5);
    std::size_t part = text.size() / 3;
    const std::string path = folder.write("d.csv", text.substr(0, part));
    const auto more = [&](std::size_t size) {
        std::ofstream(path, std::ios::app) << text.substr(part, size);
        part += std::min(size, text.size() - part);
    };
    const auto followed =
        cli({"fit", "incremental", path, "--follow", "--target", "kind", "--json", "--quiet"},
            {.while_running = [&](pid_t child) {
                std::this_thread::sleep_for(300ms);
                more(1000);
                std::this_thread::sleep_for(200ms);
                more(7);  // a line that is not yet whole
                std::this_thread::sleep_for(300ms);
                more(text.size());
                std::this_thread::sleep_for(500ms);
                ::kill(child, SIGINT);
            }});
    ASSERT_EQ(followed.status, 130) << followed.err;
    const json grown = json::parse(followed.out);
    const auto whole = cli({"fit", "incremental", path, "--target", "kind", "--json"});
    const json expected = json::parse(whole.out);
    EXPECT_EQ(grown["parameters"], expected["parameters"]);
    EXPECT_EQ(grown["fit"]["rows_seen"], 3000);
    EXPECT_EQ(grown["fit"]["status"], "cancelled");
    const auto replaced =
        cli({"fit", "incremental", path, "--follow", "--quiet"}, {.while_running = [&](pid_t) {
                std::this_thread::sleep_for(300ms);
                std::filesystem::remove(path);
                static_cast<void>(folder.write("d.csv", text));
            }});
    EXPECT_EQ(replaced.status, 3);
    EXPECT_THAT(replaced.err, HasSubstr("was replaced while it was followed"));
    EXPECT_EQ(cli({"fit", "incremental", "-", "--follow"}, {.input = text}).status, 2);
}

TEST(CliIncremental, HostileRowsAreLeftOutCountedOrRefused) {
    const TemporaryFolder folder;
    std::string text = "x,y\n";
    for (int i = 0; i < 300; ++i)
        text += std::to_string(i % 7) + "," + std::to_string(i % 5) + "\n";
    const auto fit = [&](const std::string& rows, std::vector<std::string> more) {
        more.insert(more.begin(), {"fit", "incremental", "-"});
        return cli(more, {.input = text + rows});
    };
    EXPECT_THAT(fit("1,\n", {}).out, HasSubstr("1 rows left out"));
    EXPECT_THAT(fit("1,\n", {"--missing-rows", "error"}).err,
                HasSubstr("Standard input, line 302, column 'y' is empty"));
    EXPECT_THAT(fit("1,\n", {"--missing-rows", "mar"}).out, HasSubstr("301 of 301 rows learned"));
    EXPECT_THAT(fit("1,2,3\n", {}).err, HasSubstr("line 302 (row 301) has 3 cells"));
    EXPECT_THAT(fit("1,2,3\nx,1\n", {"--skip-bad-rows", "2"}).out,
                HasSubstr("2 rows left out, because they could not be read"));
    EXPECT_THAT(fit("1,2,3\nx,1\n", {"--skip-bad-rows", "1"}).err, HasSubstr("line 303"));
    EXPECT_THAT(cli({"fit", "incremental", "-"}, {.input = "x,y\n"}).err, HasSubstr("no row"));
    const auto one = cli({"fit", "incremental", "-", "--json"}, {.input = "x,y\n1,2\n"});
    ASSERT_EQ(one.status, 0) << one.err;
    EXPECT_EQ(json::parse(one.out)["parameters"]["means"], json({{1.0, 2.0}}));
    EXPECT_EQ(cli({"fit", "incremental", "-"}, {.input = "x,y\n,\n1,\n"}).status, 3);
}

TEST(CliIncremental, UsageIsRefusedInOneSentence) {
    const std::string data = data_file("iris.csv");
    const std::vector<std::pair<std::vector<std::string>, std::string>> wrong = {
        {{"--novelty", "2"}, "--novelty is '2'; it must be a number from 0 to 1."},
        {{"--novelty", "1"}, "novelty probability is 1"},
        {{"--forgetting", "0"}, "forgetting is 0"},
        {{"--preset", "folklore"}, "'folklore' is not a preset"},
        {{"--class-model", "both"}, "the choices are tagged and joint"},
        {{"--target", "nothing"}, "nothing"},
        {{"--columns", "species"}, "'species' is not numeric"},
        {{"--assignments", "a.csv"}, "--assignments is of no use here: fit incremental keeps no"},
        {{"--components", "3"}, "--components is of no use here"},
        {{"--feature-scale", "given"}, "needs the deviations of the features"},
        {{"--deviations", "1,2"}, "There are 2 deviations for 4 features"},
        {{"--update-rule", "cubic"}, "the choices are exact and published"}};
    for (const auto& [more, message] : wrong) {
        std::vector<std::string> words = {"fit", "incremental", data};
        words.insert(words.end(), more.begin(), more.end());
        const auto result = cli(words);
        EXPECT_EQ(result.status, 2) << more[0] << result.err;
        EXPECT_THAT(result.err, HasSubstr(message)) << more[0];
        EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    }
}

}  // namespace
}  // namespace mixtura
