// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace mixtura {

/// CRC-64/XZ (ECMA-182, reflected): tells damaged bytes from whole ones.
std::uint64_t crc64(std::string_view bytes) noexcept;

}  // namespace mixtura
