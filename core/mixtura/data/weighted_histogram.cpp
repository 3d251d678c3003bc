// SPDX-License-Identifier: Apache-2.0
#include "mixtura/data/weighted_histogram.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "mixtura/common/error.h"

namespace mixtura {

namespace {

// Beyond this size the width of a range would overflow.
constexpr double largest_shown = 1e300;
// Values are a whole number of steps apart within this part of a step.
constexpr double step_tolerance = 1e-4;
// More steps than this cannot be told apart from a continuous feature.
constexpr double step_count_limit = 1e5;

std::vector<double> finite_values(const VectorRef& values) {
    std::vector<double> finite;
    finite.reserve(static_cast<std::size_t>(values.size()));
    for (const double value : values)
        if (std::isfinite(value))
            finite.push_back(value);
    return finite;
}

/// The step of which all gaps between the sorted values are multiples; 0 if there is none.
double common_step(const std::vector<double>& sorted) {
    double step = std::numeric_limits<double>::infinity();
    for (std::size_t i = 1; i < sorted.size(); ++i)
        if (sorted[i] > sorted[i - 1])
            step = std::min(step, sorted[i] - sorted[i - 1]);
    const double width = sorted.back() - sorted.front();
    if (!std::isfinite(step) || !std::isfinite(width) || width / step > step_count_limit)
        return 0.0;
    step = width / std::round(width / step);  // free of the rounding of a single gap
    for (const double value : sorted) {
        const double steps = (value - sorted.front()) / step;
        if (std::abs(steps - std::round(steps)) > step_tolerance)
            return 0.0;
    }
    return step;
}

/// The smaller of the bin widths of Freedman & Diaconis and of Sturges; the former alone would
/// melt the modes of a mixture together, whose quartiles lie far apart.
double chosen_width(const std::vector<double>& sorted) {
    const auto n = sorted.size();
    const double width = sorted.back() - sorted.front();
    const double quartiles = sorted[n - 1 - n / 4] - sorted[n / 4];
    const auto rows = static_cast<double>(n);
    const double sturges = width / (std::log2(rows) + 1.0);
    if (quartiles > 0.0)
        return std::clamp(2.0 * quartiles / std::cbrt(rows), width / histogram_bin_limit, sturges);
    return sturges;
}

struct Bins {
    AxisRange range;
    std::size_t count = 1;
};

Bins chosen_bins(const std::vector<double>& sorted) {
    const double lower = sorted.front();
    const double upper = sorted.back();
    double width = chosen_width(sorted);
    const double step = common_step(sorted);
    if (step > 0.0) {
        width = step * std::max(1.0, std::round(width / step));
        if ((upper - lower) / width + 1.0 > histogram_bin_limit)
            width = step * std::ceil((upper - lower) / step / (histogram_bin_limit - 1));
        const double start = lower - step / 2.0;
        const double count = std::ceil((upper + step / 4.0 - start) / width);
        return {{start, start + count * width}, static_cast<std::size_t>(count)};
    }
    const double count = std::clamp(std::ceil((upper - lower) / width), 1.0,
                                    static_cast<double>(histogram_bin_limit));
    return {{lower, upper}, static_cast<std::size_t>(count)};
}

}  // namespace

AxisRange axis_range(const VectorRef& values, double margin) {
    double lower = std::numeric_limits<double>::infinity();
    double upper = -lower;
    for (const double value : values) {
        if (!std::isfinite(value))
            continue;
        lower = std::min(lower, value);
        upper = std::max(upper, value);
    }
    if (lower > upper)
        return {};
    lower = std::max(lower, -largest_shown);
    upper = std::min(upper, largest_shown);
    const double width = upper - lower;
    if (width <= 1e-12 * std::max(std::abs(lower), std::abs(upper))) {
        const double half = std::max(std::abs(lower) / 2.0, 1.0);
        return {lower - half, upper + half};
    }
    return {lower - margin * width, upper + margin * width};
}

double WeightedHistogram::bin_width() const noexcept {
    return counts.empty() ? 0.0 : range.size() / static_cast<double>(counts.size());
}

double WeightedHistogram::bin_centre(std::size_t bin) const noexcept {
    return range.lower + (static_cast<double>(bin) + 0.5) * bin_width();
}

double WeightedHistogram::density(std::size_t bin) const noexcept {
    return total > 0.0 ? counts[bin] / (total * bin_width()) : 0.0;
}

WeightedHistogram weighted_histogram(const VectorRef& values, const VectorRef& weights,
                                     int bin_count) {
    if (bin_count < 0 || bin_count > histogram_bin_limit)
        throw InvalidArgument("A histogram has 1 to " + std::to_string(histogram_bin_limit) +
                              " bins, not " + std::to_string(bin_count) + ".");
    if (weights.size() != 0 && weights.size() != values.size())
        throw InvalidArgument("A histogram of " + std::to_string(values.size()) +
                              " values needs as many weights, not " +
                              std::to_string(weights.size()) + ".");
    std::vector<double> sorted = finite_values(values);
    WeightedHistogram result;
    if (sorted.empty()) {
        result.counts.assign(1, 0.0);
        return result;
    }
    std::sort(sorted.begin(), sorted.end());
    Bins bins;
    const AxisRange data = axis_range(values, 0.0);
    // A constant, which was given a width, or values so large that the range had to be cut.
    if (data.lower != sorted.front() || data.upper != sorted.back())
        bins = {data, bin_count > 0 ? static_cast<std::size_t>(bin_count) : 1};
    else if (bin_count > 0)
        bins = {data, static_cast<std::size_t>(bin_count)};
    else
        bins = chosen_bins(sorted);
    result.range = bins.range;
    result.counts.assign(bins.count, 0.0);
    const auto last = static_cast<double>(bins.count - 1);
    const double scale = static_cast<double>(bins.count) / result.range.size();
    for (Eigen::Index row = 0; row < values.size(); ++row) {
        if (!std::isfinite(values[row]))
            continue;
        const double weight = weights.size() == 0 ? 1.0 : weights[row];
        const double bin =
            std::clamp(std::floor((values[row] - result.range.lower) * scale), 0.0, last);
        result.counts[static_cast<std::size_t>(bin)] += weight;
        result.total += weight;
    }
    return result;
}

}  // namespace mixtura
