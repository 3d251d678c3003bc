// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/factor_structure.h"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"

namespace mixtura {
namespace {

using enum FactorStructure;

TEST(FactorStructure, NamesAreReadBackInAnyCase) {
    std::set<std::string_view> names;
    for (const FactorStructure structure : all_factor_structures) {
        EXPECT_EQ(factor_structure_from(to_string(structure)), structure);
        names.insert(to_string(structure));
    }
    EXPECT_EQ(names.size(), 8U);
    EXPECT_EQ(factor_structure_from("uCu"), UCU);
    EXPECT_THAT(
        [] { factor_structure_from("UCV"); },
        testing::ThrowsMessage<InvalidArgument>(
            "Unknown factor structure \"UCV\": use one of UUU UUC UCU UCC CUU CUC CCU CCC."));
}

TEST(FactorStructure, LettersSayLoadingsUniquenessesAndIsotropy) {
    EXPECT_TRUE(has_common_loadings(CUU));
    EXPECT_FALSE(has_common_loadings(UCC));
    EXPECT_TRUE(has_common_uniquenesses(UCU));
    EXPECT_FALSE(has_common_uniquenesses(CUC));
    EXPECT_TRUE(is_isotropic(UUC));
    EXPECT_FALSE(is_isotropic(CCU));
    EXPECT_TRUE(is_nested(CCC, UUU));
    EXPECT_TRUE(is_nested(UCC, UCU));
    EXPECT_FALSE(is_nested(UCC, CUU));
    EXPECT_FALSE(is_nested(UUU, UUU));
}

TEST(FactorStructure, CountsFreeParameters) {
    // The two counts of the specification: wine, three components.
    EXPECT_EQ(parameter_count(UCU, 3, 13, 2), 129);
    EXPECT_EQ(parameter_count(UCU, 3, 13, 1), 93);
    // McNicholas & Murphy (2008), table 1, K = 2, d = 10, q = 3: loadings 10 * 3 - 3 = 27.
    constexpr int others = 1 + 20;
    EXPECT_EQ(parameter_count(CCC, 2, 10, 3), others + 27 + 1);
    EXPECT_EQ(parameter_count(CCU, 2, 10, 3), others + 27 + 10);
    EXPECT_EQ(parameter_count(CUC, 2, 10, 3), others + 27 + 2);
    EXPECT_EQ(parameter_count(CUU, 2, 10, 3), others + 27 + 20);
    EXPECT_EQ(parameter_count(UCC, 2, 10, 3), others + 54 + 1);
    EXPECT_EQ(parameter_count(UCU, 2, 10, 3), others + 54 + 10);
    EXPECT_EQ(parameter_count(UUC, 2, 10, 3), others + 54 + 2);
    EXPECT_EQ(parameter_count(UUU, 2, 10, 3), others + 54 + 20);
}

TEST(FactorStructure, AdmitsFactorsThatSaveParameters) {
    EXPECT_EQ(largest_factor_count(1), 0);
    EXPECT_EQ(largest_factor_count(3), 0);  // (3 - 1)^2 = 3 + 1: as many numbers as the covariance
    EXPECT_EQ(largest_factor_count(4), 1);
    EXPECT_EQ(largest_factor_count(5), 2);
    EXPECT_EQ(largest_factor_count(6), 2);  // (6 - 3)^2 = 6 + 3
    EXPECT_EQ(largest_factor_count(13), 8);
    EXPECT_FALSE(is_admissible_factor_count(4, 0));
    EXPECT_FALSE(is_admissible_factor_count(4, 100));  // more factors than features
    EXPECT_TRUE(is_admissible_factor_count(200, 180));
}

}  // namespace
}  // namespace mixtura
