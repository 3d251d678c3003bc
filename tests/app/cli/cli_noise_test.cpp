// SPDX-License-Identifier: Apache-2.0
// Noise, from the fit to the exported program.

#include <algorithm>
#include <cmath>
#include <string>

#include <gmock/gmock.h>

#include "mixtura/common/random.h"

#include "cli_program.h"

namespace mixtura {
namespace {

using nlohmann::json;
using test::cli;
using test::data_file;
using test::fields;
using test::has_program;
using test::run_process;
using test::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;

/// Two groups of 80 rows and 60 rows spread over a square; `start` names the group of some rows and
/// leaves those of the noise empty.
class CliNoise : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        folder_ = new TemporaryFolder;
        RandomStream random(11, 0);
        std::string csv = "u,v,start\n";
        for (int i = 0; i < 220; ++i) {
            const double u = i < 160 ? (i < 80 ? -3.0 : 3.0) + 0.4 * random.normal()
                                     : 16.0 * random.uniform() - 8.0;
            const double v = i < 160 ? 0.4 * random.normal() : 16.0 * random.uniform() - 8.0;
            csv += std::to_string(u) + "," + std::to_string(v) + "," +
                   (i < 80    ? "left"
                    : i < 160 ? "right"
                              : "") +
                   "\n";
        }
        data_ = folder_->write("d.csv", csv + "1.5,,\n");
        const auto fitted = cli({"fit", "gmm", data_, "--noise", "--components", "2",
                                 "--covariance", "VII", "-o", folder_->file("m.json")});
        ASSERT_EQ(fitted.status, 0) << fitted.err;
        summary_ = fitted.out;
        model_ = folder_->file("m.json");
        predicted_ = fields(cli({"predict", model_, data_}).out);
    }
    static void TearDownTestSuite() { delete folder_; }

    /// The program's rows are those of predict: numbers to 1e-10, texts as they are.
    static void expect_agreement(const std::string& printed) {
        const auto rows = fields(printed);
        ASSERT_EQ(rows.size(), predicted_.size());
        EXPECT_EQ(rows[0], predicted_[0]);
        for (std::size_t i = 1; i < rows.size(); ++i) {
            ASSERT_EQ(rows[i].size(), predicted_[i].size());
            EXPECT_EQ(rows[i][1], predicted_[i][1]);
            EXPECT_EQ(rows[i].back(), predicted_[i].back());
            for (std::size_t j = 2; j + 1 < rows[i].size() && !predicted_[i][j].empty(); ++j)
                EXPECT_NEAR(std::stod(rows[i][j]), std::stod(predicted_[i][j]), 1e-10);
        }
    }
    static void export_to(const std::string& format, const std::string& name) {
        const auto exported =
            cli({"export", model_, "--format", format, "-o", folder_->file(name)});
        ASSERT_EQ(exported.status, 0) << exported.err;
    }

    static TemporaryFolder* folder_;
    static std::string data_;
    static std::string model_;
    static std::string summary_;
    static std::vector<std::vector<std::string>> predicted_;
};

TemporaryFolder* CliNoise::folder_ = nullptr;
std::string CliNoise::data_;
std::string CliNoise::model_;
std::string CliNoise::summary_;
std::vector<std::vector<std::string>> CliNoise::predicted_;

TEST_F(CliNoise, IsToldInWordsTablesAndTheModelFile) {
    EXPECT_THAT(summary_, AllOf(HasSubstr("2 groups and noise"), HasSubstr("Noise: "),
                                HasSubstr("belong to no component")));
    const json model = json::parse(folder_->read("m.json"));
    const json& parameters = model["parameters"];
    double sum = parameters["noise"]["weight"];
    EXPECT_NEAR(sum, 60.0 / 220.0, 0.04);
    for (const double weight : parameters["mixing_weights"]) sum += weight;
    EXPECT_NEAR(sum, 1.0, 1e-12);
    EXPECT_EQ(model["fit"]["parameter_count"], 5 + 2 + 2);
    EXPECT_EQ(model["options"]["noise"], true);
    const std::string problem = test::schema_problem(model_);
    EXPECT_TRUE(problem.empty() || problem.starts_with("skip: ")) << problem;

    EXPECT_EQ(predicted_[0],
              (std::vector<std::string>{"row", "classification", "uncertainty", "log_density",
                                        "responsibility_1", "responsibility_2",
                                        "responsibility_noise", "label"}));
    int noise = 0;
    for (std::size_t i = 161; i <= 220; ++i) {
        noise += predicted_[i][1] == "0" ? 1 : 0;
        EXPECT_EQ(predicted_[i][1] == "0", predicted_[i].back() == "noise");
    }
    EXPECT_GE(noise, 54);
    EXPECT_EQ(predicted_[221][1], "");
    const json scores = json::parse(cli({"predict", model_, data_, "--json"}).out);
    EXPECT_EQ(std::to_string(scores["classification"][200].get<int>()), predicted_[201][1]);
    EXPECT_EQ(scores["responsibilities"][0].size(), 3U);
}

