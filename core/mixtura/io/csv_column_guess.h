// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "mixtura/io/csv_chunk.h"
#include "mixtura/io/csv_number.h"
#include "mixtura/io/csv_sample.h"

namespace mixtura::csv {

/// What the samples say of a column.
enum class ColumnGuess {
    number,
    text,
    date,
    unknown  ///< no value among the samples
};

/// What the cells of a column are, and one that keeps a column of mostly numbers from being numeric.
struct ColumnReadings {
    std::int64_t values = 0;
    std::int64_t numbers = 0;
    std::int64_t dates = 0;
    std::string first_text;
};

/// Every row of `rows` has the column.
ColumnReadings read_column(const SampleRows& rows, std::size_t column, NumberSigns signs,
                           const MissingCodes& missing);

/// A column is numeric if most of its cells are numbers and the others few enough to be mistakes,
/// which are then named one by one: at most two, or a tenth.
ColumnGuess guess_of(const ColumnReadings& readings);

}  // namespace mixtura::csv
