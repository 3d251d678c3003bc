// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <gmock/gmock.h>

#include "mixtura/common/random.h"
#include "mixtura/io/model_file.h"

#include "cli_program.h"
#include "support/saved_model_example.h"

namespace mixtura {
namespace {

using test::cli;
using test::fields;
using test::fitted_model;
using test::has_program;
using test::run_process;
using test::TemporaryFolder;
using testing::HasSubstr;

constexpr double tolerance = 1e-10;  ///< relative to max(1, |expected|)

/// Two groups under names that try to leave every kind of string and comment, with a row that
/// lacks a value; fitted once for all tests.
class CliExport : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        folder_ = new TemporaryFolder;
        const std::vector<std::string> names = {"a,b \"\"quoted\"\" \\ */ #",
                                                "\"\"\"\"\"\"'''); stop(1)",
                                                "line\nbreak %s @K@ \xC3\xA9\xE2\x82\xAC ?"
                                                "?/"};
        std::string csv;
        for (const std::string& name : names) csv += "\"" + name + "\",";
        csv += "other\n";
        for (int i = 0; i < 60; ++i) {
            const double group = i % 3 == 0 ? 0.0 : 5.0;
            const double angle = 0.7 * i;
            csv += std::to_string(group + std::sin(angle)) + "," +
                   std::to_string(100.0 + group + std::cos(1.3 * i)) + "," +
                   std::to_string(0.1 * (group + std::cos(2.1 * i) + std::sin(0.3 * i))) + ",x\n";
        }
        csv += "1.5,,0.1,x\n";
        data_ = folder_->write("data.csv", csv);
        model_ = fitted_model(*folder_, "model.json", data_,
                              {"--components", "2", "--covariance", "VVV", "--init", "kmeans"});
        predicted_ = fields(cli({"predict", model_, data_}).out);
    }
    static void TearDownTestSuite() { delete folder_; }

    /// Exports to the file `name`, runs `command` and compares what it prints with predict.
    static void expect_agreement(const std::string& format, const std::string& name,
                                 const std::vector<std::string>& command,
                                 const std::string& input = {}) {
        const std::string path = folder_->file(name);
        const auto exported = cli({"export", model_, "--format", format, "-o", path});
        ASSERT_EQ(exported.status, 0) << exported.err;
        const auto result = run_process(command, {.input = input,
                                                  .environment = {{"LC_ALL", "C.UTF-8"}},
                                                  .working_directory = folder_->path()});
        ASSERT_EQ(result.status, 0) << result.err;
        const auto rows = fields(result.out);
        ASSERT_EQ(rows.size(), predicted_.size());
        for (std::size_t i = 1; i < rows.size(); ++i) {
            ASSERT_EQ(rows[i].size(), predicted_[i].size());
            for (std::size_t j = 0; j < rows[i].size(); ++j) {
                if (rows[i][j].empty() || predicted_[i][j].empty()) {
                    EXPECT_EQ(rows[i][j], predicted_[i][j]);
                    continue;
                }
                const double expected = std::stod(predicted_[i][j]);
                EXPECT_NEAR(std::stod(rows[i][j]), expected,
                            tolerance * std::max(1.0, std::abs(expected)))
                    << "row " << i << " column " << j;
            }
        }
    }

    static TemporaryFolder* folder_;
    static std::string data_;
    static std::string model_;
    static std::vector<std::vector<std::string>> predicted_;
};

TemporaryFolder* CliExport::folder_ = nullptr;
std::string CliExport::data_;
std::string CliExport::model_;
std::vector<std::vector<std::string>> CliExport::predicted_;

TEST_F(CliExport, PredictsEveryRow) {
    ASSERT_EQ(predicted_.size(), 62U);
    EXPECT_EQ(predicted_[61][1], "");
    EXPECT_NE(predicted_[1][1], predicted_[2][1]);
}

TEST_F(CliExport, RProgramAgrees) {
    if (!has_program("Rscript"))
        GTEST_SKIP() << "there is no Rscript on this machine";
    expect_agreement("r", "model.R", {"Rscript", "--vanilla", "model.R", "data.csv"});
}

