// SPDX-License-Identifier: Apache-2.0
// Mixtures of factor analysers, from the fit to the exported programs.

#include <cmath>
#include <fstream>
#include <sstream>

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

class CliFactors : public testing::Test {
  protected:
    TemporaryFolder folder_;
    std::string model_ = folder_.file("m.json");
    test::ProcessResult fitted_ = cli({"fit",
                                       "gmm",
                                       data_file("wine.csv"),
                                       "--family",
                                       "factor",
                                       "--factors",
                                       "2",
                                       "--covariance",
                                       "UCU",
                                       "--init",
                                       "labels:class",
                                       "--tolerance",
                                       "0",
                                       "--max-iterations",
                                       "1000",
                                       "--uniqueness-floor",
                                       "1e-8",
                                       "--standardise",
                                       "zscore",
                                       "-o",
                                       model_});
};

std::string text_of(const std::string& path) {
    const std::ifstream file(path);
    return (std::ostringstream() << file.rdbuf()).str();
}

/// n times the sum of the logarithms of the features' standard deviations, divisor n - 1.
double log_scales(const std::string& csv, std::size_t feature_count) {
    const auto rows = fields(csv);
    const auto n = static_cast<double>(rows.size() - 1);
    double total = 0.0;
    for (std::size_t j = 0; j < feature_count; ++j) {
        double mean = 0.0;
        double squares = 0.0;
        for (std::size_t i = 1; i < rows.size(); ++i) mean += std::stod(rows[i][j]) / n;
        for (std::size_t i = 1; i < rows.size(); ++i)
            squares += std::pow(std::stod(rows[i][j]) - mean, 2);
        total += 0.5 * n * std::log(squares / (n - 1.0));
    }
    return total;
}

// The limit of an independent program on columns divided by those deviations, see
// factor_reference_test.cpp; the fit knows no units.
TEST_F(CliFactors, FitsWritesAndPredicts) {
    ASSERT_EQ(fitted_.status, 0) << fitted_.err;
    EXPECT_THAT(fitted_.out, HasSubstr("3 groups, own loadings, common uniquenesses, 2 factors "
                                       "(UCU(2))"));
    const json model = json::parse(folder_.read("m.json"));
    EXPECT_EQ("factor_mixture", model["kind"]);
    EXPECT_EQ("factor", model["options"]["family"]);
    EXPECT_EQ("UCU(2)", model["options"]["covariance_structure"]);
    const double expected = -2356.31078980 - log_scales(text_of(data_file("wine.csv")), 13);
    EXPECT_NEAR(expected, model["fit"]["log_likelihood"].get<double>(), 1e-6);
    EXPECT_EQ(129, model["fit"]["parameter_count"]);
    EXPECT_EQ(13U, model["parameters"]["loadings"][2].size());
    EXPECT_EQ(2U, model["parameters"]["loadings"][2][0].size());
    double sum = 0.0;
    const auto predicted = fields(cli({"predict", model_, data_file("wine.csv")}).out);
    for (std::size_t i = 1; i < predicted.size(); ++i) sum += std::stod(predicted[i][3]);
    EXPECT_NEAR(expected, sum, 1e-6);
    const std::string problem = test::schema_problem(model_);
    if (problem.starts_with("skip: "))
        GTEST_SKIP() << problem;
    EXPECT_EQ("", problem);
}

