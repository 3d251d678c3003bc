// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/covariance_form.h"

#include <gmock/gmock.h>

#include "mixtura/common/error.h"

namespace mixtura {
namespace {

TEST(CovarianceForm, NamesReadBack) {
    for (const CovarianceStructure structure : all_covariance_structures) {
        const CovarianceForm form = structure;
        EXPECT_EQ(to_string(form), to_string(structure));
        EXPECT_EQ(covariance_form_from(to_string(form)), form);
        EXPECT_EQ(describe(form), describe(structure));
    }
    for (const FactorStructure structure : all_factor_structures) {
        const CovarianceForm form = FactorForm{.structure = structure, .factor_count = 12};
        EXPECT_EQ(covariance_form_from(to_string(form)), form);
        EXPECT_NE(covariance_form_from(to_string(form)), CovarianceForm());
    }
    EXPECT_EQ(to_string(FactorForm{.structure = FactorStructure::UCU, .factor_count = 2}),
              "UCU(2)");
    EXPECT_EQ(describe(FactorForm{.structure = FactorStructure::UCU, .factor_count = 1}),
              "own loadings, common uniquenesses, 1 factor");
    for (const char* name : {"", "XYZ", "UCU", "UCU()", "UCU(0)", "UCU(-1)", "UCU(2", "UCU(2)x",
                             "UCU(two)", "VVV(2)", "(2)"})
        EXPECT_THROW(static_cast<void>(covariance_form_from(name)), InvalidArgument) << name;
}

TEST(CovarianceForm, FactsAreThoseOfTheStructure) {
    const CovarianceForm factors = FactorForm{.structure = FactorStructure::UUC, .factor_count = 2};
    EXPECT_EQ(factors.structure(), CovarianceStructure::VVV);
    EXPECT_TRUE(depends_on_column_scales(factors));
    EXPECT_FALSE(depends_on_column_scales(FactorForm{.structure = FactorStructure::UUU}));
    EXPECT_TRUE(depends_on_column_scales(CovarianceStructure::EEV));
    // Two components of five features: a weight, means, 2 (5 * 2 - 1) loadings, 2 uniquenesses.
    EXPECT_EQ(parameter_count(factors, 2, 5), 1 + 10 + 18 + 2);
    EXPECT_EQ(parameter_count(CovarianceForm(CovarianceStructure::EEE), 2, 5), 1 + 10 + 15);
}

}  // namespace
}  // namespace mixtura
