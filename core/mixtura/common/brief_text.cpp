// SPDX-License-Identifier: Apache-2.0
#include "mixtura/common/brief_text.h"

#include <array>
#include <charconv>

namespace mixtura {

std::string brief_text(double value, int digits) {
    std::array<char, 64> buffer{};
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                            std::chars_format::general, digits);
    return error == std::errc() ? std::string(buffer.data(), end) : std::string("?");
}

}  // namespace mixtura
