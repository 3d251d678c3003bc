// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/model_file.h"

#include <functional>
#include <limits>

#include <gmock/gmock.h>

#include "mixtura/common/error.h"
#include "mixtura/io/json_text.h"

#include "support/saved_model_example.h"
#include "support/temporary_folder.h"

namespace mixtura {
namespace {

using nlohmann::json;
using test::example_model;
using test::TemporaryFolder;
using testing::HasSubstr;

std::string message_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const DataError& error) {
        return error.what();
    }
    return "nothing was thrown";
}

TEST(ModelFile, ReadsBackBitForBit) {
    const TemporaryFolder folder;
    const SavedModel saved = example_model();
    const std::string path = folder.file("model.json");
    write_model_file(path, saved);
    const SavedModel read = read_model_file(path);
    EXPECT_EQ(read.model.mixing_weights(), saved.model.mixing_weights());
    EXPECT_EQ(read.model.means(), saved.model.means());
    EXPECT_EQ(read.model.covariances(), saved.model.covariances());
    EXPECT_EQ(read.model.covariance_structure(), saved.model.covariance_structure());
    EXPECT_EQ(read.fit.log_likelihood, saved.fit.log_likelihood);
    EXPECT_EQ(read.fit.trace, saved.fit.trace);
    EXPECT_EQ(read.data.features, saved.data.features);
    EXPECT_TRUE(std::isnan(read.fit.starts[1].log_likelihood));
    EXPECT_EQ(model_file_text(read), model_file_text(saved));
}

SavedModel example_factor_model() {
    SavedModel saved = example_model({"a", "b", "c"});
    FactorDecomposition factors{.structure = FactorStructure::UCU,
                                .loadings = {Eigen::MatrixXd(3, 1), Eigen::MatrixXd(3, 1)},
                                .uniquenesses = Eigen::MatrixXd::Constant(2, 3, 1.0 / 3.0)};
    factors.loadings[0] << 0.1, 1.0 / 7.0, -2.0;
    factors.loadings[1] << 3.0, -0.7, 1.0 / 9.0;
    saved.model =
        GaussianMixture(saved.model.mixing_weights(), saved.model.means(), std::move(factors));
    return saved;
}

TEST(ModelFile, FactorAnalysersReadBackBitForBit) {
    const SavedModel saved = example_factor_model();
    const json document = to_json(saved);
    EXPECT_EQ(document["kind"], "factor_mixture");
    EXPECT_EQ(document["options"]["covariance_structure"], "UCU(1)");
    const SavedModel read = saved_model_from(document);
    ASSERT_TRUE(read.model.factors());
    EXPECT_EQ(read.model.factors()->loadings, saved.model.factors()->loadings);
    EXPECT_EQ(read.model.factors()->uniquenesses, saved.model.factors()->uniquenesses);
    EXPECT_EQ(read.model.covariances(), saved.model.covariances());
    EXPECT_EQ(model_file_text(read), model_file_text(saved));
}

TEST(ModelFile, ABrokenFactorModelIsNamedByItsPlace) {
    const auto message = [](const char* pointer, const json& value) {
        json document = to_json(example_factor_model());
        document[json::json_pointer(pointer)] = value;
        return message_of([&] { static_cast<void>(saved_model_from(document)); });
    };
    EXPECT_THAT(message("/parameters/loadings/1/0", {1.0, 2.0}),
                HasSubstr("/parameters/loadings/1/0"));
    EXPECT_THAT(message("/parameters/loadings/1", json::array()),
                HasSubstr("/parameters/loadings/1"));
    EXPECT_THAT(message("/parameters/uniquenesses/0/2", -1.0), HasSubstr("uniqueness"));
    EXPECT_THAT(message("/parameters/uniquenesses/0", {1.0}),
                HasSubstr("/parameters/uniquenesses/0"));
    EXPECT_THAT(message("/options/covariance_structure", "VVV"),
                HasSubstr("/options/covariance_structure"));
    EXPECT_THAT(message("/options/covariance_structure", "UCU(2)"),
                HasSubstr("/parameters/loadings/0/0"));
    EXPECT_THAT(message("/kind", "gaussian_mixture"), HasSubstr("/options/covariance_structure"));
}

TEST(ModelFile, WeightsThatSumToOneUpToRoundingKeepTheirBits) {
    for (int count = 2; count < 60; ++count) {
        Eigen::VectorXd weights(count);
        for (int k = 0; k < count; ++k) weights[k] = 1.0 / (k + 1.7);
        const std::vector<Eigen::MatrixXd> covariances(static_cast<std::size_t>(count),
                                                       Eigen::MatrixXd::Identity(1, 1));
        const Eigen::MatrixXd means = Eigen::MatrixXd::Zero(count, 1);
        const GaussianMixture once(weights / weights.sum(), means, covariances);
        const GaussianMixture twice(once.mixing_weights(), means, covariances);
        EXPECT_EQ(once.mixing_weights(), twice.mixing_weights()) << count;
    }
}

