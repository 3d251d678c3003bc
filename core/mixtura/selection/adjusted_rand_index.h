// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace mixtura {

/// Agreement of two partitions of the same rows, corrected for chance: 1 where they are equal up
/// to the numbering, 0 in expectation for independent ones. Where both are trivial (one cluster,
/// or every row its own), 1.
/// Source: Hubert & Arabie (1985), J. Classification 2:193.
/// @param a, b  the same number of labels >= 0. Time O(n log n)
/// @throw InvalidArgument  different lengths, none at all
double adjusted_rand_index(const std::vector<std::int32_t>& a, const std::vector<std::int32_t>& b);

}  // namespace mixtura
