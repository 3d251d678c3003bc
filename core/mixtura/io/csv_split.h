// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string_view>
#include <vector>

#include "mixtura/io/csv_cells.h"

namespace mixtura::csv {

/// A piece of the text that holds whole rows.
struct Chunk {
    std::string_view text;
    std::int64_t first_line = 0;  ///< 0-based, counted from the beginning of the text split
    std::int64_t row_limit = 0;   ///< rows end at most so often, blank and comment lines included
};

struct Split {
    std::vector<Chunk> chunks;
    std::int64_t line_count = 0;  ///< ends of lines, one more if the last line has none
    std::int64_t row_limit = 0;
    std::int64_t nul_line = -1;       ///< 0-based line of the first NUL byte; -1 if none
    std::int64_t unclosed_line = -1;  ///< line on which a quoted cell begins that never ends; or -1
    std::int64_t overlong_quote = -1;  ///< line on which one longer than `row_size_limit` begins
    std::int64_t overlong_line = -1;   ///< a line longer than that; the text behind is not split
};

/// A row of more bytes is none: most likely the closing quote or the ends of lines are missing.
constexpr std::size_t row_size_limit = std::size_t{64} << 20U;

/// What to do with every piece before and after it is looked at, and with what was only glanced at;
/// see FileBytes.
struct SplitHooks {
    std::function<void(std::string_view)> before;
    std::function<void(std::string_view)> after;
    std::function<void(std::string_view)> after_glance;
};

/// Cuts `text` at beginnings of rows into chunks of about `chunk_size` bytes and counts lines and
/// rows, on `thread_count` threads.
///
/// Whether an end of line stands inside quotes depends on everything before it. Every piece is first
/// counted by itself; the parity of the quotes before it then gives the state it begins in, under
/// which its rows are found by the rules of `next_cell`. Parity can be wrong (a lone quote within a
/// cell), so each piece's true final state is held against the next one's assumption, and pieces
/// that began wrongly are read again in order. The result never depends on `chunk_size` but for
/// the cuts. Method: speculation as in Ge et al. (2019), SIGMOD, "Speculative distributed CSV data
/// parsing", made exact. @throw Cancelled
Split split_rows(std::string_view text, const CellRules& rules, std::size_t chunk_size,
                 int thread_count, const std::stop_token& stop, const SplitHooks& hooks);

/// Rows of `chunk`, at most: blank lines and comments are not counted, lines inside quotes are.
std::int64_t count_rows(std::string_view chunk, const CellRules& rules) noexcept;

/// `wanted` threads, all cores where it is 0, never more than there are cores.
int usable_threads(int wanted);

/// Runs `work(i)` for i in [0, count) on `thread_count` threads, lower i first. The first exception
/// ends it and is thrown on. @throw Cancelled  asked for before every item
void for_each_index(std::size_t count, int thread_count, const std::stop_token& stop,
                    const std::function<void(std::size_t)>& work);

}  // namespace mixtura::csv
