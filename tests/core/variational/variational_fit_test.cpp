// SPDX-License-Identifier: Apache-2.0
#include "mixtura/variational/variational_fit.h"

#include <cmath>
#include <limits>
#include <string>

#include <Eigen/Dense>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"
#include "mixtura/compute/cancelled.h"
#include "mixtura/variational/predictive_mixture.h"

#include "support/near.h"
#include "support/stop_after.h"
#include "support/stopped.h"
#include "support/text_table.h"
#include "support/three_clouds.h"

namespace mixtura {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using testing::HasSubstr;
using testing::ThrowsMessage;

MatrixXd normal_rows(Index n, Index d, std::uint64_t seed) {
    RandomStream random(seed);
    MatrixXd rows(n, d);
    for (Index i = 0; i < rows.size(); ++i) rows(i) = random.normal();
    return rows;
}

class VariationalFitOfBothPriors : public testing::TestWithParam<WeightPrior> {};

TEST_P(VariationalFitOfBothPriors, BoundNeverDecreases) {
    const MatrixXd sets[] = {test::measurements("wine"), test::measurements("faithful"),
                             test::overlapping_clouds(600, 3).observations,
                             1e8 * normal_rows(80, 2, 1), 1e-8 * normal_rows(80, 2, 1)};
    for (const MatrixXd& rows : sets) {
        const VariationalFit fit = fit_variational(rows, {.component_count = 8,
                                                          .weight_prior = GetParam(),
                                                          .initialisation = Initialisation::random,
                                                          .tolerance = 0.0,
                                                          .iteration_limit = 150,
                                                          .run_count = 3});
        ASSERT_EQ(fit.runs.size(), 3U);
        for (const EmRun& run : fit.runs) {
            ASSERT_EQ(run.log_likelihood.size(), 150U);
            EXPECT_EQ(run.diagnosis, "");
            for (std::size_t t = 1; t < run.log_likelihood.size(); ++t)
                ASSERT_GE(run.log_likelihood[t],
                          run.log_likelihood[t - 1] - 1e-11 * std::abs(run.log_likelihood[t]))
                    << t;
        }
    }
}

TEST_P(VariationalFitOfBothPriors, KeepsTheStartOfTheHighestBound) {
    const VariationalFit fit =
        fit_variational(test::measurements("iris"), {.component_count = 6,
                                                     .weight_prior = GetParam(),
                                                     .initialisation = Initialisation::random,
                                                     .run_count = 8});
    for (const EmRun& run : fit.runs)
        EXPECT_LE(run.log_likelihood.back(), fit.posterior.lower_bound);
    EXPECT_EQ(fit.runs[fit.best_run].log_likelihood.back(), fit.posterior.lower_bound);
}

/// What pruning is for: three clouds, ten components at the most.
TEST_P(VariationalFitOfBothPriors, PrunesToTheComponentsThatThereAre) {
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
        const test::ThreeClouds clouds = test::separate_clouds(600, seed);
        const VariationalFit fit = fit_variational(
            clouds.observations,
            {.component_count = 10, .weight_prior = GetParam(), .concentration = 1e-3});
        ASSERT_EQ(supported_component_count(fit.posterior), 3) << seed;
        ASSERT_EQ(fit.posterior.component_count(), 10);
        const GaussianMixture found = predictive_mixture(fit.posterior);
        for (Index k = 0; k < 3; ++k) {
            // Weights of the clouds fall from 1/2 to 1/5, as those found do.
            EXPECT_NEAR(found.mixing_weights()[k], clouds.model.mixing_weights()[k], 0.06);
            EXPECT_LT((found.means().row(k) - clouds.model.means().row(k)).norm(), 0.5) << seed;
        }
    }
}

TEST_P(VariationalFitOfBothPriors, SameBitsForAnyNumberOfThreads) {
    const MatrixXd rows = test::overlapping_clouds(4000, 7).observations;
    const VariationalOptions options{
        .component_count = 6, .weight_prior = GetParam(), .iteration_limit = 60, .run_count = 3};
    FitControl control;
    control.thread_count = 1;
    const VariationalFit one = fit_variational(rows, options, control);
    control.thread_count = 4;
    const VariationalFit four = fit_variational(rows, options, control);
    ASSERT_EQ(one.best_run, four.best_run);
    for (std::size_t r = 0; r < 3; ++r)
        EXPECT_EQ(one.runs[r].log_likelihood, four.runs[r].log_likelihood);
    EXPECT_EQ(one.posterior.means, four.posterior.means);
    EXPECT_EQ(one.posterior.scale_matrices, four.posterior.scale_matrices);
}

INSTANTIATE_TEST_SUITE_P(Priors, VariationalFitOfBothPriors,
                         testing::Values(WeightPrior::dirichlet, WeightPrior::process),
                         [](const auto& prior) { return std::string(to_string(prior.param)); });

TEST(VariationalFit, SmallConcentrationKeepsFewerComponentsThanLarge) {
    const MatrixXd rows = test::overlapping_clouds(300, 2).observations;
    const auto kept = [&](double concentration) {
        return supported_component_count(
            fit_variational(rows, {.component_count = 8, .concentration = concentration})
                .posterior);
    };
    EXPECT_LT(kept(1e-3), kept(50.0));
}

TEST(VariationalFit, ToleranceOfZeroDoesExactlyTheIterationsAskedFor) {
    const VariationalFit fit = fit_variational(
        test::measurements("faithful"),
        {.component_count = 2, .tolerance = 0.0, .iteration_limit = 7, .run_count = 1});
    EXPECT_EQ(fit.runs[0].iterations, 7);
    EXPECT_EQ(fit.runs[0].log_likelihood.size(), 7U);
    EXPECT_EQ(fit.runs[0].status, FitStatus::iteration_limit);
}

