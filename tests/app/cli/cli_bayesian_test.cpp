// SPDX-License-Identifier: Apache-2.0
// Variational Bayes, from the fit to the exported programs.

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
using testing::HasSubstr;
using testing::Not;

class CliBayesian : public testing::Test {
  protected:
    TemporaryFolder folder_;
    std::string model_ = folder_.file("m.json");
    std::string trace_ = folder_.file("t.csv");
    test::ProcessResult fitted_ = cli({"fit", "gmm", data_file("iris.csv"), "--family", "bayesian",
                                       "--init", "labels:species", "--tolerance", "0",
                                       "--max-iterations", "10", "-o", model_, "--trace", trace_});
};

/// The reference bound of ten iterations, 272.70061336 without the constants that are added here.
double reference_bound(const json& posterior) {
    const double n = 150.0;
    const double d = 4.0;
    const double count = 3.0;
    // log |cov(iris)|, divisor n - 1, from its determinant in R.
    const double log_determinant = std::log(0.0019127296684332);
    double log_wishart = 0.5 * d * (log_determinant - d * std::log(2.0));
    for (int j = 0; j < 4; ++j) log_wishart -= std::lgamma(0.5 * (d - j));
    const double alpha = posterior["concentration"];
    return 272.70061336 - 0.5 * n * d * std::log(2.0 * std::acos(-1.0)) +
           std::lgamma(count * alpha) - count * std::lgamma(alpha) + count * log_wishart;
}

TEST_F(CliBayesian, ReachesTheReferenceBoundAndShowsNoOtherFigure) {
    ASSERT_EQ(fitted_.status, 0) << fitted_.err;
    const json model = json::parse(folder_.read("m.json"));
    EXPECT_EQ("student_mixture", model["kind"]);
    EXPECT_EQ("bayesian", model["options"]["family"]);
    EXPECT_EQ(3, model["options"]["largest_component_count"]);
    const json& posterior = model["posterior"];
    EXPECT_NEAR(reference_bound(posterior), posterior["lower_bound"].get<double>(), 1e-7);
    for (const char* figure : {"log_likelihood", "bic", "icl", "aic", "parameter_count"}) {
        EXPECT_TRUE(model["fit"][figure].is_null()) << figure;
        EXPECT_TRUE(model["selection"][0][figure].is_null()) << figure;
    }
    EXPECT_EQ(model["fit"]["trace"].back(), posterior["lower_bound"]);
    const auto trace = fields(folder_.read("t.csv"));
    ASSERT_EQ(trace.size(), 11U);
    EXPECT_EQ(trace[0][3], "lower_bound");
    EXPECT_EQ(trace[1][2], "1");
    EXPECT_NEAR(std::stod(trace[10][3]), posterior["lower_bound"].get<double>(), 1e-9);
    EXPECT_THAT(fitted_.out, HasSubstr("The data support 3 of the 3 components"));
    EXPECT_THAT(fitted_.out, HasSubstr("Lower bound of the log evidence"));
    EXPECT_THAT(fitted_.out, Not(HasSubstr("BIC")));
    EXPECT_THAT(fitted_.out, Not(HasSubstr("nan")));
    const std::string problem = test::schema_problem(model_);
    if (problem.starts_with("skip: "))
        GTEST_SKIP() << problem;
    EXPECT_EQ("", problem);
}

/// Student-t by nu + 1 - d degrees of freedom and the widened scale, worked out from the posterior.
TEST_F(CliBayesian, TheParametersAreThePredictiveDensity) {
    ASSERT_EQ(fitted_.status, 0) << fitted_.err;
    const json model = json::parse(folder_.read("m.json"));
    const json& posterior = model["posterior"];
    const json& parameters = model["parameters"];
    double sum = 0.0;
    for (const json& alpha : posterior["concentrations"]) sum += alpha.get<double>();
    for (std::size_t k = 0; k < 3; ++k) {
        const double beta = posterior["mean_precisions"][k];
        const double nu = posterior["degrees_of_freedom"][k].get<double>() - 3.0;
        EXPECT_NEAR(parameters["degrees_of_freedom"][k].get<double>(), nu, 1e-12);
        EXPECT_NEAR(parameters["mixing_weights"][k].get<double>(),
                    posterior["concentrations"][k].get<double>() / sum, 1e-14);
        EXPECT_EQ(parameters["means"][k], posterior["means"][k]);
        EXPECT_NEAR(parameters["scale_matrices"][k][2][1].get<double>(),
                    (1.0 + beta) / (beta * nu) * posterior["scale_matrices"][k][2][1].get<double>(),
                    1e-14);
    }
}

