// SPDX-License-Identifier: Apache-2.0
#include "mixtura/selection/adjusted_rand_index.h"

#include <map>
#include <utility>

#include "mixtura/common/error.h"

namespace mixtura {

namespace {

double pairs(double count) {
    return 0.5 * count * (count - 1.0);
}

}  // namespace

double adjusted_rand_index(const std::vector<std::int32_t>& a, const std::vector<std::int32_t>& b) {
    if (a.size() != b.size() || a.empty())
        throw InvalidArgument("Two partitions of the same rows are needed; they have " +
                              std::to_string(a.size()) + " and " + std::to_string(b.size()) +
                              " rows.");
    std::map<std::pair<std::int32_t, std::int32_t>, double> both;
    std::map<std::int32_t, double> of_a;
    std::map<std::int32_t, double> of_b;
    for (std::size_t i = 0; i < a.size(); ++i) {
        both[{a[i], b[i]}] += 1.0;
        of_a[a[i]] += 1.0;
        of_b[b[i]] += 1.0;
    }
    double together = 0.0;
    double in_a = 0.0;
    double in_b = 0.0;
    for (const auto& [cell, count] : both) together += pairs(count);
    for (const auto& [label, count] : of_a) in_a += pairs(count);
    for (const auto& [label, count] : of_b) in_b += pairs(count);
    const double all = pairs(static_cast<double>(a.size()));
    const double expected = all > 0.0 ? in_a * in_b / all : 0.0;
    const double largest = 0.5 * (in_a + in_b);
    return largest == expected ? 1.0 : (together - expected) / (largest - expected);
}

}  // namespace mixtura
