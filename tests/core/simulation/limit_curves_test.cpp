// SPDX-License-Identifier: Apache-2.0
#include "mixtura/simulation/limit_curves.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "mixtura/common/cancelled.h"
#include "mixtura/simulation/hand_set_mixture.h"
#include "mixtura/simulation/population_limit.h"

#include "support/stopped.h"

namespace mixtura {
namespace {

CentreArrangement arrangement(int component_count, CentreLayout layout) {
    HandSetMixture description;
    description.component_count = component_count;
    description.layout = layout;
    return centre_arrangement(hand_set_mixture(description));
}

TEST(LimitCurves, PassThroughTheFixedPointsAndBendWhereTheCollapseEnds) {
    const auto curves =
        limit_curves(arrangement(2, CentreLayout::line), {0.0, 1.0, 1.25}, 0.1, 10.0, 21);
    ASSERT_EQ(curves.size(), 3U);
    EXPECT_EQ(curves[0].size(), 21U);
    for (const LimitPoint& point : curves[0])
        EXPECT_NEAR(point.separation, symmetric_fixed_point(point.signal_to_noise, 0.0), 1e-12);
    for (const LimitPoint& point : curves[1]) EXPECT_NEAR(point.separation, 1.0, 1e-9);
    ASSERT_EQ(curves[2].size(), 25U);
    const auto bend = std::ranges::find_if(curves[2], [](const LimitPoint& point) {
        return std::abs(point.signal_to_noise - 0.5625) < 1e-12;
    });
    ASSERT_NE(bend, curves[2].end());
    EXPECT_EQ(bend->separation, 0.0);
    EXPECT_GT((bend + 1)->separation, 0.0);
    EXPECT_EQ(curves[2].back().signal_to_noise, 10.0);
    EXPECT_TRUE(std::ranges::is_sorted(curves[2], {}, &LimitPoint::signal_to_noise));
}

TEST(LimitCurves, AreNoneForCentresOffALineAndOnePointForOneValue) {
    EXPECT_TRUE(limit_curves(arrangement(3, CentreLayout::circle), {1.0}, 1.0, 2.0, 5).empty());
    const auto single = limit_curves(arrangement(3, CentreLayout::line), {0.5}, 2.0, 2.0, 5);
    ASSERT_EQ(single.size(), 1U);
    EXPECT_EQ(single[0].size(), 1U);
}

TEST(LimitCurves, StopWhenAsked) {
    FitControl control;
    control.stop = test::stopped();
    EXPECT_THROW(static_cast<void>(limit_curves(arrangement(3, CentreLayout::line), {1.2}, 0.1,
                                                10.0, 50, control)),
                 Cancelled);
}

}  // namespace
}  // namespace mixtura
