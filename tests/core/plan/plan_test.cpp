// SPDX-License-Identifier: Apache-2.0
#include "mixtura/plan/plan.h"

#include <gmock/gmock.h>

#include "mixtura/common/error.h"
#include "mixtura/plan/option_names.h"

#include "support/process.h"

namespace mixtura {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

template <class Exception>
std::string message_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const Exception& error) {
        return error.what();
    }
    return "nothing was thrown";
}

Plan unusual_plan() {
    Plan plan;
    plan.data_path = "my data's \"file\".csv";
    plan.import.delimiter = '\t';
    plan.import.decimal = ',';
    plan.import.grouping = '\0';
    plan.import.quote = '\'';
    plan.import.comment = '#';
    plan.import.encoding = TextEncoding::windows1252;
    plan.import.has_header = false;
    plan.import.skip_lines = 3;
    plan.import.missing_codes = {"-999", "", "a,b"};
    plan.import.column_missing_codes = {{"a,b", {"-9", "x"}}, {"x=y", {"0"}}};
    plan.import.column_types = {{"x=y", ColumnType::text}, {"a,b", ColumnType::numeric}};
    plan.import.bad_cell = BadCell::skip_row;
    plan.columns.features = {"-x", "a,b", "say \"so\"", "new\nline", "\xC3\xA9"};
    plan.columns.excluded = {"z"};
    plan.columns.weights = "w";
    plan.columns.missing_rows = MissingRows::error;
    plan.columns.standardise = Standardise::robust;
    plan.search.component_counts = {2, 4, 5};
    plan.search.covariance_structures = {CovarianceStructure::VVV, CovarianceStructure::EEE};
    plan.search.criterion = Criterion::icl;
    plan.search.em.initialisation = Initialisation::random;
    plan.search.em.run_count = 7;
    plan.search.em.short_run_count = 21;
    plan.search.em.prior = Prior::conjugate;
    plan.search.fold_count = 6;
    plan.bootstrap_replicates = 199;
    plan.search.em.seed = 18446744073709551615ULL;
    plan.search.em.iteration_limit = 12;
    plan.search.em.tolerance = 0.1 / 3.0;
    plan.search.em.covariance_floor = 1e-5;
    plan.model_output = "m.json";
    plan.assignments_output = "-a.csv";
    plan.trace_output = "t.csv";
    return plan;
}

TEST(PlanJson, ReadsBackEverything) {
    const json document = to_json(unusual_plan());
    EXPECT_EQ(to_json(plan_from(json::parse(document.dump()))), document);
    EXPECT_EQ(to_json(plan_from(json::object())), to_json(Plan{}));
}

TEST(PlanJson, NamesTheKeyThatIsWrong) {
    const auto message = [](const json& document) {
        return message_of<DataError>([&] { plan_from(document); });
    };
    EXPECT_EQ(message({{"colums", 1}}), "/colums is not known here.");
    EXPECT_EQ(message({{"search", {{"em", {{"seed", -1}}}}}}),
              "/search/em/seed must be a whole number, zero or more.");
    EXPECT_EQ(message({{"search", {{"component_counts", {0}}}}}),
              "/search/component_counts/0 is 0; it must lie between 1 and 1000.");
    EXPECT_THAT(message({{"columns", {{"standardise", "log"}}}}),
                HasSubstr("/columns/standardise: 'log' is not a way to standardise"));
    EXPECT_EQ(message({{"import", {{"delimiter", 5}}}}), "/import/delimiter must be a text.");
    EXPECT_THAT(message({{"import", {{"delimiter", "ab"}}}}), HasSubstr("/import/delimiter: 'ab'"));
}

TEST(CommandLine, NamesNothingButTheUsual) {
    Plan plan;
    plan.data_path = "faithful.csv";
    EXPECT_EQ(command_line(plan),
              "mixtura-cli fit gmm faithful.csv --components 1:9 --covariance all --init "
              "hierarchical --seed 1");
}