TEST_F(CliExport, RProgramGivesAModelOfMclust) {
    if (!has_program("Rscript") || run_process({"Rscript", "-e", "library(mclust)"}).status != 0)
        GTEST_SKIP() << "there is no R with the package mclust on this machine";
    ASSERT_EQ(cli({"export", model_, "--format", "r", "-o", folder_->file("model.R")}).status, 0);
    const auto result = run_process(
        {"Rscript", "--vanilla", "-e",
         "suppressMessages(library(mclust)); source('model.R'); x <- read.csv('data.csv', "
         "check.names = FALSE, encoding = 'UTF-8')[1:60, ]; p <- predict(mixtura_as_mclust(x), "
         "mixtura_columns(x)); s <- mixtura_score(x); stopifnot(max(abs(p$z - s$responsibilities)) "
         "< 1e-10, all(p$classification == s$classification))"},
        {.environment = {{"LC_ALL", "C.UTF-8"}}, .working_directory = folder_->path()});
    EXPECT_EQ(result.status, 0) << result.err;
}

TEST_F(CliExport, PythonProgramAgrees) {
    if (run_process({"/usr/bin/python3", "-c", "import numpy"}).status != 0)
        GTEST_SKIP() << "there is no /usr/bin/python3 with NumPy on this machine";
    expect_agreement("python", "model.py", {"/usr/bin/python3", "model.py", "data.csv"});
}

TEST_F(CliExport, PythonProgramGivesAModelOfScikitLearn) {
    if (run_process({"/usr/bin/python3", "-c", "import sklearn.mixture"}).status != 0)
        GTEST_SKIP() << "there is no /usr/bin/python3 with scikit-learn on this machine";
    ASSERT_EQ(cli({"export", model_, "--format", "python", "-o", folder_->file("model.py")}).status,
              0);
    const auto result = run_process(
        {"/usr/bin/python3", "-c",
         "import model, numpy as np\n"
         "x = model.MEANS[0] + np.random.default_rng(1).normal(size=(50, 3))\n"
         "s = model.score(x)\n"
         "m = model.as_sklearn()\n"
         "assert np.abs(m.score_samples(x) - s['log_density']).max() < 1e-6 * "
         "np.abs(s['log_density']).max()\n"
         "assert (m.predict(x) + 1 == s['classification']).all()"},
        {.environment = {{"PYTHONDONTWRITEBYTECODE", "1"}}, .working_directory = folder_->path()});
    EXPECT_EQ(result.status, 0) << result.err;
}

TEST_F(CliExport, CppProgramAgrees) {
    if (!has_program(MIXTURA_CXX_COMPILER))
        GTEST_SKIP() << "the compiler of the build is not there";
    const std::string source = folder_->file("model.hpp");
    ASSERT_EQ(cli({"export", model_, "--format", "cpp", "-o", source}).status, 0);
    const auto compiled =
        run_process({MIXTURA_CXX_COMPILER, "-std=c++17", "-O1", "-Wall", "-Wextra", "-Werror",
                     "-DMIXTURA_MODEL_MAIN", "-x", "c++", source, "-o", folder_->file("model")});
    ASSERT_EQ(compiled.status, 0) << compiled.err;
    expect_agreement("cpp", "model.hpp", {folder_->file("model")}, folder_->read("data.csv"));
}

TEST_F(CliExport, PmmlDocumentAgrees) {
    if (run_process({"/usr/bin/python3", "-c", "import xml.etree"}).status != 0)
        GTEST_SKIP() << "there is no /usr/bin/python3 on this machine";
    expect_agreement(
        "pmml", "model.pmml",
        {"/usr/bin/python3", std::string(MIXTURA_CLI_TESTS_DIR) + "/score_pmml.py", "model.pmml",
         "data.csv", folder_->write("predicted.csv", cli({"predict", model_, data_}).out)});
}

/// Written without a fit: any number of components over features of any name, far from zero.
std::string model_of_size(const TemporaryFolder& folder, int component_count,
                          const std::vector<std::string>& features) {
    const auto d = static_cast<Eigen::Index>(features.size());
    RandomStream random(7);
    Eigen::VectorXd weights(component_count);
    Eigen::MatrixXd means(component_count, d);
    std::vector<Eigen::MatrixXd> covariances;
    for (int k = 0; k < component_count; ++k) {
        weights[k] = 1.0 + random.uniform();
        Eigen::MatrixXd factor = Eigen::MatrixXd::Identity(d, d);
        for (Eigen::Index j = 0; j < d; ++j) {
            means(k, j) = 1000.0 + 6.0 * random.normal();
            for (Eigen::Index i = 0; i < d; ++i) factor(i, j) += 0.3 * random.normal();
        }
        covariances.emplace_back(factor * factor.transpose());
    }
    SavedModel saved = test::example_model(features);
    saved.model = GaussianMixture(weights / weights.sum(), means, std::move(covariances));
    write_model_file(folder.file("model.json"), saved);
    return folder.file("model.json");
}

