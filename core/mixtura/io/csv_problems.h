// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "mixtura/common/error.h"
#include "mixtura/io/csv.h"
#include "mixtura/io/csv_number.h"
#include "mixtura/io/csv_rows.h"

namespace mixtura::csv {

/// @throw DataError  `message`, at `location` in the file
[[noreturn]] void fail(const std::string& path, const std::string& message,
                       DataLocation location = {});

/// @throw DataError  a NUL byte, a row that is too long, a quote that is never closed
void check_split(const std::string& path, const ChunkedRows& rows);

/// A row, the 1-based `row` in `line`, that has not as many cells as there are columns.
CellProblem uneven_row(const std::string& path, std::int64_t line, std::int64_t row,
                       std::int64_t cell_count, std::int64_t column_count);

/// A cell that is no finite number, where the location says row, line and column.
CellProblem unreadable_cell(DataLocation location, const std::string& cell, NumberSigns signs,
                            TextEncoding encoding);

}  // namespace mixtura::csv
