// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mixtura/common/version.h"
#include "mixtura/io/atomic_file.h"
#include "mixtura/io/json_text.h"
#include "mixtura/io/model_file.h"
#include "mixtura/plan/plan.h"

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
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(CliHelp, EveryCommandHasAnExample) {
    for (const std::vector<std::string>& command : {std::vector<std::string>{},
                                                    {"inspect"},
                                                    {"fit"},
                                                    {"fit", "gmm"},
                                                    {"predict"},
                                                    {"explain"},
                                                    {"sample"},
                                                    {"compare"},
                                                    {"export"},
                                                    {"backends"}}) {
        std::vector<std::string> arguments = command;
        arguments.emplace_back("--help");
        const auto result = cli(arguments);
        EXPECT_EQ(result.status, 0);
        EXPECT_THAT(result.out, AllOf(HasSubstr("Example:\n  mixtura-cli "), HasSubstr("Usage:")));
        EXPECT_EQ(result.err, "");
    }
}

TEST(CliHelp, EveryDocumentedOptionOfFitGmmIsListed) {
    const std::string help = cli({"fit", "gmm", "--help"}).out;
    for (const char* option : {"--columns",
                               "--labels",
                               "--label-folds",
                               "--exclude",
                               "--delimiter",
                               "--decimal",
                               "--quote",
                               "--encoding",
                               "--no-header",
                               "--missing",
                               "--skip",
                               "--missing-rows",
                               "--standardise",
                               "--observation-weights",
                               "--components",
                               "--criterion",
                               "--init",
                               "--starts",
                               "--seed",
                               "--max-iterations",
                               "--tolerance",
                               "--backend",
                               "--threads",
                               "--precision",
                               "--output",
                               "--assignments",
                               "--trace",
                               "--covariance",
                               "--covariance-floor",
                               "--family",
                               "--degrees-of-freedom",
                               "--json",
                               "--quiet",
                               "--checkpoint",
                               "--resume",
                               "--checkpoint-every"})
        EXPECT_THAT(help, HasSubstr(std::string(option))) << option;
    EXPECT_THAT(help, Not(HasSubstr("single")));
}

TEST(CliHelp, Version) {
    const auto result = cli({"--version"});
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.out, std::string("mixtura-cli ") + version + "\n");
}

/// Reference: mclust 6.0.0 from the same starts, iterated to the limit; the sign is ours.
TEST(CliFit, NamesTheBestModelOfFaithful) {
    const auto result = cli({"fit", "gmm", data_file("faithful.csv"), "--components", "1:9",
                             "--covariance", "all", "--init", "hierarchical", "--json"});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.err, "");
    const json document = json::parse(result.out);
    EXPECT_EQ(document["options"]["component_count"], 3);
    EXPECT_EQ(document["options"]["covariance_structure"], "EEE");
    EXPECT_NEAR(document["fit"]["bic"].get<double>(), 2314.296, 1e-3);
    EXPECT_EQ(document["selection"].size(), 126U);
    EXPECT_NO_THROW(saved_model_from(document));
}

TEST(CliFit, NamesTheBestModelOfIris) {
    const auto result = cli({"fit", "gmm", data_file("iris.csv"), "--components", "1:9", "--json"});
    ASSERT_EQ(result.status, 0) << result.err;
    const json document = json::parse(result.out);
    EXPECT_EQ(document["options"]["component_count"], 2);
    EXPECT_EQ(document["options"]["covariance_structure"], "VEV");
    EXPECT_NEAR(document["fit"]["bic"].get<double>(), 561.728, 1e-3);
}

TEST(CliFit, PrintsASummaryInWords) {
    const auto result = cli({"fit", "gmm", data_file("iris.csv"), "--components", "2:3",
                             "--covariance", "EEE,VVV,EII", "--criterion", "icl"});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, AllOf(HasSubstr("150 of 150 rows, 4 features"),
                                  HasSubstr("Not numeric, so not used: "),
                                  HasSubstr("Best models by ICL (smaller is better), of 6 tried:"),
                                  HasSubstr("Component 1 holds 67 % of the rows (100); it has ")));
    EXPECT_EQ(result.err, "");
}

