// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "mixtura/io/csv.h"
#include "mixtura/io/csv_cells.h"
#include "mixtura/io/csv_dictionary.h"
#include "mixtura/io/csv_number.h"
#include "mixtura/io/csv_split.h"

namespace mixtura::csv {

/// Texts that stand for "no value".
class MissingCodes {
  public:
    MissingCodes() = default;
    MissingCodes(std::vector<std::string> codes, NumberSigns signs);

    [[nodiscard]] bool contains(std::string_view text) const noexcept;
    /// Codes that are numbers ("-999") hold for every spelling of the value ("-999.0").
    [[nodiscard]] bool contains(double value) const noexcept;
    [[nodiscard]] bool has_numbers() const noexcept { return !numbers_.empty(); }

  private:
    std::vector<std::string> codes_;
    std::vector<double> numbers_;
    bool has_empty_ = false;
    std::size_t longest_ = 0;
};

enum class ColumnReading { number, dictionary, pass_over };

/// How one column's cells are read and where they go: the arrays of the whole table, one of them
/// null.
struct ColumnTarget {
    ColumnReading reading = ColumnReading::number;
    NumberSigns signs;
    const MissingCodes* missing = nullptr;  ///< not owned, never null
    double* numbers = nullptr;
    std::int32_t* codes = nullptr;
};

struct ChunkPlan {
    CellRules rules;
    bool allows_trailing_delimiter = false;
    BadCell bad_cell = BadCell::error;
    std::vector<ColumnTarget> columns;
};

/// A cell or a row that does not fit; places are counted from the beginning of the chunk.
struct ChunkProblem {
    std::int64_t row = 0;         ///< 0-based, among all rows of the chunk, left out or not
    std::int64_t line = 0;        ///< 0-based
    std::int64_t column = -1;     ///< 0-based; -1 for a row with a wrong number of cells
    std::int64_t cell_count = 0;  ///< of such a row
    std::string cell;
};

struct ChunkResult {
    std::int64_t row_count = 0;  ///< rows kept, written from the chunk's first slot on
    std::int64_t rows_seen = 0;  ///< rows of the text, kept or not
    std::int64_t blank_lines = 0;
    std::int64_t last_blank_lines = 0;   ///< of these, the ones behind the last row
    std::vector<std::int64_t> left_out;  ///< of the rows seen, in order
    /// (row kept, 0-based line) wherever a row does not stand on the line after the one before.
    std::vector<std::pair<std::int64_t, std::int64_t>> line_jumps;
    std::vector<std::int64_t> missing_counts;  ///< by column
    std::vector<unsigned> looks;               ///< by column: NumberLook of all its numbers
    std::vector<bool> has_bad_cells;           ///< by column
    std::vector<Dictionary> dictionaries;      ///< by column
    std::int64_t most_cell_lines = 0;      ///< ends of lines in the cell with the most of them ...
    std::int64_t most_cell_lines_row = 0;  ///< ... and the 0-based line on which its row begins
    std::int64_t problem_count = 0;
    std::vector<ChunkProblem> problems;  ///< the first `problem_limit`
    bool has_failed = false;             ///< at the last of `problems`, by BadCell::error
};

constexpr std::size_t problem_limit = 1000;
constexpr std::int64_t column_limit = 10000;

/// Reads the rows of `chunk` into the columns' arrays from `slot` on. `text_end` is the end of the
/// whole text: bytes up to there can be looked at. `left_out`, where not null, names the rows to
/// leave out (as an earlier reading found), instead of judging them.
ChunkResult read_chunk(const Chunk& chunk, std::int64_t slot, const char* text_end,
                       const ChunkPlan& plan, const std::vector<std::int64_t>* left_out = nullptr);

}  // namespace mixtura::csv