TEST(VariationalFit, RowsOfWeightZeroTakeNoPart) {
    const MatrixXd iris = test::measurements("iris");
    VectorXd weights = VectorXd::Ones(150);
    weights.tail(50).setZero();
    const VariationalOptions options{.component_count = 2, .iteration_limit = 40};
    Partition start = test::reference_partition("iris-hc", 3);
    for (auto& component : start) component = component == 2 ? 1 : component;
    const VariationalFit all = fit_variational(iris, options, {}, weights, start);
    start.resize(100);
    const VariationalFit part = fit_variational(iris.topRows(100), options, {}, VectorXd(), start);
    EXPECT_TRUE(test::near(part.posterior.lower_bound, all.posterior.lower_bound, 1e-11));
}

TEST(VariationalFit, CancelledFitEndsWithItsLastIterate) {
    test::StopAfter observer(4);
    FitControl control;
    control.observer = &observer;
    control.stop = observer.token();
    const VariationalFit fit =
        fit_variational(test::measurements("iris"),
                        {.component_count = 5, .tolerance = 0.0, .run_count = 1}, control);
    EXPECT_EQ(fit.runs[0].status, FitStatus::cancelled);
    EXPECT_EQ(fit.runs[0].iterations, 4);
    EXPECT_EQ(fit.runs[0].log_likelihood.back(), fit.posterior.lower_bound);
    control.observer = nullptr;
    control.stop = test::stopped();
    EXPECT_THROW(fit_variational(test::measurements("iris"), {.component_count = 5}, control),
                 compute::Cancelled);
}

TEST(VariationalFit, NearlyFlatAndRepeatedRowsAreFitted) {
    MatrixXd rows = normal_rows(60, 2, 9);
    rows.col(1) = rows.col(0) + 1e-4 * rows.col(1);
    rows.topRows(30).rowwise() = rows.row(0).eval();  // thirty rows in one place
    const VariationalFit fit = fit_variational(rows, {.component_count = 4});
    EXPECT_TRUE(std::isfinite(fit.posterior.lower_bound));
    EXPECT_NO_THROW(predictive_mixture(fit.posterior));
}

/// The prior's scale is nearly singular then: the far row makes it, along one line.
TEST(VariationalFit, FarRowDoesNotEndTheFit) {
    for (const double distance : {1e3, 1e6}) {
        MatrixXd rows = normal_rows(100, 2, 4);
        rows.row(0).setConstant(distance);
        const VariationalFit fit =
            fit_variational(rows, {.component_count = 3, .concentration = 1e-3});
        EXPECT_TRUE(fit.posterior.means.allFinite());
        EXPECT_TRUE(std::isfinite(fit.posterior.lower_bound));
        if (distance < 1e6) {
            EXPECT_EQ(fit.runs[fit.best_run].diagnosis, "");
        }
    }
}

TEST(VariationalFit, RefusesDataThatCannotBeUsed) {
    MatrixXd rows = normal_rows(30, 3, 1);
    rows.col(1).setConstant(2.5);
    EXPECT_THAT([&] { fit_variational(rows); }, ThrowsMessage<DataError>(HasSubstr("Feature 2")));
    rows = normal_rows(4, 3, 1);
    EXPECT_THAT([&] { fit_variational(rows, {.component_count = 5}); },
                ThrowsMessage<DataError>(HasSubstr("5 components need at least 5 rows")));
    EXPECT_THAT([&] { fit_variational(rows.topRows(3), {.component_count = 2}); },
                ThrowsMessage<DataError>(HasSubstr("4 rows or more; the data have 3")));
    EXPECT_THROW(fit_variational(rows.topRows(1), {.component_count = 1}), DataError);
    rows(2, 1) = std::numeric_limits<double>::quiet_NaN();
    EXPECT_THROW(fit_variational(rows), DataError);
    rows(2, 1) = std::numeric_limits<double>::infinity();
    EXPECT_THROW(fit_variational(rows), DataError);
    rows = normal_rows(30, 3, 1);
    rows.col(2) = rows.col(0) - 2.0 * rows.col(1);
    EXPECT_THAT([&] { fit_variational(rows); },
                ThrowsMessage<DataError>(HasSubstr("linear combination")));
}

TEST(VariationalFit, RefusesOptionsOutOfRange) {
    const MatrixXd rows = normal_rows(30, 3, 1);
    const auto expect_refused = [&](const VariationalOptions& options, const std::string& text) {
        EXPECT_THAT([&] { fit_variational(rows, options); },
                    ThrowsMessage<InvalidArgument>(HasSubstr(text)));
    };
    expect_refused({.component_count = 0}, "component_count is 0");
    expect_refused({.concentration = 0.0}, "concentration is 0");
    expect_refused({.concentration = std::nan("")}, "concentration is");
    expect_refused({.mean_precision = -1.0}, "mean_precision is -1");
    expect_refused({.prior_degrees_of_freedom = 2.0}, "greater than 2, for 3 features");
    expect_refused({.tolerance = -1.0}, "tolerance is -1");
    expect_refused({.iteration_limit = 0}, "iteration_limit is 0");
    expect_refused({.run_count = 0}, "run_count is 0");
    EXPECT_THAT([&] { fit_variational(rows, {}, {}, VectorXd::Constant(30, 0.01)); },
                ThrowsMessage<InvalidArgument>(HasSubstr("sum to 0.3")));
    EXPECT_THROW(fit_variational(rows, {}, {}, VectorXd(), Partition(29, 0)), InvalidArgument);
    EXPECT_THROW(fit_variational(rows, {}, {}, VectorXd(), Partition(30, 0)), InvalidArgument);
}

}  // namespace
}  // namespace mixtura
