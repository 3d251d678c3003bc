// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_merge.h"

#include <string>
#include <utility>

#include "mixtura/io/csv_dictionary.h"

namespace mixtura::csv {

void merge_dictionaries(Column& column, std::size_t index, ChunkedRows& rows,
                        const std::stop_token& stop) {
    Dictionary all;
    for (std::size_t c = 0; c < rows.results.size(); ++c) {
        if (stop.stop_requested())
            throw Cancelled{};
        const std::vector<std::string> levels =
            std::move(rows.results[c].dictionaries[index]).take_levels();
        std::vector<std::int32_t> common(levels.size(), -1);
        std::int32_t* const codes = column.codes.data() + rows.slots[c];
        for (std::int64_t row = 0; row < rows.results[c].row_count; ++row) {
            if (codes[row] < 0)
                continue;
            std::int32_t& code = common[static_cast<std::size_t>(codes[row])];
            if (code < 0)
                code = all.code(levels[static_cast<std::size_t>(codes[row])]);
            codes[row] = code;
        }
    }
    column.levels = std::move(all).take_levels();
}

}  // namespace mixtura::csv
