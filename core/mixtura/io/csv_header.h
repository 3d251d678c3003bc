// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "mixtura/io/csv_chunk.h"
#include "mixtura/io/csv_number.h"
#include "mixtura/io/csv_sample.h"

namespace mixtura::csv {

/// '#' where it begins lines near the top that have another number of cells than the rest; '\0' for
/// no comments.
char choose_comment(const SampleRows& rows);

/// Comment lines and lines of one cell above a table of several columns, if there are any.
/// @return number of lines to leave out
std::int64_t preamble_lines(const SampleRows& rows, std::int64_t first_line);

/// First row non-numeric where later rows are numeric; where nothing is numeric, the first row
/// holds names if none of them comes back as a value of its column.
bool first_row_is_header(const SampleRows& rows, const std::vector<NumberSigns>& signs,
                         const MissingCodes& missing);

}  // namespace mixtura::csv