TEST(CommandLine, AShellReadsBackEveryWord) {
    const std::string command = command_line(unusual_plan());
    // The shell itself takes the words apart.
    const auto result = test::run_process(
        {"sh", "-c", "set -- " + command + "; for word; do printf '%s\\0' \"$word\"; done"});
    ASSERT_EQ(result.status, 0) << result.err;
    std::vector<std::string> words;
    for (std::size_t start = 0; start < result.out.size();) {
        const std::size_t end = result.out.find('\0', start);
        words.push_back(result.out.substr(start, end - start));
        start = end + 1;
    }
    EXPECT_THAT(
        words,
        ElementsAre("mixtura-cli", "fit", "gmm", "my data's \"file\".csv", "--delimiter", "tab",
                    "--decimal", ",", "--grouping", "none", "--quote", "'", "--comment", "#",
                    "--encoding", "windows-1252", "--no-header", "--missing=-999,\"\",\"a,b\"",
                    "--column-missing", "\"a,b=-9\",\"a,b=x\",x=y=0", "--skip", "3", "--types",
                    "x=y=text,\"a,b=numeric\"", "--bad-cells", "skip",
                    "--columns=-x,\"a,b\",\"say \"\"so\"\"\",new\nline,\xC3\xA9", "--exclude", "z",
                    "--observation-weights", "w", "--missing-rows", "error", "--standardise",
                    "robust", "--components", "2,4,5", "--covariance", "VVV,EEE", "--criterion",
                    "icl", "--folds", "6", "--bootstrap-test", "199", "--init", "random",
                    "--starts", "7", "--short-runs", "21", "--seed", "18446744073709551615",
                    "--max-iterations", "12", "--tolerance", "0.03333333333333333",
                    "--covariance-floor", "1e-05", "--prior", "conjugate", "--output", "m.json",
                    "--assignments=-a.csv", "--trace", "t.csv"));
}

TEST(OptionNames, ListsReadBack) {
    for (const std::vector<std::string>& names :
         {std::vector<std::string>{}, {""}, {"a"}, {"a", ""}, {"a,b", "\"", "c d"}, {"a\"b"}})
        EXPECT_EQ(list_from(list_text(names)), names);
    EXPECT_THAT(message_of<InvalidArgument>([] { list_from("\"a,b"); }),
                HasSubstr("a quotation mark that is not closed"));
}

TEST(OptionNames, ComponentCounts) {
    EXPECT_THAT(counts_from("3"), ElementsAre(3));
    EXPECT_THAT(counts_from("2:5"), ElementsAre(2, 3, 4, 5));
    EXPECT_THAT(counts_from("8,1:2,2"), ElementsAre(8, 1, 2));
    EXPECT_EQ(counts_text({2, 3, 4}), "2:4");
    EXPECT_EQ(counts_text({4, 2}), "4,2");
    for (const char* text : {"", "0", "-1", "5:2", "a", "1:", ":3", "1,", "1001", "2.5", "1:2:3"})
        EXPECT_THAT(message_of<InvalidArgument>([&] { counts_from(text); }),
                    HasSubstr("does not say how many components"))
            << text;
}

TEST(OptionNames, EveryNameReadsBack) {
    for (const Standardise value : {Standardise::none, Standardise::zscore, Standardise::robust})
        EXPECT_EQ(standardise_from(to_string(value)), value);
    for (const BadCell value :
         {BadCell::error, BadCell::missing, BadCell::skip_row, BadCell::make_text})
        EXPECT_EQ(bad_cell_from(bad_cell_name(value)), value);
    for (const TextEncoding value : {TextEncoding::utf8, TextEncoding::utf16le,
                                     TextEncoding::utf16be, TextEncoding::windows1252})
        EXPECT_EQ(encoding_from(encoding_name(value)), value);
    for (const char sign : {',', ';', '\t', '|', ' ', '\0', '#', '-'})
        EXPECT_EQ(sign_from(sign_name(sign)), sign);
    EXPECT_EQ(covariance_structures_from("all").size(), 14U);
    EXPECT_THAT(covariance_structures_from("full,VVV,tied"),
                ElementsAre(CovarianceStructure::VVV, CovarianceStructure::EEE));
    EXPECT_THROW(covariance_structures_from("XYZ"), InvalidArgument);
    EXPECT_THROW(sign_from("\xC3\xA9"), InvalidArgument);
    EXPECT_THROW(missing_rows_from("impute"), InvalidArgument);
}

}  // namespace
}  // namespace mixtura
