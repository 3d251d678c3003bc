// SPDX-License-Identifier: Apache-2.0
// Student-t mixtures, from the fit to the exported programs.

#include <cmath>

#include <gmock/gmock.h>

#include "cli_program.h"

namespace mixtura {
namespace {

using nlohmann::json;
using test::cli;
using test::data_file;
using test::fields;
using test::run_process;
using test::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;

class CliStudent : public testing::Test {
  protected:
    TemporaryFolder folder_;
    std::string model_ = folder_.file("m.json");
    test::ProcessResult fitted_ =
        cli({"fit", "gmm", data_file("diabetes.csv"), "--family", "student", "--init",
             "labels:class", "--covariance", "VVV", "--tolerance", "1e-9", "-o", model_});

    /// The scores that an exported program prints, against those of predict.
    void expect_agreement(const std::string& format, const std::string& file,
                          const std::vector<std::string>& command) {
        const auto exported = cli({"export", model_, "--format", format, "-o", folder_.file(file)});
        ASSERT_EQ(exported.status, 0) << exported.err;
        const auto result = run_process(command, {.input = folder_.read("d.csv"),
                                                  .environment = {{"LC_ALL", "C.UTF-8"}},
                                                  .working_directory = folder_.path()});
        ASSERT_EQ(result.status, 0) << result.err;
        const auto rows = fields(result.out);
        const auto predicted = fields(cli({"predict", model_, folder_.file("d.csv")}).out);
        ASSERT_EQ(rows.size(), predicted.size());
        for (std::size_t i = 1; i < rows.size(); ++i) {
            EXPECT_EQ(rows[i][1], predicted[i][1]);
            EXPECT_NEAR(std::stod(rows[i][3]), std::stod(predicted[i][3]), 1e-10);
        }
    }

