// SPDX-License-Identifier: Apache-2.0
// Rows with missing values, used as missing at random.

#include <cmath>

#include <gmock/gmock.h>

#include "cli_program.h"

namespace mixtura {
namespace {

using nlohmann::json;
using test::cli;
using test::data_file;
using test::fields;
using test::TemporaryFolder;
using testing::HasSubstr;

class CliMissing : public testing::Test {
  protected:
    TemporaryFolder folder_;
    std::string data_ = data_file("airquality.csv");
    std::string model_ = folder_.file("m.json");
    test::ProcessResult fitted_ =
        cli({"fit", "gmm", data_, "--columns", "Ozone,Solar.R,Wind,Temp", "--missing-rows", "mar",
             "--components", "1", "--covariance", "VVV", "--tolerance", "1e-10", "-o", model_,
             "--assignments", folder_.file("rows.csv")});
};

// The limit of an independent prototype, see incomplete_rows_test.cpp.
TEST_F(CliMissing, EveryRowIsUsed) {
    ASSERT_EQ(fitted_.status, 0) << fitted_.err;
    EXPECT_THAT(fitted_.out, HasSubstr("42 of 153 rows miss a value"));
    EXPECT_THAT(fitted_.out, HasSubstr("153 of 153 rows"));
    const json model = json::parse(folder_.read("m.json"));
    EXPECT_EQ("mar", model["options"]["missing_rows"]);
    EXPECT_EQ(153, model["data"]["rows_used"]);
    EXPECT_NEAR(-2326.69738280, model["fit"]["log_likelihood"].get<double>(), 1e-6);
    const auto rows = fields(folder_.read("rows.csv"));
    ASSERT_EQ(rows.size(), 154U);
    double sum = 0.0;
    for (std::size_t i = 1; i < rows.size(); ++i) sum += std::stod(rows[i][3]);
    EXPECT_NEAR(-2326.69738280, sum, 1e-6);
    const std::string problem = test::schema_problem(model_);
    if (problem.starts_with("skip: "))
        GTEST_SKIP() << problem;
    EXPECT_EQ("", problem);
}

TEST_F(CliMissing, PredictJudgesByWhatARowHoldsAndImputes) {
    ASSERT_EQ(fitted_.status, 0) << fitted_.err;
    const auto all = cli({"predict", model_, data_, "--imputed", folder_.file("filled.csv")});
    ASSERT_EQ(all.status, 0) << all.err;
    EXPECT_EQ("", all.err);
    EXPECT_FALSE(fields(all.out)[5][3].empty());
    const auto filled = fields(folder_.read("filled.csv"));
    ASSERT_EQ(filled.size(), 154U);
    EXPECT_EQ(filled[0], (std::vector<std::string>{"row", "Ozone", "Solar.R", "Wind", "Temp"}));
    EXPECT_EQ(filled[1], (std::vector<std::string>{"1", "41", "190", "7.4", "67"}));
    // Row 5 misses Ozone and Solar.R: the regression on Wind and Temp.
    const json parameters = json::parse(folder_.read("m.json"))["parameters"];
    const auto s = parameters["covariances"][0].get<std::vector<std::vector<double>>>();
    const auto mean = parameters["means"][0].get<std::vector<double>>();
    const double w = 14.3 - mean[2];
    const double t = 56.0 - mean[3];
    const double determinant = s[2][2] * s[3][3] - s[2][3] * s[2][3];
    const double ozone =
        mean[0] + (s[0][2] * (s[3][3] * w - s[2][3] * t) + s[0][3] * (s[2][2] * t - s[2][3] * w)) /
                      determinant;
    EXPECT_NEAR(std::stod(filled[5][1]), ozone, 1e-9);
    const auto dropped = cli({"predict", model_, data_, "--missing-rows", "drop"});
    EXPECT_THAT(dropped.err, HasSubstr("42 of 153 rows have no result"));
    EXPECT_TRUE(fields(dropped.out)[5][3].empty());
}

TEST_F(CliMissing, StandardisingChangesNothing) {
    ASSERT_EQ(fitted_.status, 0) << fitted_.err;
    for (const char* const method : {"zscore", "robust"}) {
        const auto scaled = cli({"fit", "gmm", data_, "--columns", "Ozone,Solar.R,Wind,Temp",
                                 "--missing-rows", "mar", "--components", "1", "--covariance",
                                 "VVV", "--tolerance", "1e-10", "--standardise", method, "--json"});
        ASSERT_EQ(scaled.status, 0) << scaled.err;
        EXPECT_NEAR(-2326.69738280, json::parse(scaled.out)["fit"]["log_likelihood"].get<double>(),
                    1e-6);
    }
}

TEST(CliMissingRows, WithoutAnyValueAreLeftOut) {
    const TemporaryFolder folder;
    std::string text = "a,b\n,\n";
    for (int i = 0; i < 30; ++i)
        text +=
            std::to_string(i % 7) + (i % 5 == 0 ? "," : "," + std::to_string(i * i % 11)) + "\n";
    const auto result = cli({"fit", "gmm", folder.write("d.csv", text), "--missing-rows", "mar",
                             "--components", "1", "--covariance", "VVV"});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("1 of 31 rows left out"));
    EXPECT_THAT(result.out, HasSubstr("6 of 31 rows miss a value"));
}

TEST(CliMissingRows, EachConflictIsOneSentence) {
    const auto message = [](std::vector<std::string> options) {
        options.insert(options.begin(),
                       {"fit", "gmm", data_file("airquality.csv"), "--missing-rows", "mar"});
        const auto result = cli(options);
        EXPECT_EQ(result.status, 2);
        return result.err;
    };
    EXPECT_THAT(message({"--family", "student"}), HasSubstr("do not go with Student-t components"));
    EXPECT_THAT(message({"--family", "factor"}), HasSubstr("do not go with factor analysers"));
    EXPECT_THAT(message({"--labels", "Month"}), HasSubstr("do not go with known labels"));
    EXPECT_THAT(message({"--criterion", "cv"}), HasSubstr("do not go with cross-validation"));
    EXPECT_THAT(message({"--bootstrap-test", "19"}),
                HasSubstr("do not go with the bootstrap test"));
}

}  // namespace
}  // namespace mixtura
