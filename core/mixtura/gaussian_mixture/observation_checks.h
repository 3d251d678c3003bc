// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>

#include "mixtura/common/matrix.h"
#include "mixtura/gaussian_mixture/initialisation.h"

namespace mixtura {

/// What the rows of a fit amount to.
struct RowTotals {
    double weight_sum = 0.0;
    Eigen::Index used_row_count = 0;  ///< rows of positive weight
};

/// Whether observations can be fitted.
/// @param weights  n, or empty for all one
/// @throw InvalidArgument     weights of another length or not all finite and >= 0
/// @throw DataError           no rows or features; a value that is not finite, a feature that is
///                            constant or whose variance overflows; with the column
/// @throw compute::Cancelled  the stop was requested
RowTotals check_observations(const MatrixRef& observations, const VectorRef& weights,
                             const std::stop_token& stop);

/// @param has_noise  the entry K is allowed too
/// @throw InvalidArgument  not one entry from 0 to K - 1 for each row, or a component without a row
void check_start_partition(const Partition& partition, Eigen::Index row_count, int component_count,
                           bool has_noise = false);

/// Two-pass variance with the sum of the weights as divisor. @param weights  n, or empty for all one
double weighted_variance(const VectorRef& values, const VectorRef& weights);

}  // namespace mixtura
