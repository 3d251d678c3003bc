// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mixtura::compute {

/// Sum of the statistics of blocks 0, 1, 2, ... in one fixed shape, whoever computes them:
/// node (l, i) = node (l-1, 2i) + node (l-1, 2i+1), and a lone last node moves up unchanged.
/// A worker adds the blocks of its contiguous range in order; siblings are summed at once, so that
/// O(log blocks) nodes are kept. The forests of the workers, joined in order, give the same bits
/// as one worker.
class ReductionTree {
  public:
    /// Adds the statistics of block `index`, which follows the last one added.
    void add_block(std::size_t index, std::vector<double> statistics);
    /// Adds the nodes of a worker whose range follows.
    void append(ReductionTree&& following);
    /// The sum; empty if nothing was added.
    [[nodiscard]] std::vector<double> total() &&;

  private:
    struct Node {
        int level;
        std::size_t index;
        std::vector<double> sum;
    };
    void push(Node node);

    std::vector<Node> nodes_;
};

}  // namespace mixtura::compute
