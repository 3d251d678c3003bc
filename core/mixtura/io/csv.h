// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "mixtura/common/error.h"
#include "mixtura/data/data_set.h"

namespace mixtura {

enum class TextEncoding { utf8, utf16le, utf16be, windows1252 };

/// What becomes of a cell that is no finite number in a numeric column, and of a row with more or
/// fewer cells than there are columns. Every one is counted and named in the result.
enum class BadCell {
    error,      ///< the import ends with the first one
    missing,    ///< the cell is missing; so are those that a short row lacks (a long row: error)
    skip_row,   ///< the row is left out
    make_text,  ///< the whole column is read as texts; uneven rows are errors
};

/// How a delimited text file is read. Every unset option is detected from the file.
struct CsvOptions {
    std::optional<TextEncoding> encoding;
    std::optional<char> delimiter;  ///< ',' ';' '\t' '|' ' ' or any other ASCII character
    std::optional<char> decimal;    ///< '.' or ','
    std::optional<char> grouping;   ///< thousands separator inside numbers; '\0' for none
    std::optional<char> quote;      ///< '"' unless said otherwise; '\0' for none
    std::optional<char> comment;    ///< lines that begin with it are left out; '\0' for none
    std::optional<bool> has_header;
    int skip_lines = 0;  ///< lines left out before anything else
    /// Set: replaces the built-in list. Held against the cell's text, without blanks around it; a
    /// code that is a number ("-999") holds for every spelling of its value ("-999.0").
    std::optional<std::vector<std::string>> missing_codes;
    /// By name: codes of one column, beside those of all.
    std::vector<std::pair<std::string, std::vector<std::string>>> column_missing_codes;
    std::vector<std::pair<std::string, ColumnType>> column_types;  ///< by name: overrides detection
    BadCell bad_cell = BadCell::error;  ///< a cell that is not a number in a numeric column
};

/// The options with every choice made, as detected or told, and what to tell the analyst about it.
struct CsvDialect {
    TextEncoding encoding = TextEncoding::utf8;
    char delimiter = ',';
    char decimal = '.';  ///< of most columns: each may have its own, unless told
    char grouping = '\0';
    char quote = '"';
    char comment = '\0';
    bool has_header = true;
    int skip_lines = 0;
    std::vector<std::string> missing_codes;
    std::vector<std::string> column_names;   ///< unique
    std::vector<std::string> column_labels;  ///< as in the file
    std::vector<ColumnType> column_types;    ///< as far as the samples tell
    /// Not empty: the decimal sign cannot be told ("1,234" only); ask, do not guess.
    std::string ambiguity;
    std::vector<std::vector<std::string>> preview;  ///< first 50 rows as text
    std::vector<std::string> notes;  ///< e.g. "column 3 has no name: called column_3"
};

/// A cell that could not be read as its column's type.
struct CellProblem {
    DataLocation location;
    std::string message;
};

struct ImportResult {
    DataSet data;
    CsvDialect dialect;
    std::int64_t rows_skipped = 0;  ///< by BadCell::skip_row
    std::int64_t problem_count = 0;
    std::vector<CellProblem> problems;  ///< the first 1000
    std::uint64_t bytes = 0;
    double seconds = 0.0;
};

/// Told from the importing threads, at most every 100 ms and once at the end: bytes done and in all.
using ImportProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// Looks at the first 256 KiB, four windows inside and the last 64 KiB.
/// @param path  a file, or "-" for standard input (a pipe can be read once only: not to be imported
///              after this) @throw DataError, FileError, InvalidArgument, Cancelled
CsvDialect sniff_csv(const std::string& path, const CsvOptions& options = {},
                     const std::stop_token& stop = {});

/// Reads the whole file: memory-mapped, in parallel chunks, numbers correctly rounded, never
/// dependent on the locale.
/// @throw DataError  what, where (file, line, row, column, cell), what to do
/// @throw FileError  unreadable file
/// @throw Cancelled  the stop was requested (noticed within milliseconds)
ImportResult import_csv(const std::string& path, const CsvOptions& options = {},
                        const std::stop_token& stop = {}, const ImportProgress& progress = {},
                        int thread_count = 0);

/// Writes `field` for a CSV file, quoted where RFC 4180 asks for it.
std::string csv_field(const std::string& field);

}  // namespace mixtura
