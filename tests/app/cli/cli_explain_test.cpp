// SPDX-License-Identifier: Apache-2.0
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
using test::fitted_model;
using test::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class CliExplain : public testing::Test {
  protected:
    [[nodiscard]] std::string faithful_model() const {
        return fitted_model(folder_, "faithful.json", data_file("faithful.csv"),
                            {"--components", "3", "--covariance", "EEE", "--tolerance", "1e-9"});
    }
    TemporaryFolder folder_;
};

TEST_F(CliExplain, SaysAllThatIsCheapByDefault) {
    const auto result = cli({"explain", faithful_model(), data_file("faithful.csv")});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out,
                AllOf(HasSubstr("272 of 272 rows, EEE,3"), HasSubstr("mean uncertainty 0.06794"),
                      HasSubstr("the density has 2 maxima"), HasSubstr("Merging by entropy"),
                      HasSubstr("Discriminant subspace (lambda 1;"),
                      HasSubstr("Highest-density levels"), HasSubstr("Outliers: ")));
    EXPECT_THAT(result.out, Not(HasSubstr("Standard errors")));
    EXPECT_EQ(result.err, "");
}

/// Reference values: an independent prototype of the same fit, which stopped elsewhere near the limit.
TEST_F(CliExplain, GivesOneJsonDocument) {
    const auto result = cli({"explain", faithful_model(), data_file("faithful.csv"), "--json"});
    ASSERT_EQ(result.status, 0) << result.err;
    const json document = json::parse(result.out);
    EXPECT_NEAR(document["certainty"]["mean_uncertainty"].get<double>(), .06794202, 1e-6);
    EXPECT_NEAR(document["certainty"]["largest_uncertainty"].get<double>(), .48590887, 1e-5);
    EXPECT_NEAR(document["certainty"]["entropy"].get<double>(), 42.74271919, 1e-3);
    ASSERT_EQ(document["modes"]["modes"].size(), 2U);
    EXPECT_NEAR(document["modes"]["modes"][0][0].get<double>(), 4.45075236, 1e-5);
    EXPECT_NEAR(document["modes"]["modes"][1][1].get<double>(), 54.49128429, 1e-4);
    EXPECT_NEAR(document["highest_density"][1]["density"].get<double>(), .02084354991, 1e-6);
    EXPECT_EQ(document["merging"]["levels"].size(), 3U);
    EXPECT_EQ(document["merging"]["levels"][2]["cluster_of_component"], json({1, 1, 1}));
    EXPECT_EQ(document["rows"]["squared_distance"].size(), 272U);
    EXPECT_EQ(document["rows"]["projected"].size(), 272U);
    EXPECT_EQ(document["row_count"], 272);
    EXPECT_FALSE(document.contains("parameter_errors"));
}

TEST_F(CliExplain, SaysOnlyWhatIsAskedFor) {
    const auto result = cli(
        {"explain", faithful_model(), data_file("faithful.csv"), "--subspace", "0.5", "--json"});
    const json document = json::parse(result.out);
    EXPECT_EQ(document["discriminant_subspace"]["lambda"], 0.5);
    for (const char* absent : {"modes", "merging", "highest_density", "outliers", "labels"})
        EXPECT_FALSE(document.contains(absent)) << absent;
    const auto alone =
        cli({"explain", faithful_model(), data_file("faithful.csv"), "--subspace", "--json"});
    EXPECT_EQ(json::parse(alone.out)["discriminant_subspace"]["lambda"], 1.0) << alone.err;
}

TEST_F(CliExplain, HoldsTheClassificationAgainstAColumn) {
    const std::string model =
        fitted_model(folder_, "iris.json", data_file("iris.csv"),
                     {"--components", "3", "--covariance", "VEV", "--init", "labels:species"});
    const std::vector<std::string> command{"explain", model, data_file("iris.csv"), "--labels",
                                           "species"};
    const auto text = cli(command);
    ASSERT_EQ(text.status, 0) << text.err;
    EXPECT_THAT(text.out, AllOf(HasSubstr("adjusted Rand index"), HasSubstr("versicolor")));
    std::vector<std::string> with_json = command;
    with_json.emplace_back("--json");
    const json labels = json::parse(cli(with_json).out)["labels"];
    double rows = 0.0;
    for (const json& counts : labels["counts"]) {
        double of_species = 0.0;
        for (const json& count : counts) of_species += count.get<double>();
        EXPECT_EQ(of_species, 50.0);
        rows += of_species;
    }
    EXPECT_EQ(rows, 150.0);
    EXPECT_GT(labels["adjusted_rand_index"].get<double>(), 0.9);
}

TEST_F(CliExplain, GivesStandardErrorsOfEveryKind) {
    const std::string model = fitted_model(folder_, "two.json", data_file("faithful.csv"),
                                           {"--components", "2", "--covariance", "VVV"});
    double reference = 0.0;
    for (const char* method : {"hessian", "opg", "sandwich", "bootstrap", "weighted-bootstrap",
                               "parametric-bootstrap"}) {
        SCOPED_TRACE(method);
        const auto result = cli({"explain", model, data_file("faithful.csv"), "--standard-errors",
                                 method, "--replicates", "40", "--json"});
        ASSERT_EQ(result.status, 0) << result.err;
        const json errors = json::parse(result.out)["parameter_errors"];
        EXPECT_EQ(errors["method"], method);
        const double error = errors["standard_errors"]["means"][0][1].get<double>();
        if (reference == 0.0)
            reference = error;
        EXPECT_NEAR(error, reference, 0.5 * reference);
        EXPECT_EQ(errors.contains("lower"),
                  std::string(method).find("bootstrap") != std::string::npos);
    }
    const auto text = cli({"explain", model, data_file("faithful.csv"), "--standard-errors",
                           "weighted-bootstrap", "--replicates", "20", "--seed", "3"});
    EXPECT_THAT(text.out, AllOf(HasSubstr("20 replicates"), HasSubstr("97.5 %"),
                                HasSubstr("covariance eruptions, waiting")));
    const auto again =
        cli({"explain", model, data_file("faithful.csv"), "--standard-errors", "weighted-bootstrap",
             "--replicates", "20", "--seed", "3", "--threads", "1"});
    EXPECT_EQ(again.out, text.out);
}

