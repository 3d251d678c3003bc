// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <stop_token>
#include <string_view>

#include "mixtura/io/csv_cells.h"
#include "mixtura/io/csv_chunk.h"

namespace mixtura::csv {

/// The delimiter of a first line "sep=;", as spreadsheets write it.
std::optional<char> stated_delimiter(std::string_view text);

/// The one of comma, semicolon, tab, bar and blank that cuts the rows of `text` from `begin` to `end`
/// most evenly and into most numbers; a comma where none does. @throw Cancelled
char choose_delimiter(std::string_view text, std::size_t begin, std::size_t end, CellRules rules,
                      const MissingCodes& missing, const std::stop_token& stop);

}  // namespace mixtura::csv
