// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include <fast_float/fast_float.h>

#include "mixtura/io/csv_number.h"

namespace mixtura::csv {

/// Bytes after the first character of a number that `scan_number` may look at.
constexpr std::ptrdiff_t scan_reach = 64;

namespace scan_detail {

constexpr std::uint64_t ascii_zeros = 0x3030303030303030ULL;

inline std::uint64_t eight_bytes(const char* p) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, p, 8);
    if constexpr (std::endian::native == std::endian::big) {
        std::uint64_t swapped = 0;
        for (int i = 0; i < 8; ++i)
            swapped = swapped << 8U | (word >> (8U * static_cast<unsigned>(i)) & 0xFFU);
        return swapped;
    }
    return word;
}

/// How many of the first eight characters are digits before the first that is not. `offset_word`
/// is the word xor "00000000": digits are bytes 0 to 9. Adding 0x76 carries a byte above 9 into its
/// high bit; a carry out of a byte can only reach bytes behind the first non-digit.
inline int leading_digits(std::uint64_t offset_word) noexcept {
    const std::uint64_t other =
        ((offset_word + 0x7676767676767676ULL) | offset_word) & 0x8080808080808080ULL;
    return other == 0 ? 8 : std::countr_zero(other) / 8;
}

/// Value of eight digits given as bytes 0 to 9, the first in the lowest byte: pairs, then fours,
/// then eight, each step one multiplication (Lemire 2018, "Quickly parsing eight digits").
inline std::uint64_t eight_digits(std::uint64_t digits) noexcept {
    digits = digits * 10 + (digits >> 8U);
    return (((digits & 0x000000FF000000FFULL) * 0x000F424000000064ULL) +
            (((digits >> 16U) & 0x000000FF000000FFULL) * 0x0000271000000001ULL)) >>
           32U;
}

constexpr std::array<std::uint64_t, 9> ten_to{1,      10,      100,      1000,     10000,
                                              100000, 1000000, 10000000, 100000000};
constexpr std::array<double, 23> exact_ten_to{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                              1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                              1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/// Appends the digits at `p` to `mantissa` (modulo 2^64) and moves behind them. Its only branches
/// are on whole blocks of eight digits, which hardly vary from number to number.
inline void take_digits(const char*& p, const char* limit, std::uint64_t& mantissa) noexcept {
    while (p < limit) {
        const std::uint64_t offset_word = eight_bytes(p) ^ ascii_zeros;
        const int count = leading_digits(offset_word);
        if (count == 8) {
            mantissa = mantissa * ten_to[8] + eight_digits(offset_word);
            p += 8;
            continue;
        }
        // Shifted up, the digits stand last and zeros before them; by 64 in all where there is none.
        const std::uint64_t digits = offset_word << (56U - 8U * static_cast<unsigned>(count)) << 8U;
        mantissa = mantissa * ten_to[static_cast<std::size_t>(count)] + eight_digits(digits);
        p += count;
        return;
    }
}

/// Number of digits from the first that is not zero on, in `begin` to `end`, which hold digits and
/// one decimal sign at most.
inline std::ptrdiff_t significant_digits(const char* begin, const char* end,
                                         char decimal) noexcept {
    std::ptrdiff_t count = 0;
    for (; begin != end; ++begin)
        if (*begin != decimal && (count > 0 || *begin != '0'))
            ++count;
    return count;
}

}  // namespace scan_detail

/// Reads the number that begins at `p`, of which `scan_reach` bytes can be read: an optional minus,
/// at most 19 significant digits with an optional decimal sign, an optional exponent of at most
/// three digits. The value is that of `parse_number`, bit for bit: exact operations where the
/// mantissa is below 2^53 and the power of ten at most 22 (Clinger 1990, PLDI), else the product
/// with a 128-bit power of five (Lemire 2021, Softw. Pract. Exp. 51:1700), which says when it cannot
/// decide.
/// @return behind the number; nullptr if it is not one or any of this does not hold
inline const char* scan_number(const char* p, char decimal, double& value,
                               unsigned& look) noexcept {
    using namespace scan_detail;
    constexpr std::ptrdiff_t digits_reach = 40;  // leaves room for an exponent and the next sign
    constexpr std::ptrdiff_t significant_limit = 19;
    const char* const limit = p + digits_reach;
    const bool is_negative = *p == '-';
    p += is_negative ? 1 : 0;
    const char* const integer_begin = p;
    std::uint64_t mantissa = 0;
    take_digits(p, limit, mantissa);
    const std::ptrdiff_t integer_digits = p - integer_begin;
    std::int64_t power = 0;
    if (*p == decimal) {
        ++p;
        const char* const fraction_begin = p;
        take_digits(p, limit, mantissa);
        power = fraction_begin - p;
        look = look_has_point_or_exponent;
    } else {
        look = 0;
        if (integer_digits > 1 && *integer_begin == '0')
            look = look_has_leading_zero;
        if (integer_digits > 15)
            look |= look_is_long_integer;
    }
    const std::ptrdiff_t digits = integer_digits - power;
    if (digits == 0 || p >= limit)
        return nullptr;
    if (digits > significant_limit &&
        significant_digits(integer_begin, p, decimal) > significant_limit)
        return nullptr;
    if ((static_cast<unsigned char>(*p) | 0x20U) == 'e') {
        ++p;
        const bool power_is_negative = *p == '-';
        p += *p == '-' || *p == '+' ? 1 : 0;
        std::int64_t exponent = 0;
        int exponent_digits = 0;
        while (*p >= '0' && *p <= '9' && exponent_digits < 4) {
            exponent = exponent * 10 + (*p - '0');
            ++p;
            ++exponent_digits;
        }
        if (exponent_digits == 0 || exponent_digits == 4)
            return nullptr;
        power += power_is_negative ? -exponent : exponent;
        look = look_has_point_or_exponent;
    }
    if (mantissa <= (std::uint64_t{1} << 53U) && power >= -22 && power <= 22) {
        const auto exact = static_cast<double>(mantissa);
        const double magnitude = power < 0 ? exact / exact_ten_to[static_cast<std::size_t>(-power)]
                                           : exact * exact_ten_to[static_cast<std::size_t>(power)];
        value = is_negative ? -magnitude : magnitude;
        return p;
    }
    const fast_float::adjusted_mantissa rounded =
        fast_float::compute_float<fast_float::binary_format<double>>(power, mantissa);
    constexpr int infinite_power = 0x7FF;
    if (rounded.power2 < 0 || rounded.power2 >= infinite_power)
        return nullptr;
    const std::uint64_t bits = rounded.mantissa |
                               static_cast<std::uint64_t>(rounded.power2) << 52U |
                               static_cast<std::uint64_t>(is_negative) << 63U;
    value = std::bit_cast<double>(bits);
    return p;
}

}  // namespace mixtura::csv
