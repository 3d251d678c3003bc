// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "cli_program.h"

namespace mixtura {
namespace {

using test::cli;
using test::data_file;
using test::fitted_model;
using test::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class CliReport : public testing::Test {
  protected:
    [[nodiscard]] std::string faithful_model() const {
        return fitted_model(folder_, "faithful.json", data_file("faithful.csv"),
                            {"--components", "1:3", "--covariance", "EEE,VVV"});
    }
    TemporaryFolder folder_;
};

TEST_F(CliReport, WritesOnePageOnModelAndRows) {
    const std::string page = folder_.file("r.html");
    const auto result = cli({"report", faithful_model(), data_file("faithful.csv"), "-o", page});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.out + result.err, "");
    const std::string text = folder_.read("r.html");
    // mclust's limit of EEE with three components.
    EXPECT_THAT(text, AllOf(HasSubstr("log-likelihood -1126.3"), HasSubstr("3 Gaussian components"),
                            HasSubstr("The rows drawn are the 272 of"),
                            HasSubstr("their log-likelihood is that of the fit."),
                            HasSubstr("Behind by BIC"), HasSubstr("r=\"2.0\"")));
}

TEST_F(CliReport, AModelNeedsNoRowsAndStandardOutputTakesThePage) {
    const auto result = cli({"report", faithful_model(), "-o", "-"});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, AllOf(HasSubstr("<!DOCTYPE html>"), HasSubstr("No rows were given"),
                                  Not(HasSubstr("r=\"2.0\""))));
}

TEST_F(CliReport, OtherRowsAreSaidToBeOthers) {
    const std::string model = faithful_model();
    ASSERT_EQ(cli({"sample", model, "--rows", "50", "-o", folder_.file("s.csv")}).status, 0);
    const auto result = cli({"report", model, folder_.file("s.csv"), "-o", "-"});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("their log-likelihood under the model is -"));
}

TEST_F(CliReport, WeighedRowsAreThoseOfTheFit) {
    const std::string data = folder_.write("w.csv", "x,w\n1,1\n1.5,2\n2,1\n7,1\n7.5,3\n8,1\n");
    const std::string model =
        fitted_model(folder_, "w.json", data,
                     {"--observation-weights", "w", "--components", "2", "--covariance", "EII"});
    const auto result = cli({"report", model, data, "-o", "-"});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("their log-likelihood is that of the fit."));
}

TEST_F(CliReport, SaysWhatIsWrongAndWritesNothing) {
    const std::string model = faithful_model();
    const std::string strange = folder_.write("other.csv", "a,b\n1,2\n3,4\n");
    const auto other = cli({"report", model, strange, "-o", folder_.file("no.html")});
    EXPECT_EQ(other.status, 3);
    EXPECT_THAT(other.err, HasSubstr("eruptions"));
    EXPECT_EQ(folder_.read("no.html"), "");
    const auto folder = cli({"report", model, "-o", folder_.file("none/r.html")});
    EXPECT_EQ(folder.status, 4);
    EXPECT_THAT(folder.err, HasSubstr("none"));
}

}  // namespace
}  // namespace mixtura
