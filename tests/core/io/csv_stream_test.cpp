// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_stream.h"

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/io/crc64.h"

#include "support/portable_stream.h"
#include "support/temporary_folder.h"

namespace mixtura {
namespace {

using test::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// All rows of a stream, block after block.
struct Rows {
    std::vector<std::vector<double>> numbers;
    std::vector<std::string> texts;
    std::vector<std::int64_t> lines;
    std::vector<std::int64_t> row_numbers;
    std::int64_t skipped = 0;
    int block_count = 0;
};

void append(const StreamBlock& block, Rows& rows) {
    rows.numbers.resize(block.numbers.size());
    for (std::size_t i = 0; i < block.numbers.size(); ++i)
        rows.numbers[i].insert(rows.numbers[i].end(), block.numbers[i].begin(),
                               block.numbers[i].begin() + block.row_count);
    for (std::int64_t row = 0; row < block.row_count && !block.codes.empty(); ++row) {
        const std::int32_t code = block.codes[static_cast<std::size_t>(row)];
        rows.texts.push_back(code < 0 ? "" : block.levels[static_cast<std::size_t>(code)]);
    }
    rows.lines.insert(rows.lines.end(), block.lines.begin(), block.lines.begin() + block.row_count);
    rows.row_numbers.insert(rows.row_numbers.end(), block.row_numbers.begin(),
                            block.row_numbers.begin() + block.row_count);
    rows.skipped += block.rows_skipped;
    ++rows.block_count;
}

Rows read_all(CsvStream& stream) {
    Rows rows;
    StreamBlock block;
    while (stream.next(block)) append(block, rows);
    return rows;
}

/// A table of several blocks, with quotes, comments, blank lines and missing cells.
std::string long_table(int row_count) {
    test::SplitMix64 random(12);
    std::string text = "a,name,b\n";
    for (int i = 0; i < row_count; ++i) {
        text += std::to_string(random.normal()) + ",";
        if (i % 7 == 0)
            text += "\"two\nlines, " + std::to_string(i % 3) + "\",";
        else
            text += i % 11 == 0 ? "NA," : "plain,";
        text += i % 13 == 0 ? "\n" : std::to_string(random.next() % 1000) + "\n";
        if (i % 101 == 0)
            text += "\n";
    }
    return text;
}

/// Equal bit for bit, with NaN equal to itself.
bool are_same(const std::vector<double>& a, const std::vector<double>& b) {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](double x, double y) {
               return x == y || (std::isnan(x) && std::isnan(y));
           });
}

TEST(CsvStream, GivesTheRowsThatTheWholeImportGives) {
    const TemporaryFolder folder;
    for (const bool has_quotes : {true, false}) {
        std::string text = long_table(60000);
        if (!has_quotes)
            std::erase_if(text, [](char c) { return c == '"'; });
        if (!has_quotes) {
            // Without quotes the second line of a cell is a row of its own; make it part of the first.
            std::string joined;
            for (std::size_t i = 0; i < text.size(); ++i)
                if (text.compare(i, 4, "two\n") == 0) {
                    joined += "two ";
                    i += 3;
                } else if (text.compare(i, 7, "lines, ") == 0) {
                    joined += "lines ";
                    i += 6;
                } else {
                    joined += text[i];
                }
            text = joined;
        }
        const std::string path = folder.write("table.csv", text);
        const ImportResult whole = import_csv(path);
        CsvStream stream(path, {});
        stream.choose({0, 2}, 1);
        const Rows rows = read_all(stream);
        EXPECT_GT(rows.block_count, 4);
        EXPECT_TRUE(are_same(rows.numbers.at(0), whole.data.column(0).numbers));
        EXPECT_TRUE(are_same(rows.numbers.at(1), whole.data.column(2).numbers));
        ASSERT_EQ(rows.texts.size(), static_cast<std::size_t>(whole.data.row_count()));
        for (std::int64_t row = 0; row < whole.data.row_count(); ++row) {
            const auto index = static_cast<std::size_t>(row);
            ASSERT_EQ(rows.texts[index], whole.data.column(1).text(row));
            ASSERT_EQ(rows.lines[index], whole.data.line_of_row(row));
            ASSERT_EQ(rows.row_numbers[index], row + 1);
        }
    }
}

TEST(CsvStream, GoesOnFromAnyBlock) {
    const TemporaryFolder folder;
    const std::string path = folder.write("table.csv", long_table(40000));
    CsvStream whole(path, {});
    whole.choose({0, 2}, 1);
    Rows before;
    StreamBlock block;
    std::vector<std::pair<StreamPosition, std::size_t>> positions{{whole.position(), 0}};
    while (whole.next(block)) {
        append(block, before);
        positions.emplace_back(whole.position(), before.lines.size());
    }
    ASSERT_GT(positions.size(), 4U);
    for (const auto& [position, row_count] : positions) {
        CsvStream resumed(path, {});
        resumed.choose({0, 2}, 1);
        resumed.go_on_from(position);
        const Rows rest = read_all(resumed);
        ASSERT_EQ(rest.lines.size() + row_count, before.lines.size());
        EXPECT_TRUE(std::equal(rest.lines.begin(), rest.lines.end(),
                               before.lines.begin() + static_cast<std::ptrdiff_t>(row_count)));
        if (!rest.numbers.empty()) {
            EXPECT_TRUE(are_same(rest.numbers[0], {before.numbers[0].begin() +
                                                       static_cast<std::ptrdiff_t>(row_count),
                                                   before.numbers[0].end()}));
        }
    }
}

