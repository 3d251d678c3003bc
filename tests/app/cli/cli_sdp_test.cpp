// SPDX-License-Identifier: Apache-2.0
// SDP clustering by the command line: what is written, what is refused.

#include <fstream>

#include <gmock/gmock.h>

#include "mixtura/common/error.h"
#include "mixtura/io/sdp_model_file.h"

#include "cli_program.h"
#include "support/near.h"

namespace mixtura {
namespace {

using nlohmann::json;
using test::cli;
using test::data_file;
using test::near;
using test::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;

json json_of(const std::string& path) {
    std::ifstream file(path);
    return json::parse(file);
}

TEST(CliSdp, WritesAClusteringThatReadsBackAndFitsTheSchema) {
    const TemporaryFolder folder;
    const std::string model = folder.file("m.json");
    const auto result = cli({"fit", "sdp", data_file("iris.csv"), "--components", "2", "--columns",
                             "1,2,3,4", "-o", model, "--assignments", folder.file("a.csv")});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, AllOf(HasSubstr("Within-cluster sum of squares: 152.34795"),
                                  HasSubstr("Certificate: gap."), HasSubstr("at most 1.")));
    const json document = json_of(model);
    EXPECT_EQ(document["kind"], "sdp_clustering");
    EXPECT_TRUE(near(152.347952, document["fit"]["objective"], 1e-8));
    EXPECT_TRUE(near(150.68307, document["fit"]["lower_bound"], 2e-5));
    EXPECT_EQ(document["fit"]["certificate"], "gap");
    const SavedSdpClustering saved = saved_sdp_clustering_from(document);
    EXPECT_EQ(to_json(saved), document);
    const auto rows = test::fields([&] {
        std::ifstream file(folder.file("a.csv"));
        return std::string(std::istreambuf_iterator<char>(file), {});
    }());
    ASSERT_EQ(rows.size(), 151U);
    EXPECT_THAT(rows[0], testing::ElementsAre("row", "classification"));
    EXPECT_EQ(rows[1][1], "1");

    const auto checked = test::run_process(
        {"/usr/bin/python3", "-c",
         "import json, sys\n"
         "try: import jsonschema\n"
         "except ImportError: sys.exit(77)\n"
         "jsonschema.validate(json.load(open(sys.argv[1])), json.load(open(sys.argv[2])))",
         model, std::string(MIXTURA_RESOURCES_DIR) + "/schema/mixtura-sdp-clustering.schema.json"});
    EXPECT_TRUE(checked.status == 0 || checked.status == 77) << checked.err;
}

TEST(CliSdp, ProvesGroupsFarApartAndKeepsTheUnitsOfTheData) {
    const TemporaryFolder folder;
    const std::string data = folder.file("d.csv");
    std::ofstream(data) << "x,y\n0,0\n0,100\n1,0\n50,900\n51,1000\n50,1000\n";
    const auto plain = cli({"fit", "sdp", data, "--components", "2"});
    EXPECT_EQ(plain.status, 0);
    EXPECT_THAT(plain.out, HasSubstr("Certificate: proved."));
    const auto scaled = cli({"fit", "sdp", data, "--components", "2", "--standardise", "zscore",
                             "--method", "low-rank", "--certificate", "--json"});
    ASSERT_EQ(scaled.status, 0) << scaled.err;
    const json document = json::parse(scaled.out);
    EXPECT_EQ(document["parameters"]["labels"], json({1, 1, 1, 2, 2, 2}));
    EXPECT_EQ(document["fit"]["certificate"], "proved");
    EXPECT_TRUE(near(1.0 / 3.0, document["parameters"]["means"][0][0], 1e-12));
    EXPECT_TRUE(near(2900.0 / 3.0, document["parameters"]["means"][1][1], 1e-12));
    const auto without = cli({"fit", "sdp", data, "--components", "2", "--method", "low-rank"});
    EXPECT_THAT(without.out, HasSubstr("There is no proved lower bound"));
}

TEST(CliSdp, RefusesInOneSentence) {
    const std::string data = data_file("iris.csv");
    const struct {
        std::vector<std::string> arguments;
        int status;
        const char* text;
    } cases[] = {
        {{data}, 2, "needs --components"},
        {{data, "--components", "0"}, 2, "--components"},
        {{data, "--components", "151"}, 3, "distinct observations for 151 clusters"},
        {{data, "--components", "2", "--method", "fast"}, 2, "'fast' is not a method"},
        {{data, "--components", "2", "--method", "likelihood-adjusted"}, 2, "is not available"},
        {{data, "--components", "2", "--sketch", "100"}, 2, "--sketch is not available"},
        {{data, "--components", "2", "--columns", ""}, 2, "--columns names no column"},
        {{data, "--components", "2", "-o", data}, 2, "is the data file"}};
    for (const auto& one : cases) {
        std::vector<std::string> arguments{"fit", "sdp"};
        arguments.insert(arguments.end(), one.arguments.begin(), one.arguments.end());
        const auto result = cli(arguments);
        EXPECT_EQ(result.status, one.status) << one.text;
        EXPECT_THAT(result.err, HasSubstr(one.text));
        EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    }
}

TEST(SdpModelFile, NamesTheKeyThatIsWrong) {
    const auto result = cli({"fit", "sdp", data_file("iris.csv"), "--components", "2", "--method",
                             "low-rank", "--json"});
    ASSERT_EQ(result.status, 0) << result.err;
    const json good = json::parse(result.out);
    EXPECT_EQ(to_json(saved_sdp_clustering_from(good)), good);
    const std::pair<const char*, json> faults[] = {{"/version", 2},
                                                   {"/kind", "gaussian_mixture"},
                                                   {"/parameters/labels/3", 3},
                                                   {"/parameters/labels", json::array()},
                                                   {"/parameters/means/1", json::array()},
                                                   {"/fit/objective", -1.0},
                                                   {"/fit/certificate", "proved"},
                                                   {"/fit/status", "done"}};
    for (const auto& [path, value] : faults) {
        json bad = good;
        bad[json::json_pointer(path)] = value;
        EXPECT_THAT([&] { static_cast<void>(saved_sdp_clustering_from(bad)); },
                    testing::ThrowsMessage<DataError>(HasSubstr(path)));
    }
}

}  // namespace
}  // namespace mixtura