TEST(ModelFile, ExtremeNumbersReadBackBitForBit) {
    SavedModel saved = example_model();
    const std::vector<double> values = {std::numeric_limits<double>::min(),
                                        std::numeric_limits<double>::denorm_min(),
                                        std::numeric_limits<double>::max(),
                                        -0.0,
                                        0.1 + 0.2,
                                        5e-324,
                                        123456789012345680.0};
    saved.fit.trace = values;
    const SavedModel read = saved_model_from(parse_json(model_file_text(saved), "text"));
    ASSERT_EQ(read.fit.trace.size(), values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        EXPECT_EQ(read.fit.trace[i], values[i]);
        EXPECT_EQ(std::signbit(read.fit.trace[i]), std::signbit(values[i]));
    }
}

TEST(ModelFile, HasTheKeysOfTheFormatInTheirOrder) {
    const std::string text = model_file_text(example_model());
    std::size_t last = 0;
    for (const char* key : {"format", "version", "kind", "software", "data", "options",
                            "parameters", "fit", "selection", "component_tests"}) {
        const std::size_t position = text.find(std::string("\n  \"") + key + "\":");
        ASSERT_NE(position, std::string::npos) << key;
        EXPECT_GE(position, last) << key;
        last = position;
    }
    EXPECT_EQ(json::parse(text).size(), 10U);
}

TEST(ModelFile, NamesThatAreNotUtf8AreWrittenWithReplacementCharacters) {
    const SavedModel saved = example_model({"caf\xE9", "b"});
    const SavedModel read = saved_model_from(parse_json(model_file_text(saved), "text"));
    EXPECT_EQ(read.data.features[0], "caf\xEF\xBF\xBD");
}

/// The example of the format's description, as another program would write it: the common keys
/// and nothing more.
TEST(ModelFile, WithTheCommonKeysAloneIsRead) {
    const json document = json::parse(R"({
  "format": "mixtura-model", "version": 1, "kind": "gaussian_mixture",
  "software": {"name": "mixtura", "version": "0.1.0", "backend": "cpu"},
  "data": {"source": "faithful.csv", "sha256": "", "rows": 272, "rows_used": 272,
           "features": ["eruptions", "waiting"], "transform": []},
  "options": {"component_count": 2, "covariance_structure": "VVV", "tolerance": 1e-8, "seed": 1},
  "parameters": {"mixing_weights": [0.356, 0.644], "means": [[2.04, 54.5], [4.29, 80.0]],
                 "covariances": [[[0.069, 0.435], [0.435, 33.7]], [[0.170, 0.941], [0.941, 36.0]]]},
  "fit": {"status": "converged", "log_likelihood": -1130.264, "parameter_count": 11, "bic": 2322.192,
          "icl": 2322.7, "aic": 2282.5, "iterations": 12, "trace": [-1142.1, -1130.264],
          "rows_dropped": 0, "floors_applied": 0, "seconds": 0.004},
  "selection": [{"component_count": 1, "covariance_structure": "VVV", "log_likelihood": -1290.0,
                 "bic": 2608.0, "status": "converged"}]
})");
    const SavedModel saved = saved_model_from(document);
    EXPECT_EQ(saved.model.means()(1, 1), 80.0);
    EXPECT_EQ(saved.fit.bic, 2322.192);
    EXPECT_TRUE(saved.fit.starts.empty());
    EXPECT_EQ(saved.selection.at(0).bic, 2608.0);
    // What is written again has every key.
    EXPECT_EQ(model_file_text(saved_model_from(to_json(saved))), model_file_text(saved));
}

struct Refusal {
    std::string name;
    std::function<void(json&)> spoil;
    std::string message;
};

class ModelFileRefusal : public testing::TestWithParam<Refusal> {};