TEST_F(CliNoise, BeginsAtRowsWithoutALabel) {
    const auto fitted = cli({"fit", "gmm", data_, "--noise", "--init", "labels:start",
                             "--covariance", "VII", "--json"});
    ASSERT_EQ(fitted.status, 0) << fitted.err;
    const json model = json::parse(fitted.out);
    EXPECT_EQ(model["options"]["component_count"], 2);
    EXPECT_NEAR(model["fit"]["log_likelihood"].get<double>(),
                json::parse(folder_->read("m.json"))["fit"]["log_likelihood"].get<double>(), 1e-4);
    const auto plain = cli({"fit", "gmm", data_, "--init", "labels:start", "--covariance", "VII"});
    EXPECT_EQ(plain.status, 3);
    EXPECT_THAT(plain.err, HasSubstr("line 162"));
}

TEST_F(CliNoise, HasTheSameModelInOtherUnits) {
    const auto scaled = cli({"fit", "gmm", data_, "--noise", "--components", "2", "--covariance",
                             "VVI", "--standardise", "zscore", "-o", folder_->file("z.json")});
    ASSERT_EQ(scaled.status, 0) << scaled.err;
    const json model = json::parse(folder_->read("z.json"));
    double total = 0.0;
    for (const auto& row : fields(cli({"predict", folder_->file("z.json"), data_}).out))
        if (row[0] != "row" && !row[3].empty())
            total += std::stod(row[3]);
    EXPECT_NEAR(total, model["fit"]["log_likelihood"].get<double>(), 1e-8);
    // Going on from the model finds nothing to gain.
    const auto again = cli({"fit", "gmm", data_, "--noise", "--standardise", "zscore", "--init",
                            folder_->file("z.json"), "--json"});
    ASSERT_EQ(again.status, 0) << again.err;
    EXPECT_NEAR(json::parse(again.out)["fit"]["log_likelihood"].get<double>(), total, 1e-3);
}

TEST_F(CliNoise, IsExplainedSampledAndReported) {
    const auto explained =
        cli({"explain", model_, data_, "--modes", "--merge", "--subspace", "--outliers", "0.01",
             "--standard-errors", "bootstrap", "--replicates", "20"});
    ASSERT_EQ(explained.status, 0) << explained.err;
    EXPECT_THAT(explained.out, AllOf(HasSubstr("noise"), HasSubstr("Modes: the density has 2")));
    const auto refused = cli({"explain", model_, data_, "--standard-errors", "hessian"});
    EXPECT_NE(refused.status, 0);
    EXPECT_THAT(refused.err, HasSubstr("use the bootstrap"));
    const auto drawn = cli({"sample", model_, "--rows", "2000", "-o", "-"});
    ASSERT_EQ(drawn.status, 0) << drawn.err;
    const auto rows = fields(drawn.out);
    const auto noise = std::ranges::count_if(
        rows, [](const auto& row) { return std::ranges::find(row, "0") != row.end(); });
    EXPECT_NEAR(double(noise) / 2000.0, 60.0 / 220.0, 0.06);
    EXPECT_EQ(cli({"report", model_, data_, "-o", folder_->file("r.html")}).status, 0);
    EXPECT_THAT(folder_->read("r.html"), HasSubstr("mark noise"));
    EXPECT_EQ(cli({"compare", model_, model_}).status, 0);
}

