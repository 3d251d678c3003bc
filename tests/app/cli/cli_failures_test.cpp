// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mixtura/io/model_file.h"

#include "cli_program.h"

namespace mixtura {
namespace {

using nlohmann::json;
using test::cli;
using test::data_file;
using test::fitted_model;
using test::TemporaryFolder;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;

/// One line on standard error, nothing on standard output.
void expect_one_sentence(const test::ProcessResult& result, const std::string& what) {
    EXPECT_EQ(result.out, "") << what;
    EXPECT_THAT(result.err, StartsWith("mixtura-cli: ")) << what;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << what << result.err;
    EXPECT_EQ(result.err.find("terminate"), std::string::npos) << what;
}

TEST(CliUsage, WrongUsageIsStatus2) {
    const std::string data = data_file("faithful.csv");
    const std::vector<std::vector<std::string>> wrong = {
        {},
        {"fit"},
        {"fot", "gmm", data},
        {"fit", "gmm"},
        {"fit", "moe", data},
        {"fit", "gmm", data, "--no-such-option"},
        {"fit", "gmm", data, "--components", "0"},
        {"fit", "gmm", data, "--components", "9:1"},
        {"fit", "gmm", data, "--covariance", "XYZ"},
        {"fit", "gmm", data, "--criterion", "dic"},
        {"fit", "gmm", data, "--init", "magic"},
        {"fit", "gmm", data, "--init", "labels:"},
        {"fit", "gmm", data, "--init", "labels:nothing"},
        {"fit", "gmm", data, "--starts", "0"},
        {"fit", "gmm", data, "--starts", "many"},
        {"fit", "gmm", data, "--seed", "-1"},
        {"fit", "gmm", data, "--max-iterations", "0"},
        {"fit", "gmm", data, "--tolerance", "-1"},
        {"fit", "gmm", data, "--covariance-floor", "1"},
        {"fit", "gmm", data, "--threads", "0"},
        {"fit", "gmm", data, "--precision", "single"},
        {"fit", "gmm", data, "--precision", "half"},
        {"fit", "gmm", data, "--missing-rows", "impute"},
        {"fit", "gmm", data, "--standardise", "log"},
        {"fit", "gmm", data, "--columns", "nothing"},
        {"fit", "gmm", data, "--columns", "eruptions,eruptions"},
        {"fit", "gmm", data, "--exclude", "nothing"},
        {"fit", "gmm", data, "--observation-weights", "nothing"},
        {"fit", "gmm", data, "--delimiter", "ab"},
        {"fit", "gmm", data, "--decimal", ";"},
        {"fit", "gmm", data, "--encoding", "ebcdic"},
        {"fit", "gmm", data, "--header", "--no-header"},
        {"fit", "gmm", data, "--skip", "-1"},
        {"fit", "gmm", data, "--types", "x"},
        {"fit", "gmm", data, "--types", "x=number"},
        {"fit", "gmm", data, "--bad-cells", "ignore"},
        {"predict"},
        {"sample", "m.json"},
        {"sample", "m.json", "--rows", "0"},
        {"compare", "m.json"},
        {"export", "m.json"},
        {"export", "m.json", "--format", "docx"}};
    for (const auto& arguments : wrong) {
        std::string what;
        for (const std::string& argument : arguments) what += argument + " ";
        const auto result = cli(arguments);
        EXPECT_EQ(result.status, 2) << what << result.err;
        expect_one_sentence(result, what);
    }
}

TEST(CliUsage, TheSentenceNamesTheWordAndWhatToWriteInstead) {
    const TemporaryFolder folder;
    const std::string data = data_file("faithful.csv");
    const auto gmm = [&](std::vector<std::string> more) {
        more.insert(more.begin(), {"fit", "gmm", data});
        return more;
    };
    const std::string own_data = folder.write("own.csv", "a,b\n1,2\n");
    const std::vector<std::pair<std::vector<std::string>, std::string>> wrong = {
        {{},
         "mixtura-cli: No command is given; the commands are inspect, fit gmm, fit moe, fit "
         "incremental, fit sdp, predict"},
        {{"fot", "gmm", data}, "'fot' is not a command; did you mean fit?"},
        {{"fit"}, "'fit' is not a whole command; the commands are inspect, fit gmm"},
        {{"fit", "regression", data},
         "'fit regression' is not a command; the commands are inspect, fit gmm"},
        {{"fit", "moe", data, "--response", "waiting", "--missing-rows", "mar"},
         "--missing-rows mar is not available: fit moe takes complete rows"},
        {{"fit", "sdp", data, "--components", "2", "--missing-rows", "mar"},
         "--missing-rows mar is not available: fit sdp takes complete rows"},
        {{"fit", "moe", data}, "mixtura-cli: fit moe needs --response: Column to explain."},
        {{"fit", "moe", data, "--response", "waiting", "--gate-kind", "top-k"},
         "--gate-kind is not available for mixtures of experts"},
        {{"report", "m.json"}, "mixtura-cli: report needs --output: File to write"},
        {{"replay", "p.mixtura"}, "Replays of a project's log are not part of this version"},
        {{"--vresion"}, "'--vresion' is not an option; did you mean --version?"},
        {{"fit", "gmm"}, "mixtura-cli: fit gmm needs DATA: CSV file, or - for standard input."},
        {{"predict", "m.json"}, "mixtura-cli: predict needs DATA: CSV file with"},
        {{"sample", "m.json"}, "mixtura-cli: sample needs --rows: Number of rows."},
        {{"sample", "m.json", "--row", "5"},
         "'--row' is not an option of sample; did you mean --rows?"},
        {{"sample", "m.json", "--rows", "0"},
         "--rows is '0'; it must be a whole number from 1 to 1000000000."},
        {{"export", "m.json"}, "mixtura-cli: export needs --format: json; r, python or cpp"},
        {{"compare", "m.json"}, "compare needs two model files or more; here is one."},
        {gmm({"more.csv"}), "'more.csv' is one word too many for fit gmm."},
        {gmm({"--compnents", "3"}),
         "'--compnents' is not an option of fit gmm; did you mean --components?"},
        {gmm({"--bootstrap=5"}),
         "'--bootstrap' is not an option of fit gmm; did you mean --bootstrap-test?"},
        {gmm({"--components", "three"}), "'three' does not say how many components"},
        {gmm({"--components"}), "--components needs a value."},
        {gmm({"--seed", "1", "--seed", "2"}), "--seed is given more than once."},
        {{"--quiet", "fit", "gmm", data},
         "'--quiet' stands before 'fit gmm'; options stand after the command."},
        {gmm({"--starts", "2.5"}),
         "--starts is '2.5'; it must be a whole number from 1 to 100000."},
        {gmm({"--seed", "1e3"}), "--seed is '1e3'; it must be a whole number, 0 or more."},
        {gmm({"--tolerance", "1e-5nats"}),
         "--tolerance is '1e-5nats'; it must be a number, 0 or more."},
        {gmm({"--covariance-floor", "1"}),
         "--covariance-floor is '1'; it must be a number from 1e-15 to 0.1."},
        {gmm({"--max-iterations", "99999999999"}), "--max-iterations is '99999999999'"},
        {gmm({"--header", "--no-header"}), "exclude each other; give one of them."},
        {gmm({"--checkpoint-every", "5"}), "--checkpoint-every is of use only with --checkpoint."},
        {gmm({"--checkpoint", "-"}), "--checkpoint needs a file"},
        {gmm({"--components", ""}), "'' does not say how many components"},
        {gmm({"--covariance", ""}), "No covariance structure is named"},
        {gmm({"--columns", ""}), "--columns names no column"},
        {gmm({"--observation-weights", ""}), "--observation-weights needs the name of a column."},
        {gmm({"--init", fitted_model(folder, "iris.json", data_file("iris.csv"),
                                     {"--components", "1", "--covariance", "EII"})}),
         "iris.json' has the feature 'sepal_length', which is no column of the data"},
        {gmm({"--output", ""}), "--output needs the name of a file."},
        {gmm({"--init", "magic"}), "'magic' is not a start; --init takes hierarchical, kmeans"},
        {gmm({"--family", "factor", "--labels", "x"}), "not fitted with known labels"},
        {gmm({"--family", "cauchy"}),
         "'cauchy' is not a family; the choices are gaussian, student"},
        {gmm({"--family", "student", "--degrees-of-freedom", "0.1"}),
         "'0.1' does not say how heavy the tails are: write free, common, or a number"},
        {gmm({"--family", "student", "--prior"}), "The prior is one of Gaussian components"},
        {gmm({"--prior", "flat"}), "Unknown prior \"flat\": use none or conjugate."},
        {gmm({"--criterion", "dic"}), "Unknown criterion \"dic\": use bic, icl, aic, nec or cv."},
        {gmm({"--short-runs", "50"}), "--short-runs chooses among starts"},
        {gmm({"--folds", "1"}), "--folds"},
        {gmm({"--bootstrap-test", "5"}), "--bootstrap-test"},
        {gmm({"--bootstrap-test", "19", "--observation-weights", "waiting"}),
         "The bootstrap test takes no case weights"},
        {gmm({"--missing-rows", "mar", "--criterion", "cv"}), "do not go with cross-validation"},
        {gmm({"--precision", "single"}), "--precision single is not available"},
        {gmm({"--json", "--trace", "-"}), "Standard output holds one thing"},
        {gmm({"-o", folder.file("x"), "--trace", folder.file("x")}),
         "Two results would be written"},
        {{"fit", "gmm", folder.write("d.csv", "a,b\n1,2\n"), "-o", folder.file("./d.csv")},
         "is the data file: writing a result there would overwrite it."},
        {{"fit", "incremental", own_data, "-o", own_data}, "is the data file"},
        {{"fit", "moe", own_data, "--response", "a", "-o", own_data}, "is the data file"},
        {{"fit", "sdp", own_data, "--components", "1", "-o", own_data}, "is the data file"},
        {{"predict", "m.json", own_data, "-o", own_data}, "is the data file"},
        {{"predict", own_data, "d.csv", "--imputed", own_data}, "is the model file"},
        {{"explain", "m.json", own_data, "-o", own_data}, "is the data file"},
        {{"report", own_data, "-o", own_data}, "is the model file"}};
    for (const auto& [arguments, sentence] : wrong) {
        const auto result = cli(arguments);
        EXPECT_EQ(result.status, 2) << sentence;
        EXPECT_THAT(result.err, HasSubstr(sentence));
        expect_one_sentence(result, sentence);
    }
    EXPECT_EQ(folder.read("d.csv"), "a,b\n1,2\n");
}

TEST(CliUsage, BehindTwoHyphensNothingIsAnOption) {
    const TemporaryFolder folder;
    static_cast<void>(folder.write("--header", "a,b\n1,2\n2,5\n3,1\n"));
    const auto result =
        cli({"inspect", "--json", "--", "--header"}, {.working_directory = folder.path()});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(json::parse(result.out)["rows"], 3);
}

TEST(CliUsage, TheDefaultFamilyMayBeNamed) {
    EXPECT_EQ(cli({"fit", "gmm", data_file("faithful.csv"), "--components", "1", "--family",
                   "gaussian", "--precision", "double", "--missing-rows", "drop"})
                  .status,
              0);
}

TEST(CliUsage, AFileThatCannotBeWrittenIsSaidBeforeTheWork) {
    const TemporaryFolder folder;
    // Hours of work, if it were begun.
    const auto result =
        cli({"fit", "gmm", data_file("faithful.csv"), "--components", "9", "--tolerance", "0",
             "--max-iterations", "2000000000", "-o", folder.file("no/folder/m.json")});
    EXPECT_EQ(result.status, 4);
    expect_one_sentence(result, "no/folder");
}

TEST(CliUsage, FilesAndBackendsThatAreNotThereAreStatus4) {
    const TemporaryFolder folder;
    const std::string data = data_file("faithful.csv");
    const std::string model = fitted_model(folder, "m.json", data, {"--components", "1"});
    const std::vector<std::vector<std::string>> commands = {
        {"inspect", folder.file("absent.csv")},
        {"fit", "gmm", folder.file("absent.csv")},
        {"fit", "gmm", folder.path()},
        {"fit", "gmm", data, "--components", "1", "-o", folder.file("no/folder/m.json")},
        {"fit", "gmm", data, "--components", "1", "-o", "/dev/full"},
        {"fit", "gmm", data, "--init", folder.file("absent.json")},
        {"fit", "gmm", data, "--backend", "abacus"},
        {"predict", folder.file("absent.json"), data},
        {"predict", model, folder.file("absent.csv")},
        {"export", folder.file("absent.json"), "--format", "r"},
        {"export", model, "--format", "r", "-o", folder.path()},
        {"compare", model, folder.file("absent.json")},
        {"sample", model, "--rows", "3", "-o", folder.file("no/folder/s.csv")}};
    for (const auto& arguments : commands) {
        const std::string what = testing::PrintToString(arguments);
        const auto result = cli(arguments);
        EXPECT_EQ(result.status, 4) << what << result.err;
        expect_one_sentence(result, what);
    }
    EXPECT_EQ(folder.entry_count(), 1);
}

std::string ragged_large_file() {
    std::string text = "a,b\n";
    for (int i = 2; i < 20000; ++i) {
        text.append("1.").append(std::to_string(i));
        text += i == 15000 ? ",12..5\n" : ",2.5\n";
    }
    return text;
}

TEST(CliData, HostileFilesGetOneSentenceAndStatus3Or1) {
    const TemporaryFolder folder;
    const std::string nul("a,b\n1,2\n3,\0 4\n5,6\n", 18);
    std::string wide = "c0";
    std::string wide_row = "0";
    for (int j = 1; j < 5000; ++j) {
        wide.append(",c").append(std::to_string(j));
        wide_row.append(",").append(std::to_string(j % 7));
    }
    const std::vector<std::pair<std::string, std::string>> files = {
        {"empty", ""},
        {"blank", "\n\n  \n"},
        {"header only", "a,b\n"},
        {"binary",
         std::string("\x7F\x45LF\x02\x01\0\0\xFF\xFE\0\x01", 12) + std::string(300, '\0')},
        {"ragged", "a,b\n1,2\n3\n4,5,6\n"},
        {"NUL bytes", nul},
        {"a bad cell", ragged_large_file()},
        {"5000 columns", wide + "\n" + wide_row + "\n" + wide_row + "\n"},
        {"constant columns", "a,b\n1,7\n1,7\n1,7\n1,7\n"},
        {"one row", "a,b\n1,7\n"},
        {"infinite", "a,b\n1,2\nInf,3\n2,1\n4,4\n5,2\n"},
        {"only missing", "a,b\nNA,NA\nNA,NA\nNA,NA\n"},
        {"text only", "a,b\nx,y\nz,w\nx,q\n"}};
    for (const auto& [what, content] : files) {
        const std::string data = folder.write("data.csv", content);
        const auto result =
            cli({"fit", "gmm", data, "--components", "2", "-o", folder.file("m.json")});
        EXPECT_THAT(result.status, AnyOf(3, 1)) << what << ": " << result.out << result.err;
        expect_one_sentence(result, what + ": ");
        EXPECT_EQ(folder.entry_count(), 1) << what;
    }
}

TEST(CliData, ABadCellIsNamedByLineColumnAndText) {
    const TemporaryFolder folder;
    const auto result = cli({"inspect", folder.write("data.csv", ragged_large_file())});
    EXPECT_EQ(result.status, 3);
    EXPECT_THAT(result.err, AllOf(HasSubstr("14999"), HasSubstr("12..5"), HasSubstr("b")));
}

TEST(CliData, FewerRowsThanComponentsAreRefused) {
    const TemporaryFolder folder;
    const std::string data = folder.write("data.csv", "a,b\n1,7\n2,5\n3,3.5\n");
    const auto result = cli({"fit", "gmm", data, "--components", "4"});
    EXPECT_EQ(result.status, 3);
    EXPECT_THAT(result.err, HasSubstr("3 usable rows, fewer than the 4 components"));
}

TEST(CliData, HugeNumbersAreFittedOrRefusedInASentence) {
    const TemporaryFolder folder;
    const std::string data =
        folder.write("data.csv", "a,b\n1e308,7\n-1e308,5\n1e300,3.5\n3e307,2\n-5e307,1\n2e307,3\n");
    const auto result = cli({"fit", "gmm", data, "--components", "1"});
    EXPECT_THAT(result.status, AnyOf(0, 1, 3));
    if (result.status != 0)
        expect_one_sentence(result, "1e308");
    EXPECT_EQ(result.out.find("nan"), std::string::npos);
}

TEST(CliData, MissingRowsErrorNamesTheCell) {
    const auto result = cli({"fit", "gmm", data_file("airquality.csv"), "--columns", "Ozone,Temp",
                             "--missing-rows", "error"});
    EXPECT_EQ(result.status, 3);
    EXPECT_THAT(result.err, AllOf(HasSubstr("Ozone"), HasSubstr("line 6")));
}

TEST(CliData, AFailedFitIsStatus1) {
    const TemporaryFolder folder;
    // As many rows as components: every component would rest on one row.
    const std::string data = folder.write("data.csv", "a,b\n1,7\n2,5\n3,3.5\n9,1\n");
    const auto result = cli({"fit", "gmm", data, "--components", "4", "--covariance", "VVV", "-o",
                             folder.file("m.json")});
    EXPECT_EQ(result.status, 1);
    expect_one_sentence(result, "n = K");
    EXPECT_EQ(folder.entry_count(), 1);
}

TEST(CliModels, AModelFileThatIsWrongIsStatus3AndNamesThePath) {
    const TemporaryFolder folder;
    const std::string model =
        fitted_model(folder, "m.json", data_file("faithful.csv"), {"--components", "2"});
    json document = json::parse(folder.read("m.json"));
    document["parameters"]["means"][1] = {1.0};
    const std::string broken = folder.write("broken.json", document.dump());
    const std::vector<std::vector<std::string>> commands = {
        {"predict", broken, data_file("faithful.csv")},
        {"sample", broken, "--rows", "2"},
        {"export", broken, "--format", "cpp"},
        {"compare", model, broken},
        {"fit", "gmm", data_file("faithful.csv"), "--init", broken}};
    for (const auto& arguments : commands) {
        const auto result = cli(arguments);
        EXPECT_EQ(result.status, 3) << arguments[0];
        EXPECT_THAT(result.err, AllOf(HasSubstr("broken.json"), HasSubstr("/parameters/means/1")));
        expect_one_sentence(result, arguments[0]);
    }
    const std::string data = folder.write("no.json", "eruptions,waiting\n1,2\n");
    EXPECT_EQ(cli({"export", data, "--format", "r"}).status, 3);
}

TEST(CliFiles, AFullDiskLeavesTheOldFileAndNothingElse) {
    const TemporaryFolder folder;
    static_cast<void>(folder.write("m.json", "old"));
    const auto result = cli({"fit", "gmm", data_file("faithful.csv"), "--components", "1:3", "-o",
                             folder.file("m.json")},
                            {.before_exec = [] {
                                // Stands in for a full disk: the write fails half-way.
                                const rlimit small{.rlim_cur = 500, .rlim_max = 500};
                                ::setrlimit(RLIMIT_FSIZE, &small);
                                std::signal(SIGXFSZ, SIG_IGN);
                            }});
    EXPECT_EQ(result.status, 4);
    EXPECT_EQ(folder.read("m.json"), "old");
    EXPECT_EQ(folder.entry_count(), 1);
}

TEST(CliFiles, AReadOnlyFolderIsStatus4) {
    if (::geteuid() == 0)
        GTEST_SKIP() << "root may write everywhere";
    const TemporaryFolder folder;
    ASSERT_EQ(::chmod(folder.path().c_str(), 0500), 0);
    const auto result = cli({"fit", "gmm", data_file("faithful.csv"), "--components", "1", "-o",
                             folder.file("m.json")});
    ::chmod(folder.path().c_str(), 0700);
    EXPECT_EQ(result.status, 4);
    EXPECT_THAT(result.err, HasSubstr("Permission denied"));
}

TEST(CliInterrupt, CtrlCWritesTheLastCompleteIterateAndIsStatus130) {
    using namespace std::chrono_literals;
    const TemporaryFolder folder;
    const std::string model = fitted_model(folder, "start.json", data_file("faithful.csv"),
                                           {"--components", "2", "--covariance", "VVV"});
    ASSERT_EQ(cli({"sample", model, "--rows", "20000", "-o", folder.file("data.csv")}).status, 0);
    // Without a tolerance this would go on for hours.
    const auto result = cli(
        {"fit", "gmm", folder.file("data.csv"), "--columns", "eruptions,waiting", "--components",
         "5", "--covariance", "VVV", "--init", "random", "--tolerance", "0", "--max-iterations",
         "100000000", "-o", folder.file("m.json"), "--assignments", folder.file("a.csv")},
        {.while_running = [](pid_t child) {
            std::this_thread::sleep_for(1500ms);
            ::kill(child, SIGINT);
        }});
    EXPECT_EQ(result.status, 130) << result.err;
    const SavedModel saved = read_model_file(folder.file("m.json"));
    EXPECT_EQ(saved.fit.status, "cancelled");
    EXPECT_GE(saved.fit.iterations, 1);
    EXPECT_EQ(saved.model.component_count(), 5);
    EXPECT_NE(folder.read("a.csv"), "");
    EXPECT_THAT(result.out, HasSubstr("cancelled"));
}

}  // namespace
}  // namespace mixtura