TEST_F(CliBayesian, TheOtherCommandsTakeTheModel) {
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
    const auto report = cli({"report", model_, "-o", folder_.file("r.html")});
    EXPECT_EQ(report.status, 0) << report.err;
    EXPECT_THAT(folder_.read("r.html"), HasSubstr("Bayesian Gaussian mixture"));
    EXPECT_THAT(folder_.read("r.html"), Not(HasSubstr("nan")));
    EXPECT_EQ(cli({"explain", model_, data_file("iris.csv")}).status, 0);
    const auto refused =
        cli({"explain", model_, data_file("iris.csv"), "--standard-errors", "hessian"});
    EXPECT_NE(refused.status, 0);
    EXPECT_THAT(refused.err, HasSubstr("posterior"));
    EXPECT_EQ(cli({"compare", model_, model_}).status, 0);
}

TEST(CliBayesianFit, SaysHowManyComponentsTheDataSupport) {
    const auto fitted = cli({"fit", "gmm", data_file("faithful.csv"), "--family", "bayesian",
                             "--components", "8", "--concentration", "0.001"});
    ASSERT_EQ(fitted.status, 0) << fitted.err;
    EXPECT_THAT(fitted.out, HasSubstr("2 groups of at most 8"));
    EXPECT_THAT(fitted.out, HasSubstr("The data support 2 of the 8 components that there could be; "
                                      "the other 6 emptied and are left out"));
}

TEST(CliBayesianFit, StandardisedRowsGiveThePosteriorInTheirOwnUnits) {
    const TemporaryFolder folder;
    const std::vector<std::string> command{
        "fit",     "gmm",    data_file("iris.csv"), "--family", "bayesian", "--weight-prior",
        "process", "--init", "labels:species",      "--json"};
    const json plain = json::parse(cli(command).out);
    std::vector<std::string> scaled_command = command;
    scaled_command.insert(scaled_command.end(), {"--standardise", "robust"});
    const json scaled = json::parse(cli(scaled_command).out);
    EXPECT_NEAR(plain["posterior"]["lower_bound"].get<double>(),
                scaled["posterior"]["lower_bound"].get<double>(), 1e-4);
    EXPECT_NEAR(plain["posterior"]["scale_matrices"][1][2][3].get<double>(),
                scaled["posterior"]["scale_matrices"][1][2][3].get<double>(), 1e-3);
    EXPECT_EQ(3U, scaled["posterior"]["stick_remainders"].size());
}

TEST(CliBayesianFit, RefusesWhatDoesNotApply) {
    const auto expect_refused = [](std::vector<std::string> more, const std::string& text) {
        std::vector<std::string> command{"fit", "gmm", data_file("faithful.csv")};
        command.insert(command.end(), more.begin(), more.end());
        const auto refused = cli(command);
        EXPECT_NE(refused.status, 0) << text;
        EXPECT_THAT(refused.err, HasSubstr(text));
    };
    expect_refused({"--concentration", "0.1"}, "add --family bayesian");
    const std::vector<std::vector<std::string>> cases{
        {"full covariances", "--covariance", "EEE"},
        {"takes one component count", "--components", "1:4"},
        {"a lower bound in its place", "--criterion", "icl"},
        {"no short runs", "--short-runs", "9", "--starts", "3"},
        {"a prior of its own", "--prior"},
        {"a checkpoint", "--checkpoint", "unwritten.json"},
        {"missing_rows mar", "--missing-rows", "mar"},
        {"no covariance_floor", "--covariance-floor", "1e-4"},
        {"greater than 1, for 2 features", "--prior-degrees-of-freedom", "1"},
        {"mean_precision is 0", "--mean-precision", "0"},
        {"use dirichlet or process", "--weight-prior", "beta"},
        {"bootstrap test", "--bootstrap-test", "19"}};
    for (const auto& options : cases) {
        std::vector<std::string> more{"--family", "bayesian"};
        more.insert(more.end(), options.begin() + 1, options.end());
        expect_refused(more, options.front());
    }
}

}  // namespace
}  // namespace mixtura
