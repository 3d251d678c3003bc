// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace mixtura {

/// Colours of components as 0xRRGGBB, from Okabe & Ito (2008), "Color universal design", in the
/// order that keeps neighbours apart on a white or on a dark background.
inline constexpr std::array<std::uint32_t, 8> component_colours_on_light = {
    0x0072B2, 0xE69F00, 0x009E73, 0xD55E00, 0x56B4E9, 0xCC79A7, 0xF0E442, 0x000000};
inline constexpr std::array<std::uint32_t, 8> component_colours_on_dark = {
    0x56B4E9, 0xE69F00, 0x009E73, 0xCC79A7, 0xD55E00, 0xF0E442, 0x0072B2, 0xFFFFFF};

}  // namespace mixtura
