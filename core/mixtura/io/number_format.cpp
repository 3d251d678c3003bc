// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/number_format.h"

#include <array>
#include <charconv>
#include <cmath>

namespace mixtura {

namespace {

std::string not_finite(double value) {
    if (std::isnan(value))
        return "NaN";
    return value > 0.0 ? "Inf" : "-Inf";
}

}  // namespace

std::string exact_text(double value) {
    if (!std::isfinite(value))
        return not_finite(value);
    std::array<char, 32> text{};
    auto* const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return {text.data(), end};
}

std::string rounded_text(double value, int digits) {
    if (!std::isfinite(value))
        return not_finite(value);
    std::array<char, 64> text{};
    auto* const end = std::to_chars(text.data(), text.data() + text.size(), value,
                                    std::chars_format::general, digits)
                          .ptr;
    return {text.data(), end};
}

std::string fixed_text(double value, int decimals) {
    if (!std::isfinite(value))
        return not_finite(value);
    std::array<char, 512> text{};
    auto* const end = std::to_chars(text.data(), text.data() + text.size(), value,
                                    std::chars_format::fixed, decimals)
                          .ptr;
    return {text.data(), end};
}

}  // namespace mixtura
