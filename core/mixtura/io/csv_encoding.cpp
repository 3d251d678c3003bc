// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_encoding.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace mixtura::csv {

namespace {

unsigned byte_at(std::string_view text, std::size_t i) noexcept {
    return static_cast<unsigned char>(text[i]);
}

void append_utf8(std::string& out, std::uint32_t code) {
    const auto push = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (code < 0x80U) {
        push(code);
    } else if (code < 0x800U) {
        push(0xC0U | (code >> 6U));
        push(0x80U | (code & 0x3FU));
    } else if (code < 0x10000U) {
        push(0xE0U | (code >> 12U));
        push(0x80U | ((code >> 6U) & 0x3FU));
        push(0x80U | (code & 0x3FU));
    } else {
        push(0xF0U | (code >> 18U));
        push(0x80U | ((code >> 12U) & 0x3FU));
        push(0x80U | ((code >> 6U) & 0x3FU));
        push(0x80U | (code & 0x3FU));
    }
}

constexpr std::uint32_t replacement = 0xFFFD;

/// Unicode of the Windows-1252 bytes 0x80 to 0x9F; the five unassigned ones stay C1 controls.
constexpr std::array<std::uint16_t, 32> windows1252_upper{
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

std::string from_windows1252(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 16);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const unsigned byte = byte_at(text, i);
        append_utf8(out, byte >= 0x80U && byte < 0xA0U ? windows1252_upper[byte - 0x80U] : byte);
    }
    return out;
}

std::string from_utf16(std::string_view text, bool big_endian) {
    std::string out;
    out.reserve(text.size() / 2 + 16);
    const auto unit_at = [&](std::size_t i) -> std::uint32_t {
        return big_endian ? byte_at(text, i) << 8U | byte_at(text, i + 1)
                          : byte_at(text, i + 1) << 8U | byte_at(text, i);
    };
    std::size_t i = 0;
    while (i + 1 < text.size()) {
        const std::uint32_t unit = unit_at(i);
        i += 2;
        if (unit < 0xD800U || unit > 0xDFFFU) {
            append_utf8(out, unit);
            continue;
        }
        const bool is_pair =
            unit < 0xDC00U && i + 1 < text.size() && (unit_at(i) & 0xFC00U) == 0xDC00U;
        append_utf8(out, is_pair ? 0x10000U + ((unit & 0x3FFU) << 10U) + (unit_at(i) & 0x3FFU)
                                 : replacement);
        if (is_pair)
            i += 2;
    }
    if (i < text.size())
        append_utf8(out, replacement);
    return out;
}

/// Number of bytes of the well-formed character at `i`; 0 if ill-formed, and the negative of the
/// bytes present if the text ends within it.
int character_length(std::string_view text, std::size_t i) noexcept {
    const unsigned first = byte_at(text, i);
    if (first < 0x80U)
        return 1;
    const int length = first >= 0xF0U ? 4 : first >= 0xE0U ? 3 : 2;
    if (first < 0xC2U || first > 0xF4U)
        return 0;
    unsigned low = 0x80U;
    unsigned high = 0xBFU;
    if (first == 0xE0U)
        low = 0xA0U;
    if (first == 0xEDU)
        high = 0x9FU;
    if (first == 0xF0U)
        low = 0x90U;
    if (first == 0xF4U)
        high = 0x8FU;
    for (int k = 1; k < length; ++k) {
        if (i + static_cast<std::size_t>(k) >= text.size())
            return -k;
        const unsigned next = byte_at(text, i + static_cast<std::size_t>(k));
        if (next < low || next > high)
            return 0;
        low = 0x80U;
        high = 0xBFU;
    }
    return length;
}

/// In UTF-16 every line feed is a pair of bytes with its NUL at `nul_parity`; here all NUL bytes stand
/// at places of that parity, and there is a line feed.
bool has_wide_line_ends(std::string_view sample, std::size_t nul_parity) {
    bool has_any = false;
    for (std::size_t i = 0; i + (1 - i % 2) < sample.size(); ++i) {
        if (sample[i] == '\0' && i % 2 != nul_parity)
            return false;
        if (sample[i] != '\n')
            continue;
        if (i % 2 == nul_parity || sample[i ^ 1U] != '\0')
            return false;
        has_any = true;
    }
    return has_any;
}

}  // namespace

bool is_ascii(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80U; });
}

bool is_utf8(std::string_view text, bool may_be_cut) noexcept {
    std::size_t i = 0;
    while (i < text.size()) {
        if (i + 8 <= text.size()) {
            std::uint64_t word = 0;
            std::memcpy(&word, text.data() + i, 8);
            if ((word & 0x8080808080808080ULL) == 0) {
                i += 8;
                continue;
            }
        }
        const int length = character_length(text, i);
        if (length <= 0)
            return length < 0 && may_be_cut;
        i += static_cast<std::size_t>(length);
    }
    return true;
}

TextEncoding detect_encoding(std::string_view sample) {
    using namespace std::string_view_literals;
    if (sample.substr(0, 3) == "\xEF\xBB\xBF"sv)
        return TextEncoding::utf8;
    if (sample.substr(0, 2) == "\xFF\xFE"sv)
        return TextEncoding::utf16le;
    if (sample.substr(0, 2) == "\xFE\xFF"sv)
        return TextEncoding::utf16be;
    // A table in UTF-16 is mostly ASCII: a NUL in nearly every other place, none in between.
    std::array<std::size_t, 2> nul_count{};
    for (std::size_t i = 0; i < sample.size(); ++i)
        if (sample[i] == '\0')
            ++nul_count[i % 2];
    const std::size_t half = sample.size() / 2;
    if ((half > 0 && nul_count[1] * 10 > half * 7 && nul_count[0] * 20 < half) ||
        has_wide_line_ends(sample, 1))
        return TextEncoding::utf16le;
    if ((half > 0 && nul_count[0] * 10 > half * 7 && nul_count[1] * 20 < half) ||
        has_wide_line_ends(sample, 0))
        return TextEncoding::utf16be;
    return is_utf8(sample, true) ? TextEncoding::utf8 : TextEncoding::windows1252;
}

std::size_t byte_order_mark_length(std::string_view text, TextEncoding encoding) noexcept {
    using namespace std::string_view_literals;
    switch (encoding) {
        case TextEncoding::utf8:
            return text.substr(0, 3) == "\xEF\xBB\xBF"sv ? 3 : 0;
        case TextEncoding::utf16le:
            return text.substr(0, 2) == "\xFF\xFE"sv ? 2 : 0;
        case TextEncoding::utf16be:
            return text.substr(0, 2) == "\xFE\xFF"sv ? 2 : 0;
        case TextEncoding::windows1252:
            break;
    }
    return 0;
}

std::string utf8_from(std::string_view text, TextEncoding encoding) {
    text.remove_prefix(byte_order_mark_length(text, encoding));
    switch (encoding) {
        case TextEncoding::utf16le:
            return from_utf16(text, false);
        case TextEncoding::utf16be:
            return from_utf16(text, true);
        case TextEncoding::windows1252:
            return from_windows1252(text);
        case TextEncoding::utf8:
            break;
    }
    std::string out;
    out.reserve(text.size());
    std::size_t i = 0;
    while (i < text.size()) {
        const int length = character_length(text, i);
        if (length > 0) {
            out.append(text.substr(i, static_cast<std::size_t>(length)));
            i += static_cast<std::size_t>(length);
        } else {
            append_utf8(out, replacement);
            ++i;
        }
    }
    return out;
}

}  // namespace mixtura::csv
