// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/covariance_structure.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"

namespace mixtura {
namespace {

using enum CovarianceStructure;
using testing::HasSubstr;
using testing::ThrowsMessage;

// The table of Celeux & Govaert (1995): K components, d features, b = d (d + 1) / 2.
TEST(CovarianceStructure, ParameterCountsAreThoseOfTheTable) {
    for (const int K : {1, 2, 3, 7}) {
        for (const int d : {1, 2, 4, 9}) {
            const int b = d * (d + 1) / 2;
            const int o = d * (d - 1) / 2;
            const std::pair<CovarianceStructure, int> table[] = {{EII, 1},
                                                                 {VII, K},
                                                                 {EEI, d},
                                                                 {VEI, K + d - 1},
                                                                 {EVI, 1 + K * (d - 1)},
                                                                 {VVI, K * d},
                                                                 {EEE, b},
                                                                 {VEE, K + b - 1},
                                                                 {EVE, 1 + K * (d - 1) + o},
                                                                 {VVE, K * d + o},
                                                                 {EEV, d + K * o},
                                                                 {VEV, K + d - 1 + K * o},
                                                                 {EVV, 1 + K * (b - 1)},
                                                                 {VVV, K * b}};
            for (const auto& [structure, count] : table) {
                EXPECT_EQ(covariance_parameter_count(structure, K, d), count)
                    << to_string(structure) << " K " << K << " d " << d;
                EXPECT_EQ(parameter_count(structure, K, d), count + K * d + K - 1);
            }
        }
    }
}

TEST(CovarianceStructure, NamesReadBackInAnyCase) {
    for (const CovarianceStructure structure : all_covariance_structures) {
        std::string name(to_string(structure));
        EXPECT_EQ(covariance_structure_from(name), structure);
        for (char& letter : name) letter = static_cast<char>(letter - 'A' + 'a');
        EXPECT_EQ(covariance_structure_from(name), structure);
        EXPECT_FALSE(describe(structure).empty());
    }
}

TEST(CovarianceStructure, PlainWordsAreFourOfThem) {
    EXPECT_EQ(covariance_structure_from("spherical"), VII);
    EXPECT_EQ(covariance_structure_from("Diagonal"), VVI);
    EXPECT_EQ(covariance_structure_from("tied"), EEE);
    EXPECT_EQ(covariance_structure_from("FULL"), VVV);
}

TEST(CovarianceStructure, RefusesAnyOtherText) {
    EXPECT_THAT([] { (void)covariance_structure_from("VXV"); },
                ThrowsMessage<InvalidArgument>(testing::AllOf(
                    HasSubstr("\"VXV\""), HasSubstr("EII"), HasSubstr("spherical"))));
    EXPECT_THROW((void)covariance_structure_from(""), InvalidArgument);
}

TEST(CovarianceStructure, NestedOnesAreSpecialCases) {
    using enum CovarianceStructure;
    for (const CovarianceStructure structure : all_covariance_structures) {
        EXPECT_FALSE(is_nested(structure, structure));
        EXPECT_EQ(is_nested(EII, structure), structure != EII);
        EXPECT_EQ(is_nested(structure, VVV), structure != VVV);
    }
    EXPECT_TRUE(is_nested(VEI, VVI));
    EXPECT_TRUE(is_nested(VVI, VVE));
    EXPECT_TRUE(is_nested(EEE, EEV));
    EXPECT_TRUE(is_nested(EVE, EVV));
    EXPECT_FALSE(is_nested(VII, EEE));
    EXPECT_FALSE(is_nested(VVE, VEV));
    EXPECT_FALSE(is_nested(EEV, EVE));
}

TEST(CovarianceStructure, SixAreDiagonalAndSixDependOnScales) {
    int diagonal = 0;
    int dependent = 0;
    for (const CovarianceStructure structure : all_covariance_structures) {
        diagonal += is_diagonal(structure) ? 1 : 0;
        dependent += depends_on_column_scales(structure) ? 1 : 0;
        EXPECT_EQ(is_diagonal(structure), to_string(structure)[2] == 'I');
    }
    EXPECT_EQ(diagonal, 6);
    EXPECT_EQ(dependent, 6);
}

}  // namespace
}  // namespace mixtura