    void copy_data() {
        const auto copied = cli({"sample", model_, "--rows", "100", "-o", folder_.file("d.csv")});
        ASSERT_EQ(copied.status, 0) << copied.err;
    }
};

TEST_F(CliStudent, FitsWritesAndPredicts) {
    ASSERT_EQ(fitted_.status, 0) << fitted_.err;
    EXPECT_THAT(fitted_.out,
                AllOf(HasSubstr("Student-t components"), HasSubstr("Degrees of freedom: "),
                      HasSubstr("6.8 (component"), HasSubstr("200, as good as Gaussian")));
    const json model = json::parse(folder_.read("m.json"));
    EXPECT_EQ("student_mixture", model["kind"]);
    EXPECT_EQ("student", model["options"]["family"]);
    EXPECT_EQ("free", model["options"]["degrees_of_freedom_rule"]);
    // The value of an independent program, see student_fit_test.cpp; 29 parameters and 3 tails.
    EXPECT_NEAR(-2301.68578748, model["fit"]["log_likelihood"].get<double>(), 1e-6);
    EXPECT_EQ(32, model["fit"]["parameter_count"]);
    EXPECT_EQ(3U, model["parameters"]["degrees_of_freedom"].size());
    EXPECT_EQ(3U, model["parameters"]["scale_matrices"].size());
    double sum = 0.0;
    const auto predicted = fields(cli({"predict", model_, data_file("diabetes.csv")}).out);
    for (std::size_t i = 1; i < predicted.size(); ++i) sum += std::stod(predicted[i][3]);
    EXPECT_NEAR(-2301.68578748, sum, 1e-6);
    const std::string problem = test::schema_problem(model_);
    if (problem.starts_with("skip: "))
        GTEST_SKIP() << problem;
    EXPECT_EQ("", problem);
}

TEST_F(CliStudent, TheExportedProgramsAgree) {
    ASSERT_EQ(fitted_.status, 0) << fitted_.err;
    copy_data();
    if (run_process({"sh", "-c", "command -v Rscript"}).status == 0)
        expect_agreement("r", "model.R", {"Rscript", "--vanilla", "model.R", "d.csv"});
    if (run_process({"/usr/bin/python3", "-c", "import numpy"}).status == 0)
        expect_agreement("python", "model.py", {"/usr/bin/python3", "model.py", "d.csv"});
    expect_agreement("cpp", "model.hpp",
                     {"sh", "-c",
                      "\"$0\" -std=c++17 -Wall -Wextra -Werror -DMIXTURA_MODEL_MAIN -x c++ "
                      "model.hpp -o model && ./model",
                      MIXTURA_CXX_COMPILER});
    const auto pmml = cli({"export", model_, "--format", "pmml"});
    EXPECT_EQ(pmml.status, 2);
    EXPECT_THAT(pmml.err, HasSubstr("PMML has no element"));
}

TEST_F(CliStudent, IsExplained) {
    ASSERT_EQ(fitted_.status, 0) << fitted_.err;
    const auto explained = cli({"explain", model_, data_file("diabetes.csv"), "--modes",
                                "--standard-errors", "weighted-bootstrap", "--replicates", "30"});
    EXPECT_EQ(explained.status, 0) << explained.err;
    const auto refused =
        cli({"explain", model_, data_file("diabetes.csv"), "--standard-errors", "hessian"});
    EXPECT_THAT(refused.err + refused.out, HasSubstr("use the bootstrap"));
}

TEST_F(CliStudent, GoesOnFromACheckpointToTheSameBits) {
    const std::vector<std::string> options{
        "fit",          "gmm",          data_file("diabetes.csv"),
        "--family",     "student",      "--degrees-of-freedom",
        "common",       "--components", "2:3",
        "--covariance", "VVV,EEE",      "--json"};
    const auto with = [&](std::vector<std::string> more) {
        std::vector<std::string> all = options;
        all.insert(all.end(), more.begin(), more.end());
        return cli(all);
    };
    const auto whole = with({"--checkpoint", folder_.file("c.json")});
    ASSERT_EQ(whole.status, 0) << whole.err;
    const auto again = with({"--resume", folder_.file("c.json")});
    ASSERT_EQ(again.status, 0) << again.err;
    const json one = json::parse(whole.out);
    const json two = json::parse(again.out);
    EXPECT_EQ(one["parameters"], two["parameters"]);
    EXPECT_EQ(one["fit"]["trace"], two["fit"]["trace"]);
    const auto other = cli({"fit", "gmm", data_file("diabetes.csv"), "--components", "2:3",
                            "--covariance", "VVV,EEE", "--resume", folder_.file("c.json")});
    EXPECT_THAT(other.err, HasSubstr("--family"));
}

TEST_F(CliStudent, FixedTailsAreKeptAndNotCounted) {
    const auto result = cli({"fit", "gmm", data_file("diabetes.csv"), "--family", "student",
                             "--degrees-of-freedom", "5", "--init", "labels:class", "--covariance",
                             "VVV", "--tolerance", "1e-9", "--json"});
    ASSERT_EQ(result.status, 0) << result.err;
    const json model = json::parse(result.out);
    EXPECT_NEAR(-2308.91003810, model["fit"]["log_likelihood"].get<double>(), 1e-6);
    EXPECT_EQ(29, model["fit"]["parameter_count"]);
    EXPECT_EQ(json({5.0, 5.0, 5.0}), model["parameters"]["degrees_of_freedom"]);
}

TEST_F(CliStudent, ABrokenFileIsNamedByItsPlace) {
    ASSERT_EQ(fitted_.status, 0) << fitted_.err;
    json model = json::parse(folder_.read("m.json"));
    model["parameters"]["degrees_of_freedom"][1] = -1.0;
    const auto result =
        cli({"predict", folder_.write("b.json", model.dump()), data_file("diabetes.csv")});
    EXPECT_EQ(result.status, 3);
    EXPECT_THAT(result.err, HasSubstr("/parameters/degrees_of_freedom/1"));
}

}  // namespace
}  // namespace mixtura