TEST(CliFit, WritesModelAssignmentsAndTrace) {
    const TemporaryFolder folder;
    const auto result =
        cli({"fit", "gmm", data_file("faithful.csv"), "--components", "2", "--covariance", "VVV",
             "--output", folder.file("m.json"), "--assignments", folder.file("a.csv"), "--trace",
             folder.file("t.csv")});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(folder.entry_count(), 3);
    EXPECT_EQ(read_model_file(folder.file("m.json")).data.source, data_file("faithful.csv"));
    EXPECT_EQ(fields(folder.read("a.csv")).size(), 273U);
    EXPECT_EQ(fields(folder.read("t.csv"))[0],
              (std::vector<std::string>{"start", "method", "iteration", "log_likelihood"}));
    const auto predicted = cli({"predict", folder.file("m.json"), data_file("faithful.csv")});
    EXPECT_EQ(predicted.out, folder.read("a.csv"));
}

TEST(CliFit, EveryModelFileFitsTheSchema) {
    const TemporaryFolder folder;
    const std::vector<std::string> models = {
        fitted_model(folder, "search.json", data_file("galaxies.csv"), {"--components", "1:9"}),
        fitted_model(folder, "scaled.json", data_file("crabs.csv"),
                     {"--components", "2", "--covariance", "EEE,VVE", "--standardise", "robust",
                      "--columns", "FL,RW,CL", "--starts", "3"}),
        fitted_model(folder, "limit.json", data_file("faithful.csv"),
                     {"--components", "2", "--max-iterations", "1", "--init", "random"})};
    for (const std::string& model : models) {
        const std::string problem = test::schema_problem(model);
        if (problem.starts_with("skip: "))
            GTEST_SKIP() << problem;
        EXPECT_EQ(problem, "") << model;
    }
}

TEST(CliFit, GivesTheSameBitsForAnyNumberOfThreads) {
    const std::vector<std::string> arguments = {
        "fit",          "gmm",      data_file("diabetes.csv"),
        "--components", "1:4",      "--init",
        "kmeans",       "--starts", "3",
        "--seed",       "5",        "--json"};
    std::vector<json> documents;
    for (const char* threads : {"1", "2"}) {
        auto with_threads = arguments;
        with_threads.insert(with_threads.end(), {"--threads", threads});
        documents.push_back(test::without_seconds(json::parse(cli(with_threads).out)));
    }
    EXPECT_EQ(documents[0], documents[1]);
}

TEST(CliFit, GivesTheSameNumbersAsTheLibrary) {
    Plan plan;
    plan.data_path = data_file("banknote.csv");
    plan.search.component_counts = {2, 3};
    plan.search.covariance_structures = {CovarianceStructure::VVE, CovarianceStructure::EEE};
    const json expected = test::without_seconds(to_json(*run(plan).chosen));
    const auto result = cli(
        {"fit", "gmm", plan.data_path, "--components", "2:3", "--covariance", "VVE,EEE", "--json"});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(test::without_seconds(json::parse(result.out)), expected);
}

TEST(CliFit, ChoosesByCrossValidationAndByNormalisedEntropy) {
    const auto chosen_by = [](const std::string& criterion) {
        const auto result =
            cli({"fit", "gmm", data_file("faithful.csv"), "--components", "1:4", "--covariance",
                 "EEE,VVV", "--criterion", criterion, "--folds", "5", "--json"});
        EXPECT_EQ(result.status, 0) << result.err;
        return json::parse(result.out);
    };
    const json by_cv = chosen_by("cv");
    const json by_nec = chosen_by("nec");
    const auto least = [](const json& document, const char* key) {
        const json* best = nullptr;
        for (const json& record : document["selection"]) {
            if (record["status"] == "converged" &&
                (best == nullptr || record[key].get<double>() < (*best)[key].get<double>()))
                best = &record;
        }
        return (*best)["component_count"];
    };
    EXPECT_EQ(by_cv["options"]["component_count"], least(by_cv, "cv"));
    EXPECT_EQ(by_nec["options"]["component_count"], least(by_nec, "nec"));
    EXPECT_EQ(by_nec["options"]["component_count"], 2);
    EXPECT_TRUE(by_nec["selection"][0]["cv"].is_null());
    EXPECT_GT(by_cv["selection"][0]["cv_standard_error"].get<double>(), 0.0);
}

TEST(CliFit, TestsTheNumberOfComponents) {
    const std::vector<std::string> arguments = {"fit",
                                                "gmm",
                                                data_file("faithful.csv"),
                                                "--components",
                                                "1:3",
                                                "--covariance",
                                                "VVV",
                                                "--bootstrap-test",
                                                "19"};
    const auto words = cli(arguments);
    ASSERT_EQ(words.status, 0) << words.err;
    EXPECT_THAT(words.out, HasSubstr("Bootstrap test of the number of components, 1 against 2 "
                                     "components: p = 0.05 (19 samples); 2 against 3: p = "));
    std::vector<std::string> as_json = arguments;
    as_json.emplace_back("--json");
    const json tests = json::parse(cli(as_json).out)["component_tests"];
    ASSERT_EQ(tests.size(), 2U);
    EXPECT_NEAR(tests[0]["statistic"].get<double>(), 319.065, 0.001);
    EXPECT_EQ(tests[0]["p_value"], 0.05);
}