/// Six components of 82 galaxies: without the prior many a refit shrinks onto a few rows.
TEST_F(CliExplain, RefitsUnderThePriorOfTheFit) {
    const std::vector<std::string> options{"--components", "6", "--covariance", "VII"};
    std::vector<std::string> with_prior = options;
    with_prior.insert(with_prior.end(), {"--prior", "conjugate"});
    const auto failures = [&](const std::string& model) {
        const auto result = cli({"explain", model, data_file("galaxies.csv"), "--standard-errors",
                                 "bootstrap", "--replicates", "40", "--json"});
        EXPECT_EQ(result.status, 0) << result.err;
        return json::parse(result.out)["parameter_errors"]["failures"].get<int>();
    };
    const std::string data = data_file("galaxies.csv");
    EXPECT_EQ(failures(fitted_model(folder_, "prior.json", data, with_prior)), 0);
    EXPECT_GT(failures(fitted_model(folder_, "plain.json", data, options)), 0);
}

TEST_F(CliExplain, WritesAFileBesideTheTables) {
    const std::string path = folder_.file("explained.json");
    const auto result =
        cli({"explain", faithful_model(), data_file("faithful.csv"), "--modes", "-o", path});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, AllOf(HasSubstr("Modes"), HasSubstr("Written: ")));
    std::ifstream file(path);
    EXPECT_EQ(json::parse(file)["modes"]["modes"].size(), 2U);
}

TEST_F(CliExplain, NamesRowsThatHaveNoResult) {
    const std::string data =
        folder_.write("gaps.csv", "waiting,eruptions,extra\n80,4.4,x\n,2.0,y\n54,2,z\n");
    const auto result = cli({"explain", faithful_model(), data, "--outliers", "--json"});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("1 of 3 rows has no result"));
    EXPECT_EQ(json::parse(result.out)["rows"]["row"], json({1, 3}));
}

TEST_F(CliExplain, OfOneComponentLeavesOutWhatNeedsTwo) {
    const std::string model =
        fitted_model(folder_, "one.json", data_file("faithful.csv"), {"--components", "1"});
    const auto result = cli({"explain", model, data_file("faithful.csv")});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, AllOf(HasSubstr("the density has 1 maximum"), Not(HasSubstr("Merging")),
                                  Not(HasSubstr("subspace"))));
    const auto asked = cli({"explain", model, data_file("faithful.csv"), "--subspace"});
    EXPECT_EQ(asked.status, 0);
    EXPECT_THAT(asked.out, HasSubstr("no discriminant subspace"));
}

TEST_F(CliExplain, UsesTheObservationWeightsOfTheFit) {
    std::ostringstream text;
    std::ifstream file(data_file("faithful.csv"));
    std::string line;
    std::getline(file, line);
    text << line << ",times\n";
    while (std::getline(file, line)) text << line << ",4\n";
    const std::string data = folder_.write("weighted.csv", text.str());
    const std::vector<std::string> model{"--components", "2", "--covariance", "VVV"};
    std::vector<std::string> weighted_model = model;
    weighted_model.insert(weighted_model.end(),
                          {"--exclude", "times", "--observation-weights", "times"});
    const auto errors = [&](const std::string& path, const std::string& rows) {
        const auto result = cli({"explain", path, rows, "--standard-errors", "hessian", "--json"});
        EXPECT_EQ(result.status, 0) << result.err;
        return json::parse(result.out)["parameter_errors"]["standard_errors"]["means"][0][0]
            .get<double>();
    };
    const std::string once = fitted_model(folder_, "once.json", data_file("faithful.csv"), model);
    const std::string four = fitted_model(folder_, "four.json", data, weighted_model);
    EXPECT_NEAR(errors(once, data_file("faithful.csv")), 2.0 * errors(four, data), 1e-5);

    const auto lacking = cli({"explain", four, data_file("faithful.csv")});
    EXPECT_EQ(lacking.status, 3);
    EXPECT_THAT(lacking.err, HasSubstr("no column 'times', which holds the observation weights"));
}

TEST_F(CliExplain, RefusesWrongUsageInASentence) {
    const std::string model = faithful_model();
    const std::string data = data_file("faithful.csv");
    for (const auto& [options, sentence] :
         std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{"--subspace", "2"}, "--subspace is '2'"},
             {{"--outliers", "0"}, "--outliers is '0'"},
             {{"--standard-errors", "magic"}, "'magic' gives no standard errors; use hessian"},
             {{"--replicates", "1"}, "--replicates is '1'"},
             {{"--labels", "nothing"}, "nothing"},
             {{"--json", "-o", "-"}, "one document"}}) {
        std::vector<std::string> arguments{"explain", model, data};
        arguments.insert(arguments.end(), options.begin(), options.end());
        const auto result = cli(arguments);
        EXPECT_EQ(result.status, 2) << sentence;
        EXPECT_THAT(result.err, HasSubstr(sentence));
        EXPECT_EQ(result.out, "");
    }
}

}  // namespace
}  // namespace mixtura
