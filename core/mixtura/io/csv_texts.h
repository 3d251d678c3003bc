// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "mixtura/data/data_set.h"
#include "mixtura/io/csv_chunk.h"
#include "mixtura/io/csv_number.h"

namespace mixtura::csv {

/// What the texts of columns say, once all of them are known.

/// Some texts are not ASCII and not one of these is valid UTF-8. Where some are, the file is
/// damaged instead. @throw Cancelled
bool has_only_invalid_utf8(const std::vector<std::string>& labels,
                           const std::vector<Column>& columns, const std::stop_token& stop);

/// Integers with leading zeros or too many digits are names. @param looks  of a column's numbers
bool is_identifier(unsigned looks) noexcept;

/// The numbers that the levels of a column are, if all are.
struct LevelNumbers {
    bool are_all = true;
    unsigned looks = 0;
    std::vector<double> values;
};
LevelNumbers numbers_of(const std::vector<std::string>& levels, NumberSigns signs);

/// Puts the numbers in place of the texts of `column`.
void make_numeric(Column& column, const std::vector<double>& level_values,
                  const MissingCodes& missing);

/// There is a level, and all are dates.
bool are_dates(const std::vector<std::string>& levels) noexcept;

}  // namespace mixtura::csv
