// SPDX-License-Identifier: Apache-2.0
// Known labels, from the fit to the prediction of new rows.

#include <algorithm>
#include <sstream>

#include <gmock/gmock.h>

#include "mixtura/io/atomic_file.h"
#include "mixtura/plan/plan.h"

#include "cli_program.h"

namespace mixtura {
namespace {

using nlohmann::json;
using test::cli;
using test::data_file;
using test::fields;
using test::TemporaryFolder;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// iris with the species of every fifth row alone.
std::string partly_labelled(const TemporaryFolder& folder) {
    std::istringstream iris(read_file(data_file("iris.csv")));
    std::string text;
    std::string line;
    for (int number = 0; std::getline(iris, line); ++number) {
        const bool keeps_label = number == 0 || (number - 1) % 5 == 0;
        text += (keeps_label ? line : line.substr(0, line.rfind(',') + 1)) + "\n";
    }
    return folder.write("partly.csv", text);
}

TEST(CliLabels, SettleTheCountAndTheOrderOfTheComponents) {
    const TemporaryFolder folder;
    const std::string data = partly_labelled(folder);
    const auto result = cli({"fit", "gmm", data, "--labels", "species", "--covariance", "VEV",
                             "--tolerance", "1e-9", "-o", folder.file("m.json"), "--json"});
    ASSERT_EQ(result.status, 0) << result.err;
    const json model = json::parse(result.out);
    // The value of an independent program, see labelled_fit_test.cpp.
    EXPECT_NEAR(-187.57380885, model["fit"]["log_likelihood"].get<double>(), 1e-6);
    EXPECT_EQ(json({"setosa", "versicolor", "virginica"}), model["labels"]["names"]);
    EXPECT_EQ("species", model["options"]["labels"]);
    // One of the 30 labelled rows and three others lie on the wrong side.
    EXPECT_NEAR(1.0 / 30.0, model["labels"]["training"]["error_rate"].get<double>(), 1e-12);
    EXPECT_FALSE(model["labels"].contains("cross_validation"));

    const auto predicted =
        fields(cli({"predict", folder.file("m.json"), data_file("iris.csv")}).out);
    EXPECT_EQ("label", predicted[0].back());
    int right = 0;
    for (std::size_t row = 1; row < predicted.size(); ++row)
        right += predicted[row].back() == (row <= 50    ? "setosa"
                                           : row <= 100 ? "versicolor"
                                                        : "virginica")
                     ? 1
                     : 0;
    EXPECT_EQ(146, right);
}

TEST(CliLabels, AreCrossValidatedAndTheModelFileFitsTheSchema) {
    const TemporaryFolder folder;
    const auto result =
        cli({"fit", "gmm", data_file("iris.csv"), "--labels", "species", "--covariance", "EEE",
             "--label-folds", "150", "-o", folder.file("m.json")});
    ASSERT_EQ(result.status, 0) << result.err;
    // Linear discriminant analysis of iris, one row left out at a time: 3 errors.
    EXPECT_THAT(result.out,
                AllOf(HasSubstr("Component 1 (setosa) holds"),
                      HasSubstr("147 of 150 labelled rows would (error 2.0 %, Brier score 0.0172"),
                      HasSubstr("each left out of the fit")));
    const json model = json::parse(folder.read("m.json"));
    EXPECT_EQ(150, model["labels"]["cross_validation"]["fold_count"]);
    EXPECT_NEAR(0.02, model["labels"]["cross_validation"]["error_rate"].get<double>(), 1e-12);
    const std::string problem = test::schema_problem(folder.file("m.json"));
    if (problem.starts_with("skip: "))
        GTEST_SKIP() << problem;
    EXPECT_EQ("", problem);
}

TEST(CliLabels, LeaveRoomForGroupsWithoutALabel) {
    const TemporaryFolder folder;
    std::string text = read_file(data_file("iris.csv"));
    for (std::size_t at = 0; (at = text.find("virginica", at)) != std::string::npos;)
        text.erase(at, 9);
    const std::string data = folder.write("two.csv", text);
    const auto result = cli({"fit", "gmm", data, "--labels", "species", "--components", "1:3",
                             "--covariance", "EEE", "--criterion", "bic", "-o",
                             folder.file("m.json"), "--assignments", folder.file("a.csv")});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("Fewer than 2 components were not tried"));
    const json model = json::parse(folder.read("m.json"));
    EXPECT_EQ(3, model["options"]["component_count"]);
    const auto rows = fields(folder.read("a.csv"));
    EXPECT_EQ("setosa", rows[1].back());
    EXPECT_EQ("component 3", rows[150].back());
}

TEST(CliLabels, AreRefusedInASentenceWhereTheyCannotBe) {
    const TemporaryFolder folder;
    const std::string iris = data_file("iris.csv");
    const auto message = [&](std::vector<std::string> more, int status) {
        more.insert(more.begin(), {"fit", "gmm"});
        const auto result = cli(more);
        EXPECT_EQ(status, result.status) << result.err;
        EXPECT_EQ(1, std::count(result.err.begin(), result.err.end(), '\n')) << result.err;
        return result.err;
    };
    EXPECT_THAT(message({iris, "--labels", "kind"}, 2), HasSubstr("kind"));
    EXPECT_THAT(message({iris, "--labels", ""}, 2), HasSubstr("--labels needs the name"));
    EXPECT_THAT(message({iris, "--label-folds", "5"}, 2),
                HasSubstr("no known labels to cross-validate"));
    EXPECT_THAT(message({iris, "--labels", "species", "--components", "2"}, 2),
                HasSubstr("Column 'species' has 3 different labels"));
    EXPECT_THAT(message({iris, "--labels", "species", "--criterion", "cv"}, 2),
                HasSubstr("use bic, icl or aic"));
    EXPECT_THAT(message({iris, "--labels", "species", "--bootstrap-test", "19"}, 2),
                HasSubstr("takes no known labels"));
    EXPECT_THAT(message({iris, "--labels", "species", "--init", "labels:species"}, 2),
                HasSubstr("starts from them"));
    EXPECT_THAT(
        message({iris, "--columns", "sepal_length,petal_width", "--labels", "petal_width"}, 2),
        HasSubstr("is a feature and cannot hold the known labels"));
    EXPECT_THAT(
        message({iris, "--labels", "species", "--label-folds", "151", "--covariance", "EEE"}, 2),
        HasSubstr("from 2 to 150, the number of labelled rows"));
    EXPECT_THAT(
        message({folder.write("none.csv", "x,y,g\n1,2,\n2,1,\n3,5,\n4,1,\n"), "--labels", "g"}, 3),
        HasSubstr("column 'g' has no label in any row used"));
    const std::string model =
        test::fitted_model(folder, "m.json", iris, {"--labels", "species", "--covariance", "EEE"});
    const auto errors = cli({"explain", model, iris, "--standard-errors", "hessian"});
    EXPECT_EQ(2, errors.status);
    EXPECT_THAT(errors.err, HasSubstr("known labels are not available"));
}

TEST(CliLabels, APlanRepeatsItselfAsACommand) {
    Plan plan;
    plan.data_path = data_file("iris.csv");
    plan.columns.labels = "species";
    plan.search.covariance_structures = {CovarianceStructure::VVI};
    plan.search.component_counts = {3};
    plan.label_fold_count = 4;
    EXPECT_THAT(command_line(plan),
                AllOf(HasSubstr("--labels species"), HasSubstr("--label-folds 4")));
    EXPECT_EQ(to_json(plan), to_json(plan_from(to_json(plan))));
    const json expected = test::without_seconds(to_json(*run(plan).chosen));
    const auto result = test::run_process(
        {"sh", "-c",
         std::string("PATH=\"$0:$PATH\"; ").append(command_line(plan)).append(" --json"),
         MIXTURA_BINARY_DIR});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(test::without_seconds(json::parse(result.out)), expected);
}

/// What stands after the responsibilities, line by line: the label as it is written.
std::vector<std::string> written_labels(const std::string& csv, int component_count) {
    std::istringstream lines(csv);
    std::vector<std::string> labels;
    for (std::string line; std::getline(lines, line);) {
        std::size_t at = 0;
        for (int comma = 0; comma < 4 + component_count; ++comma) at = line.find(',', at) + 1;
        labels.push_back(line.substr(at));
    }
    return labels;
}

TEST(CliLabels, ExportedProgramsWriteTheNamesThatPredictWrites) {
    const TemporaryFolder folder;
    std::string csv = "x,kind\n";
    for (int i = 0; i < 20; ++i) {
        csv += std::to_string(0.1 * i) + ",\"a, \"\"b\"\" \\ \xC3\xA9\"\n";
        csv += std::to_string(9.0 + 0.1 * i * i / 20.0) + ",plain\n";
    }
    csv += ",plain\n";
    const std::string data = folder.write("data.csv", csv);
    const std::string model = folder.file("m.json");
    ASSERT_EQ(cli({"fit", "gmm", data, "--labels", "kind", "-o", model}).status, 0);
    const auto expected = written_labels(cli({"predict", model, data}).out, 2);
    ASSERT_EQ(expected.size(), 42U);
    EXPECT_EQ(expected[0], "label");
    EXPECT_EQ(expected[1], "\"a, \"\"b\"\" \\ \xC3\xA9\"");
    EXPECT_EQ(expected[2], "plain");
    EXPECT_EQ(expected[41], "");

    const auto written = [&](const std::string& format, const std::string& file,
                             const std::vector<std::string>& command) {
        EXPECT_EQ(cli({"export", model, "--format", format, "-o", folder.file(file)}).status, 0);
        const auto result = test::run_process(command, {.input = csv,
                                                        .environment = {{"LC_ALL", "C.UTF-8"}},
                                                        .working_directory = folder.path()});
        EXPECT_EQ(result.status, 0) << result.err;
        return written_labels(result.out, 2);
    };
    int tried = 0;
    if (test::run_process({"/usr/bin/python3", "-c", "import numpy"}).status == 0) {
        EXPECT_EQ(written("python", "m.py", {"/usr/bin/python3", "m.py", "data.csv"}), expected);
        ++tried;
    }
    if (test::has_program("Rscript")) {
        auto labels = written("r", "m.R", {"Rscript", "--vanilla", "m.R", "data.csv"});
        EXPECT_EQ(labels, expected);
        ++tried;
    }
    if (test::has_program(MIXTURA_CXX_COMPILER)) {
        ASSERT_EQ(cli({"export", model, "--format", "cpp", "-o", folder.file("m.hpp")}).status, 0);
        const auto compiled = test::run_process(
            {MIXTURA_CXX_COMPILER, "-std=c++17", "-Wall", "-Wextra", "-Werror",
             "-DMIXTURA_MODEL_MAIN", "-x", "c++", folder.file("m.hpp"), "-o", folder.file("m")});
        ASSERT_EQ(compiled.status, 0) << compiled.err;
        EXPECT_EQ(written("cpp", "m.hpp", {folder.file("m")}), expected);
        ++tried;
    }
    if (tried == 0)
        GTEST_SKIP() << "neither Python with NumPy nor R nor the compiler is on this machine";
}

}  // namespace
}  // namespace mixtura
