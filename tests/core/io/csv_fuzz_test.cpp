// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "mixtura/io/csv.h"
#include "mixtura/io/csv_import.h"

#include "support/temporary_file.h"

namespace mixtura {
namespace {

/// Everything that an import tells, as text: its table or its error.
std::string outcome(const std::string& path, const CsvOptions& options, std::size_t chunk_size,
                    int thread_count) {
    try {
        csv::ImportControl control;
        control.thread_count = thread_count;
        control.chunk_size = chunk_size;
        const ImportResult result = csv::import_file(path, options, control);
        const DataSet& data = result.data;
        EXPECT_GT(data.columns().size(), 0U);
        EXPECT_EQ(data.columns().size(), result.dialect.column_types.size());
        std::string text = std::to_string(result.problem_count) + " problems, " +
                           std::to_string(result.rows_skipped) + " rows skipped\n";
        for (const std::string& note : result.dialect.notes) text += note + "\n";
        for (const CellProblem& problem : result.problems) text += problem.message + "\n";
        for (const Column& column : data.columns()) {
            const std::size_t length =
                column.is_numeric() ? column.numbers.size() : column.codes.size();
            EXPECT_EQ(static_cast<std::int64_t>(length), data.row_count());
            for (const std::int32_t code : column.codes) {
                EXPECT_GE(code, -1);
                EXPECT_LT(code, static_cast<std::int32_t>(column.levels.size()));
            }
            for (const double number : column.numbers) EXPECT_FALSE(std::isinf(number));
            text += column.name + " (" + std::string(to_string(column.type)) + "):";
            std::int64_t missing_count = 0;
            for (std::int64_t row = 0; row < data.row_count(); ++row) {
                text += " " + column.text(row) + "@" + std::to_string(data.line_of_row(row));
                missing_count +=
                    column.is_numeric()
                        ? (std::isnan(column.numbers[static_cast<std::size_t>(row)]) ? 1 : 0)
                        : (column.codes[static_cast<std::size_t>(row)] < 0 ? 1 : 0);
            }
            EXPECT_EQ(missing_count, column.missing_count);
            text += "\n";
        }
        return text;
    } catch (const Error& error) {
        EXPECT_STRNE(error.what(), "");
        return error.what();
    }
}

/// Whatever the bytes: a data set whose columns agree, or one of our errors with something to say;
/// and the same however the text is cut among threads.
void expect_data_or_error(const std::string& bytes, const CsvOptions& options,
                          std::size_t chunk_size) {
    const test::TemporaryFile file(bytes);
    try {
        sniff_csv(file.path(), options);
    } catch (const Error& error) {
        ASSERT_STRNE(error.what(), "");
    }
    const std::string whole = outcome(file.path(), options, std::size_t{1} << 20U, 1);
    ASSERT_EQ(whole, outcome(file.path(), options, chunk_size, 1));
    ASSERT_EQ(whole, outcome(file.path(), options, 1 + chunk_size / 2, 2));
}

CsvOptions random_options(std::mt19937_64& engine) {
    CsvOptions options;
    options.bad_cell = static_cast<BadCell>(engine() % 4);
    if (engine() % 4 == 0)
        options.delimiter = std::string_view(",;\t| ")[engine() % 5];
    if (engine() % 4 == 0)
        options.decimal = std::string_view(".,")[engine() % 2];
    if (engine() % 8 == 0)
        options.quote = '\0';
    if (engine() % 8 == 0)
        options.comment = '#';
    if (engine() % 8 == 0)
        options.has_header = engine() % 2 == 0;
    if (engine() % 8 == 0)
        options.skip_lines = static_cast<int>(engine() % 4);
    if (engine() % 8 == 0)
        options.encoding = static_cast<TextEncoding>(engine() % 4);
    return options;
}

constexpr auto time_limit = std::chrono::seconds(1);

TEST(CsvFuzz, RandomBytesNeverCrash) {
    std::mt19937_64 engine(11);
    const std::string_view likely = ",,;\t\n\n\r\"\" 0123456789.-+eEabNA#\0\xC3\xBC\xFF";
    const auto begin = std::chrono::steady_clock::now();
    for (int round = 0; round < 4000 && std::chrono::steady_clock::now() - begin < time_limit;
         ++round) {
        std::string bytes(engine() % 300, '\0');
        const bool is_wild = engine() % 5 == 0;
        for (char& c : bytes)
            c = is_wild ? static_cast<char>(engine()) : likely[engine() % likely.size()];
        expect_data_or_error(bytes, random_options(engine), 1 + engine() % 100);
        if (HasFailure())
            FAIL() << "round " << round << ": " << testing::PrintToString(bytes);
    }
}

/// A small table of texts, integers, numbers of 17 digits and dates.
std::string small_table() {
    std::string table = "name,x,\"y, z\",date\n";
    for (int row = 0; row < 12; ++row)
        table += "\"r\"\"" + std::to_string(row % 3) + "\"," + std::to_string(row) +
                 ".25,-1.2345678901234567e-" + std::to_string(row) + ",2024-01-0" +
                 std::to_string(row % 9 + 1) + "\r\n";
    return table;
}

TEST(CsvFuzz, TruncatedTablesNeverCrash) {
    const std::string table = small_table();
    std::string wide = "\xFF\xFE";
    for (const char c : table) wide += {c, '\0'};
    for (const std::string& whole : {table, wide})
        for (std::size_t size = 0; size<whole.size(); size += whole.size()> 1000 ? 3 : 1)
            expect_data_or_error(whole.substr(0, size), {}, 1 + size % 70);
}

TEST(CsvFuzz, MutatedTablesNeverCrash) {
    std::mt19937_64 engine(12);
    const std::string table = small_table();
    const auto begin = std::chrono::steady_clock::now();
    for (int round = 0; round < 4000 && std::chrono::steady_clock::now() - begin < time_limit;
         ++round) {
        std::string bytes = table;
        const std::size_t mutations = 1 + engine() % 6;
        for (std::size_t k = 0; k < mutations && !bytes.empty(); ++k) {
            const std::size_t at = engine() % bytes.size();
            switch (engine() % 5) {
                case 0:
                    bytes[at] = static_cast<char>(engine());
                    break;
                case 1:
                    bytes.erase(at, 1 + engine() % 20);
                    break;
                case 2:
                    bytes.insert(at, bytes.substr(engine() % bytes.size(), engine() % 40));
                    break;
                case 3:
                    bytes.insert(at, 1, std::string_view("\"\n\r,; #")[engine() % 7]);
                    break;
                default:
                    bytes.resize(at);
            }
        }
        expect_data_or_error(bytes, random_options(engine), 1 + engine() % 200);
        if (HasFailure())
            FAIL() << "round " << round << ": " << testing::PrintToString(bytes);
    }
}

}  // namespace
}  // namespace mixtura
