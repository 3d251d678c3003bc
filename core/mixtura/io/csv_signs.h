// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

#include "mixtura/io/csv.h"
#include "mixtura/io/csv_chunk.h"
#include "mixtura/io/csv_number.h"
#include "mixtura/io/csv_sample.h"

namespace mixtura::csv {

/// The decimal and the grouping sign.
struct SignChoice {
    NumberSigns common;              ///< of the file
    std::vector<NumberSigns> signs;  ///< by column
    std::string ambiguity;           ///< says which cell can be read in two ways; empty if none
};

/// Column by column: as told, else as the column itself says, else as all the others say together.
/// Where they contradict each other or say nothing, "1,234" is ambiguous (and "1.234" where they
/// contradict each other). @throw Cancelled
SignChoice choose_signs(const SampleRows& rows, std::size_t column_count,
                        const MissingCodes& missing, const CsvOptions& options,
                        const std::stop_token& stop);

}  // namespace mixtura::csv
