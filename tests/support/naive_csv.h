// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mixtura::test {

struct NaiveRow {
    std::int64_t line = 0;  ///< 1-based
    std::vector<std::string> cells;
};

/// RFC 4180 read one character after another into a table of texts: quotes, doubled quotes,
/// delimiters and ends of lines within quotes, LF or CRLF; blanks around unquoted cells cut; blank
/// lines passed over. The oracle of the reader proper, of which it shares nothing.
std::vector<NaiveRow> read_naive_csv(std::string_view text, char delimiter);

}  // namespace mixtura::test
