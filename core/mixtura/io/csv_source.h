// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <string>
#include <string_view>

#include "mixtura/io/csv.h"
#include "mixtura/io/csv_bytes.h"

namespace mixtura::csv {

/// The text of a file as the reader takes it: without byte-order mark, UTF-8 or Windows-1252.
class SourceText {
  public:
    /// @throw DataError  not a text file @throw FileError @throw Cancelled
    SourceText(const std::string& path, const CsvOptions& options, const std::stop_token& stop);
    SourceText(const SourceText&) = delete;
    SourceText& operator=(const SourceText&) = delete;
    SourceText(SourceText&&) = delete;
    SourceText& operator=(SourceText&&) = delete;
    ~SourceText() = default;

    [[nodiscard]] std::string_view text() const noexcept { return text_; }
    /// Of the file.
    [[nodiscard]] TextEncoding encoding() const noexcept { return encoding_; }
    [[nodiscard]] std::size_t byte_count() const noexcept { return bytes_.text().size(); }
    [[nodiscard]] bool has_byte_order_mark() const noexcept;

    /// As those of FileBytes, for a `part` of `text()`; nothing for one that was converted.
    void fetch(std::string_view part) const;
    void release(std::string_view part) const noexcept;

  private:
    void convert(const std::stop_token& stop);
    [[nodiscard]] bool is_converted() const noexcept { return text_.data() == converted_.data(); }

    FileBytes bytes_;
    TextEncoding encoding_;
    std::string converted_;  ///< of UTF-16
    std::string_view text_;
};

}  // namespace mixtura::csv
