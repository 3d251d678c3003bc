// SPDX-License-Identifier: Apache-2.0
#include <clocale>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/io/csv.h"
#include "mixtura/io/csv_encoding.h"

#include "support/data_file.h"
#include "support/temporary_file.h"

namespace mixtura {
namespace {

using test::TemporaryFile;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

ImportResult import_text(std::string_view text, const CsvOptions& options = {}) {
    const TemporaryFile file(text);
    return import_csv(file.path(), options);
}

CsvDialect sniff_text(std::string_view text, const CsvOptions& options = {}) {
    const TemporaryFile file(text);
    return sniff_csv(file.path(), options);
}

/// The error that importing `text` gives; its message must be one sentence or a few, not empty.
DataError import_error(std::string_view text, const CsvOptions& options = {}) {
    try {
        import_text(text, options);
    } catch (const DataError& error) {
        EXPECT_STRNE(error.what(), "");
        return error;
    }
    ADD_FAILURE() << "no error";
    return DataError("none");
}

std::vector<std::string> names(const DataSet& data) {
    std::vector<std::string> all;
    for (const Column& column : data.columns()) all.push_back(column.name);
    return all;
}

std::vector<std::string> texts(const DataSet& data, std::size_t column) {
    std::vector<std::string> all;
    for (std::int64_t row = 0; row < data.row_count(); ++row)
        all.push_back(data.column(column).text(row));
    return all;
}

MATCHER_P(IsSameNumbers, expected, "") {
    if (arg.size() != expected.size())
        return false;
    for (std::size_t i = 0; i < arg.size(); ++i)
        if (!(arg[i] == expected[i] || (std::isnan(arg[i]) && std::isnan(expected[i]))))
            return false;
    return true;
}
using Numbers = std::vector<double>;

TEST(CsvImport, ReadsSampleData) {
    const ImportResult result = import_csv(test::data_file("iris.csv"));
    EXPECT_EQ(result.data.row_count(), 150);
    EXPECT_EQ(result.data.columns().size(), 5U);
    EXPECT_EQ(result.data.column(0).numbers[149], 5.9);
    EXPECT_EQ(result.data.column(4).type, ColumnType::category);
    EXPECT_THAT(result.data.column(4).levels, ElementsAre("setosa", "versicolor", "virginica"));
    EXPECT_EQ(result.data.line_of_row(0), 2);
    EXPECT_EQ(result.data.line_of_row(149), 151);
    EXPECT_EQ(result.problem_count, 0);
    const ImportResult air = import_csv(test::data_file("airquality.csv"));
    EXPECT_EQ(air.data.column(0).missing_count, 37);
    EXPECT_EQ(air.data.column(1).missing_count, 7);
}

TEST(CsvImport, ReadsQuotesNewlinesAndDoubledQuotes) {
    const auto result = import_text(
        "\"name, long\",x\r\n\"a \"\"b\"\"\",1\r\n\"two\r\nlines\",2\r\n plain ,\" 3 \"\r\n"
        "\"c\"d,4");
    EXPECT_THAT(names(result.data), ElementsAre("name, long", "x"));
    EXPECT_THAT(texts(result.data, 0), ElementsAre("a \"b\"", "two\r\nlines", "plain", "\"c\"d"));
    EXPECT_THAT(result.data.column(1).numbers, ElementsAre(1, 2, 3, 4));
    EXPECT_EQ(result.data.line_of_row(1), 3);
    EXPECT_EQ(result.data.line_of_row(2), 5);
}

TEST(CsvImport, ReadsEveryKindOfLineEnd) {
    for (const std::string end : {"\n", "\r\n", "\r"})
        for (const bool has_last : {true, false}) {
            const auto result =
                import_text("x,y" + end + "1,2" + end + "3,4" + (has_last ? end : ""));
            EXPECT_THAT(result.data.column(0).numbers, ElementsAre(1, 3));
            EXPECT_THAT(result.data.column(1).numbers, ElementsAre(2, 4));
            EXPECT_EQ(result.data.line_of_row(1), 3);
        }
}

TEST(CsvImport, TellsLineEndsByWhichThereAreMore) {
    const auto old_mac = import_text("t,x\r\"a\nb\",1\rc,2\rd,3\r");
    EXPECT_THAT(texts(old_mac.data, 0), ElementsAre("a\nb", "c", "d"));
    EXPECT_THAT(old_mac.data.column(1).numbers, ElementsAre(1, 2, 3));
    // Written twice in text mode.
    const auto doubled = import_text("t,x\r\r\n\"a\",1\r\r\nc,\"2\"\r\r\nd,3\r\r\n");
    EXPECT_THAT(names(doubled.data), ElementsAre("t", "x"));
    EXPECT_THAT(doubled.data.column(1).numbers, ElementsAre(1, 2, 3));
}

TEST(CsvImport, DetectsDelimiters) {
    for (const char delimiter : {',', ';', '\t', '|', ' '}) {
        std::string text = "a?b?c\n1.5?x?3\n2.5?y?4\n";
        for (char& c : text)
            if (c == '?')
                c = delimiter;
        const auto result = import_text(text);
        EXPECT_EQ(result.dialect.delimiter, delimiter);
        ASSERT_EQ(result.data.columns().size(), 3U) << delimiter;
        EXPECT_THAT(result.data.column(0).numbers, ElementsAre(1.5, 2.5));
    }
}

TEST(CsvImport, TakesRunsOfBlanksForOneDelimiter) {
    const auto result = import_text("  x   y\n  1.5   2\n 10.25 3  \n-4     5\n");
    EXPECT_EQ(result.dialect.delimiter, ' ');
    EXPECT_THAT(result.data.column(0).numbers, ElementsAre(1.5, 10.25, -4));
    EXPECT_THAT(result.data.column(1).numbers, ElementsAre(2, 3, 5));
    EXPECT_THAT(import_error("x y\n1.5 2\n1.5 \n3 4\n").what(), HasSubstr("line 3"));
}

TEST(CsvImport, ReadsDecimalCommas) {
    const auto result = import_text("x;y\n1,5;2\n-0,25;1.234,5\n,5;1e3\n");
    EXPECT_EQ(result.dialect.decimal, ',');
    EXPECT_EQ(result.dialect.grouping, '.');
    EXPECT_THAT(result.data.column(0).numbers, ElementsAre(1.5, -0.25, 0.5));
    EXPECT_THAT(result.data.column(1).numbers, ElementsAre(2, 1234.5, 1000));
    const auto single = import_text("x\n1,5\n2,5\n");
    ASSERT_EQ(single.data.columns().size(), 1U);
    EXPECT_THAT(single.data.column(0).numbers, ElementsAre(1.5, 2.5));
}

TEST(CsvImport, ReadsGroupedNumbers) {
    const auto result = import_text("n,x\n\" 67,311,748 \",1.5\n\"1,234\",2\n5,3\n");
    EXPECT_EQ(result.dialect.grouping, ',');
    EXPECT_THAT(result.data.column(0).numbers, ElementsAre(67311748, 1234, 5));
    const auto french = import_text("n;x\n1 234 567,5;1\n12;2\n");
    EXPECT_THAT(french.data.column(0).numbers, ElementsAre(1234567.5, 12));
}

TEST(CsvImport, AsksWhereTheDecimalSignIsAmbiguous) {
    const std::string text = "x;y\n1,234;1\n5,678;2\n";
    EXPECT_THAT(sniff_text(text).ambiguity, HasSubstr("\"1,234\" in line 2"));
    const DataError error = import_error(text);
    EXPECT_THAT(error.what(), HasSubstr("can mean 1.234 or 1234"));
    EXPECT_THAT(error.what(), HasSubstr("decimal sign"));
    CsvOptions comma;
    comma.decimal = ',';
    EXPECT_THAT(import_text(text, comma).data.column(0).numbers, ElementsAre(1.234, 5.678));
    CsvOptions point;
    point.decimal = '.';
    EXPECT_THAT(import_text(text, point).data.column(0).numbers, ElementsAre(1234, 5678));
    // One other cell settles it.
    EXPECT_THAT(import_text("x;y\n1,234;1,5\n").data.column(0).numbers, ElementsAre(1.234));
    EXPECT_THAT(import_text("x;y\n1,234;1.5\n").data.column(0).numbers, ElementsAre(1234));
}

TEST(CsvImport, AsksWhereQuotedNumbersAreAmbiguousToo) {
    const std::string text = "x,y\n\"1,234\",1\n\"5,678\",2\n";
    EXPECT_THAT(import_error(text).what(), HasSubstr("can mean 1.234 or 1234"));
    CsvOptions point;
    point.decimal = '.';
    EXPECT_THAT(import_text(text, point).data.column(0).numbers, ElementsAre(1234, 5678));
    CsvOptions comma;
    comma.decimal = ',';
    EXPECT_THAT(import_text(text, comma).data.column(0).numbers, ElementsAre(1.234, 5.678));
    // Both signs, and each can be either.
    EXPECT_THAT(import_error("x;y\n1,234;5.678\n2,345;6.789\n").what(), HasSubstr("can mean"));
    // The first place that is known: windows inside the file have no line.
    EXPECT_THAT(import_error("x;y\n12;1\n1,234;1\n").what(), HasSubstr("in line 3, column 1"));
}

TEST(CsvImport, ReadsQuotedDecimalCommasBetweenCommas) {
    const auto result = import_text("x,y,z\n\"1,5\",2,3\n\"2,25\",4,5\n-3,6,\"7,125\"\n");
    EXPECT_EQ(result.dialect.decimal, ',');
    EXPECT_THAT(result.data.column(0).numbers, ElementsAre(1.5, 2.25, -3));
    EXPECT_THAT(result.data.column(1).numbers, ElementsAre(2, 4, 6));
    EXPECT_THAT(result.data.column(2).numbers, ElementsAre(3, 5, 7.125));
}

TEST(CsvImport, FindsTheDecimalSignOfEachColumn) {
    const auto result = import_text("a;b;c;d\n1,5;1.5;7,1;3\n2,25;3.75;8,1;4\n0,1;0.9;9,9;5\n");
    EXPECT_EQ(result.dialect.decimal, ',');
    EXPECT_THAT(result.data.column(0).numbers, ElementsAre(1.5, 2.25, 0.1));
    EXPECT_THAT(result.data.column(1).numbers, ElementsAre(1.5, 3.75, 0.9));
    EXPECT_THAT(result.data.column(3).numbers, ElementsAre(3, 4, 5));
    EXPECT_THAT(result.dialect.notes,
                ElementsAre("Column \"b\" has a decimal point, unlike the others."));
    // Where the columns contradict each other, a third that can be either is asked about.
    EXPECT_THAT(import_error("a;b;c\n1,5;1.5;1,234\n2,25;3.75;5,678\n").what(),
                HasSubstr("\"1,234\" in line 2, column 3"));
    // What is told holds for all.
    CsvOptions point;
    point.decimal = '.';
    const auto told = import_text("a;b\n1,5;1.5\n2,25;3.75\n0,1;0.9\n", point);
    EXPECT_NE(told.data.column(0).type, ColumnType::numeric);
    EXPECT_THAT(told.data.column(1).numbers, ElementsAre(1.5, 3.75, 0.9));
}

TEST(CsvImport, TakesNoHintOfSignsFromTexts) {
    const auto result = import_text("t;x\n1,5;1.5\nabc;2.25\nde f;3.5\ngh;4.75\n");
    EXPECT_EQ(result.dialect.decimal, '.');
    EXPECT_THAT(result.data.column(1).numbers, ElementsAre(1.5, 2.25, 3.5, 4.75));
}

TEST(CsvImport, NeverLooksAtTheLocale) {
    const std::string before = std::setlocale(LC_ALL, nullptr);
    for (const char* name : {"de_DE.UTF-8", "pt_BR.UTF-8", "fr_FR.UTF-8", "C"}) {
        if (std::setlocale(LC_ALL, name) == nullptr)
            continue;
        const auto result = import_text("x,y\n0.435,0.9\n1.5,1e-3\n");
        EXPECT_THAT(result.data.column(0).numbers, ElementsAre(0.435, 1.5)) << name;
        EXPECT_THAT(result.data.column(1).numbers, ElementsAre(0.9, 1e-3)) << name;
        EXPECT_EQ(result.data.column(0).text(0), "0.435");
    }
    std::setlocale(LC_ALL, before.c_str());
}

TEST(CsvImport, TakesMissingCodes) {
    const auto result =
        import_text("a,b,c\n1,NA,x\n,NaN,NA\nnan,2,\n null ,#N/A,y\n#NULL!,.,\"\"\n");
    EXPECT_THAT(result.data.column(0).numbers,
                IsSameNumbers(Numbers{1, missing, missing, missing, missing}));
    EXPECT_THAT(result.data.column(1).numbers,
                IsSameNumbers(Numbers{missing, missing, 2, missing, missing}));
    EXPECT_EQ(result.data.column(0).missing_count, 4);
    EXPECT_EQ(result.data.column(1).missing_count, 4);
    EXPECT_EQ(result.data.column(2).missing_count, 3);
    EXPECT_THAT(result.data.column(2).codes, ElementsAre(0, -1, -1, 1, -1));
}

TEST(CsvImport, TakesTheAnalystsMissingCodesForEverySpelling) {
    CsvOptions options;
    options.missing_codes = {"-999", "gone"};
    const auto result = import_text("a,b\n-999,u\n-999.0,gone\n1,v\n-9.99e2,w\ngone,x\n", options);
    EXPECT_THAT(result.data.column(0).numbers,
                IsSameNumbers(Numbers{missing, missing, 1, missing, missing}));
    EXPECT_EQ(result.data.column(0).missing_count, 4);
    EXPECT_EQ(result.data.column(1).missing_count, 1);
    // The list replaces the built-in one.
    EXPECT_THAT(import_error("a\n1\n2\n3\n4\n5\n6\n7\n8\n9\nNA\n", options).what(),
                HasSubstr("\"NA\" is not a number"));
}

TEST(CsvImport, TakesMissingCodesOfOneColumn) {
    CsvOptions options;
    options.column_missing_codes = {{"age", {"-9", "unknown"}}, {"name", {"-"}}};
    const auto result =
        import_text("age,x,name\n-9,-9,-\n31,1,Ann\nunknown,2,-9\n-9.0,NA,Ann\n", options);
    EXPECT_THAT(result.data.column(0).numbers,
                IsSameNumbers(Numbers{missing, 31, missing, missing}));
    EXPECT_THAT(result.data.column(1).numbers, IsSameNumbers(Numbers{-9, 1, 2, missing}));
    EXPECT_THAT(texts(result.data, 2), ElementsAre("", "Ann", "-9", "Ann"));
    options.column_missing_codes = {{"nothing", {"-9"}}};
    EXPECT_THROW(import_text("a\n1\n", options), InvalidArgument);
}

TEST(CsvImport, MakesNamesUniqueAndKeepsLabels) {
    const auto result = import_text("x,,x, y ,x_2\n1,2,3,4,5\n");
    EXPECT_THAT(names(result.data), ElementsAre("x", "column_2", "x_3", "y", "x_2"));
    EXPECT_EQ(result.data.column(2).label, "x");
    EXPECT_THAT(result.dialect.notes, testing::Contains(HasSubstr("column_2")));
    EXPECT_THAT(result.dialect.notes, testing::Contains(HasSubstr("more than once")));
}

TEST(CsvImport, FindsWhetherThereIsAHeader) {
    EXPECT_FALSE(import_text("1,2\n3,4\n").dialect.has_header);
    EXPECT_THAT(names(import_text("1,2\n3,4\n").data), ElementsAre("column_1", "column_2"));
    EXPECT_TRUE(import_text("a,b\n3,4\n").dialect.has_header);
    EXPECT_TRUE(import_text("a,b\nx,y\nz,w\n").dialect.has_header);
    EXPECT_FALSE(import_text("x,y\nx,z\nw,y\n").dialect.has_header);
    CsvOptions options;
    options.has_header = false;
    EXPECT_EQ(import_text("a,b\nx,y\n", options).data.row_count(), 2);
}

TEST(CsvImport, GivesRowNamesTheirColumn) {
    const auto result = import_text("x y\n\"r1\" 1 2\n\"r2\" 3 4\n");
    EXPECT_THAT(names(result.data), ElementsAre("row_name", "x", "y"));
    EXPECT_THAT(result.data.column(2).numbers, ElementsAre(2, 4));
}

TEST(CsvImport, TypesColumnsByAllRows) {
    const auto result = import_text(
        "zip,account,day,note,n\n00501,1234567890123456,2024-02-29,a b,1\n"
        "10001,9876543210987654,2024-03-01T12:30:00Z,c,2.5\n");
    EXPECT_EQ(result.data.column(0).type, ColumnType::text);
    EXPECT_EQ(result.data.column(0).role, ColumnRole::id);
    EXPECT_EQ(result.data.column(0).text(0), "00501");
    EXPECT_EQ(result.data.column(1).type, ColumnType::text);
    EXPECT_EQ(result.data.column(1).text(0), "1234567890123456");
    EXPECT_EQ(result.data.column(2).type, ColumnType::date);
    EXPECT_EQ(result.data.column(3).type, ColumnType::category);
    EXPECT_EQ(result.data.column(4).type, ColumnType::numeric);
    EXPECT_EQ(import_text("d\n2023-02-29\n2023-01-01\n").data.column(0).type, ColumnType::category);
}

TEST(CsvImport, OverridesTypesByName) {
    CsvOptions options;
    options.column_types = {{"code", ColumnType::category}, {"zip", ColumnType::numeric}};
    const auto result = import_text("code,zip\n1,007\n2,008\n1,009\n", options);
    EXPECT_EQ(result.data.column(0).type, ColumnType::category);
    EXPECT_THAT(result.data.column(0).levels, ElementsAre("1", "2"));
    EXPECT_THAT(result.data.column(1).numbers, ElementsAre(7, 8, 9));
    options.column_types = {{"nothing", ColumnType::category}};
    EXPECT_THROW(import_text("a\n1\n", options), InvalidArgument);
}

TEST(CsvImport, NamesABadCell) {
    const DataError error =
        import_error("x,y\n1,2\n3,4\n5,12..5\n7,8\n1,1\n2,2\n3,3\n4,4\n5,5\n6,6\n");
    EXPECT_EQ(error.location().line, 4);
    EXPECT_EQ(error.location().row, 3);
    EXPECT_EQ(error.location().column, 2);
    EXPECT_EQ(error.location().column_name, "y");
    EXPECT_EQ(error.location().cell, "12..5");
    EXPECT_THAT(error.what(), HasSubstr("line 4, column \"y\" (row 3): \"12..5\" is not a number"));
}

TEST(CsvImport, NamesABadCellOfASmallTableToo) {
    EXPECT_THAT(import_error("x,y\n1,2\n3,abc\n5,6\n").what(),
                HasSubstr("line 3, column \"y\" (row 2): \"abc\" is not a number"));
}

TEST(CsvImport, SaysWhichColumnsOfMostlyNumbersAreTexts) {
    std::string text = "ticket,x\n";
    for (int i = 0; i < 30; ++i)
        text +=
            (i % 4 == 0 ? "A/" : "") + std::to_string(1000 + i) + "," + std::to_string(i) + "\n";
    const auto result = import_text(text);
    EXPECT_NE(result.data.column(0).type, ColumnType::numeric);
    EXPECT_THAT(result.dialect.notes,
                ElementsAre(HasSubstr("\"ticket\" was read as text, though most of its cells are "
                                      "numbers: \"A/1000\" is not one")));
}

TEST(CsvImport, TakesTheDelimiterThatTheFirstLineNames) {
    const auto result = import_text("sep=;\r\na,b;c\r\n1;2\r\n3;4\r\n");
    EXPECT_EQ(result.dialect.delimiter, ';');
    EXPECT_THAT(names(result.data), ElementsAre("a,b", "c"));
    EXPECT_EQ(result.data.line_of_row(0), 3);
    EXPECT_EQ(result.dialect.skip_lines, 1);
}

TEST(CsvImport, RefusesInfinitiesAndOverflowButReadsTheLargestNumbers) {
    const auto result = import_text("x\n1e308\n-1.7976931348623157e308\n1e-400\n");
    EXPECT_THAT(result.data.column(0).numbers,
                ElementsAre(1e308, -std::numeric_limits<double>::max(), 0.0));
    EXPECT_THAT(import_error("x\n1\nInf\n").what(), HasSubstr("\"Inf\" is infinite"));
    EXPECT_THAT(import_error("x\n1\n-infinity\n").what(), HasSubstr("is infinite"));
    EXPECT_THAT(import_error("x\n1\n1e400\n").what(),
                HasSubstr("\"1e400\" is beyond the largest number"));
}

constexpr std::string_view bad_cells =
    "x,y\n1,2\n?,4\n5,6\n7,!\n9,10\n1,1\n2,2\n3,3\n4,4\n5,5\n6,6\n"
    "1,1\n2,2\n3,3\n4,4\n5,5\n6,6\n";

TEST(CsvImport, TreatsBadCellsAsMissingWhereTold) {
    CsvOptions options;
    options.bad_cell = BadCell::missing;
    const auto result = import_text(bad_cells, options);
    EXPECT_EQ(result.problem_count, 2);
    ASSERT_EQ(result.problems.size(), 2U);
    EXPECT_EQ(result.problems[1].location.line, 5);
    EXPECT_EQ(result.problems[1].location.row, 4);
    EXPECT_TRUE(std::isnan(result.data.column(0).numbers[1]));
    EXPECT_EQ(result.data.column(0).missing_count, 1);
    EXPECT_EQ(result.data.row_count(), 17);
}

TEST(CsvImport, SkipsRowsWithBadCellsWhereTold) {
    CsvOptions options;
    options.bad_cell = BadCell::skip_row;
    const auto result = import_text(bad_cells, options);
    EXPECT_EQ(result.rows_skipped, 2);
    EXPECT_EQ(result.data.row_count(), 15);
    EXPECT_EQ(result.data.column(1).numbers[1], 6);
    EXPECT_EQ(result.data.line_of_row(1), 4);
    EXPECT_EQ(result.data.line_of_row(2), 6);
    EXPECT_THAT(result.dialect.notes, testing::Contains(HasSubstr("2 rows")));
}

TEST(CsvImport, ReadsColumnsWithBadCellsAsTextWhereTold) {
    CsvOptions options;
    options.bad_cell = BadCell::make_text;
    const auto result = import_text(bad_cells, options);
    EXPECT_EQ(result.data.row_count(), 17);
    EXPECT_NE(result.data.column(0).type, ColumnType::numeric);
    EXPECT_EQ(result.data.column(0).text(1), "?");
    EXPECT_EQ(result.data.column(1).text(3), "!");
    EXPECT_EQ(result.data.column(0).text(0), "1");
}

TEST(CsvImport, NamesRaggedLines) {
    const DataError shorter = import_error("a,b,c\n1,2,3\n4,5\n7,8,9\n");
    EXPECT_EQ(shorter.location().line, 3);
    EXPECT_THAT(shorter.what(), HasSubstr("has 2 cells where the table has 3 columns"));
    const DataError longer = import_error("a,b,c\n1,2,3\n4,5,6,7\n7,8,9\n");
    EXPECT_THAT(longer.what(), HasSubstr("line 3 (row 2) has 4 cells"));
    CsvOptions options;
    options.bad_cell = BadCell::skip_row;
    const auto result = import_text("a,b,c\n1,2,3\n4,5\n7,8,9\n1,1,1,1\n", options);
    EXPECT_EQ(result.rows_skipped, 2);
    EXPECT_EQ(result.problem_count, 2);
    EXPECT_THAT(result.data.column(2).numbers, ElementsAre(3, 9));
    options.bad_cell = BadCell::missing;
    const auto filled = import_text("a,b,c\n1,2,3\n4,5\n7,8,9\n", options);
    EXPECT_THAT(filled.data.column(2).numbers, IsSameNumbers(Numbers{3, missing, 9}));
    EXPECT_EQ(filled.problem_count, 1);
    EXPECT_THROW(import_text("a,b,c\n1,2,3\n4,5,6,7\n", options), DataError);
}

TEST(CsvImport, AcceptsATrailingDelimiter) {
    for (const char* text : {"a,b,\n1,2,\n3,4,\n", "a,b\n1,2,\n3,4,\n", "a,b\n1,2,\n3,4,\r\n"}) {
        const auto result = import_text(text);
        EXPECT_THAT(names(result.data), ElementsAre("a", "b")) << text;
        EXPECT_THAT(result.data.column(1).numbers, ElementsAre(2, 4)) << text;
    }
}

TEST(CsvImport, PassesOverPreambleCommentsAndBlankLines) {
    const auto result = import_text("Report of 2024\n\na;b;c\n1;2;3\n\n4;5;6\n\n\n");
    EXPECT_THAT(names(result.data), ElementsAre("a", "b", "c"));
    EXPECT_THAT(result.data.column(0).numbers, ElementsAre(1, 4));
    EXPECT_EQ(result.data.line_of_row(0), 4);
    EXPECT_EQ(result.data.line_of_row(1), 6);
    EXPECT_THAT(result.dialect.notes, testing::Contains(HasSubstr("left out")));
    EXPECT_THAT(result.dialect.notes, testing::Contains(HasSubstr("1 blank line")));
    const auto commented = import_text("# made by a program\nx,y\n1,2\n# half way \"\n3,4\n");
    EXPECT_EQ(commented.dialect.comment, '#');
    EXPECT_THAT(commented.data.column(1).numbers, ElementsAre(2, 4));
    EXPECT_EQ(commented.data.line_of_row(1), 5);
    CsvOptions options;
    options.skip_lines = 2;
    EXPECT_THAT(names(import_text("some,thing\n\"odd\na,b\n1,2\n", options).data),
                ElementsAre("a", "b"));
}

TEST(CsvImport, RefusesFilesWithoutATable) {
    EXPECT_THAT(import_error("").what(), HasSubstr("is empty"));
    EXPECT_THAT(import_error("\xEF\xBB\xBF").what(), HasSubstr("is empty"));
    EXPECT_THAT(import_error("\n \n\n").what(), HasSubstr("holds no row"));
    EXPECT_THAT(import_error("a,b,c\n").what(), HasSubstr("a header but no rows"));
    EXPECT_THAT(import_error("a,b,c").what(), HasSubstr("a header but no rows"));
    EXPECT_THAT(import_error(std::string("x\n1\0\n2\n", 7)).what(), HasSubstr("NUL byte"));
    EXPECT_EQ(import_error(std::string("x\n1\n\0\n2\n", 8)).location().line, 3);
    EXPECT_THAT(import_error("PK\x03\x04 something").what(), HasSubstr("workbook"));
    EXPECT_THAT(import_error("\x1F\x8B\x08").what(), HasSubstr("gzip"));
    EXPECT_THAT(import_error("\x01\x02,\x03\n\x04,5\n").what(), HasSubstr("control characters"));
    EXPECT_THAT(import_error("%PDF-1.7").what(), HasSubstr("PDF"));
}

TEST(CsvImport, RefusesAQuoteThatIsNeverClosed) {
    const DataError error = import_error("a,b\n1,2\n3,\"4\n5,6\n7,8\n");
    EXPECT_EQ(error.location().line, 3);
    EXPECT_THAT(error.what(), HasSubstr("never closed"));
    CsvOptions options;
    options.quote = '\0';
    EXPECT_EQ(import_text("a,b\nx,2\n\"y,4\n", options).data.column(0).text(1), "\"y");
}

TEST(CsvImport, SaysWhereTwoLoneQuotesSwallowRows) {
    std::string text = "x,t\n1,a\n2,\"b\n";
    for (int i = 0; i < 500; ++i) text += "3,c\n";
    text += "4,\"d\n5,e\n";
    const auto result = import_text(text);
    EXPECT_EQ(result.data.row_count(), 3);
    EXPECT_THAT(result.dialect.notes,
                testing::Contains(HasSubstr("line 3 has a cell of 502 lines between quotes")));
}

TEST(CsvImport, TakesAStrayControlCharacterForADamagedCellOnly) {
    EXPECT_THAT(import_error("x,y\n1,2\n3,\x07\n5,6\n").what(), HasSubstr("line 3, column \"y\""));
}

TEST(CsvImport, RefusesFilesThatCannotBeOpened) {
    EXPECT_THROW(import_csv("/no/such/file.csv"), FileError);
    EXPECT_THROW(import_csv("/"), FileError);
    try {
        sniff_csv("/no/such/file.csv");
        ADD_FAILURE();
    } catch (const FileError& error) {
        EXPECT_THAT(error.what(), HasSubstr("/no/such/file.csv"));
    }
}

TEST(CsvImport, RefusesOptionsThatContradictEachOther) {
    const auto refuses = [](auto set) {
        CsvOptions options;
        set(options);
        EXPECT_THROW(import_text("a,b\n1,2\n", options), InvalidArgument);
    };
    refuses([](CsvOptions& o) { o.delimiter = 'a'; });
    refuses([](CsvOptions& o) { o.delimiter = '\n'; });
    refuses([](CsvOptions& o) { o.decimal = ':'; });
    refuses([](CsvOptions& o) { o.decimal = o.delimiter = ','; });
    refuses([](CsvOptions& o) { o.decimal = o.grouping = ','; });
    refuses([](CsvOptions& o) { o.quote = o.delimiter = ';'; });
    refuses([](CsvOptions& o) { o.skip_lines = -1; });
}

std::string utf16(std::string_view ascii, bool big_endian, bool has_mark) {
    std::string out = has_mark ? (big_endian ? "\xFE\xFF" : "\xFF\xFE") : "";
    for (const char c : ascii) {
        if (big_endian)
            out += '\0';
        out += c;
        if (!big_endian)
            out += '\0';
    }
    return out;
}

TEST(CsvImport, ReadsUtf16) {
    const std::string text = "name,x\nab,1.5\ncd,2.5\n";
    for (const bool big_endian : {false, true})
        for (const bool has_mark : {false, true}) {
            const auto result = import_text(utf16(text, big_endian, has_mark));
            EXPECT_EQ(result.dialect.encoding,
                      big_endian ? TextEncoding::utf16be : TextEncoding::utf16le);
            EXPECT_THAT(texts(result.data, 0), ElementsAre("ab", "cd"));
            EXPECT_THAT(result.data.column(1).numbers, ElementsAre(1.5, 2.5));
            EXPECT_THAT(sniff_text(utf16(text, big_endian, has_mark)).column_names,
                        ElementsAre("name", "x"));
        }
}

TEST(CsvImport, ReadsUtf16WithoutMarkOfLettersThatAreNotLatin) {
    // "<Cyrillic word>,x" and rows of five letters and one digit: few bytes are NUL.
    for (const bool big_endian : {false, true}) {
        std::string bytes;
        const auto put = [&](unsigned unit) {
            const char high = static_cast<char>(unit >> 8U);
            const char low = static_cast<char>(unit & 0xFFU);
            bytes += big_endian ? high : low;
            bytes += big_endian ? low : high;
        };
        for (int row = 0; row < 20; ++row) {
            for (int letter = 0; letter < 30; ++letter)
                put(0x410U + static_cast<unsigned>((row + letter) % 32));
            for (const char c : {',', row == 0 ? 'x' : '7', '\n'}) put(static_cast<unsigned>(c));
        }
        const auto result = import_text(bytes);
        EXPECT_EQ(result.dialect.encoding,
                  big_endian ? TextEncoding::utf16be : TextEncoding::utf16le);
        EXPECT_EQ(result.data.row_count(), 19);
        EXPECT_EQ(result.data.column(1).numbers[18], 7.0);
    }
}

TEST(CsvImport, KeepsSurrogatePairsTogetherWhereUtf16IsCutIntoBlocks) {
    // U+1F600 lies across the border of the first 4 MiB, for either parity of the units before.
    for (const std::size_t filler : {std::size_t{0}, std::size_t{1}, std::size_t{2}}) {
        std::string ascii = "t,x\n";
        while (ascii.size() < (std::size_t{2} << 20U) - 40) ascii += "abcdefgh,1\n";
        ascii.append((std::size_t{2} << 20U) - ascii.size() - filler, 'z');
        const std::string bytes = utf16(ascii, false, false) + std::string("\x3D\xD8\x00\xDE", 4) +
                                  utf16(",2\n", false, false);
        const auto result = import_text(bytes);
        EXPECT_THAT(result.data.column(0).text(result.data.row_count() - 1),
                    testing::EndsWith("z\xF0\x9F\x98\x80"));
    }
}

TEST(CsvImport, ReadsUtf8AndWindows1252) {
    const auto unicode = import_text(
        "\xEF\xBB\xBFgr\xC3\xB6\xC3\x9F"
        "e,x\nM\xC3\xBCller,1\n");
    EXPECT_EQ(unicode.dialect.encoding, TextEncoding::utf8);
    EXPECT_THAT(names(unicode.data), ElementsAre("gr\xC3\xB6\xC3\x9F"
                                                 "e",
                                                 "x"));
    const auto windows = import_text(
        "gr\xF6\xDF"
        "e,x\nM\xFCller \x80,1\n");
    EXPECT_EQ(windows.dialect.encoding, TextEncoding::windows1252);
    EXPECT_EQ(windows.data.column(0).name,
              "gr\xC3\xB6\xC3\x9F"
              "e");
    EXPECT_EQ(windows.data.column(0).text(0), "M\xC3\xBCller \xE2\x82\xAC");
    EXPECT_EQ(windows.dialect.preview[0][0], "M\xC3\xBCller \xE2\x82\xAC");
    CsvOptions options;
    options.encoding = TextEncoding::utf8;
    EXPECT_THAT(import_error("a,x\nok,1\nM\xFCller,1\n", options).what(),
                HasSubstr("line 3, column \"a\": \"M\xEF\xBF\xBDller\" is not valid UTF-8"));
}

TEST(CsvImport, TakesAFileForWindows1252WhereverItsFirstUmlautStands) {
    std::string ascii;
    while (ascii.size() < (std::size_t{1} << 20U)) ascii += "abc,1.5\n";
    const std::string text = "name,x\n" + ascii + "M\xFCller,2\n" + ascii;
    const auto result = import_text(text);
    EXPECT_EQ(result.dialect.encoding, TextEncoding::windows1252);
    EXPECT_THAT(result.data.column(0).levels, ElementsAre("abc", "M\xC3\xBCller"));
    EXPECT_THAT(result.dialect.notes, ElementsAre(HasSubstr("read as Windows-1252")));
    // Not where the rest is UTF-8: then the file is damaged.
    EXPECT_THAT(import_error("n\xC3\xA4me" + text.substr(4)).what(), HasSubstr("not valid UTF-8"));
    EXPECT_THAT(import_error(text + "M\xC3\xBCller,2\n" + ascii).what(),
                HasSubstr("\"M\xEF\xBF\xBDller\" is not valid UTF-8"));
}

TEST(CsvImport, KeepsAColumnWithoutValues) {
    const auto result = import_text("a,b\n1,NA\n2,\n");
    EXPECT_EQ(result.data.column(1).type, ColumnType::numeric);
    EXPECT_EQ(result.data.column(1).missing_count, 2);
}

TEST(CsvSniff, PreviewsTheFirstFiftyRows) {
    std::string text = "x,name\n";
    for (int i = 0; i < 80; ++i) text += std::to_string(i) + ",r" + std::to_string(i) + "\n";
    const CsvDialect dialect = sniff_text(text);
    EXPECT_EQ(dialect.preview.size(), 50U);
    EXPECT_THAT(dialect.preview[49], ElementsAre("49", "r49"));
    EXPECT_THAT(dialect.column_types, ElementsAre(ColumnType::numeric, ColumnType::category));
    EXPECT_TRUE(dialect.ambiguity.empty());
}

TEST(CsvField, QuotesWhatNeedsIt) {
    EXPECT_EQ(csv_field("plain"), "plain");
    EXPECT_EQ(csv_field(""), "");
    EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
    EXPECT_EQ(csv_field("say \"x\""), "\"say \"\"x\"\"\"");
    EXPECT_EQ(csv_field("two\nlines"), "\"two\nlines\"");
    EXPECT_EQ(csv_field(" edge"), "\" edge\"");
}

}  // namespace
}  // namespace mixtura
