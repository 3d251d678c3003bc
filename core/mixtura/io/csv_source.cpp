// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_source.h"

#include <algorithm>
#include <cstddef>

#include "mixtura/common/cancelled.h"
#include "mixtura/io/csv_encoding.h"
#include "mixtura/io/csv_sniff.h"

namespace mixtura::csv {

namespace {

/// The encoding of a file that is not known to be something else than a text.
TextEncoding encoding_of(const std::string& path, const FileBytes& bytes,
                         const CsvOptions& options) {
    refuse_known_binary(path, bytes.text());
    return choose_encoding(bytes.text(), options);
}

}  // namespace

SourceText::SourceText(const std::string& path, const CsvOptions& options,
                       const std::stop_token& stop)
    : bytes_(path, stop), encoding_(encoding_of(path, bytes_, options)) {
    if (encoding_ == TextEncoding::utf16le || encoding_ == TextEncoding::utf16be) {
        convert(stop);
        text_ = converted_;
    } else {
        text_ = bytes_.text().substr(byte_order_mark_length(bytes_.text(), encoding_));
    }
}

bool SourceText::has_byte_order_mark() const noexcept {
    return byte_order_mark_length(bytes_.text(), encoding_) > 0;
}

void SourceText::fetch(std::string_view part) const {
    if (!is_converted())
        bytes_.fetch(part);
}

void SourceText::release(std::string_view part) const noexcept {
    if (!is_converted())
        bytes_.release(part);
}

/// Block by block, so that it can be stopped and the file's pages be given back.
void SourceText::convert(const std::stop_token& stop) {
    constexpr std::size_t block = std::size_t{4} << 20U;
    std::string_view rest = bytes_.text();
    rest.remove_prefix(byte_order_mark_length(rest, encoding_));
    converted_.reserve(rest.size() / 2 + rest.size() / 16);
    while (!rest.empty()) {
        if (stop.stop_requested())
            throw Cancelled{};
        std::size_t size = std::min(block, rest.size());
        // A pair of surrogates stays together.
        const auto high_byte = static_cast<unsigned char>(
            rest[size - (encoding_ == TextEncoding::utf16le || size < 2 ? 1 : 2)]);
        if (size < rest.size() && (high_byte & 0xFCU) == 0xD8U)
            size = std::min(size + 2, rest.size());
        const std::string_view part = rest.substr(0, size);
        bytes_.fetch(part);
        converted_ += utf8_from(part, encoding_);
        bytes_.release(part);
        rest.remove_prefix(size);
    }
}

}  // namespace mixtura::csv
