// SPDX-License-Identifier: Apache-2.0
#include "mixtura/compute/row_passes.h"

#include <cmath>
#include <limits>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"
#include "mixtura/compute/reduction_tree.h"

#include "support/mixture_cases.h"

namespace mixtura::compute {
namespace {

using test::make_mixture_case;

template <class Call>
std::string message_of(const Call& call) {
    try {
        call();
    } catch (const InvalidArgument& error) {
        return error.what();
    }
    return "";
}

/// Statistics whose sum depends on its order in the last bits.
std::vector<double> block_statistics(std::size_t block) {
    return {1.0 / static_cast<double>(block + 3), std::exp(static_cast<double>(block % 37))};
}

TEST(ReductionTree, JoinedForestsOfContiguousRangesGiveTheBitsOfOneWorker) {
    for (const std::size_t blocks : {1U, 2U, 3U, 5U, 8U, 13U, 64U, 100U}) {
        ReductionTree one;
        for (std::size_t b = 0; b < blocks; ++b) one.add_block(b, block_statistics(b));
        const std::vector<double> expected = std::move(one).total();
        for (const std::size_t workers : {2U, 3U, 5U, 7U}) {
            ReductionTree joined;
            for (std::size_t w = 0; w < workers; ++w) {
                ReductionTree part;
                for (std::size_t b = w * blocks / workers; b < (w + 1) * blocks / workers; ++b)
                    part.add_block(b, block_statistics(b));
                joined.append(std::move(part));
            }
            EXPECT_EQ(std::move(joined).total(), expected) << blocks << ", " << workers;
        }
    }
}

TEST(ReductionTree, SumsInTheDocumentedShape) {
    // Five blocks: ((0 + 1) + (2 + 3)) + 4.
    ReductionTree tree;
    const double v[] = {0.1, 0.2, 0.3, 0.4, 1e-17};
    for (std::size_t b = 0; b < 5; ++b) tree.add_block(b, {v[b]});
    EXPECT_EQ(std::move(tree).total().front(), ((v[0] + v[1]) + (v[2] + v[3])) + v[4]);
    EXPECT_TRUE(ReductionTree().total().empty());
}

TEST(RowPasses, AMillionStandardDeviationsOfOffsetLeaveTheStatisticsOfTheShiftedData) {
    // With a power of two both the data and the parameters move without rounding.
    test::MixtureCase data = make_mixture_case({.rows = 200, .dim = 3, .components = 2});
    data.observations = (data.observations * 0x1p20).array().round() * 0x1p-20;
    data.parameters.means = (data.parameters.means * 0x1p20).array().round() * 0x1p-20;
    test::MixtureCase moved = data;
    moved.observations.array() += 0x1p20;
    moved.parameters.means.array() += 0x1p20;
    const GaussianStatistics here =
        RowPasses(data.observations, Eigen::VectorXd(), {}).gaussian_statistics(data.parameters);
    const GaussianStatistics there =
        RowPasses(moved.observations, Eigen::VectorXd(), {}).gaussian_statistics(moved.parameters);
    EXPECT_NEAR(here.log_likelihood, there.log_likelihood, 1e-7);
    for (std::size_t k = 0; k < 2; ++k)
        EXPECT_LE((here.scatters[k] - there.scatters[k]).cwiseAbs().maxCoeff(), 1e-6);
}

TEST(RowPasses, ScalesFromVerySmallToVeryLargeGiveTheSameResponsibilities) {
    const test::MixtureCase data = make_mixture_case({.rows = 100, .dim = 2, .components = 3});
    Eigen::MatrixXd expected;
    RowPasses(data.observations, Eigen::VectorXd(), {})
        .gaussian_rows(data.parameters, {nullptr, &expected});
    for (const double scale : {1e-100, 1e-8, 1e8, 1e100}) {
        test::MixtureCase scaled = data;
        scaled.observations *= scale;
        scaled.parameters.means *= scale;
        for (Eigen::MatrixXd& factor : scaled.parameters.covariance_factors) factor *= scale;
        Eigen::MatrixXd responsibilities;
        const RowPasses passes(scaled.observations, Eigen::VectorXd(), {});
        passes.gaussian_rows(scaled.parameters, {nullptr, &responsibilities});
        EXPECT_LE((responsibilities - expected).cwiseAbs().maxCoeff(), 1e-11) << scale;
        EXPECT_TRUE(passes.gaussian_statistics(scaled.parameters).scatters[0].allFinite());
    }
}

TEST(RowPasses, AComponentOfWeightZeroTakesNoPart) {
    test::MixtureCase data = make_mixture_case({.rows = 50, .dim = 2, .components = 2});
    test::MixtureCase three = data;
    three.parameters.mixing_weights.conservativeResize(3);
    three.parameters.mixing_weights[2] = 0.0;
    three.parameters.means.conservativeResize(3, 2);
    three.parameters.means.row(2) = data.observations.row(0);
    three.parameters.covariance_factors.push_back(Eigen::MatrixXd::Identity(2, 2));
    const RowPasses passes(data.observations, Eigen::VectorXd(), {});
    const GaussianStatistics expected = passes.gaussian_statistics(data.parameters);
    const GaussianStatistics actual = passes.gaussian_statistics(three.parameters);
    EXPECT_EQ(actual.log_likelihood, expected.log_likelihood);
    EXPECT_EQ(actual.masses[2], 0.0);
    EXPECT_EQ(actual.means.row(2), three.parameters.means.row(2));
    EXPECT_EQ(actual.scatters[2], Eigen::MatrixXd::Zero(2, 2));
}

TEST(RowPasses, PassesOfOneObjectRunSideBySide) {
    const test::MixtureCase data = make_mixture_case({.rows = 3000, .dim = 3, .components = 3});
    const RowPasses passes(data.observations, Eigen::VectorXd(), {});
    const double expected = passes.gaussian_statistics(data.parameters).log_likelihood;
    std::vector<std::jthread> threads;
    std::vector<int> wrong(4, 0);
    for (std::size_t t = 0; t < wrong.size(); ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 50; ++i)
                wrong[t] += passes.gaussian_statistics(data.parameters).log_likelihood != expected;
        });
    threads.clear();
    EXPECT_THAT(wrong, testing::Each(0));
}