TEST(CliFit, ShowsWhereTheStartsEnded) {
    const auto result =
        cli({"fit", "gmm", data_file("faithful.csv"), "--components", "3", "--covariance", "VVV",
             "--starts", "4", "--short-runs", "20", "--init", "kmeans"});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr(" of 4 starts reached this solution"));
    const auto json_result =
        cli({"fit", "gmm", data_file("faithful.csv"), "--components", "3", "--covariance", "VVV",
             "--starts", "4", "--short-runs", "20", "--init", "kmeans", "--json"});
    const json document = json::parse(json_result.out);
    EXPECT_EQ(document["options"]["short_run_count"], 20);
    EXPECT_EQ(document["fit"]["starts"].size(), 4U);
}

TEST(CliFit, APlanRepeatsItselfAsACommand) {
    const TemporaryFolder folder;
    Plan plan;
    plan.data_path = folder.write("it's.csv",
                                  "\"a,b\";-x;w\n1,5;2;1\n2,5;1;2\n9,25;8;1\n9;9;2\n"
                                  "1;1,5;1\n10;8,5;1\n2;2,25;1\n8;8;1\n");
    plan.import.delimiter = ';';
    plan.import.decimal = ',';
    plan.columns.features = {"a,b", "-x"};
    plan.columns.weights = "w";
    plan.search.component_counts = {1, 2};
    plan.search.covariance_structures = {CovarianceStructure::EII};
    plan.search.em.seed = 3;
    plan.search.em.run_count = 2;
    plan.search.em.short_run_count = 5;
    plan.search.criterion = Criterion::cv;
    plan.search.fold_count = 4;
    const json expected = test::without_seconds(to_json(*run(plan).chosen));
    const auto result = test::run_process(
        {"sh", "-c",
         std::string("PATH=\"$0:$PATH\"; ").append(command_line(plan)).append(" --json"),
         MIXTURA_BINARY_DIR});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(test::without_seconds(json::parse(result.out)), expected);
}

TEST(CliFit, DoesNotDependOnTheLocale) {
    const std::vector<std::string> arguments = {"fit",          "gmm", data_file("faithful.csv"),
                                                "--components", "2",   "--json"};
    const auto plain = cli(arguments, {.environment = {{"LC_ALL", "C"}}});
    const auto german = cli(arguments, {.environment = {{"LC_ALL", "de_DE.UTF-8"}}});
    EXPECT_EQ(test::without_seconds(json::parse(plain.out)),
              test::without_seconds(json::parse(german.out)));
}

TEST(CliFit, ReadsStandardInputAndWritesStandardOutput) {
    const std::string data = read_file(data_file("faithful.csv"));
    const auto result =
        cli({"fit", "gmm", "-", "--components", "2", "--covariance", "EEE", "--assignments", "-"},
            {.input = data});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(fields(result.out).size(), 273U);
}

TEST(CliFit, BeginsAtLabelsAndAtModels) {
    const TemporaryFolder folder;
    // iris, species labels, one iteration: reference values of the method's specification.
    const auto labels =
        cli({"fit", "gmm", data_file("iris.csv"), "--init", "labels:species", "--covariance", "VEV",
             "--tolerance", "0", "--max-iterations", "1", "-o", folder.file("one.json"), "--json"});
    ASSERT_EQ(labels.status, 0) << labels.err;
    EXPECT_NEAR(json::parse(labels.out)["fit"]["log_likelihood"].get<double>(), -187.70974440,
                1e-5);
    const auto model = cli({"fit", "gmm", data_file("iris.csv"), "--init", folder.file("one.json"),
                            "--tolerance", "0", "--max-iterations", "1", "--json"});
    ASSERT_EQ(model.status, 0) << model.err;
    const json document = json::parse(model.out);
    EXPECT_EQ(document["options"]["covariance_structure"], "VEV");
    EXPECT_NEAR(document["fit"]["log_likelihood"].get<double>(), -187.03320128, 1e-5);
}