TEST_F(CliFactors, TheOtherCommandsTakeTheModel) {
    ASSERT_EQ(fitted_.status, 0) << fitted_.err;
    ASSERT_EQ(cli({"sample", model_, "--rows", "50", "-o", folder_.file("d.csv")}).status, 0);
    const auto predicted = fields(cli({"predict", model_, folder_.file("d.csv")}).out);
    ASSERT_EQ(predicted.size(), 51U);
    ASSERT_EQ(cli({"export", model_, "--format", "cpp", "-o", folder_.file("model.hpp")}).status,
              0);
    const auto exported =
        run_process({"sh", "-c",
                     "\"$0\" -std=c++17 -Wall -Wextra -Werror -DMIXTURA_MODEL_MAIN -x c++ "
                     "model.hpp -o model && ./model",
                     MIXTURA_CXX_COMPILER},
                    {.input = folder_.read("d.csv"), .working_directory = folder_.path()});
    ASSERT_EQ(exported.status, 0) << exported.err;
    const auto rows = fields(exported.out);
    for (std::size_t i = 1; i < rows.size(); ++i)
        EXPECT_NEAR(std::stod(rows[i][3]), std::stod(predicted[i][3]), 1e-9);
    EXPECT_THAT(cli({"compare", model_, model_}).out, HasSubstr("UCU(2),3"));
    const auto report = cli({"report", model_, "-o", folder_.file("r.html")});
    EXPECT_EQ(report.status, 0) << report.err;
    EXPECT_THAT(folder_.read("r.html"), HasSubstr("mixture of factor analysers"));
    const auto refused =
        cli({"explain", model_, data_file("wine.csv"), "--standard-errors", "hessian"});
    EXPECT_THAT(refused.err + refused.out, HasSubstr("use the bootstrap"));
    const auto bootstrap = cli({"explain", model_, data_file("wine.csv"), "--standard-errors",
                                "weighted-bootstrap", "--replicates", "5"});
    EXPECT_EQ(bootstrap.status, 0) << bootstrap.err;
}

TEST_F(CliFactors, ASearchRanksCountsAndStructures) {
    const std::vector<std::string> command{"fit",          "gmm",       data_file("crabs.csv"),
                                           "--exclude",    "index",     "--family",
                                           "factor",       "--factors", "1:2",
                                           "--components", "1:2",       "--covariance",
                                           "UCU,CCC",      "--starts",  "2"};
    const auto result = cli(command);
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, AllOf(HasSubstr("of 8 tried"), HasSubstr("UCU(2)"), HasSubstr("CCC(1)"),
                                  HasSubstr("leads")));
    std::vector<std::string> with_json = command;
    with_json.emplace_back("--json");
    const json model = json::parse(cli(with_json).out);
    ASSERT_EQ(8U, model["selection"].size());
    for (const json& record : model["selection"])
        EXPECT_GE(record["bic"].get<double>(), model["fit"]["bic"].get<double>());
    with_json.insert(with_json.end(), {"--threads", "1"});
    EXPECT_EQ(test::without_seconds(model), test::without_seconds(json::parse(cli(with_json).out)));
}

TEST(CliFactorFailures, EachSaysWhatToDo) {
    const auto message = [](const std::string& data, const std::vector<std::string>& options) {
        std::vector<std::string> command{"fit", "gmm", data_file(data)};
        command.insert(command.end(), options.begin(), options.end());
        const auto result = cli(command);
        EXPECT_NE(result.status, 0);
        return result.err;
    };
    EXPECT_THAT(message("iris.csv", {"--factors", "2"}), HasSubstr("add --family factor"));
    EXPECT_THAT(message("iris.csv", {"--family", "factor", "--factors", "2:3"}),
                HasSubstr("admissible for 4 features; the greatest is 1"));
    EXPECT_THAT(message("iris.csv", {"--family", "factor", "--factors", "two"}),
                HasSubstr("how many factors"));
    EXPECT_THAT(message("iris.csv", {"--family", "factor", "--covariance", "VVV"}),
                HasSubstr("Unknown factor structure \"VVV\""));
    EXPECT_THAT(message("faithful.csv", {"--family", "factor"}),
                HasSubstr("at least 4 features; the data have 2"));
    EXPECT_THAT(message("iris.csv", {"--family", "factor", "--prior"}),
                HasSubstr("without a prior"));
    EXPECT_THAT(message("iris.csv", {"--family", "factor", "--criterion", "cv"}),
                HasSubstr("use bic, icl or aic"));
    EXPECT_THAT(message("iris.csv", {"--family", "factor", "--labels", "species"}),
                HasSubstr("not fitted with known labels"));
    EXPECT_THAT(message("iris.csv", {"--family", "factor", "--uniqueness-floor", "2"}),
                HasSubstr("uniqueness_floor is 2"));
}

}  // namespace
}  // namespace mixtura
