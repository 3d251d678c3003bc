// SPDX-License-Identifier: Apache-2.0
#include "support/naive_csv.h"

namespace mixtura::test {

namespace {

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string::npos)
        return "";
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

std::vector<NaiveRow> read_naive_csv(std::string_view text, char delimiter) {
    std::vector<NaiveRow> rows;
    NaiveRow row;
    row.line = 1;
    std::int64_t line = 1;
    std::string cell;
    bool is_quoted = false;
    bool is_inside = false;
    const auto end_cell = [&] {
        row.cells.push_back(is_quoted ? cell : trimmed(cell));
        cell.clear();
        is_quoted = false;
    };
    const auto end_row = [&] {
        const bool is_blank = row.cells.empty() && !is_quoted && trimmed(cell).empty();
        end_cell();
        if (!is_blank)
            rows.push_back(row);
        row = {};
        row.line = line;
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (is_inside) {
            if (c == '\n')
                ++line;
            if (c != '"') {
                cell += c;
            } else if (i + 1 < text.size() && text[i + 1] == '"') {
                cell += '"';
                ++i;
            } else {
                is_inside = false;
            }
        } else if (c == '"' && !is_quoted && trimmed(cell).empty()) {
            cell.clear();
            is_quoted = true;
            is_inside = true;
        } else if (c == delimiter) {
            end_cell();
        } else if (c == '\n') {
            ++line;
            end_row();
        } else if (c == '\r' && (i + 1 == text.size() || text[i + 1] == '\n')) {
            continue;
        } else if (!is_quoted) {
            cell += c;
        }
    }
    if (!row.cells.empty() || !cell.empty() || is_quoted)
        end_row();
    return rows;
}

}  // namespace mixtura::test
