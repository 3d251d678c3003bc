// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_split.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <numeric>

#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include "mixtura/common/cancelled.h"

namespace mixtura::csv {

namespace {

/// How often the characters that matter occur.
struct Census {
    std::int64_t line_ends = 0;
    std::int64_t quotes = 0;
    bool has_nul = false;
};

/// Counts without branches, in 32 lanes of bytes that the compiler turns into vectors.
Census take_census(std::string_view text, char end_of_line, char quote) {
    constexpr std::size_t lane_count = 32;
    constexpr std::size_t round_limit = 255;  // a lane is a byte
    using Lanes = std::array<unsigned char, lane_count>;
    Census census;
    const char* p = text.data();
    std::size_t blocks = text.size() / lane_count;
    const auto sum = [](const Lanes& lanes) {
        return std::accumulate(lanes.begin(), lanes.end(), std::int64_t{0});
    };
    Lanes least{};
    least.fill(0xFF);
    while (blocks > 0) {
        const std::size_t rounds = std::min(blocks, round_limit);
        blocks -= rounds;
        Lanes line_ends{};
        Lanes quotes{};
        for (std::size_t round = 0; round < rounds; ++round, p += lane_count) {
            for (std::size_t lane = 0; lane < lane_count; ++lane) {
                line_ends[lane] =
                    static_cast<unsigned char>(line_ends[lane] + (p[lane] == end_of_line ? 1 : 0));
                quotes[lane] =
                    static_cast<unsigned char>(quotes[lane] + (p[lane] == quote ? 1 : 0));
                least[lane] = std::min(least[lane], static_cast<unsigned char>(p[lane]));
            }
        }
        census.line_ends += sum(line_ends);
        census.quotes += sum(quotes);
    }
    census.has_nul = *std::min_element(least.begin(), least.end()) == 0;
    for (const char* const end = text.data() + text.size(); p != end; ++p) {
        census.line_ends += *p == end_of_line ? 1 : 0;
        census.quotes += *p == quote ? 1 : 0;
        census.has_nul = census.has_nul || *p == '\0';
    }
    return census;
}

/// Where rows begin and end in a piece that begins outside or inside quotes.
struct PieceRows {
    bool ends_earlier_row = false;    ///< a row that began in a piece before ends in this one
    const char* first_row = nullptr;  ///< first beginning of a row; null if none
    std::int64_t first_row_line = 0;  ///< 0-based, counted from the beginning of the piece
    std::int64_t row_ends = 0;        ///< of rows that began in this piece
    bool ends_inside_quotes = false;
};

/// Moves behind the row whose cells go on after `cell`.
/// @return whether it ended, rather than run on inside quotes
bool skip_row(Cell cell, const char*& p, const char* end, const CellRules& rules) {
    while (cell.after == AfterCell::cell) cell = next_cell(p, end, rules);
    return !cell.is_unclosed;
}

PieceRows find_rows(std::string_view piece, const Census& census, bool begins_inside_quotes,
                    const CellRules& rules) {
    PieceRows found;
    const char* p = piece.data();
    const char* const end = p + piece.size();
    const bool has_quotes = rules.quote != '\0' && census.quotes > 0;
    if (begins_inside_quotes) {
        found.ends_earlier_row =
            has_quotes && skip_row(skip_quoted_rest(p, end, rules), p, end, rules);
        found.ends_inside_quotes = !found.ends_earlier_row;
        if (found.ends_inside_quotes || p == end)
            return found;
    }
    found.first_row = p;
    found.first_row_line = std::count(piece.data(), p, rules.end_of_line);
    if (!has_quotes) {
        found.row_ends = census.line_ends;
        return found;
    }
    while (p != end) {
        if (line_kind(p, end, rules) != LineKind::row)
            skip_line(p, end, rules.end_of_line);
        else if (!skip_row(next_cell(p, end, rules), p, end, rules))
            found.ends_inside_quotes = true;
        found.row_ends += found.ends_inside_quotes ? 0 : 1;
    }
    return found;
}

/// Position of the quoted cell that is not closed in `text`, which begins with a row.
const char* unclosed_cell(std::string_view text, const CellRules& rules) {
    const char* p = text.data();
    const char* const end = p + text.size();
    while (p != end) {
        if (line_kind(p, end, rules) != LineKind::row) {
            skip_line(p, end, rules.end_of_line);
            continue;
        }
        Cell cell;
        do {
            const char* const begin = p;
            cell = next_cell(p, end, rules);
            if (cell.is_unclosed)
                return begin;
        } while (cell.after == AfterCell::cell);
    }
    return end;
}

/// Cuts behind the first end of line at or after every multiple of `chunk_size`. Where a line is too
/// long, the last piece ends within it.
std::vector<std::string_view> cut(std::string_view text, std::size_t chunk_size, char end_of_line,
                                  const std::stop_token& stop, const SplitHooks& hooks) {
    std::vector<std::string_view> pieces;
    std::size_t begin = 0;
    bool is_too_long = false;
    while (begin < text.size() && !is_too_long) {
        if (stop.stop_requested())
            throw Cancelled{};
        std::size_t end = text.size();
        if (text.size() - begin > chunk_size) {
            const std::size_t from = begin + chunk_size - 1;
            const std::string_view glance = text.substr(from, row_size_limit + 1);
            const std::size_t found = glance.find(end_of_line);
            end = from + (found == std::string_view::npos ? glance.size() : found + 1);
            is_too_long = found == std::string_view::npos && end < text.size();
            if (hooks.after_glance)
                hooks.after_glance(text.substr(from, end - from));
        }
        pieces.push_back(text.substr(begin, end - begin));
        begin = end;
    }
    return pieces;
}

std::int64_t line_of(std::string_view text, const char* position, char end_of_line) {
    return std::count(text.data(), position, end_of_line);
}

}  // namespace

int usable_threads(int wanted) {
    const int cores = oneapi::tbb::info::default_concurrency();
    return wanted > 0 ? std::min(wanted, cores) : cores;
}

void for_each_index(std::size_t count, int thread_count, const std::stop_token& stop,
                    const std::function<void(std::size_t)>& work) {
    std::atomic<std::size_t> next{0};
    std::atomic<bool> has_failed{false};
    const auto worker = [&] {
        for (;;) {
            const std::size_t i = next.fetch_add(1);
            if (i >= count || has_failed)
                return;
            if (stop.stop_requested())
                throw Cancelled{};
            work(i);
        }
    };
    const int workers =
        static_cast<int>(std::min<std::size_t>(count, static_cast<std::size_t>(thread_count)));
    if (workers <= 1) {
        worker();
        return;
    }
    oneapi::tbb::task_arena arena(workers);
    arena.execute([&] {
        oneapi::tbb::parallel_for(0, workers, [&](int) {
            try {
                worker();
            } catch (...) {
                has_failed = true;
                throw;
            }
        });
    });
}

Split split_rows(std::string_view text, const CellRules& rules, std::size_t chunk_size,
                 int thread_count, const std::stop_token& stop, const SplitHooks& hooks) {
    Split split;
    const auto pieces = cut(text, chunk_size, rules.end_of_line, stop, hooks);
    const std::size_t count = pieces.size();
    const auto visit = [&](std::size_t i, const auto& look) {
        if (hooks.before)
            hooks.before(pieces[i]);
        look();
        if (hooks.after)
            hooks.after(pieces[i]);
    };

    std::vector<Census> census(count);
    for_each_index(count, thread_count, stop, [&](std::size_t i) {
        visit(i, [&] { census[i] = take_census(pieces[i], rules.end_of_line, rules.quote); });
    });

    std::vector<char> begins_inside(count, 0);
    if (rules.quote != '\0')
        for (std::size_t i = 1; i < count; ++i)
            begins_inside[i] = static_cast<char>((begins_inside[i - 1] + census[i - 1].quotes) % 2);
    std::vector<PieceRows> rows(count);
    const auto look = [&](std::size_t i) {
        const auto find = [&] {
            rows[i] = find_rows(pieces[i], census[i], begins_inside[i] != 0, rules);
        };
        if (census[i].quotes > 0)
            visit(i, find);
        else
            find();
    };
    for_each_index(count, thread_count, stop, look);
    for (std::size_t i = 1; i < count; ++i) {
        const char truth = rows[i - 1].ends_inside_quotes ? 1 : 0;
        if (begins_inside[i] == truth)
            continue;
        if (stop.stop_requested())
            throw Cancelled{};
        begins_inside[i] = truth;
        look(i);
    }

    const char* const end = count == 0 ? text.data() : pieces.back().data() + pieces.back().size();
    const char* first_end = end;  // of the piece in which the last chunk begins
    // The line on which the cell begins that runs on behind that piece.
    const auto open_line = [&] {
        const Chunk& last = split.chunks.back();
        const std::string_view piece(last.text.data(),
                                     static_cast<std::size_t>(first_end - last.text.data()));
        return last.first_line + line_of(piece, unclosed_cell(piece, rules), rules.end_of_line);
    };
    for (std::size_t i = 0; i < count; ++i) {
        if (census[i].has_nul && split.nul_line < 0) {
            const auto* nul =
                static_cast<const char*>(std::memchr(pieces[i].data(), '\0', pieces[i].size()));
            split.nul_line = split.line_count + line_of(pieces[i], nul, rules.end_of_line);
        }
        if (rows[i].ends_earlier_row) {
            ++split.chunks.back().row_limit;
            const std::ptrdiff_t inside_quotes = pieces[i].data() - first_end;
            if (inside_quotes > static_cast<std::ptrdiff_t>(row_size_limit) &&
                split.overlong_quote < 0)
                split.overlong_quote = open_line();
        }
        const char* const first = rows[i].first_row;
        if (first != nullptr) {
            if (!split.chunks.empty()) {
                std::string_view& before = split.chunks.back().text;
                before = before.substr(0, static_cast<std::size_t>(first - before.data()));
            }
            split.chunks.push_back({{first, static_cast<std::size_t>(end - first)},
                                    split.line_count + rows[i].first_row_line,
                                    rows[i].row_ends});
            first_end = pieces[i].data() + pieces[i].size();
        }
        split.line_count += census[i].line_ends;
    }
    if (end != text.data() + text.size()) {
        split.overlong_line = split.line_count;
        return split;
    }
    if (!text.empty() && text.back() != rules.end_of_line)
        ++split.line_count;
    // A last row without an end of line; also where a quoted cell runs to the end of the text.
    if (!split.chunks.empty())
        ++split.chunks.back().row_limit;
    for (const Chunk& chunk : split.chunks) split.row_limit += chunk.row_limit;
    if (count > 0 && rows.back().ends_inside_quotes) {
        const Chunk& last = split.chunks.back();
        split.unclosed_line = last.first_line + line_of(last.text, unclosed_cell(last.text, rules),
                                                        rules.end_of_line);
    }
    return split;
}

std::int64_t count_rows(std::string_view chunk, const CellRules& rules) noexcept {
    const char* p = chunk.data();
    const char* const end = p + chunk.size();
    std::int64_t count = 0;
    while (p != end) {
        count += line_kind(p, end, rules) == LineKind::row ? 1 : 0;
        skip_line(p, end, rules.end_of_line);
    }
    return count;
}

}  // namespace mixtura::csv
