// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_sample.h"

#include <algorithm>
#include <map>

#include "mixtura/common/cancelled.h"
#include "mixtura/io/csv_chunk.h"

namespace mixtura::csv {

namespace {

constexpr std::size_t window_size = std::size_t{64} << 10U;
constexpr std::size_t window_count = 4;
constexpr std::size_t stop_stride = 10000;  ///< cells between two questions whether to stop

}  // namespace

SampleRows sample_rows(std::string_view text, std::size_t begin, std::size_t end,
                       const CellRules& rules, std::size_t row_limit, const std::stop_token& stop,
                       std::int64_t line) {
    SampleRows rows;
    const bool reaches_end = end == text.size();
    const char* const sample_end = text.data() + end;
    const char* p = text.data() + begin;
    std::string storage;
    while (p != sample_end && rows.size() < row_limit) {
        if (line_kind(p, sample_end, rules) != LineKind::row) {
            skip_line(p, sample_end, rules.end_of_line);
            ++line;
            continue;
        }
        SampleRow row;
        row.line = line;
        const char* const row_begin = p;
        AfterCell after = AfterCell::cell;
        while (after == AfterCell::cell) {
            if (row.cell_count % stop_stride == 0 && stop.stop_requested())
                throw Cancelled{};
            const Cell cell = next_cell(p, sample_end, rules);
            if (++row.cell_count <= static_cast<std::size_t>(column_limit) + 1)
                row.cells.emplace_back(cell.text(rules.quote, storage));
            after = cell.after;
        }
        if (after == AfterCell::text_end && !reaches_end)
            break;
        line += std::count(row_begin, p, rules.end_of_line);
        row.begin = static_cast<std::size_t>(row_begin - text.data());
        row.end = static_cast<std::size_t>(p - text.data());
        rows.push_back(std::move(row));
    }
    return rows;
}

std::size_t modal_cell_count(const SampleRows& rows) {
    std::map<std::size_t, std::size_t> frequency;
    for (const SampleRow& row : rows) ++frequency[row.cells.size()];
    std::size_t mode = 0;
    std::size_t most = 0;
    for (const auto& [count, rows_with_it] : frequency)
        if (rows_with_it >= most) {
            most = rows_with_it;
            mode = count;
        }
    return mode;
}

std::vector<std::pair<std::size_t, std::size_t>> windows(std::string_view text,
                                                         std::size_t head_end) {
    std::vector<std::pair<std::size_t, std::size_t>> found;
    const std::size_t rest = text.size() - head_end;
    if (rest <= window_size * (window_count + 1)) {
        if (rest > 0)
            found.emplace_back(head_end, text.size());
        return found;
    }
    for (std::size_t k = 0; k < window_count; ++k) {
        const std::size_t begin = head_end + (rest - 2 * window_size) / window_count * k;
        found.emplace_back(begin, begin + window_size);
    }
    found.emplace_back(text.size() - window_size, text.size());
    return found;
}

}  // namespace mixtura::csv
