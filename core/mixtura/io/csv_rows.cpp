// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_rows.h"

#include <cstddef>

#include "mixtura/common/cancelled.h"

namespace mixtura::csv {

std::int64_t kept_row_count(const ChunkedRows& rows) noexcept {
    std::int64_t count = 0;
    for (const ChunkResult& result : rows.results) count += result.row_count;
    return count;
}

std::int64_t line_of_row(const ChunkedRows& rows, std::int64_t row) {
    for (std::size_t c = 0; c < rows.results.size(); ++c) {
        const ChunkResult& chunk = rows.results[c];
        if (row < chunk.row_count) {
            std::int64_t line = row;
            for (const auto& [first_row, first_line] : chunk.line_jumps)
                if (first_row <= row)
                    line = first_line + (row - first_row);
            return rows.file_line(rows.split.chunks[c].first_line + line);
        }
        row -= chunk.row_count;
    }
    return 0;
}

RowLines lines_of_rows(const ChunkedRows& rows, const std::stop_token& stop) {
    bool is_consecutive = true;
    std::int64_t first = rows.file_line(0);
    std::int64_t row = 0;
    for (std::size_t c = 0; c < rows.results.size() && is_consecutive; ++c) {
        const ChunkResult& chunk = rows.results[c];
        if (chunk.row_count == 0)
            continue;
        const std::int64_t begin = rows.file_line(rows.split.chunks[c].first_line) +
                                   (chunk.line_jumps.empty() || chunk.line_jumps[0].first > 0
                                        ? 0
                                        : chunk.line_jumps[0].second);
        if (row == 0)
            first = begin;
        const std::size_t inner_jumps =
            chunk.line_jumps.size() -
            (!chunk.line_jumps.empty() && chunk.line_jumps[0].first == 0 ? 1 : 0);
        is_consecutive = begin == first + row && inner_jumps == 0;
        row += chunk.row_count;
    }
    RowLines result;
    result.first = first;
    if (is_consecutive)
        return result;
    result.lines.reserve(static_cast<std::size_t>(kept_row_count(rows)));
    for (std::size_t c = 0; c < rows.results.size(); ++c) {
        if (stop.stop_requested())
            throw Cancelled{};
        const ChunkResult& chunk = rows.results[c];
        std::size_t jump = 0;
        std::int64_t line = 0;
        for (std::int64_t k = 0; k < chunk.row_count; ++k, ++line) {
            if (jump < chunk.line_jumps.size() && chunk.line_jumps[jump].first == k)
                line = chunk.line_jumps[jump++].second;
            result.lines.push_back(rows.file_line(rows.split.chunks[c].first_line + line));
        }
    }
    return result;
}

}  // namespace mixtura::csv
