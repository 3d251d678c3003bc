// SPDX-License-Identifier: Apache-2.0
#include "text_table.h"

#include <algorithm>

namespace mixtura::cli {

namespace {

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

void append_line(std::string& out, const std::string& indent, const std::vector<std::string>& cells,
                 const std::vector<TextTable::Heading>& headings,
                 const std::vector<std::size_t>& widths) {
    std::string line = indent;
    for (std::size_t j = 0; j < cells.size(); ++j) {
        const std::string padding(widths[j] - display_width(cells[j]), ' ');
        line += j > 0 ? "  " : "";
        line +=
            headings[j].align == TextTable::Align::right ? padding + cells[j] : cells[j] + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
}

}  // namespace

std::size_t display_width(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

std::string display_text(const std::string& text, std::size_t limit) {
    std::string out;
    std::size_t width = 0;
    for (const char c : text) {
        if (!is_continuation(c) && ++width > limit)
            return out + "\xE2\x80\xA6";
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F)
            out += "\xEF\xBF\xBD";
        else
            out += c;
    }
    return out;
}

std::string TextTable::text(const std::string& indent) const {
    std::vector<std::string> titles;
    std::vector<std::size_t> widths;
    for (const Heading& heading : headings_) {
        titles.push_back(heading.title);
        widths.push_back(display_width(heading.title));
    }
    for (const auto& row : rows_) {
        for (std::size_t j = 0; j < row.size(); ++j)
            widths[j] = std::max(widths[j], display_width(row[j]));
    }
    std::string out;
    append_line(out, indent, titles, headings_, widths);
    for (const auto& row : rows_) append_line(out, indent, row, headings_, widths);
    return out;
}

}  // namespace mixtura::cli