TEST_F(CliNoise, ProgramsAgreeWithPredict) {
    if (has_program("Rscript")) {
        export_to("r", "model.R");
        const auto result = run_process({"Rscript", "--vanilla", "model.R", "d.csv"},
                                        {.working_directory = folder_->path()});
        ASSERT_EQ(result.status, 0) << result.err;
        expect_agreement(result.out);
    }
    if (run_process({"/usr/bin/python3", "-c", "import numpy"}).status == 0) {
        export_to("python", "model.py");
        const auto result = run_process({"/usr/bin/python3", "model.py", "d.csv"},
                                        {.working_directory = folder_->path()});
        ASSERT_EQ(result.status, 0) << result.err;
        expect_agreement(result.out);
    }
    if (has_program(MIXTURA_CXX_COMPILER)) {
        export_to("cpp", "model.hpp");
        const auto compiled =
            run_process({MIXTURA_CXX_COMPILER, "-std=c++17", "-O1", "-Wall", "-Wextra", "-Werror",
                         "-DMIXTURA_MODEL_MAIN", "-x", "c++", folder_->file("model.hpp"), "-o",
                         folder_->file("model")});
        ASSERT_EQ(compiled.status, 0) << compiled.err;
        const auto result =
            run_process({folder_->file("model")}, {.input = folder_->read("d.csv")});
        ASSERT_EQ(result.status, 0) << result.err;
        expect_agreement(result.out);
    }
}

TEST_F(CliNoise, ModelOfMclustGivesTheSameResponsibilities) {
    if (!has_program("Rscript") || run_process({"Rscript", "-e", "library(mclust)"}).status != 0)
        GTEST_SKIP() << "there is no R with the package mclust on this machine";
    export_to("r", "model.R");
    const auto result = run_process(
        {"Rscript", "--vanilla", "-e",
         "suppressMessages(library(mclust)); source('model.R'); x <- read.csv('d.csv')[1:220, "
         "1:2]; m <- mixtura_as_mclust(x); e <- estep(as.matrix(x), m$modelName, m$parameters); s "
         "<- mixtura_score(x); stopifnot(max(abs(e$z - s$responsibilities)) < 1e-10, "
         "abs(e$loglik - sum(s$log_density)) < 1e-8)"},
        {.working_directory = folder_->path()});
    EXPECT_EQ(result.status, 0) << result.err;
}

TEST_F(CliNoise, GoesOnFromACheckpoint) {
    const std::vector<std::string> words = {"fit",          "gmm", data_,          "--noise",
                                            "--components", "3",   "--covariance", "VVV",
                                            "--starts",     "2",   "--tolerance",  "0"};
    const auto with = [&](std::vector<std::string> more) {
        std::vector<std::string> all = words;
        all.insert(all.end(), more.begin(), more.end());
        return cli(all);
    };
    ASSERT_EQ(with({"--max-iterations", "40", "-o", folder_->file("whole.json"), "--checkpoint",
                    folder_->file("c.json")})
                  .status,
              0);
    const auto resumed = with({"--max-iterations", "40", "-o", folder_->file("again.json"),
                               "--resume", folder_->file("c.json")});
    ASSERT_EQ(resumed.status, 0) << resumed.err;
    EXPECT_EQ(json::parse(folder_->read("whole.json"))["parameters"],
              json::parse(folder_->read("again.json"))["parameters"]);
}

TEST_F(CliNoise, RefusesWhatItDoesNotGoWith) {
    const auto refused = [&](const std::vector<std::string>& more) {
        std::vector<std::string> words = {"fit", "gmm", data_, "--noise", "--components", "2"};
        words.insert(words.end(), more.begin(), more.end());
        const auto result = cli(words);
        EXPECT_EQ(result.status, 2) << result.out;
        return result.err;
    };
    EXPECT_THAT(refused({"--labels", "start"}), HasSubstr("known labels"));
    EXPECT_THAT(refused({"--missing-rows", "mar"}), HasSubstr("missing values"));
    EXPECT_THAT(refused({"--family", "factor"}), HasSubstr("factor analysers"));
    EXPECT_THAT(refused({"--family", "student"}), HasSubstr("Student-t"));
    EXPECT_THAT(refused({"--criterion", "nec"}), HasSubstr("nec"));
    const auto without = cli({"fit", "gmm", data_, "--init", model_});
    EXPECT_NE(without.status, 0);
    EXPECT_THAT(without.err, HasSubstr("start model has a noise component"));

    json model = json::parse(folder_->read("m.json"));
    model["parameters"]["noise"]["log_density"] = 1.0;
    const auto read = cli({"predict", folder_->write("bad.json", model.dump()), data_});
    EXPECT_EQ(read.status, 3);
    EXPECT_THAT(read.err, HasSubstr("/parameters/noise/log_density"));
}

}  // namespace
}  // namespace mixtura
