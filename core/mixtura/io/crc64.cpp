// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/crc64.h"

#include <array>

namespace mixtura {

namespace {

constexpr std::array<std::uint64_t, 256> make_table() {
    constexpr std::uint64_t polynomial = 0xC96C5795D7870F42U;
    std::array<std::uint64_t, 256> table{};
    for (std::uint64_t byte = 0; byte < table.size(); ++byte) {
        std::uint64_t remainder = byte;
        for (int bit = 0; bit < 8; ++bit)
            remainder = (remainder >> 1U) ^ ((remainder & 1U) != 0 ? polynomial : 0U);
        table[byte] = remainder;
    }
    return table;
}

constexpr std::array<std::uint64_t, 256> table = make_table();

}  // namespace

std::uint64_t crc64(std::string_view bytes) noexcept {
    std::uint64_t crc = ~std::uint64_t{0};
    for (const char byte : bytes)
        crc = table[(crc ^ static_cast<unsigned char>(byte)) & 0xFFU] ^ (crc >> 8U);
    return ~crc;
}

}  // namespace mixtura