TEST(CliFit, ToleranceZeroDoesExactlyAsManyIterationsAsAskedFor) {
    for (const char* iterations : {"1", "7", "40"}) {
        const TemporaryFolder folder;
        const auto result = cli({"fit", "gmm", data_file("faithful.csv"), "--components", "3",
                                 "--covariance", "VVV", "--tolerance", "0", "--max-iterations",
                                 iterations, "--json", "-o", folder.file("m.json")});
        ASSERT_EQ(result.status, 0) << result.err;
        const json fit = json::parse(result.out)["fit"];
        EXPECT_EQ(std::to_string(fit["iterations"].get<int>()), iterations);
        EXPECT_EQ(std::to_string(fit["trace"].size()), iterations);
        EXPECT_EQ(fit["trace"].back(), fit["log_likelihood"]);
        // The log-likelihood written is that of the model written with it.
        const json scores = json::parse(
            cli({"predict", folder.file("m.json"), data_file("faithful.csv"), "--json"}).out);
        EXPECT_NEAR(scores["log_likelihood"].get<double>(), fit["log_likelihood"].get<double>(),
                    1e-8);
    }
}

TEST(CliFit, ColumnsAreNamedByPositionWhereThereIsNoHeader) {
    const TemporaryFolder folder;
    const std::string named = read_file(data_file("faithful.csv"));
    const std::string data = folder.write("d.csv", named.substr(named.find('\n') + 1));
    const auto fit = [&](std::vector<std::string> more) {
        more.insert(more.begin(), {"fit", "gmm", data, "--components", "2", "--json"});
        const auto result = cli(more);
        EXPECT_EQ(result.status, 0) << result.err;
        return json::parse(result.out);
    };
    const json second = fit({"--no-header", "--columns", "2"});
    EXPECT_EQ(second["data"]["rows"], 272);
    EXPECT_EQ(second["data"]["features"].size(), 1U);
    EXPECT_EQ(fit({"--exclude", "1"})["parameters"], second["parameters"]);
}

/// What the program shows on standard error when that is a terminal, until Ctrl-C after a while.
std::string shown_on_a_terminal(std::vector<std::string> arguments) {
    const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (terminal < 0 || ::grantpt(terminal) != 0 || ::unlockpt(terminal) != 0)
        return "skip: no pseudo-terminal here";
    const std::string name = ::ptsname(terminal);
    const auto result =
        cli(std::move(arguments), {.before_exec =
                                       [&name] {
                                           const int side = ::open(name.c_str(), O_RDWR | O_NOCTTY);
                                           ::dup2(side, STDERR_FILENO);
                                       },
                                   .while_running =
                                       [](pid_t child) {
                                           ::usleep(900000);
                                           ::kill(child, SIGINT);
                                       }});
    EXPECT_EQ(result.status, 130);
    std::string shown(65536, '\0');
    const ssize_t count = ::read(terminal, shown.data(), shown.size());
    ::close(terminal);
    return shown.substr(0, count > 0 ? static_cast<std::size_t>(count) : 0);
}

TEST(CliProgress, IsOneLineOnATerminalUnlessQuiet) {
    const std::vector<std::string> endless = {
        "fit",         "gmm", data_file("faithful.csv"), "--components", "3", "--covariance", "VVV",
        "--tolerance", "0",   "--max-iterations",        "2000000000"};
    const std::string shown = shown_on_a_terminal(endless);
    if (shown.starts_with("skip: "))
        GTEST_SKIP() << shown;
    EXPECT_THAT(shown, AllOf(HasSubstr("VVV,3  iteration "), HasSubstr("log-likelihood -1"),
                             HasSubstr(" left")));
    EXPECT_EQ(shown.find('\n'), std::string::npos);
    auto quiet = endless;
    quiet.emplace_back("--quiet");
    EXPECT_EQ(shown_on_a_terminal(quiet), "");
}

TEST(CliPredict, LeavesEmptyFieldsWhereAFeatureIsMissing) {
    const TemporaryFolder folder;
    const std::string model = fitted_model(folder, "m.json", data_file("faithful.csv"),
                                           {"--components", "2", "--covariance", "VVV"});
    const std::string data =
        folder.write("new.csv", "id,waiting,eruptions\na,80,4.3\nb,NA,2\nc,54,2.0\n");
    const auto result = cli({"predict", model, data});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.err,
                HasSubstr("1 of 3 rows has no result, because a feature is missing: row 2."));
    const auto rows = fields(result.out);
    ASSERT_EQ(rows.size(), 4U);
    EXPECT_EQ(rows[1][1], "1");
    EXPECT_THAT(rows[2], ElementsAre("2", "", "", "", "", ""));
    EXPECT_EQ(rows[3][1], "2");
    const std::string lacking = folder.write("lacking.csv", "eruptions,x\n1,2\n3,4\n");
    const auto refused = cli({"predict", model, lacking});
    EXPECT_EQ(refused.status, 3);
    EXPECT_THAT(refused.err, HasSubstr("has no column 'waiting', which the model needs; its "
                                       "columns are 'eruptions', 'x'."));
}

