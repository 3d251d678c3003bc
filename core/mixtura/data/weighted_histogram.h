// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mixtura/common/matrix.h"

namespace mixtura {

/// The stretch of one feature that an axis shows, in the feature's unit; lower < upper.
struct AxisRange {
    double lower = 0.0;
    double upper = 1.0;
    [[nodiscard]] double size() const noexcept { return upper - lower; }
};

/// The range of the finite values, widened on both sides by `margin` of its width. One distinct
/// value is given a width that shows it (half its size, at least 1); no finite value gives 0..1.
AxisRange axis_range(const VectorRef& values, double margin = 0.05);

/// Counts of equal, adjacent bins over `range`, with the rows' case weights: what a figure draws
/// under a density. (`ColumnHistogram` of a column summary counts rows.)
struct WeightedHistogram {
    AxisRange range;
    std::vector<double> counts;  ///< rows (or sum of their weights) in each bin
    double total = 0.0;          ///< of all finite values, also those outside the range

    [[nodiscard]] double bin_width() const noexcept;
    [[nodiscard]] double bin_centre(std::size_t bin) const noexcept;
    /// Height of a bar in the unit of a probability density: count / (total * bin width).
    [[nodiscard]] double density(std::size_t bin) const noexcept;
};

inline constexpr int histogram_bin_limit = 200;

/// Counts the finite values in bins that hold all of them. A value on an inner edge belongs to the
/// bin above it, the largest to the last bin.
///
/// @param weights    case weights of the values, or empty for all one
/// @param bin_count  1..histogram_bin_limit; 0 chooses the smaller of the widths 2 IQR n^(-1/3) of
///                   Freedman & Diaconis (1981), Z. Wahrscheinlichkeitstheorie 57:453, and range /
///                   (1 + log2 n) of Sturges (1926), J. Am. Stat. Assoc. 21:65. Rounded values (all a
///                   whole number of steps apart) then get bins of a whole number of steps with
///                   their edges between the values, or else the bars would form a false comb
/// @throw InvalidArgument  a bin count out of range, or weights of another length
WeightedHistogram weighted_histogram(const VectorRef& values,
                                     const VectorRef& weights = Eigen::VectorXd(),
                                     int bin_count = 0);

}  // namespace mixtura
