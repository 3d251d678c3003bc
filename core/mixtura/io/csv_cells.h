// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace mixtura::csv {

/// How cells are told apart. The rules, of which every reader of a file here is made:
/// - a row ends at `end_of_line` (carriage returns before a line feed are left out) or at the end;
/// - blanks around a cell do not count; a cell whose first other character is the quote runs to the
///   next quote that is not doubled (RFC 4180), over delimiters and ends of lines;
/// - a cell with text after its closing quote is taken as it stands, quotes included;
/// - with a blank as delimiter, any number of them is one, and none counts at the ends of a row.
struct CellRules {
    char delimiter = ',';
    char quote = '"';     ///< '\0' for none
    char comment = '\0';  ///< a row that begins with it is none; '\0' for none
    char end_of_line = '\n';

    [[nodiscard]] bool merges_delimiters() const noexcept { return delimiter == ' '; }
    [[nodiscard]] bool is_blank(char c) const noexcept {
        return (c == ' ' || c == '\t') && c != delimiter;
    }
};

enum class AfterCell { cell, row_end, text_end };

/// One cell as it stands in the text.
struct Cell {
    std::string_view raw;  ///< without the enclosing quotes and the blanks around it
    bool is_quoted = false;
    bool has_doubled = false;  ///< quotes within are doubled
    bool is_unclosed = false;  ///< the text ended before the closing quote
    AfterCell after = AfterCell::text_end;

    /// The cell's content: `raw`, with doubled quotes made single in `storage`.
    std::string_view text(char quote, std::string& storage) const;
};

/// Reads the cell that begins at `position` and moves behind its delimiter or end of line.
Cell next_cell(const char*& position, const char* end, const CellRules& rules) noexcept;

/// The cell that `position` stands inside the quotes of: moves behind it in the same way. Of the
/// cell returned only `is_unclosed` and `after` mean anything.
Cell skip_quoted_rest(const char*& position, const char* end, const CellRules& rules) noexcept;

enum class LineKind { row, blank, comment };
/// What begins at `position`, a beginning of a row.
LineKind line_kind(const char* position, const char* end, const CellRules& rules) noexcept;

/// Moves to the beginning of the next line, without regard to quotes.
void skip_line(const char*& position, const char* end, char end_of_line) noexcept;

}  // namespace mixtura::csv
