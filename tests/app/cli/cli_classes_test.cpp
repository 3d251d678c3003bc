// SPDX-License-Identifier: Apache-2.0
// A mixture for each class, from the fit to the prediction of new rows.

#include <algorithm>
#include <cmath>
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
using testing::HasSubstr;

TEST(CliClasses, HaveTheModelsAndTheErrorOfMclust) {
    const TemporaryFolder folder;
    const std::string file = folder.file("m.json");
    const auto result = cli({"fit", "gmm", data_file("iris.csv"), "--classes", "species",
                             "--label-folds", "10", "-o", file});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, AllOf(HasSubstr("3 classes, each with a mixture of its own (4 comp"),
                                  HasSubstr("Component 2 (setosa 2) holds"),
                                  HasSubstr("147 of 150 labelled rows would go to their class"),
                                  HasSubstr("error 2.0 %, Brier score 0.0116"),
                                  HasSubstr("Left out of the fit in 10 parts"),
                                  HasSubstr("standard error of the error"),
                                  HasSubstr("the class they would go to, each left out")));
    const json model = json::parse(folder.read("m.json"));
    // tests/reference/expected/mclust600-class-figures.csv; mclust leaves out the two shares.
    EXPECT_NEAR(-172.8135, model["fit"]["log_likelihood"].get<double>(), 2e-3);
    EXPECT_EQ(47 + 2, model["fit"]["parameter_count"]);
    EXPECT_EQ(json({0, 0, 1, 2}), model["labels"]["component_classes"]);
    EXPECT_EQ("EEE", model["labels"]["class_models"][0]["covariance_structure"]);
    EXPECT_EQ(2, model["labels"]["class_models"][0]["component_count"]);
    EXPECT_NEAR(0.02, model["labels"]["training"]["error_rate"].get<double>(), 1e-12);
    EXPECT_EQ(10, model["labels"]["cross_validation"]["fold_count"]);
    EXPECT_GT(model["labels"]["cross_validation"]["standard_error"].get<double>(), 0.0);
    EXPECT_EQ("species", model["options"]["classes"]);

    const auto predicted = fields(cli({"predict", file, data_file("iris.csv")}).out);
    EXPECT_EQ("label", predicted[0].back());
    EXPECT_EQ("probability_virginica", predicted[0][predicted[0].size() - 2]);
    int right = 0;
    for (std::size_t row = 1; row < predicted.size(); ++row) {
        const auto& cells = predicted[row];
        right += cells.back() == (row <= 50    ? "setosa"
                                  : row <= 100 ? "versicolor"
                                               : "virginica")
                     ? 1
                     : 0;
        // Four components, then three classes: the first class is made of two components.
        const double setosa = std::stod(cells[4]) + std::stod(cells[5]);
        EXPECT_NEAR(setosa, std::stod(cells[8]), 1e-12);
        const double most =
            std::max({std::stod(cells[8]), std::stod(cells[9]), std::stod(cells[10])});
        EXPECT_NEAR(1.0 - most, std::stod(cells[2]), 1e-12);
    }
    EXPECT_EQ(147, right);
    const json answer = json::parse(cli({"predict", file, data_file("iris.csv"), "--json"}).out);
    EXPECT_EQ("setosa", answer["class"][0]);
    EXPECT_EQ(3U, answer["class_probabilities"][0].size());
    EXPECT_EQ("setosa 2", answer["component_names"][1]);
    const std::string problem = test::schema_problem(file);
    if (problem.starts_with("skip: "))
        GTEST_SKIP() << problem;
    EXPECT_EQ("", problem);
}

TEST(CliClasses, AreReportedAndExplained) {
    const TemporaryFolder folder;
    const std::string iris = data_file("iris.csv");
    const std::string model =
        test::fitted_model(folder, "m.json", iris, {"--classes", "species", "--components", "1:2"});
    ASSERT_EQ(cli({"report", model, iris, "-o", folder.file("r.html")}).status, 0);
    EXPECT_THAT(folder.read("r.html"),
                AllOf(HasSubstr("Classes and classification"), HasSubstr("Rows with a class"),
                      HasSubstr("setosa 2"), HasSubstr("<td>virginica</td>")));
    EXPECT_EQ(cli({"explain", model, iris, "--merge"}).status, 0);
    const auto errors = cli({"explain", model, iris, "--standard-errors", "hessian"});
    EXPECT_EQ(2, errors.status);
}

