// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "mixtura/io/csv_chunk.h"
#include "mixtura/io/csv_split.h"

namespace mixtura::csv {

/// The rows of a table, as they were cut into chunks and read.
struct ChunkedRows {
    Split split;
    std::int64_t table_line = 0;      ///< 0-based line of the file on which the table begins
    std::vector<std::int64_t> slots;  ///< first row of each chunk in the columns' arrays
    std::vector<ChunkResult> results;

    /// 1-based line of the file for a 0-based line of the table.
    [[nodiscard]] std::int64_t file_line(std::int64_t line) const noexcept {
        return table_line + line + 1;
    }
};

/// Rows kept, of all chunks.
std::int64_t kept_row_count(const ChunkedRows& rows) noexcept;

/// 1-based line of the file on which the kept row begins.
std::int64_t line_of_row(const ChunkedRows& rows, std::int64_t row);

/// 1-based lines of the file on which the kept rows begin.
struct RowLines {
    std::int64_t first = 0;
    std::vector<std::int64_t>
        lines;  ///< empty where each row stands on the line after the one before
};
/// @throw Cancelled
RowLines lines_of_rows(const ChunkedRows& rows, const std::stop_token& stop);

}  // namespace mixtura::csv