TEST(CliPredict, IgnoresColumnsThatTheModelDoesNotNeed) {
    const TemporaryFolder folder;
    const std::string model = fitted_model(folder, "m.json", data_file("faithful.csv"),
                                           {"--components", "2", "--covariance", "VVV"});
    std::string data = "note,waiting,eruptions,more\n";
    for (int i = 0; i < 40; ++i) data += "1,80,4.3,2\n";
    data += "oops,54,2.0,12..5\n";
    const auto result = cli({"predict", model, folder.write("d.csv", data)});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(fields(result.out)[41][1], "2");
    // A feature that cannot be read is no such column.
    data += "1,fifty,2.0,1\n";
    const auto refused = cli({"predict", model, folder.write("d.csv", data)});
    EXPECT_EQ(refused.status, 3);
    EXPECT_THAT(refused.err, AllOf(HasSubstr("waiting"), HasSubstr("fifty"), HasSubstr("43")));
}

TEST(CliPredict, OfAStandardisedModelTakesTheDataAsTheyAre) {
    const TemporaryFolder folder;
    const std::string model =
        fitted_model(folder, "m.json", data_file("faithful.csv"),
                     {"--components", "2", "--covariance", "VVV", "--standardise", "zscore",
                      "--assignments", folder.file("a.csv")});
    const auto result = cli({"predict", model, data_file("faithful.csv")});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.out, folder.read("a.csv"));
    double sum = 0.0;
    const auto rows = fields(result.out);
    for (std::size_t i = 1; i < rows.size(); ++i) sum += std::stod(rows[i][3]);
    // faithful, VVV, two components: reference value of the method's specification.
    EXPECT_NEAR(sum, -1130.2639601847, 1e-3);
}

TEST(CliPredict, GivesOneJsonDocumentOrAFileAndASummary) {
    const TemporaryFolder folder;
    const std::string model = fitted_model(folder, "m.json", data_file("faithful.csv"),
                                           {"--components", "2", "--covariance", "VVV"});
    const std::string data = folder.write("d.csv", "waiting,eruptions\n80,4.3\nNA,2\n54,2.0\n");
    const auto written = cli({"predict", model, data, "-o", folder.file("p.csv")});
    ASSERT_EQ(written.status, 0) << written.err;
    EXPECT_THAT(written.out, AllOf(HasSubstr("2 of 3 rows, log-likelihood "),
                                   HasSubstr("Component 1: 1 row\n"), HasSubstr("p.csv")));
    const auto table = fields(folder.read("p.csv"));
    const json document = json::parse(cli({"predict", model, data, "--json"}).out);
    EXPECT_EQ(document["row_count"], 3);
    EXPECT_EQ(document["rows"], json({1, 3}));
    EXPECT_EQ(document["classification"], json({1, 2}));
    EXPECT_EQ(document["log_density"][1].get<double>(), std::stod(table[3][3]));
    EXPECT_EQ(document["responsibilities"][0][1].get<double>(), std::stod(table[1][5]));
}

TEST(CliSample, DrawsTheSameRowsForTheSameSeed) {
    const TemporaryFolder folder;
    const std::string model = fitted_model(folder, "m.json", data_file("faithful.csv"),
                                           {"--components", "2", "--covariance", "VVV"});
    const auto once = cli({"sample", model, "--rows", "500", "--seed", "3"});
    ASSERT_EQ(once.status, 0) << once.err;
    EXPECT_EQ(once.out, cli({"sample", model, "--rows", "500", "--seed", "3"}).out);
    EXPECT_NE(once.out, cli({"sample", model, "--rows", "500", "--seed", "4"}).out);
    const json document =
        json::parse(cli({"sample", model, "--rows", "500", "--seed", "3", "--json"}).out);
    const auto rows = fields(once.out);
    ASSERT_EQ(rows.size(), 501U);
    EXPECT_EQ(document["features"], json({"eruptions", "waiting"}));
    EXPECT_EQ(document["observations"][499][1].get<double>(), std::stod(rows[500][1]));
    EXPECT_EQ(std::to_string(document["components"][499].get<int>()), rows[500][2]);
    EXPECT_THAT(rows[0], ElementsAre("eruptions", "waiting", "component"));
    double sum = 0.0;
    for (std::size_t i = 1; i < rows.size(); ++i) sum += std::stod(rows[i][0]);
    EXPECT_NEAR(sum / 500.0, 3.488, 0.2);  // the data's own mean, four standard errors
}

