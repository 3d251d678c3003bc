// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <stop_token>
#include <vector>

#include <Eigen/Core>
#include <tbb/parallel_for.h>

#include "mixtura/common/cancelled.h"

namespace mixtura::experts {

/// Rows of a block. Fixed, and partial sums are added in the order of the blocks: the same bits for
/// any number of threads.
inline constexpr Eigen::Index row_block = 2048;

[[nodiscard]] inline Eigen::Index row_block_count(Eigen::Index row_count) {
    return (row_count + row_block - 1) / row_block;
}

/// Calls `work(block, first_row, row_count)` for every block of rows, side by side.
/// @throw Cancelled  the stop was requested
template <class Work>
void for_each_row_block(Eigen::Index row_count, const std::stop_token& stop, const Work& work) {
    const Eigen::Index count = row_block_count(row_count);
    const auto one = [&](Eigen::Index block) {
        if (stop.stop_requested())
            throw Cancelled{};
        const Eigen::Index first = block * row_block;
        work(block, first, std::min(row_block, row_count - first));
    };
    if (count == 1)
        one(0);
    else
        tbb::parallel_for(Eigen::Index{0}, count, one);
}

}  // namespace mixtura::experts
