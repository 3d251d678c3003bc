// SPDX-License-Identifier: Apache-2.0
// Mixtures of experts on the command line: fit, model file, prediction, refusals.

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
using test::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;

std::vector<std::string> geyser(std::vector<std::string> more) {
    more.insert(more.begin(), {"fit", "moe", data_file("faithful.csv"), "--response", "waiting",
                               "--experts", "eruptions", "--gate", "eruptions"});
    return more;
}

std::string content(const std::string& path) {
    const std::ifstream file(path);
    return (std::ostringstream() << file.rdbuf()).str();
}

class CliExperts : public testing::Test {
  protected:
    TemporaryFolder folder_;
    std::string model_ = folder_.file("m.json");
    std::string assignments_ = folder_.file("rows.csv");
    test::ProcessResult fitted_ =
        cli(geyser({"--components", "2", "-o", model_, "--assignments", assignments_}));
};

// The best known log-likelihood of this model is that of the R package flexmix and of many starts.
TEST_F(CliExperts, FindsTheBestKnownSolutionOfTheGeyserAndSaysItInWords) {
    ASSERT_EQ(fitted_.status, 0) << fitted_.err;
    EXPECT_THAT(fitted_.out, AllOf(HasSubstr("Mixture of 2 gaussian experts, softmax gate"),
                                   HasSubstr("Log-likelihood -851.315, 8 parameters"),
                                   HasSubstr("log odds against component 2")));
    const json model = json::parse(content(model_));
    EXPECT_EQ(model["kind"], "mixture_of_experts");
    EXPECT_NEAR(model["fit"]["log_likelihood"].get<double>(), -851.3149274460, 1e-4);
    EXPECT_EQ(model["parameters"]["expert_terms"], json({"(intercept)", "eruptions"}));
    EXPECT_EQ(model["parameters"]["gate_coefficients"].size(), 1U);
    EXPECT_EQ(model["fit"]["starts"].size(), 30U);
}

TEST_F(CliExperts, PredictionOfTheSavedModelRepeatsTheAssignmentsAndTheLogLikelihood) {
    const auto predicted = cli({"predict", model_, data_file("faithful.csv")});
    ASSERT_EQ(predicted.status, 0) << predicted.err;
    EXPECT_EQ(predicted.out, content(assignments_));
    const auto rows = fields(predicted.out);
    ASSERT_EQ(rows.size(), 273U);
    double log_likelihood = 0.0;
    double icl = json::parse(content(model_))["fit"]["bic"].get<double>();
    for (std::size_t i = 1; i < rows.size(); ++i) {
        const auto number = [&](std::size_t column) { return std::stod(rows[i][column]); };
        EXPECT_LT(number(3), number(1));
        EXPECT_LT(number(1), number(4));
        EXPECT_NEAR(number(5) + number(6), 1.0, 1e-12);
        EXPECT_NEAR(number(9) + number(10), 1.0, 1e-12);
        log_likelihood += number(8);
        icl -= 2.0 * std::log(std::max(number(9), number(10)));
    }
    EXPECT_NEAR(log_likelihood, json::parse(content(model_))["fit"]["log_likelihood"].get<double>(),
                1e-8);
}

TEST_F(CliExperts, PredictsWithoutTheResponse) {
    const std::string data = folder_.file("new.csv");
    std::ofstream(data) << "eruptions\n2.0\n4.5\n";
    const auto predicted = cli({"predict", model_, data});
    ASSERT_EQ(predicted.status, 0) << predicted.err;
    const auto rows = fields(predicted.out);
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[0].size(), 7U);
    EXPECT_LT(std::stod(rows[1][1]), std::stod(rows[2][1]));
}

TEST(CliExpertsFit, SearchChoosesByTheCriterionAndOneComponentIsARegression) {
    const auto result = cli(geyser({"--components", "1:3", "--json"}));
    ASSERT_EQ(result.status, 0) << result.err;
    const json model = json::parse(result.out);
    ASSERT_EQ(model["selection"].size(), 3U);
    double least = INFINITY;
    for (const json& tried : model["selection"])
        least = std::min(least, tried["bic"].get<double>());
    EXPECT_EQ(model["fit"]["bic"].get<double>(), least);
    // Least squares by its closed form.
    EXPECT_NEAR(model["selection"][0]["log_likelihood"].get<double>(), -868.3797189350, 1e-8);
    EXPECT_EQ(model["selection"][0]["parameter_count"], 3);
}