TEST(RowPasses, RefusesUnusableObservations) {
    const Eigen::VectorXd none;
    EXPECT_EQ(message_of([&] { RowPasses(Eigen::MatrixXd(0, 2), none, {}); }),
              "There are no observations: 0 rows, 2 columns.");
    Eigen::MatrixXd data = Eigen::MatrixXd::Ones(3, 2);
    data(1, 1) = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(message_of([&] { RowPasses(data, none, {}); }),
              "The observation in row 2, column 2 is not a finite number. Leave such rows out.");
    data(1, 1) = 1e308;
    EXPECT_EQ(message_of([&] { RowPasses(data, none, {}); }),
              "The observation in row 2, column 2 is larger than 1e150, so that its square "
              "overflows. Use a smaller unit of measurement.");
    data(1, 1) = 0.0;
    EXPECT_EQ(message_of([&] { RowPasses(data, Eigen::VectorXd::Ones(4), {}); }),
              "There are 4 observation weights for 3 observations.");
    EXPECT_EQ(message_of([&] { RowPasses(data, Eigen::Vector3d(1, -1, 1), {}); }),
              "The weight of observation 2 is negative or not finite.");
}

TEST(RowPasses, RefusesParametersThatDoNotFit) {
    const test::MixtureCase data = make_mixture_case({.rows = 20, .dim = 2, .components = 2});
    const RowPasses passes(data.observations, Eigen::VectorXd(), {});
    GaussianParameters wrong = data.parameters;
    wrong.means.conservativeResize(2, 3);
    const std::string expected =
        "The parameters of the mixture do not fit each other or the 2 columns of the observations.";
    EXPECT_EQ(message_of([&] { static_cast<void>(passes.gaussian_statistics(wrong)); }), expected);
    wrong = data.parameters;
    wrong.covariance_factors.pop_back();
    EXPECT_EQ(message_of([&] { passes.gaussian_rows(wrong, {}); }), expected);
    wrong = data.parameters;
    wrong.covariance_factors[0].setZero();
    EXPECT_THROW(static_cast<void>(passes.gaussian_statistics(wrong)), NumericalError);
}

TEST(RowPasses, StopsWhenAskedBeforeItBegins) {
    const test::MixtureCase data = make_mixture_case({.rows = 20});
    std::stop_source stop;
    FitControl control;
    control.stop = stop.get_token();
    const RowPasses passes(data.observations, Eigen::VectorXd(), control);
    stop.request_stop();
    EXPECT_THROW(static_cast<void>(passes.gaussian_statistics(data.parameters)), Cancelled);
    EXPECT_THROW(RowPasses(data.observations, Eigen::VectorXd(), control), Cancelled);
}

}  // namespace
}  // namespace mixtura::compute