TEST(CliClasses, AreRefusedInASentenceWhereTheyCannotBe) {
    const TemporaryFolder folder;
    const std::string iris = data_file("iris.csv");
    const auto message = [&](std::vector<std::string> more, int status) {
        more.insert(more.begin(), {"fit", "gmm"});
        const auto result = cli(more);
        EXPECT_EQ(status, result.status) << result.err;
        EXPECT_EQ(1, std::count(result.err.begin(), result.err.end(), '\n')) << result.err;
        return result.err;
    };
    const auto refused = [&](std::vector<std::string> more) {
        more.insert(more.begin(), {iris, "--classes", "species"});
        return message(std::move(more), 2);
    };
    EXPECT_THAT(message({iris, "--classes", "kind"}, 2), HasSubstr("kind"));
    EXPECT_THAT(message({iris, "--classes", ""}, 2), HasSubstr("--classes needs the name"));
    EXPECT_THAT(refused({"--labels", "species"}), HasSubstr("with known labels"));
    EXPECT_THAT(refused({"--init", "labels:species"}), HasSubstr("from start labels"));
    EXPECT_THAT(refused({"--family", "student"}), HasSubstr("of Student-t components"));
    EXPECT_THAT(refused({"--family", "factor"}), HasSubstr("of factor analysers"));
    EXPECT_THAT(refused({"--missing-rows", "mar"}), HasSubstr("missing_rows mar"));
    EXPECT_THAT(refused({"--bootstrap-test", "19"}), HasSubstr("with the bootstrap test"));
    EXPECT_THAT(refused({"--checkpoint", folder.file("c")}), HasSubstr("with a checkpoint"));
    EXPECT_THAT(refused({"--trace", folder.file("t.csv")}), HasSubstr("with a trace"));
    EXPECT_THAT(refused({"--label-folds", "1"}), HasSubstr("it must be 0, or from 2"));
    EXPECT_THAT(refused({"--label-folds", "151"}), HasSubstr("from 2 to 150"));
    EXPECT_THAT(message({iris, "--columns", "1,petal_width", "--classes", "petal_width"}, 2),
                HasSubstr("is a feature and cannot hold the classes"));
}

/// Rows "x,y,class" of two clouds of 20 rows each.
std::string two_clouds() {
    std::string csv = "x,y,kind\n";
    for (int i = 0; i < 40; ++i)
        csv += std::to_string(std::sin(1.7 * i)) + "," +
               std::to_string(std::cos(2.9 * i) + (i < 20 ? 0.0 : 6.0)) + "," +
               (i < 20 ? "low" : "high") + "\n";
    return csv;
}

TEST(CliClasses, OfHostileDataAreNamed) {
    const TemporaryFolder folder;
    const auto fit = [&](const std::string& csv, std::vector<std::string> more = {}) {
        more.insert(more.begin(),
                    {"fit", "gmm", folder.write("data.csv", csv), "--classes", "kind"});
        return cli(more);
    };
    const auto alone = fit(two_clouds() + "3,3,lonely\n");
    EXPECT_EQ(3, alone.status);
    EXPECT_THAT(alone.err, HasSubstr("class 'lonely' of column 'kind' has a single row"));
    const auto constant = fit(two_clouds() + "3,1,flat\n3,2,flat\n3,4,flat\n3,9,flat\n");
    EXPECT_EQ(3, constant.status);
    EXPECT_THAT(constant.err, AllOf(HasSubstr("class 'flat'"),
                                    HasSubstr("column 'x' has the same value (3) in all its 4")));
    const auto single = fit("x,kind\n1,a\n2,a\n4,a\n3,a\n");
    EXPECT_EQ(3, single.status);
    EXPECT_THAT(single.err, HasSubstr("has a single class"));
    const auto none = fit("x,kind\n1,\n2,\n4,\n3,\n");
    EXPECT_EQ(3, none.status);
    EXPECT_THAT(none.err, HasSubstr("states no class in any row"));

    const auto open = fit(two_clouds() + "3,1,\n3,2,\n", {"--components", "1"});
    ASSERT_EQ(open.status, 0) << open.err;
    EXPECT_THAT(open.out, AllOf(HasSubstr("2 of 42 rows left out, because column 'kind' states no"),
                                HasSubstr("40 of 42 rows")));
    const auto few = fit(two_clouds() + "20,1,few\n21,2,few\n20.5,4,few\n");
    ASSERT_EQ(few.status, 0) << few.err;
    EXPECT_THAT(few.out, HasSubstr("Class 'few' (3 rows): "));
}

