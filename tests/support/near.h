// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace mixtura::test {

/// |expected - actual| <= tolerance * max(1, |expected|).
inline testing::AssertionResult near(double expected, double actual, double tolerance) {
    const double allowed = tolerance * std::max(1.0, std::abs(expected));
    if (std::abs(expected - actual) <= allowed)
        return testing::AssertionSuccess();
    return testing::AssertionFailure() << "expected " << testing::PrintToString(expected)
                                       << ", got " << testing::PrintToString(actual) << ": off by "
                                       << std::abs(expected - actual) << ", allowed " << allowed;
}

/// The same for every entry of two matrices.
template <class Expected, class Actual>
testing::AssertionResult all_near(const Expected& expected, const Actual& actual,
                                  double tolerance) {
    if (expected.rows() != actual.rows() || expected.cols() != actual.cols())
        return testing::AssertionFailure() << "the shapes differ";
    for (auto j = expected.cols() * 0; j < expected.cols(); ++j) {
        for (auto i = expected.rows() * 0; i < expected.rows(); ++i) {
            if (auto result = near(expected(i, j), actual(i, j), tolerance); !result)
                return result << " at (" << i << ", " << j << ")";
        }
    }
    return testing::AssertionSuccess();
}

}  // namespace mixtura::test
