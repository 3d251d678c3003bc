// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "mixtura/io/csv.h"

namespace mixtura {

/// How far a stream was read: behind a row.
struct StreamPosition {
    std::uint64_t offset = 0;     ///< bytes from its beginning
    std::int64_t line = 0;        ///< lines before it
    std::int64_t row = 0;         ///< data rows before it, left out or not
    std::int64_t skipped = 0;     ///< of these, left out because they could not be read
    std::uint64_t tail_size = 0;  ///< of the bytes before it that `tail_crc` is of, at most 4 KiB
    std::uint64_t tail_crc = 0;
};

/// Some rows of a stream, in order.
struct StreamBlock {
    std::int64_t row_count = 0;
    std::vector<std::vector<double>> numbers;  ///< by chosen column; NaN: missing
    std::vector<std::int32_t> codes;           ///< of the text column; -1: missing
    std::vector<std::string> levels;           ///< texts that the codes stand for, in this block
    std::vector<std::int64_t> lines;           ///< 1-based line of each row
    std::vector<std::int64_t> row_numbers;     ///< 1-based, rows left out counted
    std::int64_t rows_skipped = 0;             ///< left out, because they could not be read
    std::optional<CellProblem> failure;        ///< of the row behind these; the stream ends there
};

/// Reads a delimited text block by block as it comes: a file, or standard input. Memory does not grow
/// with its length. Cells are told apart and read by the rules of `import_csv`; what is detected is
/// detected from the first 256 KiB.
class CsvStream {
  public:
    /// Waits for the first 256 KiB, or the end.
    /// @param path        a file, or "-" for standard input
    /// @param follows     a file that grows is read on until a stop is asked for; a last line waits for
    ///                    its end. What is detected is detected from what is there.
    /// @param skip_limit  rows that cannot be read and are left out before one is a failure
    /// @throw DataError  no table, UTF-16 @throw FileError  unreadable @throw Cancelled
    CsvStream(const std::string& path, const CsvOptions& options, const std::stop_token& stop = {},
              std::int64_t skip_limit = 0, bool follows = false);
    ~CsvStream();
    CsvStream(const CsvStream&) = delete;
    CsvStream& operator=(const CsvStream&) = delete;
    CsvStream(CsvStream&&) = delete;
    CsvStream& operator=(CsvStream&&) = delete;

    [[nodiscard]] const CsvDialect& dialect() const noexcept;
    /// The columns wanted, 0-based: read as numbers, and one as texts.
    void choose(const std::vector<std::size_t>& numeric, std::optional<std::size_t> text);
    /// The next rows, at least one unless something failed. @return false at the end
    /// @throw FileError, Cancelled @throw DataError  a row longer than 64 MiB, a NUL byte
    bool next(StreamBlock& block);
    /// Behind the last block.
    [[nodiscard]] StreamPosition position() const;
    /// Goes back to a row of the last block, by its line and number: `next` gives it again.
    void go_back(std::int64_t line, std::int64_t row);
    /// Goes on from there, in the same input. @throw DataError  it is not the same, or shorter
    void go_on_from(const StreamPosition& position);
    [[nodiscard]] std::uint64_t bytes_read() const noexcept;
    /// Of the whole input; 0 where it cannot be known.
    [[nodiscard]] std::uint64_t byte_count() const noexcept;

  private:
    class Reader;
    std::unique_ptr<Reader> reader_;
};

}  // namespace mixtura