TEST(CsvStream, GoesBackToARowOfTheLastBlock) {
    const TemporaryFolder folder;
    const std::string path = folder.write("table.csv", long_table(20000));
    CsvStream stream(path, {});
    stream.choose({0}, std::nullopt);
    const Rows whole = read_all(stream);
    for (const std::int64_t offset : {0, 1, 7, 8, 100, 101, 3000}) {
        CsvStream other(path, {});
        other.choose({0}, std::nullopt);
        StreamBlock block;
        ASSERT_TRUE(other.next(block));
        ASSERT_TRUE(other.next(block));
        const auto index = static_cast<std::size_t>(offset);
        const std::int64_t row = block.row_numbers[index];
        other.go_back(block.lines[index], row);
        CsvStream resumed(path, {});
        resumed.choose({0}, std::nullopt);
        resumed.go_on_from(other.position());
        for (CsvStream* again : {&other, &resumed}) {
            const Rows rest = read_all(*again);
            ASSERT_EQ(rest.lines.front(), whole.lines[static_cast<std::size_t>(row) - 1]);
            ASSERT_EQ(rest.row_numbers.front(), row);
            ASSERT_TRUE(are_same(rest.numbers[0],
                                 {whole.numbers[0].begin() + (row - 1), whole.numbers[0].end()}));
        }
    }
}

TEST(CsvStream, RefusesToGoOnInAnotherInput) {
    const TemporaryFolder folder;
    const std::string text = long_table(40000);
    const std::string path = folder.write("table.csv", text);
    StreamPosition position;
    {
        CsvStream stream(path, {});
        stream.choose({0}, std::nullopt);
        StreamBlock block;
        ASSERT_TRUE(stream.next(block));
        position = stream.position();
    }
    std::string changed = text;
    char& digit = changed[static_cast<std::size_t>(position.offset) - 3];
    digit = digit == '1' ? '2' : '1';
    static_cast<void>(folder.write("table.csv", changed));
    CsvStream other(path, {});
    EXPECT_THAT([&] { other.go_on_from(position); },
                ThrowsMessage<DataError>(HasSubstr("is another one than it was")));
    static_cast<void>(
        folder.write("table.csv", text.substr(0, static_cast<std::size_t>(position.offset) - 10)));
    CsvStream shorter(path, {});
    EXPECT_THAT([&] { shorter.go_on_from(position); },
                ThrowsMessage<DataError>(HasSubstr("is shorter than it was")));
}

TEST(CsvStream, NamesTheFirstRowThatCannotBeReadAndGivesThoseBeforeIt) {
    const TemporaryFolder folder;
    std::string text = "x,y\n";
    for (int i = 0; i < 50000; ++i) text += std::to_string(i) + ",1\n";
    const auto failure = [&](const std::string& bad_row, std::int64_t skip_limit) {
        const std::string path = folder.write("t.csv", text + bad_row + "7,8\n");
        CsvStream stream(path, {}, {}, skip_limit);
        stream.choose({0, 1}, std::nullopt);
        StreamBlock block;
        std::int64_t rows = 0;
        while (stream.next(block)) {
            rows += block.row_count;
            if (block.failure)
                break;
        }
        EXPECT_EQ(rows, block.failure ? 50000 : 50001);
        return block.failure ? block.failure->message : std::string();
    };
    EXPECT_THAT(failure("5,oops\n", 0), AllOf(HasSubstr("t.csv, line 50002, column \"y\""),
                                              HasSubstr("\"oops\" is not a number")));
    EXPECT_THAT(failure("5\n", 0),
                HasSubstr("line 50002 (row 50001) has 1 cell where the table has 2"));
    EXPECT_THAT(failure("5,6,7\n", 0), HasSubstr("has 3 cells where the table has 2"));
    EXPECT_THAT(failure("inf,1\n", 0), HasSubstr("is infinite"));
    EXPECT_EQ(failure("5,oops\n", 1), "");
    EXPECT_THAT(failure("5,oops\n6\n", 1), HasSubstr("line 50003 (row 50002) has 1 cell"));
}

TEST(CsvStream, RefusesWhatIsNoDelimitedText) {
    const TemporaryFolder folder;
    const auto opening = [&](const std::string& content) {
        const std::string path = folder.write("t.csv", content);
        return [path] { CsvStream(path, {}); };
    };
    EXPECT_THAT(opening("\xFF\xFE" + std::string("a\0,\0b\0\n\0", 8)),
                ThrowsMessage<DataError>(HasSubstr("UTF-16")));
    EXPECT_THROW(opening("")(), DataError);
    EXPECT_THROW(CsvStream(folder.file("absent.csv"), {}), FileError);
    EXPECT_THROW(CsvStream(folder.path(), {}), FileError);
}

TEST(Crc64, CheckValueOfTheCatalogue) {
    EXPECT_EQ(crc64("123456789"), 0x995DC9BBDF1939FAU);
    EXPECT_EQ(crc64(""), 0U);
}

}  // namespace
}  // namespace mixtura
