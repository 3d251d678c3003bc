// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cmath>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>

#include "cli_program.h"

namespace mixtura {
namespace {

using nlohmann::json;
using test::cli;
using test::data_file;
using test::fields;
using test::fitted_model;
using test::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

TEST(CliSimulateRows, DrawsFromWhatTheOptionsDescribe) {
    const TemporaryFolder folder;
    const std::string path = folder.file("rows.csv");
    const auto result =
        cli({"simulate", "rows", "--components", "3", "--layout", "circle", "--separation", "40",
             "--weights", "2,1,1", "--rows", "4000", "-o", path});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.out, "");
    const auto rows = fields(text_of(path));
    ASSERT_EQ(rows.size(), 4001U);
    EXPECT_EQ(rows[0], (std::vector<std::string>{"x1", "x2", "component"}));
    // Corners of a triangle with edges of 40, the first on the axis of the first feature.
    const double radius = 40.0 / std::sqrt(3.0);
    int of_first = 0;
    double sum = 0.0;
    double squares = 0.0;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        if (rows[i][2] != "1")
            continue;
        ++of_first;
        const double noise = std::stod(rows[i][0]) - radius;
        sum += noise;
        squares += noise * noise;
    }
    EXPECT_NEAR(of_first, 2000, 5.0 * std::sqrt(1000.0));
    EXPECT_NEAR(sum / of_first, 0.0, 5.0 / std::sqrt(2000.0));
    EXPECT_NEAR(squares / of_first, 1.0, 5.0 * std::sqrt(2.0 / 2000.0));
}

TEST(CliSimulateRows, TakesMeansAndCovariancesAndWritesJson) {
    const std::vector<std::string> command{"simulate",      "rows",
                                           "--means",       "0,0,0; 9,1,2",
                                           "--covariances", "1,0,0;0,4,0;0,0,9",
                                           "--rows",        "7",
                                           "--seed",        "3",
                                           "--json"};
    const auto result = cli(command);
    ASSERT_EQ(result.status, 0) << result.err;
    const json document = json::parse(result.out);
    EXPECT_EQ(document["features"], json({"x1", "x2", "x3"}));
    EXPECT_EQ(document["observations"].size(), 7U);
    EXPECT_EQ(document["observations"][0].size(), 3U);
    EXPECT_EQ(document["components"].size(), 7U);
    EXPECT_EQ(cli(command).out, result.out);
}

class CliMisspecification : public testing::Test {
  protected:
    static std::vector<std::string> command(const std::vector<std::string>& more = {}) {
        std::vector<std::string> words{"simulate",           "misspecification",
                                       "--features",         "1",
                                       "--signal-to-noise",  "1,4",
                                       "--deviation-ratios", "0,1,1.25,2",
                                       "--replicates",       "5"};
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }
};

TEST_F(CliMisspecification, ShowsDriftAndCollapse) {
    const auto result = cli(command());
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, AllOf(HasSubstr("2 centres, features: 1, SNR of the mixture itself 4"),
                                  HasSubstr("1.25  0.704  0.980"),  // of infinitely many rows
                                  HasSubstr("0  1.167  1.008"), HasSubstr("sqrt(1 + SNR)")));
    EXPECT_EQ(result.err, "");
}

/// Reference values: quadrature of the fixed-point equation, gaussian mixtures with wrong variance.
TEST_F(CliMisspecification, GivesOneJsonDocumentWithTheReferenceValues) {
    const auto result = cli(command({"--json", "--rows", "4000"}));
    ASSERT_EQ(result.status, 0) << result.err;
    const json document = json::parse(result.out);
    EXPECT_EQ(document["status"], "done");
    EXPECT_EQ(document["arrangement"]["signal_to_noise"], 4.0);
    const json& cells = document["cells"];
    ASSERT_EQ(cells.size(), 8U);
    const std::vector<double> limits{1.166631, 1.008491, 1.0, 1.0,
                                     0.704019, 0.980308, 0.0, 0.631180};
    for (std::size_t c = 0; c < cells.size(); ++c) {
        EXPECT_NEAR(cells[c]["limit_separation"].get<double>(), limits[c], 1e-6) << c;
        EXPECT_NEAR(cells[c]["separation"].get<double>(), limits[c], 0.06) << c;
        EXPECT_EQ(cells[c]["replicates"], 5);
    }
    EXPECT_EQ(cells[6]["collapsed_share"], 1.0);
    EXPECT_NEAR(cells[6]["collapse_ratio"].get<double>(), std::sqrt(2.0), 1e-12);
    EXPECT_EQ(cells[7]["collapsed_share"], 0.0);
}