TEST_P(ModelFileRefusal, NamesThePath) {
    json document = to_json(example_model());
    GetParam().spoil(document);
    EXPECT_THAT(message_of([&] { saved_model_from(document); }), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, ModelFileRefusal,
    testing::Values(
        Refusal{"NotAnObject", [](json& d) { d = json::array(); },
                "the document must be an object"},
        Refusal{"OtherFormat", [](json& d) { d["format"] = "pmml"; },
                "/format is \"pmml\", not \"mixtura-model\""},
        Refusal{"NewerVersion", [](json& d) { d["version"] = 2; },
                "/version is 2: the file was written by a newer program"},
        Refusal{"OtherKind", [](json& d) { d["kind"] = "mixture_of_experts"; },
                "/kind is \"mixture_of_experts\""},
        Refusal{"NoParameters", [](json& d) { d.erase("parameters"); }, "/parameters is missing"},
        Refusal{"NoBic", [](json& d) { d["fit"].erase("bic"); }, "/fit/bic is missing"},
        Refusal{"NoSha", [](json& d) { d["data"].erase("sha256"); }, "/data/sha256 is missing"},
        Refusal{"NoBackend", [](json& d) { d["software"].erase("backend"); },
                "/software/backend is missing"},
        Refusal{"MeansShort", [](json& d) { d["parameters"]["means"][1] = {1.0}; },
                "/parameters/means/1 must be an array of 2 numbers; it has 1"},
        Refusal{"MeansMissingRow", [](json& d) { d["parameters"]["means"].erase(1); },
                "/parameters/means must be an array of 2 rows, one for each component; it has 1"},
        Refusal{"MeanText", [](json& d) { d["parameters"]["means"][1][0] = "x"; },
                "/parameters/means/1/0 must be a number"},
        Refusal{"MeanNull", [](json& d) { d["parameters"]["means"][0][1] = nullptr; },
                "/parameters/means/0/1 must be a number"},
        Refusal{"WeightsSum", [](json& d) { d["parameters"]["mixing_weights"][0] = 0.5; },
                "/parameters/mixing_weights must sum to 1; the sum is 0.8333"},
        Refusal{"WeightNegative",
                [](json& d) {
                    d["parameters"]["mixing_weights"] = {1.5, -0.5};
                },
                "/parameters/mixing_weights/1 must be greater than zero"},
        Refusal{"NoWeights", [](json& d) { d["parameters"]["mixing_weights"] = json::array(); },
                "/parameters/mixing_weights must hold at least one weight"},
        Refusal{"CovarianceIndefinite",
                [](json& d) {
                    d["parameters"]["covariances"][1] = {{1.0, 2.0}, {2.0, 1.0}};
                },
                "/parameters/covariances/1 is not positive definite"},
        Refusal{"CovarianceAsymmetric",
                [](json& d) {
                    d["parameters"]["covariances"][0] = {{1.0, 0.5}, {0.4, 1.0}};
                },
                "/parameters/covariances/0 is not symmetric"},
        Refusal{"CovarianceShape",
                [](json& d) {
                    d["parameters"]["covariances"][0] = {{1.0}, {0.4, 1.0}};
                },
                "/parameters/covariances/0/0 must be an array of 2 numbers; it has 1"},
        Refusal{"CovariancesCount", [](json& d) { d["parameters"]["covariances"].erase(0); },
                "/parameters/covariances must be an array of 2 matrices"},
        Refusal{"ComponentCount", [](json& d) { d["options"]["component_count"] = 3; },
                "/options/component_count does not agree with the 2 mixing weights"},
        Refusal{"Structure", [](json& d) { d["options"]["covariance_structure"] = "ABC"; },
                "/options/covariance_structure is not the name of a covariance structure"},
        Refusal{"RowsUsed", [](json& d) { d["data"]["rows_used"] = 273; },
                "/data/rows_used is 273"},
        Refusal{"RepeatedFeature",
                [](json& d) {
                    d["data"]["features"] = {"a", "a"};
                },
                "/data/features/1 repeats the name \"a\""},
        Refusal{"NoFeatures", [](json& d) { d["data"]["features"] = json::array(); },
                "/data/features must name at least one feature"},
        Refusal{"BestStart", [](json& d) { d["fit"]["best_start"] = 2; },
                "/fit/best_start points behind the end of /fit/starts"},
        Refusal{"IterationsNegative", [](json& d) { d["fit"]["iterations"] = -1; },
                "/fit/iterations is -1"},
        Refusal{"IterationsFraction", [](json& d) { d["fit"]["iterations"] = 1.5; },
                "/fit/iterations must be a whole number"},
        Refusal{"SelectionNoStatus", [](json& d) { d["selection"][0].erase("status"); },
                "/selection/0/status is missing"},
        Refusal{"TraceText", [](json& d) { d["fit"]["trace"][1] = "x"; },
                "/fit/trace/1 must be a number"}),
    [](const auto& test) { return test.param.name; });

TEST(ModelFile, TellsTheFileTheLineAndTheColumnOfWhatIsNotJson) {
    const TemporaryFolder folder;
    const std::string path = folder.write("model.json", "{\"format\": \"mixtura-model\",\n ]");
    EXPECT_THAT(
        message_of([&] { read_model_file(path); }),
        testing::AllOf(HasSubstr(path), HasSubstr("not a JSON document: line 2, column 2")));
}

TEST(ModelFile, RefusesNumbersThatAreTooLarge) {
    const TemporaryFolder folder;
    const std::string path = folder.write("model.json", "{\"version\": 1e999}");
    EXPECT_THAT(message_of([&] { read_model_file(path); }), HasSubstr("too large"));
}

TEST(ModelFile, DeepNestingIsRefusedInASentence) {
    const TemporaryFolder folder;
    const std::string path = folder.write("model.json", std::string(200000, '['));
    EXPECT_THAT(message_of([&] { read_model_file(path); }), HasSubstr("not a JSON document"));
}

}  // namespace
}  // namespace mixtura
