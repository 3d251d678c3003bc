// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "mixtura/common/error.h"
#include "mixtura/gaussian_mixture/initialisation.h"

namespace mixtura {

namespace {

/// Distinct values, ascending, among the type-7 quantiles at `count` equally spaced probabilities
/// (Hyndman & Fan 1996): probability p is at position (n - 1) p of the sorted values.
std::vector<double> distinct_quantiles(const std::vector<double>& sorted, std::size_t count) {
    std::vector<double> quantiles;
    for (std::size_t q = 0; q < count; ++q) {
        const double position = static_cast<double>(sorted.size() - 1) * static_cast<double>(q) /
                                static_cast<double>(count - 1);
        const auto below = static_cast<std::size_t>(position);
        const std::size_t above = std::min(below + 1, sorted.size() - 1);
        const double value = sorted[below] + (position - static_cast<double>(below)) *
                                                 (sorted[above] - sorted[below]);
        if (quantiles.empty() || value > quantiles.back())
            quantiles.push_back(value);
    }
    return quantiles;
}

/// Takes out the inner cut that ends the narrowest class until `count` are left.
void drop_narrowest(std::vector<double>& cuts, std::size_t count) {
    while (cuts.size() > count) {
        std::size_t narrowest = 0;
        for (std::size_t i = 1; i + 1 < cuts.size(); ++i)
            if (cuts[i + 1] - cuts[i] < cuts[narrowest + 1] - cuts[narrowest])
                narrowest = i;
        // The outer cuts stay: they are the range of the data.
        const std::size_t inner = std::clamp<std::size_t>(narrowest, 1, cuts.size() - 2);
        cuts.erase(cuts.begin() + static_cast<std::ptrdiff_t>(inner));
    }
}

/// Classes [cut_i, cut_{i+1}), the last one closed.
Partition cut(const VectorRef& feature, const std::vector<double>& cuts) {
    Partition partition(static_cast<std::size_t>(feature.size()));
    for (Eigen::Index i = 0; i < feature.size(); ++i) {
        const auto inner_end = cuts.end() - 1;
        const auto above = std::upper_bound(cuts.begin() + 1, inner_end, feature[i]);
        partition[static_cast<std::size_t>(i)] =
            static_cast<std::int32_t>(above - cuts.begin() - 1);
    }
    return partition;
}

bool has_empty_class(const Partition& partition, int class_count) {
    std::vector<bool> used(static_cast<std::size_t>(class_count), false);
    for (const std::int32_t label : partition) used[static_cast<std::size_t>(label)] = true;
    return std::find(used.begin(), used.end(), false) != used.end();
}

/// Lower ends of `count` classes of about equally many rows, each holding a distinct value at
/// least, then the largest value.
std::vector<double> cuts_at_values(const std::vector<double>& sorted,
                                   const std::vector<double>& distinct, std::size_t count) {
    std::vector<double> cuts{distinct.front()};
    std::size_t value = 0;
    for (std::size_t c = 1; c < count; ++c) {
        const double target = sorted[c * sorted.size() / count];
        ++value;
        while (distinct[value] < target && distinct.size() - value > count - c) ++value;
        cuts.push_back(distinct[value]);
    }
    cuts.push_back(distinct.back());
    return cuts;
}

}  // namespace

Partition quantile_partition(const VectorRef& feature, int component_count) {
    if (component_count < 1)
        throw InvalidArgument("The number of components must be at least 1, not " +
                              std::to_string(component_count) + ".");
    if (feature.size() == 0 || !feature.allFinite())
        throw InvalidArgument("The feature to be cut into classes is empty or not finite.");
    std::vector<double> sorted(feature.data(), feature.data() + feature.size());
    std::sort(sorted.begin(), sorted.end());
    std::vector<double> distinct = sorted;
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    const auto count = static_cast<std::size_t>(component_count);
    if (distinct.size() < count)
        throw InvalidArgument("There are only " + std::to_string(distinct.size()) +
                              " distinct observations for " + std::to_string(component_count) +
                              " clusters. Use fewer components.");
    // Where few values repeat many times, more probabilities find no new quantile.
    const std::size_t probability_limit = 10 * count + 100;
    std::vector<double> cuts;
    for (std::size_t probabilities = count + 1;
         cuts.size() < count + 1 && probabilities <= probability_limit; ++probabilities)
        cuts = distinct_quantiles(sorted, probabilities);
    if (cuts.size() >= count + 1) {
        drop_narrowest(cuts, count + 1);
        Partition partition = cut(feature, cuts);
        if (!has_empty_class(partition, component_count))
            return partition;
    }
    return cut(feature, cuts_at_values(sorted, distinct, count));
}

}  // namespace mixtura
