// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_problems.h"

#include <utility>

#include "mixtura/io/csv_encoding.h"
#include "mixtura/io/csv_types.h"

namespace mixtura::csv {

namespace {

std::string place(const DataLocation& location) {
    return shown_path(location.file) + ", line " + std::to_string(location.line);
}

}  // namespace

void fail(const std::string& path, const std::string& message, DataLocation location) {
    location.file = path;
    throw DataError(message, std::move(location));
}

void check_split(const std::string& path, const ChunkedRows& rows) {
    const auto refuse = [&](std::int64_t line, const std::string& what) {
        if (line < 0)
            return;
        DataLocation location;
        location.file = path;
        location.line = rows.file_line(line);
        throw DataError(place(location) + what, location);
    };
    refuse(rows.split.nul_line,
           " holds a NUL byte, so the file is damaged or not text. Export the table as CSV again.");
    refuse(rows.split.overlong_line, " is longer than 64 MiB, too long for a row of a table.");
    refuse(rows.split.overlong_quote,
           ": a quoted cell begins here and runs over more than 64 MiB, too long for a row of a "
           "table. Add the missing quote, or import without quotes.");
    refuse(rows.split.unclosed_line,
           ": a quoted cell begins here and is never closed. Add the missing quote, or import "
           "without quotes.");
}

CellProblem uneven_row(const std::string& path, std::int64_t line, std::int64_t row,
                       std::int64_t cell_count, std::int64_t column_count) {
    CellProblem result;
    result.location.file = path;
    result.location.line = line;
    result.location.row = row;
    result.message = place(result.location) + " (row " + std::to_string(row) + ") has " +
                     std::to_string(cell_count) + (cell_count == 1 ? " cell" : " cells") +
                     " where the table has " + std::to_string(column_count) +
                     (column_count == 1 ? " column" : " columns") +
                     ". Correct the line (a delimiter or a quote is missing or too many), or check "
                     "the delimiter.";
    return result;
}

CellProblem unreadable_cell(DataLocation location, const std::string& cell, NumberSigns signs,
                            TextEncoding encoding) {
    location.cell =
        utf8_from(cell, encoding == TextEncoding::windows1252 ? encoding : TextEncoding::utf8);
    CellProblem result;
    result.message = place(location) + ", column " + quoted_cell(location.column_name) + " (row " +
                     std::to_string(location.row) + "): " + quoted_cell(location.cell);
    const NumberStatus status = parse_number(cell, signs).status;
    if (status == NumberStatus::infinite)
        result.message +=
            " is infinite, which no fit can use. Correct the cell, or treat it as missing.";
    else if (status == NumberStatus::too_large)
        result.message +=
            " is beyond the largest number that can be stored (about 1.8e308). "
            "Correct the cell, or treat it as missing.";
    else
        result.message +=
            " is not a number. Correct the cell, treat it as missing, or read "
            "the column as text.";
    result.location = std::move(location);
    return result;
}

}  // namespace mixtura::csv
