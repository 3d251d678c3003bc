// SPDX-License-Identifier: Apache-2.0
#include "mixtura/compute/reduction_tree.h"

#include <utility>

namespace mixtura::compute {

namespace {

void add(std::vector<double>& sum, const std::vector<double>& other) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += other[i];
}

}  // namespace

void ReductionTree::push(Node node) {
    nodes_.push_back(std::move(node));
    while (nodes_.size() >= 2) {
        Node& right = nodes_.back();
        Node& left = nodes_[nodes_.size() - 2];
        if (left.level != right.level || left.index % 2 != 0 || right.index != left.index + 1)
            return;
        add(left.sum, right.sum);
        ++left.level;
        left.index /= 2;
        nodes_.pop_back();
    }
}

void ReductionTree::add_block(std::size_t index, std::vector<double> statistics) {
    push({0, index, std::move(statistics)});
}

void ReductionTree::append(ReductionTree&& following) {
    for (Node& node : following.nodes_) push(std::move(node));
    following.nodes_.clear();
}

std::vector<double> ReductionTree::total() && {
    if (nodes_.empty())
        return {};
    // What is left are lone last nodes: each moves up until it meets its left neighbour.
    while (nodes_.size() > 1) {
        add(nodes_[nodes_.size() - 2].sum, nodes_.back().sum);
        nodes_.pop_back();
    }
    return std::move(nodes_.front().sum);
}

}  // namespace mixtura::compute
