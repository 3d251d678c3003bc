// SPDX-License-Identifier: Apache-2.0
#include "mixtura/selection/adjusted_rand_index.h"

#include <gmock/gmock.h>

#include "mixtura/common/error.h"

namespace mixtura {
namespace {

TEST(AdjustedRandIndex, IsOneForTheSamePartitionUnderOtherNumbers) {
    EXPECT_DOUBLE_EQ(adjusted_rand_index({0, 0, 1, 1, 2}, {5, 5, 0, 0, 1}), 1.0);
}

TEST(AdjustedRandIndex, AgreesWithHandComputedValues) {
    // Of 6 pairs 2 are together in a, 2 in b, none in both: (0 - 2/3) / (2 - 2/3).
    EXPECT_DOUBLE_EQ(adjusted_rand_index({0, 0, 1, 1}, {0, 1, 0, 1}), -0.5);
    // 2 together in a, 1 in b, 1 in both: (1 - 1/3) / (3/2 - 1/3).
    EXPECT_DOUBLE_EQ(adjusted_rand_index({0, 0, 1, 1}, {0, 0, 1, 2}), 4.0 / 7.0);
    // sklearn.metrics.adjusted_rand_score 1.2.1 gives 0.24242424242424243.
    EXPECT_NEAR(adjusted_rand_index({0, 0, 0, 1, 1, 1}, {0, 0, 1, 1, 2, 2}), 8.0 / 33.0, 1e-15);
}

TEST(AdjustedRandIndex, IsOneForTrivialPartitions) {
    EXPECT_EQ(adjusted_rand_index({0, 0, 0}, {1, 1, 1}), 1.0);
    EXPECT_EQ(adjusted_rand_index({0, 1, 2}, {2, 1, 0}), 1.0);
    EXPECT_EQ(adjusted_rand_index({3}, {4}), 1.0);
}

TEST(AdjustedRandIndex, RefusesPartitionsOfOtherRows) {
    EXPECT_THROW(adjusted_rand_index({0, 1}, {0}), InvalidArgument);
    EXPECT_THROW(adjusted_rand_index({}, {}), InvalidArgument);
}

}  // namespace
}  // namespace mixtura
