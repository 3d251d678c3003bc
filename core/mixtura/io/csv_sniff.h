// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "mixtura/io/csv.h"
#include "mixtura/io/csv_cells.h"
#include "mixtura/io/csv_chunk.h"
#include "mixtura/io/csv_column_guess.h"
#include "mixtura/io/csv_number.h"

namespace mixtura::csv {

/// Everything that must be known before the rows are read.
struct Layout {
    CsvDialect dialect;
    CellRules rules;
    std::size_t table_begin = 0;             ///< offset of the first row after the header
    std::int64_t table_line = 0;             ///< 0-based line of it
    bool allows_trailing_delimiter = false;  ///< rows may end in one more delimiter
    std::vector<ColumnGuess> guesses;        ///< by column
    std::vector<NumberSigns> signs;          ///< by column
    std::vector<MissingCodes> missing;       ///< by column
};

/// Chooses the encoding: as told, or from the samples of `bytes` that `sniff_layout` takes.
TextEncoding choose_encoding(std::string_view bytes, const CsvOptions& options);

/// Looks at the first 256 KiB of `text` (more where they hold few rows), four windows inside and
/// the last 64 KiB.
/// @param text      without byte-order mark, in UTF-8 or, if `encoding` says so, Windows-1252
/// @param is_whole  false where `text` is only the beginning of a file
/// @throw DataError  binary, empty, no row, more than `column_limit` columns
/// @throw InvalidArgument  options that contradict each other @throw Cancelled
Layout sniff_layout(std::string_view text, TextEncoding encoding, const std::string& path,
                    const CsvOptions& options, bool is_whole = true,
                    const std::stop_token& stop = {});

}  // namespace mixtura::csv
