// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <vector>

#include "mixtura/common/cancelled.h"
#include "mixtura/data/data_set.h"
#include "mixtura/io/csv_rows.h"

namespace mixtura::csv {

/// Turns the chunks' own codes of the texts of `column` into common ones, in order of first
/// appearance in the file. @param index  of the column @throw Cancelled
void merge_dictionaries(Column& column, std::size_t index, ChunkedRows& rows,
                        const std::stop_token& stop);

/// Chunks were given room for every line; moves their rows together. @throw Cancelled
template <typename T>
void close_gaps(std::vector<T>& array, const ChunkedRows& rows, const std::stop_token& stop) {
    if (array.empty())
        return;
    std::int64_t to = 0;
    for (std::size_t c = 0; c < rows.results.size(); ++c) {
        if (stop.stop_requested())
            throw Cancelled{};
        const auto from = array.begin() + rows.slots[c];
        if (to != rows.slots[c])
            std::move(from, from + rows.results[c].row_count, array.begin() + to);
        to += rows.results[c].row_count;
    }
    array.resize(static_cast<std::size_t>(to));
    if (array.capacity() > array.size() + array.size() / 4)
        array.shrink_to_fit();
}

}  // namespace mixtura::csv