TEST_F(CliMisspecification, WritesCsvThatThreadsDoNotChange) {
    const TemporaryFolder folder;
    const std::string path = folder.file("study.csv");
    const auto result = cli(command({"-o", path, "--threads", "1"}));
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("Written: "));
    const auto rows = fields(text_of(path));
    ASSERT_EQ(rows.size(), 9U);
    EXPECT_EQ(rows[0][0], "deviation_ratio");
    EXPECT_EQ(rows[3][0], "1");
    EXPECT_EQ(rows[3][1], "1");
    for (const auto& row : rows) EXPECT_EQ(row.size(), rows[0].size());
    const auto again = cli(command({"-o", "-", "--threads", "2"}));
    EXPECT_EQ(again.out, text_of(path));
}

TEST_F(CliMisspecification, TakesTheCentresOfAModelInAnyUnits) {
    const TemporaryFolder folder;
    const std::string model = fitted_model(folder, "iris.json", data_file("iris.csv"),
                                           {"--components", "3", "--covariance", "EEE"});
    const std::vector<std::string> words{"simulate", "misspecification",
                                         model,      "--signal-to-noise",
                                         "8",        "--deviation-ratios",
                                         "1,4",      "--replicates",
                                         "3",        "--json"};
    const auto result = cli(words);
    ASSERT_EQ(result.status, 0) << result.err;
    const json document = json::parse(result.out);
    EXPECT_EQ(document["arrangement"]["centres"].size(), 3U);
    // Three species nearly on a line: most of their scatter along one axis, not all of it.
    EXPECT_GT(document["arrangement"]["leading_share"].get<double>(), 0.9);
    EXPECT_LT(document["arrangement"]["leading_share"].get<double>(), 1.0);
    EXPECT_TRUE(document["cells"][0]["limit_separation"].is_null());
    EXPECT_NEAR(document["cells"][0]["separation"].get<double>(), 1.0, 0.05);
    EXPECT_EQ(document["cells"][1]["collapsed_share"], 1.0);
    EXPECT_THAT(cli({"simulate", "misspecification", model, "--signal-to-noise", "1",
                     "--deviation-ratios", "1", "--replicates", "2"})
                    .out,
                Not(HasSubstr("infinitely many rows")));
}

TEST_F(CliMisspecification, CtrlCKeepsTheSamplesDrawnUntilThen) {
    using namespace std::chrono_literals;
    const TemporaryFolder folder;
    const std::string path = folder.file("study.csv");
    std::chrono::steady_clock::time_point asked;
    const auto result =
        cli({"simulate", "misspecification", "--signal-to-noise", "4", "--deviation-ratios", "1",
             "--rows", "2000", "--replicates", "100000", "--json", "-o", path},
            {.while_running = [&](pid_t child) {
                std::this_thread::sleep_for(1000ms);
                asked = std::chrono::steady_clock::now();
                ::kill(child, SIGINT);
            }});
    EXPECT_LT(std::chrono::steady_clock::now() - asked, 2s);
    EXPECT_EQ(result.status, 130) << result.err;
    const json document = json::parse(result.out);
    EXPECT_EQ(document["status"], "cancelled");
    const int done = document["cells"][0]["replicates"].get<int>();
    EXPECT_GE(done, 1);
    EXPECT_LT(done, 100000);
    EXPECT_EQ(fields(text_of(path)).size(), 2U);
}

TEST(CliSimulate, SaysInOneSentenceWhatIsWrong) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
        {{"simulate"}, "'simulate' is not a whole command"},
        {{"simulate", "rows"}, "simulate rows needs --rows"},
        {{"simulate", "rows", "--rows", "3", "--means", "1,2;3"},
         "--means: row 2 has 1 numbers, the first has 2"},
        {{"simulate", "rows", "--rows", "3", "--means", "1,x"}, "--means: 'x' is not a number"},
        {{"simulate", "rows", "--rows", "3", "--means", "1,2", "--components", "3"},
         "--components and --means exclude each other"},
        {{"simulate", "rows", "--rows", "3", "--layout", "grid"},
         "The layout 'grid' is none of line, circle and simplex."},
        {{"simulate", "rows", "--rows", "2", "--covariances", "1,2;2,1"}, "not positive definite"},
        {{"simulate", "misspecification", "--signal-to-noise", "0"},
         "A signal-to-noise ratio is 0; it must be from 0.001 to 10000."},
        {{"simulate", "misspecification", "--deviation-ratios", "1,"},
         "--deviation-ratios: '' is not a number"},
        {{"simulate", "misspecification", "x.json", "--components", "3"},
         "MODEL and --components exclude each other"},
        {{"simulate", "misspecification", "--components", "1"}, "has a single component"},
        {{"simulate", "misspecification", "--json", "-o", "-"}, "Standard output holds one"}};
    for (const auto& [command, words] : cases) {
        const auto result = cli(command);
        EXPECT_EQ(result.status, 2) << words;
        EXPECT_THAT(result.err, HasSubstr(words));
        EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
        EXPECT_EQ(result.out, "");
    }
}

}  // namespace
}  // namespace mixtura
