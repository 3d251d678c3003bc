// SPDX-License-Identifier: Apache-2.0
// Against tests/reference/make_factor_mixtures.R: dense covariances in base R, and R's factanal().
#include "support/factor_reference.h"

#include <cstddef>
#include <string>

#include <gtest/gtest.h>

#include "mixtura/factor_mixture/factor_fit.h"

#include "support/near.h"
#include "support/text_table.h"

namespace mixtura {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::near;

struct ReferenceSet {
    MatrixXd observations;
    std::vector<std::int32_t> classes;
};

ReferenceSet reference_set(const std::string& name, double lost = 0.0) {
    const test::TextTable table(MIXTURA_RESOURCES_DIR "/data/" + name + ".csv");
    return {.observations = test::standardised(test::measurements(name), lost),
            .classes = table.classes(name == "iris" ? "species" : "class")};
}

TEST(FactorReference, IteratesAreThoseOfDenseCovariances) {
    const test::TextTable table(MIXTURA_REFERENCE_DIR "/expected/factor-mixtures.csv");
    ASSERT_EQ(table.row_count(), 16U);
    for (std::size_t row = 0; row < table.row_count(); ++row) {
        const ReferenceSet set = reference_set(table.text(row, "set"));
        const EmFit fit =
            fit_factor_mixture(set.observations,
                               {.component_count = 3,
                                .factor_count = static_cast<int>(table.number(row, "q")),
                                .structure = factor_structure_from(table.text(row, "model")),
                                .tolerance = 0.0,
                                .iteration_limit = 50},
                               {}, VectorXd(), set.classes);
        const std::vector<double>& trace = fit.runs[0].log_likelihood;
        ASSERT_EQ(trace.size(), 51U);
        SCOPED_TRACE(table.text(row, "set") + " " + table.text(row, "model"));
        // The file has eight decimals.
        EXPECT_NEAR(table.number(row, "start"), trace[0], 2e-8);
        EXPECT_NEAR(table.number(row, "k1"), trace[1], 2e-8);
        EXPECT_NEAR(table.number(row, "k5"), trace[5], 2e-8);
        EXPECT_NEAR(table.number(row, "k50"), trace[50], 2e-7);
    }
}

/// Limits of those runs that reach them within 3000 iterations.
TEST(FactorReference, LimitsAreThoseOfDenseCovariances) {
    const test::TextTable table(MIXTURA_REFERENCE_DIR "/expected/factor-mixtures.csv");
    int compared = 0;
    for (std::size_t row = 0; row < table.row_count(); ++row) {
        if (table.number(row, "iterations") > 3000)
            continue;
        ++compared;
        const ReferenceSet set = reference_set(table.text(row, "set"));
        const EmFit fit =
            fit_factor_mixture(set.observations,
                               {.component_count = 3,
                                .factor_count = static_cast<int>(table.number(row, "q")),
                                .structure = factor_structure_from(table.text(row, "model")),
                                .tolerance = 1e-7},
                               {}, VectorXd(), set.classes);
        SCOPED_TRACE(table.text(row, "set") + " " + table.text(row, "model"));
        EXPECT_EQ(fit.runs[0].status, FitStatus::converged);
        EXPECT_NEAR(table.number(row, "limit"), fit.log_likelihood, 1e-5);
    }
    EXPECT_EQ(compared, 14);
}

/// Made by an independent prototype on columns standardised with the divisor n - 1. Slow runs end
/// by their small gains before the limit has so many digits, hence a fixed number of iterations.
TEST(FactorReference, WineUnderCommonUniquenessesReachesTheKnownLimits) {
    const ReferenceSet set = reference_set("wine", 1.0);
    const std::pair<int, double> limits[] = {{2, -2356.31078980}, {1, -2462.73291655}};
    for (const auto& [factor_count, limit] : limits) {
        const EmFit fit = fit_factor_mixture(set.observations,
                                             {.component_count = 3,
                                              .factor_count = factor_count,
                                              .structure = FactorStructure::UCU,
                                              .tolerance = 0.0,
                                              .iteration_limit = 1000,
                                              .uniqueness_floor = 1e-8},
                                             {}, VectorXd(), set.classes);
        EXPECT_NEAR(fit.log_likelihood, limit, 1e-6);
        EXPECT_EQ(fit.model.parameter_count(), factor_count == 2 ? 129 : 93);
        EXPECT_EQ(fit.runs[fit.best_run].floors_applied, 0);
        EXPECT_EQ(fit.spurious, "");
    }
}

TEST(FactorReference, OneComponentIsTheFactorAnalysisOfFactanal) {
    const test::TextTable table(MIXTURA_REFERENCE_DIR "/expected/factanal.csv");
    const MatrixXd observations = reference_set("wine").observations;
    const std::vector<std::string> names = {
        "alcohol",         "malic_acid",      "ash",        "alcalinity_of_ash",
        "magnesium",       "total_phenols",   "flavanoids", "nonflavanoid_phenols",
        "proanthocyanins", "color_intensity", "hue",        "od280_over_od315_of_diluted_wines",
        "proline"};
    const MatrixXd expected = table.numbers(names);
    for (std::size_t row = 0; row < 3; ++row) {
        const EmFit fit =
            fit_factor_mixture(observations, {.component_count = 1,
                                              .factor_count = static_cast<int>(row) + 1,
                                              .tolerance = 0.0,
                                              .iteration_limit = 4000});
        EXPECT_NEAR(table.number(row, "loglik"), fit.log_likelihood, 1e-6);
        EXPECT_TRUE(test::all_near(expected.row(static_cast<Eigen::Index>(row)),
                                   fit.model.factors()->uniquenesses, 2e-4));
    }
    // Four factors explain all of a feature: a Heywood case, held at the same floor by both.
    const EmFit fit = fit_factor_mixture(
        observations,
        {.component_count = 1, .factor_count = 4, .tolerance = 1e-9, .iteration_limit = 30000});
    EXPECT_NEAR(table.number(3, "loglik"), fit.log_likelihood, 1e-5);
    EXPECT_EQ(fit.runs[fit.best_run].floors_applied, 1);
    EXPECT_NEAR(fit.model.factors()->uniquenesses(0, 2), 1e-3, 1e-12);
    EXPECT_EQ(fit.spurious, "");
}

}  // namespace
}  // namespace mixtura
