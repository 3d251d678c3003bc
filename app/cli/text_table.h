// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace mixtura::cli {

/// Number of code points of UTF-8 text: the columns it takes on a terminal, nearly always.
std::size_t display_width(const std::string& text);

/// Text that cannot harm a terminal or break a line: control characters become U+FFFD, and what
/// is longer than `limit` code points is cut with an ellipsis.
std::string display_text(const std::string& text, std::size_t limit = 60);

/// Lines of cells aligned in columns two spaces apart, numbers to the right.
class TextTable {
  public:
    enum class Align { left, right };
    struct Heading {
        std::string title;
        Align align = Align::right;
    };
    explicit TextTable(std::vector<Heading> headings) : headings_(std::move(headings)) {}
    /// One cell for each heading.
    void add_row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    [[nodiscard]] std::string text(const std::string& indent = "  ") const;

  private:
    std::vector<Heading> headings_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace mixtura::cli