TEST(CliClasses, MayBeTwoHundred) {
    const TemporaryFolder folder;
    std::string csv = "x,y,kind\n";
    for (int i = 0; i < 1000; ++i)
        csv += std::to_string(10.0 * (i % 200) + std::sin(1.7 * i)) + "," +
               std::to_string(std::cos(2.9 * i)) + ",kind " + std::to_string(i % 200) + "\n";
    const auto result = cli({"fit", "gmm", folder.write("many.csv", csv), "--classes", "kind",
                             "--components", "1", "-o", folder.file("m.json"), "--json"});
    ASSERT_EQ(result.status, 0) << result.err;
    const json model = json::parse(result.out);
    EXPECT_EQ(200U, model["labels"]["names"].size());
    EXPECT_EQ(0.0, model["labels"]["training"]["error_rate"]);
    EXPECT_EQ(1000U, model["data"]["rows_used"]);
    EXPECT_EQ(cli({"predict", folder.file("m.json"), folder.file("many.csv")}).status, 0);
}

TEST(CliClasses, CountWithTheirWeightsAndAnyScale) {
    const TemporaryFolder folder;
    std::string once = "x,y,w,kind\n";
    std::string twice = "x,y,kind\n";
    std::istringstream rows(two_clouds());
    std::string line;
    std::getline(rows, line);
    for (int i = 0; std::getline(rows, line); ++i) {
        const std::size_t comma = line.rfind(',');
        once += line.substr(0, comma) + (i < 20 ? ",2" : ",1") + line.substr(comma) + "\n";
        twice += line + "\n" + (i < 20 ? line + "\n" : "");
    }
    const auto fitted = [&](const std::string& csv, std::vector<std::string> more) {
        more.insert(more.begin(), {"fit", "gmm", folder.write("data.csv", csv), "--classes", "kind",
                                   "--components", "1", "--json"});
        return json::parse(cli(more).out);
    };
    const json repeated = fitted(twice, {});
    const json weighted = fitted(once, {"--observation-weights", "w"});
    EXPECT_NEAR(repeated["fit"]["log_likelihood"].get<double>(),
                weighted["fit"]["log_likelihood"].get<double>(), 1e-8);
    EXPECT_NEAR(2.0 / 3.0, weighted["parameters"]["mixing_weights"][0].get<double>(), 1e-12);
    // One full component for each class bears any change of scale.
    const json plain = fitted(two_clouds(), {"--covariance", "VVV"});
    const json scaled = fitted(two_clouds(), {"--covariance", "VVV", "--standardise", "zscore"});
    for (const char* key : {"log_likelihood", "bic"})
        EXPECT_NEAR(plain["fit"][key].get<double>(), scaled["fit"][key].get<double>(), 1e-7);
    EXPECT_NEAR(plain["labels"]["joint_log_likelihood"].get<double>(),
                scaled["labels"]["joint_log_likelihood"].get<double>(), 1e-7);
    EXPECT_NEAR(plain["labels"]["class_models"][1]["log_likelihood"].get<double>(),
                scaled["labels"]["class_models"][1]["log_likelihood"].get<double>(), 1e-7);
}

TEST(CliClasses, APlanRepeatsItselfAsACommand) {
    Plan plan;
    plan.data_path = data_file("iris.csv");
    plan.columns.classes = "species";
    plan.search.covariance_structures = {CovarianceStructure::VVI};
    plan.search.component_counts = {1, 2};
    plan.label_fold_count = 4;
    EXPECT_THAT(command_line(plan), HasSubstr("--classes species"));
    EXPECT_EQ(to_json(plan), to_json(plan_from(to_json(plan))));
    const json expected = test::without_seconds(to_json(*run(plan).chosen));
    const auto result = test::run_process(
        {"sh", "-c",
         std::string("PATH=\"$0:$PATH\"; ").append(command_line(plan)).append(" --json"),
         MIXTURA_BINARY_DIR});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(test::without_seconds(json::parse(result.out)), expected);
}