struct SizeCase {
    std::string name;
    int component_count;
    std::vector<std::string> features;
};

class CliExportOfSize : public testing::TestWithParam<SizeCase> {
  protected:
    /// The log densities that `command` prints, against those of predict; and their sum.
    void expect_agreement(const std::string& format, const std::string& file,
                          const std::vector<std::string>& command) {
        const auto exported = cli({"export", model_, "--format", format, "-o", folder_.file(file)});
        ASSERT_EQ(exported.status, 0) << exported.err;
        const auto result = run_process(
            command, {.input = folder_.read("data.csv"),
                      .environment = {{"LC_ALL", "C.UTF-8"}, {"PYTHONDONTWRITEBYTECODE", "1"}},
                      .working_directory = folder_.path()});
        ASSERT_EQ(result.status, 0) << result.err;
        const auto rows = fields(result.out);
        const auto predicted = fields(cli({"predict", model_, folder_.file("data.csv")}).out);
        ASSERT_EQ(rows.size(), 201U);
        ASSERT_EQ(predicted.size(), 201U);
        double sum = 0.0;
        double expected_sum = 0.0;
        for (std::size_t i = 1; i < rows.size(); ++i) {
            ASSERT_EQ(rows[i].size(), 4U + static_cast<unsigned>(GetParam().component_count));
            EXPECT_EQ(rows[i][1], predicted[i][1]);
            sum += std::stod(rows[i][3]);
            expected_sum += std::stod(predicted[i][3]);
        }
        EXPECT_NEAR(sum, expected_sum, tolerance * std::abs(expected_sum));
    }

    TemporaryFolder folder_;
    std::string model_ = model_of_size(folder_, GetParam().component_count, GetParam().features);
    test::ProcessResult sampled_ =
        cli({"sample", model_, "--rows", "200", "-o", folder_.file("data.csv")});
};

TEST_P(CliExportOfSize, RProgramAgrees) {
    if (!has_program("Rscript"))
        GTEST_SKIP() << "there is no Rscript on this machine";
    expect_agreement("r", "model.R", {"Rscript", "--vanilla", "model.R", "data.csv"});
}

TEST_P(CliExportOfSize, PythonProgramAgrees) {
    if (run_process({"/usr/bin/python3", "-c", "import numpy"}).status != 0)
        GTEST_SKIP() << "there is no /usr/bin/python3 with NumPy on this machine";
    expect_agreement("python", "model.py", {"/usr/bin/python3", "model.py", "data.csv"});
}

TEST_P(CliExportOfSize, CppProgramAgrees) {
    if (!has_program(MIXTURA_CXX_COMPILER))
        GTEST_SKIP() << "the compiler of the build is not there";
    expect_agreement("cpp", "model.hpp",
                     {"sh", "-c",
                      "\"$0\" -std=c++17 -Wall -Wextra -Werror -DMIXTURA_MODEL_MAIN -x c++ "
                      "model.hpp -o model && ./model",
                      MIXTURA_CXX_COMPILER});
}

INSTANTIATE_TEST_SUITE_P(Sizes, CliExportOfSize,
                         testing::Values(SizeCase{"OneComponentOneFeature", 1, {"class"}},
                                         SizeCase{"ThirtyComponents",
                                                  30,
                                                  {"if", "'); system('touch hacked'); ('", "\\",
                                                   "T", "4th\tone"}}),
                         [](const auto& test) { return test.param.name; });

TEST_F(CliExport, JsonIsTheModelFileItself) {
    const auto result = cli({"export", model_, "--format", "json"});
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.out, folder_->read("model.json"));
}

TEST_F(CliExport, RefusesAFormatThatIsNotThere) {
    const auto result = cli({"export", model_, "--format", "onnx"});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr("'onnx' is not an export format"));
}

}  // namespace
}  // namespace mixtura