// One expert is a linear regression: R's lm() gives 33.4744 (1.1549) and 10.7296 (0.3148), with the
// divisor n - 2 in place of n.
TEST(CliExpertsFit, StandardErrorsOfOneExpertAreThoseOfLeastSquares) {
    const auto result = cli(geyser({"--components", "1", "--standard-errors", "--json"}));
    ASSERT_EQ(result.status, 0) << result.err;
    const json errors = json::parse(result.out)["parameters"]["standard_errors"];
    EXPECT_EQ(errors["kind"], "observed");
    const double divisor = std::sqrt(270.0 / 272.0);
    EXPECT_NEAR(errors["expert_coefficients"][0][0].get<double>(), 1.1549 * divisor, 1e-4);
    EXPECT_NEAR(errors["expert_coefficients"][0][1].get<double>(), 0.3148 * divisor, 1e-4);
    EXPECT_NEAR(errors["log_variances"][0].get<double>(), std::sqrt(2.0 / 272.0), 1e-6);
    EXPECT_TRUE(errors["gate_coefficients"].empty());
}

TEST(CliExpertsFit, TablesOfStandardErrorsNameEveryCoefficient) {
    for (const char* kind : {"observed", "opg", "sandwich"}) {
        const auto result = cli(geyser({"--components", "2", "--standard-errors", kind}));
        ASSERT_EQ(result.status, 0) << result.err;
        EXPECT_THAT(result.out, AllOf(HasSubstr("Standard errors (" + std::string(kind) + ")"),
                                      HasSubstr("gate: eruptions"), HasSubstr("log variance")));
    }
}

TEST(CliExpertsFit, PowersOfACovariateAreTermsOfTheExperts) {
    const TemporaryFolder folder;
    const std::string model = folder.file("m.json");
    const auto fitted = cli(geyser({"--components", "2", "--degree", "3", "-o", model,
                                    "--assignments", folder.file("rows.csv")}));
    ASSERT_EQ(fitted.status, 0) << fitted.err;
    const json saved = json::parse(content(model));
    EXPECT_EQ(saved["parameters"]["expert_terms"],
              json({"(intercept)", "eruptions", "eruptions^2", "eruptions^3"}));
    EXPECT_EQ(saved["parameters"]["gate_terms"], json({"(intercept)", "eruptions"}));
    const auto predicted = cli({"predict", model, data_file("faithful.csv")});
    ASSERT_EQ(predicted.status, 0) << predicted.err;
    EXPECT_EQ(predicted.out, content(folder.file("rows.csv")));

    // The same as with the powers as columns of the data.
    std::string csv = "eruptions,square,cube,waiting\n";
    const auto rows = fields(content(data_file("faithful.csv")));
    for (std::size_t i = 1; i < rows.size(); ++i) {
        const double x = std::stod(rows[i][0]);
        std::ostringstream line;
        line.precision(17);
        line << x << ',' << x * x << ',' << x * x * x << ',' << rows[i][1] << '\n';
        csv += line.str();
    }
    const auto by_columns =
        cli({"fit", "moe", folder.write("powers.csv", csv), "--response", "waiting", "--experts",
             "eruptions,square,cube", "--gate", "eruptions", "--components", "2", "--json"});
    ASSERT_EQ(by_columns.status, 0) << by_columns.err;
    EXPECT_NEAR(json::parse(by_columns.out)["fit"]["log_likelihood"].get<double>(),
                saved["fit"]["log_likelihood"].get<double>(), 1e-6);

    json damaged = saved;
    damaged["options"]["degree"] = 2;
    const auto refused =
        cli({"predict", folder.write("bad.json", damaged.dump()), data_file("faithful.csv")});
    EXPECT_EQ(refused.status, 3);
    EXPECT_THAT(refused.err, HasSubstr("/parameters/expert_terms"));
}

TEST(CliExpertsFit, RefusesInOneSentence) {
    const auto refused = [](const std::vector<std::string>& arguments, int status,
                            const std::string& text) {
        const auto result = cli(arguments);
        EXPECT_EQ(result.status, status) << text << result.err;
        EXPECT_THAT(result.err, HasSubstr(text));
        EXPECT_EQ(result.out, "");
    };
    refused(geyser({"--expert-family", "multinomial"}), 2, "is not a family of experts");
    refused(geyser({"--standard-errors", "hessian"}), 2, "hessian");
    refused(geyser({"--standard-errors", "--variances", "equal"}), 2,
            "Gaussian experts with free variances");
    refused(geyser({"--degree", "0"}), 2, "--degree");
    refused(geyser({"--expert-penalty", "1"}), 2, "--expert-penalty is not available");
    refused(
        {"fit", "moe", data_file("faithful.csv"), "--response", "waiting", "--experts", "waiting"},
        2, "is the response");
    refused({"fit", "moe", data_file("faithful.csv"), "--response", "nothing"}, 2, "nothing");
}

}  // namespace
}  // namespace mixtura
