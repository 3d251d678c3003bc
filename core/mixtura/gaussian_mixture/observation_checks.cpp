// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/observation_checks.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "mixtura/common/brief_text.h"
#include "mixtura/common/error.h"
#include "mixtura/compute/cancelled.h"

namespace mixtura {

namespace {

using Eigen::Index;

/// Beyond these squares leave the range of double precision.
constexpr double greatest_value = 1e150;
constexpr double least_range = 1e-150;
/// A range below this share of the values is rounding: the feature is constant.
constexpr double rounding_share = 1e-14;

[[noreturn]] void refuse_feature(Index feature, Index row, const std::string& problem) {
    DataLocation location;
    location.column = feature + 1;
    location.row = row;
    throw DataError("Feature " + std::to_string(feature + 1) + " " + problem, location);
}

void check_weights(const VectorRef& weights, Index n) {
    if (weights.size() == 0)
        return;
    if (weights.size() != n) {
        throw InvalidArgument("There are " + std::to_string(weights.size()) +
                              " observation_weights for " + std::to_string(n) + " rows.");
    }
    for (Index i = 0; i < n; ++i) {
        if (!(weights[i] >= 0.0) || !std::isfinite(weights[i])) {
            throw InvalidArgument("The weight of row " + std::to_string(i + 1) + " is " +
                                  brief_text(weights[i]) +
                                  "; observation_weights must be finite and not negative.");
        }
    }
}

void check_feature(const VectorRef& values, const VectorRef& weights, Index feature) {
    double least = std::numeric_limits<double>::infinity();
    double greatest = -least;
    for (Index i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i])) {
            refuse_feature(feature, i + 1,
                           "has the value " + brief_text(values[i]) + " in row " +
                               std::to_string(i + 1) +
                               "; every value must be a finite number. Drop the row or "
                               "replace the value.");
        }
        if (weights.size() > 0 && weights[i] == 0.0)
            continue;
        least = std::min(least, values[i]);
        greatest = std::max(greatest, values[i]);
    }
    const double largest = std::max(std::abs(least), std::abs(greatest));
    if (largest > greatest_value) {
        refuse_feature(feature, 0,
                       "spans " + brief_text(least) + " to " + brief_text(greatest) +
                           ", so its variance is not finite. Express it in a larger unit, or "
                           "remove the extreme rows.");
    }
    if (greatest - least <= rounding_share * largest) {
        refuse_feature(feature, 0,
                       "is constant (" + brief_text(least) +
                           "), so it has no variance to model. Leave it out.");
    }
    if (greatest - least < least_range) {
        refuse_feature(feature, 0,
                       "spans only " + brief_text(greatest - least) +
                           ", so its variance underflows. Express it in a smaller unit.");
    }
}

}  // namespace

RowTotals check_observations(const MatrixRef& observations, const VectorRef& weights,
                             const std::stop_token& stop) {
    const Index n = observations.rows();
    if (observations.cols() < 1)
        throw DataError("There are no features to fit.");
    if (n < 1)
        throw DataError("There are no rows to fit.");
    check_weights(weights, n);
    const RowTotals totals{
        .weight_sum = weights.size() > 0 ? weights.sum() : static_cast<double>(n),
        .used_row_count = weights.size() > 0 ? (weights.array() > 0.0).count() : n};
    if (totals.used_row_count == 0)
        throw DataError("Every row has weight zero: there is nothing to fit.");
    for (Index j = 0; j < observations.cols(); ++j) {
        if (stop.stop_requested())
            throw compute::Cancelled{};
        check_feature(observations.col(j), weights, j);
    }
    return totals;
}

void check_start_partition(const Partition& partition, Index row_count, int component_count,
                           bool has_noise) {
    if (static_cast<Index>(partition.size()) != row_count) {
        throw InvalidArgument("The start partition has " + std::to_string(partition.size()) +
                              " entries for " + std::to_string(row_count) + " rows.");
    }
    std::vector<bool> is_used(static_cast<std::size_t>(component_count), false);
    for (const std::int32_t component : partition) {
        if (has_noise && component == component_count)
            continue;
        if (component < 0 || component >= component_count) {
            throw InvalidArgument("The start partition names component " +
                                  std::to_string(component) + "; it must be from 0 to " +
                                  std::to_string(component_count - 1) + ".");
        }
        is_used[static_cast<std::size_t>(component)] = true;
    }
    const auto unused = std::ranges::find(is_used, false);
    if (unused != is_used.end()) {
        throw InvalidArgument("The start partition has no row in component " +
                              std::to_string(unused - is_used.begin()) + " of 0 to " +
                              std::to_string(component_count - 1) + ".");
    }
}

double weighted_variance(const VectorRef& values, const VectorRef& weights) {
    const double origin = values[0];
    double mass = 0.0;
    double sum = 0.0;
    for (Index i = 0; i < values.size(); ++i) {
        const double weight = weights.size() > 0 ? weights[i] : 1.0;
        mass += weight;
        sum += weight * (values[i] - origin);
    }
    const double mean = origin + sum / mass;
    double squares = 0.0;
    for (Index i = 0; i < values.size(); ++i) {
        const double weight = weights.size() > 0 ? weights[i] : 1.0;
        squares += weight * (values[i] - mean) * (values[i] - mean);
    }
    return squares / mass;
}

}  // namespace mixtura