TEST(CliClasses, OfADamagedModelFileAreRefusedWithTheKey) {
    const TemporaryFolder folder;
    const json model = json::parse(
        cli({"fit", "gmm", data_file("iris.csv"), "--classes", "species", "--json"}).out);
    const auto message = [&](const std::string& pointer, const json& value) {
        json damaged = model;
        damaged[json::json_pointer(pointer)] = value;
        const auto result =
            cli({"predict", folder.write("bad.json", damaged.dump()), data_file("iris.csv")});
        EXPECT_EQ(3, result.status) << result.err;
        return result.err;
    };
    EXPECT_THAT(message("/labels/component_classes", {0, 0, 1}),
                HasSubstr("/labels/component_classes"));
    EXPECT_THAT(message("/labels/component_classes/1", 2),
                HasSubstr("/labels/component_classes/1"));
    EXPECT_THAT(message("/labels/component_classes", {0, 0, 1, 1}),
                HasSubstr("without a component"));
    EXPECT_THAT(message("/labels/class_models", json::array()), HasSubstr("/labels/class_models"));
    EXPECT_THAT(message("/labels/class_models/0/component_count", 3),
                HasSubstr("/labels/class_models/0/component_count"));
    EXPECT_THAT(message("/labels/training/counts/0", {1, 2, 3, 4}),
                HasSubstr("/labels/training/counts/0"));
}

/// What stands after the log density, line by line: numbers to nine digits, texts as they are.
std::vector<std::vector<std::string>> rounded(const std::string& csv) {
    auto rows = fields(csv);
    for (auto& row : rows) {
        row.erase(row.begin() + 3);
        for (std::string& cell : row) {
            std::istringstream number(cell);
            double value = 0.0;
            if (number >> value && number.peek() == EOF)
                cell = std::to_string(std::round(value * 1e9) / 1e9 + 0.0);
        }
    }
    return rows;
}

TEST(CliClasses, ExportedProgramsWriteTheClassesThatPredictWrites) {
    const TemporaryFolder folder;
    std::string csv = "x,y,kind\n";
    for (int i = 0; i < 120; ++i) {
        const double jump = i % 2 == 0 ? 0.0 : 7.0;
        csv += std::to_string(std::sin(1.7 * i) + (i < 60 ? jump : 3.5)) + "," +
               std::to_string(std::cos(2.9 * i)) + "," +
               (i < 60 ? "\"two, \"\"far\"\" \xC3\xA9\"" : "one") + "\n";
    }
    csv += ",1,one\n";
    const std::string data = folder.write("data.csv", csv);
    const std::string model = folder.file("m.json");
    ASSERT_EQ(
        cli({"fit", "gmm", data, "--classes", "kind", "--components", "1:2", "-o", model}).status,
        0);
    const json classes = json::parse(folder.read("m.json"))["labels"]["component_classes"];
    ASSERT_EQ(json({0, 0}), json({classes[0], classes[1]})) << classes;
    const auto expected = rounded(cli({"predict", model, data}).out);
    ASSERT_EQ(122U, expected.size());
    EXPECT_EQ(" far \xC3\xA9", expected[1].back());  // behind its comma, without its quotes

    const auto written = [&](const std::string& format, const std::string& file,
                             const std::vector<std::string>& command) {
        EXPECT_EQ(cli({"export", model, "--format", format, "-o", folder.file(file)}).status, 0);
        const auto result = test::run_process(command, {.input = csv,
                                                        .environment = {{"LC_ALL", "C.UTF-8"}},
                                                        .working_directory = folder.path()});
        EXPECT_EQ(result.status, 0) << result.err;
        return rounded(result.out);
    };
    int tried = 0;
    if (test::run_process({"/usr/bin/python3", "-c", "import numpy"}).status == 0) {
        EXPECT_EQ(written("python", "m.py", {"/usr/bin/python3", "m.py", "data.csv"}), expected);
        ++tried;
    }
    if (test::has_program("Rscript")) {
        EXPECT_EQ(written("r", "m.R", {"Rscript", "--vanilla", "m.R", "data.csv"}), expected);
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
