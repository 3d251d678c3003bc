// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_column_guess.h"

#include "mixtura/io/csv_types.h"

namespace mixtura::csv {

ColumnReadings read_column(const SampleRows& rows, std::size_t column, NumberSigns signs,
                           const MissingCodes& missing) {
    ColumnReadings readings;
    for (const SampleRow& row : rows) {
        const std::string& cell = row.cells[column];
        if (missing.contains(cell))
            continue;
        ++readings.values;
        if (parse_number(cell, signs).status != NumberStatus::not_a_number) {
            ++readings.numbers;
            continue;
        }
        if (readings.first_text.empty())
            readings.first_text = cell;
        readings.dates += is_iso_date(cell) ? 1 : 0;
    }
    return readings;
}

ColumnGuess guess_of(const ColumnReadings& readings) {
    constexpr std::int64_t few = 2;
    if (readings.values == 0)
        return ColumnGuess::unknown;
    const std::int64_t others = readings.values - readings.numbers;
    if (readings.numbers > others && (others <= few || 10 * others <= readings.values))
        return ColumnGuess::number;
    return readings.dates == readings.values ? ColumnGuess::date : ColumnGuess::text;
}

}  // namespace mixtura::csv
