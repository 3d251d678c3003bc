// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "mixtura/io/csv.h"

namespace mixtura::csv {

bool is_ascii(std::string_view text) noexcept;

/// True where `text` is well-formed UTF-8 (Unicode 15, table 3-7). A character cut off at the very
/// end counts as well-formed if `may_be_cut`.
bool is_utf8(std::string_view text, bool may_be_cut = false) noexcept;

/// The encoding of a file by its byte-order mark, else: NUL bytes in nearly every other place, or
/// wherever line feeds are, mean UTF-16, valid UTF-8 is UTF-8, and all the rest Windows-1252. `sample` begins where the file does.
TextEncoding detect_encoding(std::string_view sample);

/// Length in bytes of the byte-order mark that `text` begins with; 0 if none.
std::size_t byte_order_mark_length(std::string_view text, TextEncoding encoding) noexcept;

/// `text` without its byte-order mark as UTF-8. What is not valid becomes U+FFFD.
std::string utf8_from(std::string_view text, TextEncoding encoding);

}  // namespace mixtura::csv
