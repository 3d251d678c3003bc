// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_cells.h"

#include <bit>
#include <cstdint>
#include <cstring>

namespace mixtura::csv {

namespace {

constexpr std::uint64_t low_bits = 0x0101010101010101ULL;
constexpr std::uint64_t high_bits = 0x8080808080808080ULL;

/// High bit set in the lowest byte of `word` that is zero (higher bytes may be marked wrongly).
constexpr std::uint64_t zero_bytes(std::uint64_t word) noexcept {
    return (word - low_bits) & ~word & high_bits;
}

/// First `a` or `b` at or after `position`; `end` if none. Eight bytes at a time.
const char* find_either(const char* position, const char* end, char a, char b) noexcept {
    if constexpr (std::endian::native == std::endian::little) {
        const std::uint64_t all_a = low_bits * static_cast<unsigned char>(a);
        const std::uint64_t all_b = low_bits * static_cast<unsigned char>(b);
        while (end - position >= 8) {
            std::uint64_t word = 0;
            std::memcpy(&word, position, 8);
            const std::uint64_t found = zero_bytes(word ^ all_a) | zero_bytes(word ^ all_b);
            if (found != 0)
                return position + std::countr_zero(found) / 8;
            position += 8;
        }
    }
    while (position != end && *position != a && *position != b) ++position;
    return position;
}

const char* find_quote(const char* position, const char* end, char quote) noexcept {
    const void* found = std::memchr(position, quote, static_cast<std::size_t>(end - position));
    return found == nullptr ? end : static_cast<const char*>(found);
}

/// Position of the closing quote of the quoted text that continues at `position`; `end` if none.
const char* closing_quote(const char* position, const char* end, char quote,
                          bool& has_doubled) noexcept {
    for (;;) {
        const char* found = find_quote(position, end, quote);
        if (found == end || found + 1 == end || found[1] != quote)
            return found;
        has_doubled = true;
        position = found + 2;
    }
}

/// Moves behind the delimiter or end of line at `position` (one of them, or `end`).
AfterCell step_over(const char*& position, const char* end, const CellRules& rules) noexcept {
    if (position == end)
        return AfterCell::text_end;
    if (*position != rules.delimiter) {
        ++position;
        return AfterCell::row_end;
    }
    ++position;
    if (!rules.merges_delimiters())
        return AfterCell::cell;
    while (position != end && *position == rules.delimiter) ++position;
    const char* next = position;
    while (rules.end_of_line == '\n' && next != end && *next == '\r') ++next;
    if (next != end && *next != rules.end_of_line)
        return AfterCell::cell;
    position = next == end ? end : next + 1;
    return next == end ? AfterCell::text_end : AfterCell::row_end;
}

/// Moves from behind a closing quote to the delimiter or end of line, over blanks.
/// @return whether nothing else stood there
bool skip_to_cell_end(const char*& position, const char* end, const CellRules& rules) noexcept {
    bool is_clean = true;
    while (position != end && *position != rules.delimiter && *position != rules.end_of_line) {
        const bool is_return = *position == '\r' && rules.end_of_line == '\n';
        is_clean = is_clean && (rules.is_blank(*position) || is_return);
        ++position;
    }
    return is_clean;
}

}  // namespace

std::string_view Cell::text(char quote, std::string& storage) const {
    if (!has_doubled)
        return raw;
    storage.clear();
    for (std::size_t i = 0; i < raw.size(); ++i) {
        storage.push_back(raw[i]);
        if (raw[i] == quote && i + 1 < raw.size() && raw[i + 1] == quote)
            ++i;
    }
    return storage;
}

Cell next_cell(const char*& position, const char* end, const CellRules& rules) noexcept {
    Cell cell;
    if (rules.merges_delimiters())
        while (position != end && *position == rules.delimiter) ++position;
    while (position != end && rules.is_blank(*position)) ++position;
    const char* const begin = position;
    if (rules.quote != '\0' && position != end && *position == rules.quote) {
        const char* const close = closing_quote(begin + 1, end, rules.quote, cell.has_doubled);
        if (close == end) {
            cell.raw = {begin, static_cast<std::size_t>(end - begin)};
            cell.has_doubled = false;
            cell.is_unclosed = true;
            position = end;
            return cell;
        }
        position = close + 1;
        if (skip_to_cell_end(position, end, rules)) {
            cell.raw = {begin + 1, static_cast<std::size_t>(close - begin - 1)};
            cell.is_quoted = true;
            cell.after = step_over(position, end, rules);
            return cell;
        }
        cell.has_doubled = false;
    } else {
        position = find_either(begin, end, rules.delimiter, rules.end_of_line);
    }
    const char* last = position;
    if (rules.end_of_line == '\n' && (position == end || *position == '\n'))
        while (last != begin && last[-1] == '\r') --last;
    while (last != begin && rules.is_blank(last[-1])) --last;
    cell.raw = {begin, static_cast<std::size_t>(last - begin)};
    cell.after = step_over(position, end, rules);
    return cell;
}

Cell skip_quoted_rest(const char*& position, const char* end, const CellRules& rules) noexcept {
    Cell cell;
    position = closing_quote(position, end, rules.quote, cell.has_doubled);
    if (position == end) {
        cell.is_unclosed = true;
        return cell;
    }
    ++position;
    skip_to_cell_end(position, end, rules);
    cell.after = step_over(position, end, rules);
    return cell;
}

LineKind line_kind(const char* position, const char* end, const CellRules& rules) noexcept {
    if (rules.comment != '\0' && position != end && *position == rules.comment)
        return LineKind::comment;
    while (
        position != end &&
        (*position == ' ' || *position == '\r' || (*position == '\t' && rules.delimiter != '\t')) &&
        *position != rules.end_of_line)
        ++position;
    return position == end || *position == rules.end_of_line ? LineKind::blank : LineKind::row;
}

void skip_line(const char*& position, const char* end, char end_of_line) noexcept {
    const char* found = find_quote(position, end, end_of_line);
    position = found == end ? end : found + 1;
}

}  // namespace mixtura::csv
