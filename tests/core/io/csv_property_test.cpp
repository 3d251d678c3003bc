// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <clocale>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <memory>
#include <random>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/stat.h>

#include "mixtura/common/cancelled.h"
#include "mixtura/io/csv_import.h"
#include "mixtura/io/csv_split.h"

#include "support/naive_csv.h"
#include "support/temporary_file.h"

namespace mixtura::csv {
namespace {

using test::TemporaryFile;
using testing::HasSubstr;

ImportResult import_in_chunks(const std::string& path, std::size_t chunk_size, int thread_count,
                              const CsvOptions& options = {}) {
    ImportControl control;
    control.chunk_size = chunk_size;
    control.thread_count = thread_count;
    return import_file(path, options, control);
}

/// Everything that can be seen of two imports is equal, numbers bit for bit.
void expect_equal(const ImportResult& a, const ImportResult& b) {
    ASSERT_EQ(a.data.row_count(), b.data.row_count());
    ASSERT_EQ(a.data.columns().size(), b.data.columns().size());
    EXPECT_EQ(a.rows_skipped, b.rows_skipped);
    EXPECT_EQ(a.problem_count, b.problem_count);
    EXPECT_EQ(a.dialect.notes, b.dialect.notes);
    ASSERT_EQ(a.problems.size(), b.problems.size());
    for (std::size_t i = 0; i < a.problems.size(); ++i)
        EXPECT_EQ(a.problems[i].message, b.problems[i].message);
    for (std::size_t c = 0; c < a.data.columns().size(); ++c) {
        const Column& x = a.data.column(c);
        const Column& y = b.data.column(c);
        EXPECT_EQ(x.name, y.name);
        EXPECT_EQ(x.type, y.type);
        EXPECT_EQ(x.role, y.role);
        EXPECT_EQ(x.missing_count, y.missing_count);
        EXPECT_EQ(x.codes, y.codes);
        EXPECT_EQ(x.levels, y.levels);
        ASSERT_EQ(x.numbers.size(), y.numbers.size());
        for (std::size_t i = 0; i < x.numbers.size(); ++i)
            ASSERT_EQ(std::bit_cast<std::uint64_t>(x.numbers[i]),
                      std::bit_cast<std::uint64_t>(y.numbers[i]));
    }
    for (std::int64_t row = 0; row < a.data.row_count(); ++row)
        ASSERT_EQ(a.data.line_of_row(row), b.data.line_of_row(row));
}

/// A valid table of four columns (text, number, text, number) written in every legal way.
std::string random_csv(std::mt19937_64& engine, int row_count) {
    const auto below = [&engine](unsigned n) { return static_cast<unsigned>(engine() % n); };
    const std::string end = below(2) == 0 ? "\n" : "\r\n";
    const std::string_view letters = "abc ,;\"\nx#'\t.1-";
    const auto quoted = [](const std::string& text) {
        std::string out = "\"";
        for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
        return out + "\"";
    };
    const auto word = [&] {
        std::string text;
        const unsigned length = below(8);
        for (unsigned i = 0; i < length; ++i)
            text += letters[below(static_cast<unsigned>(letters.size()))];
        if (below(4) != 0) {
            text = "w" + std::to_string(below(5));
            return below(3) == 0 ? quoted(text) : text;
        }
        return quoted(text + "z");
    };
    const auto number = [&] {
        char text[40];
        const double value = (static_cast<double>(engine() >> 11U) * 0x1p-53 - 0.5) *
                             std::pow(10.0, static_cast<double>(below(20)) - 8.0);
        switch (below(6)) {
            case 0:
                return std::string(below(2) == 0 ? "" : "NA");
            case 1:
                return std::to_string(below(1000));
            case 2:
                std::snprintf(text, sizeof text, "\" %.6f \"", value);
                return std::string(text);
            default:
                std::snprintf(text, sizeof text, "%.17g", value);
                return std::string(text);
        }
    };
    std::string text = "label,x,\"second, label\",y" + end;
    for (int row = 0; row < row_count; ++row) {
        if (below(30) == 0)
            text += below(2) == 0 ? end : "  " + end;
        text +=
            (below(5) == 0 ? " " : "") + word() + "," + number() + "," + word() + "," + number();
        if (row + 1 < row_count || below(2) == 0)
            text += end;
    }
    return text;
}

TEST(CsvProperty, AgreesWithTheNaiveReaderForAnyChunkSizeAndThreadCount) {
    std::mt19937_64 engine(1);
    CsvOptions options;  // told, so that the guesses do not matter here
    options.delimiter = ',';
    options.decimal = '.';
    options.grouping = '\0';
    options.comment = '\0';
    options.has_header = true;
    options.column_types = {{"label", ColumnType::text},
                            {"x", ColumnType::numeric},
                            {"second, label", ColumnType::text},
                            {"y", ColumnType::numeric}};
    options.missing_codes = std::vector<std::string>{"", "NA"};
    for (int round = 0; round < 60; ++round) {
        const std::string text = random_csv(engine, 1 + static_cast<int>(engine() % 200));
        const TemporaryFile file(text);
        const ImportResult whole = import_in_chunks(file.path(), 1U << 20U, 1, options);
        const auto expected = test::read_naive_csv(text, ',');
        ASSERT_EQ(whole.data.row_count() + 1, static_cast<std::int64_t>(expected.size())) << text;
        for (std::size_t i = 1; i < expected.size(); ++i) {
            const auto row = static_cast<std::int64_t>(i) - 1;
            ASSERT_EQ(expected[i].cells.size(), 4U);
            ASSERT_EQ(whole.data.line_of_row(row), expected[i].line);
            for (std::size_t c = 0; c < 4; ++c) {
                const std::string& cell = expected[i].cells[c];
                if (c % 2 == 0) {
                    ASSERT_EQ(whole.data.column(c).text(row), cell == "NA" ? "" : cell);
                    continue;
                }
                const double value = whole.data.column(c).numbers[static_cast<std::size_t>(row)];
                if (cell.empty() || cell == "NA")
                    ASSERT_TRUE(std::isnan(value));
                else
                    ASSERT_EQ(value, std::strtod(cell.c_str(), nullptr)) << cell;
            }
        }
        for (const std::size_t chunk_size : {1U, 2U, 3U, 7U, 16U, 50U, 333U, 5000U})
            expect_equal(whole, import_in_chunks(file.path(), chunk_size, 1 + round % 3, options));
    }
}

TEST(CsvProperty, DetectionAndChunksAgreeOnBadAndRaggedRowsUnderEveryPolicy) {
    std::mt19937_64 engine(3);
    for (int round = 0; round < 40; ++round) {
        std::string text = "id,x,y\n";
        const int rows = 20 + static_cast<int>(engine() % 150);
        for (int row = 0; row < rows; ++row) {
            text += "0";
            text += std::to_string(row) + "," + std::to_string(row) + ".5,";
            switch (engine() % 40) {
                case 0:
                    text += "bad";
                    break;
                case 1:
                    text += "1,2";
                    break;
                case 2:
                    text.pop_back();
                    break;
                default:
                    text += std::to_string(engine() % 1000);
            }
            text += "\n";
        }
        const TemporaryFile file(text);
        for (const BadCell policy :
             {BadCell::skip_row, BadCell::missing, BadCell::make_text, BadCell::error}) {
            CsvOptions options;
            options.bad_cell = policy;
            std::string message;
            ImportResult whole;
            try {
                whole = import_in_chunks(file.path(), 1U << 20U, 1, options);
            } catch (const DataError& error) {
                message = error.what();
            }
            for (const std::size_t chunk_size : {1U, 20U, 100U, 700U}) {
                try {
                    expect_equal(whole, import_in_chunks(file.path(), chunk_size, 3, options));
                    EXPECT_TRUE(message.empty());
                } catch (const DataError& error) {
                    EXPECT_EQ(message, error.what());
                }
            }
        }
    }
}

TEST(CsvProperty, LoneQuotesInsideCellsDoNotMisleadTheSplitting) {
    // The parity of quotes is wrong behind every such cell.
    std::string text = "size,x\n";
    for (int i = 0; i < 200; ++i)
        text += std::string(i % 3 == 0   ? "5\" pipe"
                            : i % 3 == 1 ? "\"a,\nb\""
                                         : "plain") +
                "," + std::to_string(i) + "\n";
    const TemporaryFile file(text);
    const ImportResult whole = import_in_chunks(file.path(), 1U << 20U, 1);
    ASSERT_EQ(whole.data.row_count(), 200);
    EXPECT_EQ(whole.data.column(0).text(0), "5\" pipe");
    EXPECT_EQ(whole.data.column(0).text(1), "a,\nb");
    EXPECT_EQ(whole.data.column(1).numbers[199], 199.0);
    for (const std::size_t chunk_size : {1U, 5U, 11U, 64U, 500U})
        expect_equal(whole, import_in_chunks(file.path(), chunk_size, 2));
}

TEST(CsvSplit, CountsLinesAndRowsWhereverItCuts) {
    const std::string text = "a,\"b\nc\"\n\n\"d\n\n\",e\nf,\"g\"\"\n\"";
    const CellRules rules;
    for (std::size_t chunk_size = 1; chunk_size <= text.size() + 1; ++chunk_size) {
        const Split split = split_rows(text, rules, chunk_size, 1, {}, {});
        EXPECT_EQ(split.line_count, 8);
        EXPECT_EQ(split.unclosed_line, -1);
        EXPECT_GE(split.row_limit, 4);
        std::size_t length = 0;
        for (const Chunk& chunk : split.chunks) {
            EXPECT_EQ(
                chunk.first_line,
                std::count(text.begin(), text.begin() + (chunk.text.data() - text.data()), '\n'));
            length += chunk.text.size();
        }
        EXPECT_EQ(length, text.size());
    }
    const Split open = split_rows("a,b\nc,\"d\ne,f\n", rules, 4, 1, {}, {});
    EXPECT_EQ(open.unclosed_line, 1);
}

class CsvLarge : public testing::Test {
  protected:
    static std::string numbers(std::int64_t rows, int columns) {
        std::mt19937_64 engine(5);
        std::string text;
        for (int c = 0; c < columns; ++c) text += (c > 0 ? ",x" : "x") + std::to_string(c);
        text += '\n';
        // Different rows, over and over: making numbers takes longer than reading them.
        constexpr std::int64_t different_rows = 1000;
        const std::size_t header_size = text.size();
        char cell[40];
        for (std::int64_t row = 0; row < std::min(rows, different_rows); ++row)
            for (int c = 0; c < columns; ++c) {
                const double value = static_cast<double>(engine() >> 11U) * 0x1p-53;
                const int length = std::snprintf(cell, sizeof cell, "%.17g", value);
                text.append(cell, static_cast<std::size_t>(length));
                text += c + 1 < columns ? ',' : '\n';
            }
        const std::string block = text.substr(header_size);
        for (std::int64_t row = different_rows; row < rows; row += different_rows) text += block;
        return text;
    }
};

TEST_F(CsvLarge, ReadsFiveThousandColumns) {
    const TemporaryFile file(numbers(30, 5000));
    const auto result = import_csv(file.path());
    EXPECT_EQ(result.data.columns().size(), 5000U);
    EXPECT_EQ(result.data.row_count(), 30);
}

TEST_F(CsvLarge, RefusesMoreThanTenThousandColumns) {
    std::string header = "c";
    for (int i = 1; i < 100000; ++i) header += ",c";
    const TemporaryFile file(header + "\n");
    try {
        import_csv(file.path());
        ADD_FAILURE();
    } catch (const DataError& error) {
        EXPECT_THAT(error.what(), HasSubstr("has 100000 columns; at most 10000 can be read"));
    }
}

TEST_F(CsvLarge, NamesABadCellAtLine500000) {
    std::string text = "x,y\n";
    for (int line = 2; line <= 600000; ++line)
        text += line == 500000 ? "1.5,12..5\n" : line == 550000 ? "?,1\n" : "0.25,3\n";
    const TemporaryFile file(text);
    for (const int threads : {1, 2, 4}) {
        try {
            import_csv(file.path(), {}, {}, {}, threads);
            ADD_FAILURE();
        } catch (const DataError& error) {
            EXPECT_EQ(error.location().line, 500000);
            EXPECT_EQ(error.location().row, 499999);
            EXPECT_EQ(error.location().column_name, "y");
            EXPECT_EQ(error.location().cell, "12..5");
        }
    }
}

TEST_F(CsvLarge, ReadsTheSameBitsOnAnyNumberOfThreads) {
    const TemporaryFile file(numbers(40000, 6));
    const ImportResult one = import_in_chunks(file.path(), 1U << 18U, 1);
    expect_equal(one, import_in_chunks(file.path(), 1U << 18U, 2));
    expect_equal(one, import_in_chunks(file.path(), 1U << 16U, 5));
}

TEST_F(CsvLarge, ReportsProgressAtMostEveryTenthOfASecond) {
    const TemporaryFile file(numbers(60000, 6));
    std::uint64_t last = 0;
    std::uint64_t calls = 0;
    std::uint64_t total = 0;
    const auto begin = std::chrono::steady_clock::now();
    const auto result = import_csv(file.path(), {}, {}, [&](std::uint64_t done, std::uint64_t all) {
        EXPECT_GE(done, last);
        EXPECT_LE(done, all);
        last = done;
        total = all;
        ++calls;
    });
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    EXPECT_EQ(last, total);
    EXPECT_EQ(total, result.bytes);
    EXPECT_GE(calls, 1U);
    EXPECT_LE(static_cast<double>(calls), 2.0 + seconds / 0.1);
}

/// A line of /proc/self/status, in bytes.
[[maybe_unused]] double memory(std::string_view name) {
    std::ifstream status("/proc/self/status");
    std::string line;
    while (std::getline(status, line))
        if (line.rfind(name, 0) == 0)
            return 1024.0 * std::strtod(line.c_str() + name.size(), nullptr);
    return 0.0;
}

/// The most memory held at any moment of `work` beyond what was held before; negative where the
/// system does not tell.
double peak_memory(const std::function<void()>& work) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    work();
    return -1.0;  // a sanitizer takes memory of its own
#else
    malloc_trim(0);
    const double before = memory("VmRSS:");
    const bool is_reset = (std::ofstream("/proc/self/clear_refs") << "5" << std::flush).good();
    work();
    return is_reset ? memory("VmHWM:") - before : -1.0;
#endif
}

TEST_F(CsvLarge, TakesLessThanTwoAndAHalfTimesTheTable) {
    // Freshly written files stand in the system's cache in large pieces, of which every look at a
    // byte maps one.
    for (const std::int64_t rows : {200000, 1000000}) {
        const TemporaryFile file(numbers(rows, 11));
        const double table = 8.0 * 11.0 * static_cast<double>(rows);
        for (const int threads : {1, 2}) {
            const double peak = peak_memory([&] {
                const auto result = import_csv(file.path(), {}, {}, {}, threads);
                EXPECT_EQ(result.data.row_count(), rows);
            });
            if (peak < 0.0)
                GTEST_SKIP() << "peak memory cannot be measured here";
            EXPECT_LT(peak, 2.5 * table) << rows << " rows, " << threads << " threads";
            EXPECT_GT(peak, 0.9 * table);  // else it was not measured
        }
    }
}

TEST_F(CsvLarge, TakesNoMemoryForBlankLines) {
    for (const std::string_view line : {"\n", "\r\n", "  \n", "#\n"}) {
        std::string text = "# comments\na,b\n1,2\n";
        for (int i = 0; i < 10000000; ++i) text += line;
        text += "3,4\n";
        const TemporaryFile file(text);
        text = {};
        CsvOptions options;
        options.comment = '#';
        const double peak = peak_memory([&] {
            const auto result = import_csv(file.path(), options);
            EXPECT_THAT(result.data.column(1).numbers, testing::ElementsAre(2, 4));
            EXPECT_EQ(result.data.line_of_row(1), 10000004);
        });
        EXPECT_LT(peak, 50e6);
    }
}

TEST_F(CsvLarge, SniffsAnySizeQuickly) {
    const TemporaryFile file(numbers(150000, 11));
    const std::clock_t begin = std::clock();
    EXPECT_EQ(sniff_csv(file.path()).column_names.size(), 11U);
    EXPECT_LT(static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC, 0.2);
}

TEST_F(CsvLarge, RefusesAnEndlessLine) {
    const TemporaryFile file(std::string(std::size_t{70} << 20U, '7'));
    try {
        import_csv(file.path());
        ADD_FAILURE();
    } catch (const DataError& error) {
        EXPECT_THAT(error.what(), HasSubstr("line 1 is longer than 64 MiB"));
    }
}

TEST_F(CsvLarge, RefusesAnEndlessLineOrCellInside) {
    std::string rows = "t,x\n";
    while (rows.size() < (std::size_t{4} << 20U)) rows += "a,1\n";
    const auto line = std::to_string(1 + std::count(rows.begin(), rows.end(), '\n'));
    const std::string end(std::size_t{70} << 20U, '7');
    std::string quoted = end;
    for (std::size_t i = 0; i < quoted.size(); i += 100) quoted[i] = '\n';
    for (const std::string& text :
         {rows + end + rows, rows + "b,2\n\"" + quoted + "\",3\n" + rows}) {
        const TemporaryFile file(text);
        const double peak = peak_memory([&] {
            try {
                import_csv(file.path());
                ADD_FAILURE();
            } catch (const DataError& error) {
                const bool is_quoted = text.find('"') != std::string::npos;
                EXPECT_THAT(
                    error.what(),
                    HasSubstr(is_quoted
                                  ? ": a quoted cell begins here and runs over more than 64 MiB"
                                  : "line " + line + " is longer than 64 MiB"));
                EXPECT_EQ(std::to_string(error.location().line - (is_quoted ? 1 : 0)), line);
            }
        });
        EXPECT_LT(peak, 100e6);
    }
}

TEST_F(CsvLarge, ReadsAPipe) {
    const TemporaryFile place("");
    const std::string pipe = place.path() + "-pipe";
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    const std::string text = numbers(20000, 5);
    std::jthread writer([&] { std::ofstream(pipe, std::ios::binary) << text; });
    const ImportResult result = import_csv(pipe);
    EXPECT_EQ(result.data.row_count(), 20000);
    EXPECT_EQ(result.bytes, text.size());
    writer.join();
    std::remove(pipe.c_str());
}

/// Processor time from the request to stop, made `delay` after the import began, to the moment all
/// is given back; negative where the import was over before. In processor time of one thread, which
/// what else the machine does cannot stretch.
double seconds_to_stop(const std::string& path, std::chrono::microseconds delay) {
    const auto source = std::make_unique<std::stop_source>();
    std::clock_t asked = 0;
    std::jthread canceller([&] {
        std::this_thread::sleep_for(delay);
        asked = std::clock();
        source->request_stop();
    });
    bool is_cancelled = false;
    try {
        import_csv(path, {}, source->get_token(), {}, 1);
    } catch (const Cancelled&) {
        is_cancelled = true;
    }
    const std::clock_t ended = std::clock();
    canceller.join();
    return is_cancelled ? static_cast<double>(ended - asked) / CLOCKS_PER_SEC : -1.0;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double stop_limit = 0.5;  // instrumented code runs several times slower
#else
constexpr double stop_limit = 0.1;
#endif

/// The longest of `seconds_to_stop` over ten moments of an import.
double longest_stop(const std::string& text) {
    const TemporaryFile file(text);
    const auto begin = std::chrono::steady_clock::now();
    import_csv(file.path(), {}, {}, {}, 1);
    const auto whole = std::chrono::steady_clock::now() - begin;
    double longest = -1.0;
    for (int k = 0; k < 10; ++k)
        longest = std::max(
            longest,
            seconds_to_stop(file.path(),
                            std::chrono::duration_cast<std::chrono::microseconds>(whole * k / 10)));
    return longest;
}

TEST_F(CsvLarge, CancelTakesEffectWithinATenthOfASecond) {
    const TemporaryFile file(numbers(200000, 11));
    std::stop_source stopped;
    stopped.request_stop();
    EXPECT_THROW(import_csv(file.path(), {}, stopped.get_token()), Cancelled);
    EXPECT_THROW(sniff_csv(file.path(), {}, stopped.get_token()), Cancelled);
    const double longest = longest_stop(numbers(200000, 11));
    EXPECT_LT(longest, stop_limit);
    EXPECT_GE(longest, 0.0);  // else never cancelled
}

TEST_F(CsvLarge, CancelTakesEffectWhileTextsQuotesAndWideRowsAreRead) {
    std::string texts = "a;b;c;d\n";  // all different: as much in dictionaries as can be
    for (int row = 0; row < 60000; ++row)
        for (const char* name : {"first", "second", "third", "fourth"})
            texts += "a rather long text of the " + std::string(name) + " column, number " +
                     std::to_string(row) + (std::string_view(name) == "fourth" ? "\n" : ";");
    std::string quotes = "a,b\n";
    for (int row = 0; row < 200000; ++row)
        quotes += "\"say \"\"" + std::to_string(row % 1000) + "\"\"\nand go\"," +
                  std::to_string(row) + "\n";
    std::string codes = "a,b\n";  // identifiers: read twice
    for (int row = 0; row < 400000; ++row)
        codes += "0" + std::to_string(row) + "," + std::to_string(row) + "\n";
    for (const std::string& text : {texts, quotes, codes, numbers(30, 8000)}) {
        const double longest = longest_stop(text);
        EXPECT_LT(longest, stop_limit) << text.substr(0, 60);
        EXPECT_GE(longest, 0.0);
    }
}

}  // namespace
}  // namespace mixtura::csv
