// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mixtura/io/csv_cells.h"

namespace mixtura::csv {

/// A row that was looked at before the table is read.
struct SampleRow {
    std::int64_t line = 0;           ///< 0-based
    std::size_t begin = 0;           ///< offset in the text
    std::size_t end = 0;             ///< offset behind it
    std::vector<std::string> cells;  ///< no more than a table may have, and one
    std::size_t cell_count = 0;
};
using SampleRows = std::vector<SampleRow>;

/// Rows of `text` from `begin` on, up to `end`; one that may go on behind it is left out.
/// @param line  the 0-based one at `begin` @throw Cancelled
SampleRows sample_rows(std::string_view text, std::size_t begin, std::size_t end,
                       const CellRules& rules, std::size_t row_limit, const std::stop_token& stop,
                       std::int64_t line = 0);

/// The commonest number of cells; of several the largest.
std::size_t modal_cell_count(const SampleRows& rows);

/// Offsets of the windows inside and at the end of `text`, behind the head of `head_end` bytes.
std::vector<std::pair<std::size_t, std::size_t>> windows(std::string_view text,
                                                         std::size_t head_end);

}  // namespace mixtura::csv