TEST(CliCompare, ShowsFiguresAndAgreement) {
    const TemporaryFolder folder;
    const std::string data = folder.write("faithful.csv", read_file(data_file("faithful.csv")));
    const std::string two =
        fitted_model(folder, "two.json", data, {"--components", "2", "--covariance", "VVV"});
    const std::string three =
        fitted_model(folder, "three.json", data, {"--components", "3", "--covariance", "EEE"});
    const auto result = cli({"compare", two, three});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, AllOf(HasSubstr("VVV,2"), HasSubstr("EEE,3"), HasSubstr("2314.296"),
                                  HasSubstr("1.0000")));
    EXPECT_EQ(result.out.find("cannot be compared"), std::string::npos);
    const json document = json::parse(cli({"compare", two, three, "--json"}).out);
    EXPECT_EQ(document["models"][1]["covariance_structure"], "EEE");
    EXPECT_NEAR(document["models"][1]["bic"].get<double>(), 2314.296, 1e-3);
    EXPECT_EQ(document["are_comparable"], true);
    EXPECT_EQ(document["adjusted_rand_index"][1][1], 1.0);
    EXPECT_EQ(document["adjusted_rand_index"][0][1], document["adjusted_rand_index"][1][0]);
    // Other data under the same name: no index, and it is said.
    static_cast<void>(folder.write("faithful.csv", "eruptions,waiting\n1,2\n"));
    const auto changed = cli({"compare", two, three});
    EXPECT_EQ(changed.status, 0);
    EXPECT_THAT(changed.out, HasSubstr("have changed since it was fitted"));
    const std::string other = fitted_model(folder, "other.json", data_file("galaxies.csv"),
                                           {"--components", "2", "--covariance", "EII"});
    EXPECT_THAT(cli({"compare", two, other}).out, HasSubstr("cannot be compared"));
    const json apart = json::parse(cli({"compare", two, other, "--json"}).out);
    EXPECT_EQ(apart["are_comparable"], false);
    EXPECT_EQ(apart["adjusted_rand_index"][0][1], nullptr);
    EXPECT_FALSE(apart["notes"].empty());
}

TEST(CliInspect, SaysHowTheFileIsReadAndWhatIsInIt) {
    const TemporaryFolder folder;
    const std::string data =
        folder.write("d.csv", "name;x\nb;1,5\na;NA\nb;2,25\nb;4,5\na;3,5\nb;2,75\n");
    const auto text = cli({"inspect", data});
    ASSERT_EQ(text.status, 0) << text.err;
    EXPECT_THAT(text.out, AllOf(HasSubstr("6 rows, 2 columns"), HasSubstr("delimiter ;"),
                                HasSubstr("decimal sign ,"), HasSubstr("b (4)")));
    const auto document = json::parse(cli({"inspect", data, "--json"}).out);
    EXPECT_EQ(document["rows"], 6);
    EXPECT_EQ(document["columns"][1]["missing"], 1);
    EXPECT_DOUBLE_EQ(document["columns"][1]["mean"].get<double>(), 2.9);
    const std::string headless = folder.write("h.csv", "b;1,5\na;NA\nb;2,25\nb;4,5\na;3,5\n");
    const auto told = cli({"inspect", headless, "--missing", "NA,4,5", "--delimiter", "semicolon",
                           "--decimal", ",", "--no-header", "--json"});
    ASSERT_EQ(told.status, 0) << told.err;
    EXPECT_EQ(json::parse(told.out)["rows"], 5);
}

TEST(CliBackends, ListsTheBuiltInOne) {
    const auto result = cli({"backends"});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, AllOf(HasSubstr("cpu"), HasSubstr("built in")));
    const json document = json::parse(cli({"backends", "--json"}).out);
    EXPECT_EQ(document["backends"][0]["name"], "cpu");
    EXPECT_EQ(document["backends"][0]["refusal"], "");
    EXPECT_FALSE(document["backends"][0]["devices"].empty());
}

}  // namespace
}  // namespace mixtura
