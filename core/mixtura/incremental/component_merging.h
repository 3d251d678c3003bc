// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "mixtura/incremental/incremental_component.h"

namespace mixtura {

/// Upper bound, in nats over the rows learned, of what two components lose as one:
/// 1/2 [(n_i + n_j) log |C_m| - n_i log |C_i| - n_j log |C_j|], with C_m that of the two together.
/// Source: Runnalls 2007, IEEE Trans. Aerosp. Electron. Syst. 43:989. Time d^3.
double merge_cost(const IncrementalComponent& a, const IncrementalComponent& b);
/// What `merge_cost` is at least: half the mass times the log of one plus the largest squared
/// distance of the means, feature by feature. Time d.
double least_merge_cost(const IncrementalComponent& a, const IncrementalComponent& b);

/// The component that would be there had one learned what both did: exactly so where they learned
/// without forgetting from one initial covariance. Time d^3.
IncrementalComponent merged(const IncrementalComponent& a, const IncrementalComponent& b);

/// The two components (indices, of one class) that are cheapest to merge, and their cost.
struct MergePair {
    std::size_t first = 0;
    std::size_t second = 0;
    double cost = 0.0;
};
/// @param class_index  of this class alone, unless -2 @param limit  only pairs cheaper than this
std::optional<MergePair> cheapest_pair(const std::vector<IncrementalComponent>& components,
                                       int class_index, double limit);
inline constexpr int every_class = -2;

}  // namespace mixtura
