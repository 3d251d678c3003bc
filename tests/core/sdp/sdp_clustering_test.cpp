// SPDX-License-Identifier: Apache-2.0
#include "mixtura/sdp/sdp_clustering.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <stop_token>
#include <thread>

#include <Eigen/Dense>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/cancelled.h"
#include "mixtura/common/error.h"
#include "mixtura/common/random.h"

#include "support/near.h"
#include "support/sdp_points.h"
#include "support/text_table.h"

namespace mixtura {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using test::near;
using testing::HasSubstr;
using testing::ThrowsMessage;

SdpOptions options_of(int component_count, SdpMethod method = SdpMethod::peng_wei) {
    SdpOptions options;
    options.component_count = component_count;
    options.method = method;
    return options;
}

MatrixXd random_points(Index n, Index d, std::uint64_t seed) {
    RandomStream random(seed);
    MatrixXd points(n, d);
    for (Index i = 0; i < n; ++i)
        for (Index j = 0; j < d; ++j) points(i, j) = random.normal();
    return points;
}

std::vector<int> sizes_of(const SdpFit& fit) {
    std::vector<int> sizes(static_cast<std::size_t>(fit.means.rows()), 0);
    for (const std::int32_t label : fit.classification) ++sizes[static_cast<std::size_t>(label)];
    std::ranges::sort(sizes, std::greater<>());
    return sizes;
}

TEST(SdpClustering, ProvesGroupsThatAreFarApart) {
    for (const double delta : {8.0, 7.0}) {
        const SdpFit fit = fit_sdp(test::three_groups(delta), options_of(3));
        EXPECT_TRUE(near(88.695656471, fit.objective, 1e-9));
        EXPECT_EQ(fit.certificate, SdpCertificate::proved);
        EXPECT_LE(fit.relative_gap, proved_gap);
        EXPECT_EQ(fit.status, FitStatus::converged);
        EXPECT_THAT(sizes_of(fit), testing::ElementsAre(22, 16, 10));
        EXPECT_EQ(fit.classification.front(), 0);
    }
}

TEST(SdpClustering, StatesTheGapWhereTheRelaxationIsNotTight) {
    SdpOptions precise = options_of(3);
    precise.tolerance = 1e-7;
    const SdpFit near_fit = fit_sdp(test::three_groups(6.0), precise);
    EXPECT_TRUE(near(88.695656471, near_fit.objective, 1e-9));
    EXPECT_EQ(near_fit.certificate, SdpCertificate::gap);
    EXPECT_TRUE(near(1.8e-5, near_fit.relative_gap, 1e-6));
    const SdpFit fit = fit_sdp(test::three_groups(3.0), options_of(3));
    EXPECT_TRUE(near(64.170786440, fit.objective, 1e-9));
    EXPECT_TRUE(near(62.572119025, fit.relaxation_value, 1e-5));
    ASSERT_TRUE(fit.lower_bound);
    EXPECT_TRUE(near(62.572119025, *fit.lower_bound, 1e-5));
    EXPECT_LE(*fit.lower_bound, 62.5721191);
    EXPECT_THAT(sizes_of(fit), testing::ElementsAre(17, 16, 15));
}

TEST(SdpClustering, FindsTheBestKnownSumsOfSquaresOfIris) {
    // The best of 200 K-means starts of another program.
    const std::pair<int, double> known[] = {{2, 152.347952}, {3, 78.851441}};
    for (const auto& [k, objective] : known) {
        const SdpFit fit = fit_sdp(test::measurements("iris"), options_of(k));
        EXPECT_TRUE(near(objective, fit.objective, 1e-8));
        EXPECT_EQ(fit.certificate, SdpCertificate::gap);
    }
}

TEST(SdpClustering, BoundsTheLeastSumOfSquaresOfEveryPartition) {
    for (int trial = 0; trial < 40; ++trial) {
        const Index n = 4 + trial % 6;
        const int k = 2 + trial % 2;
        const MatrixXd points = random_points(n, 1 + trial % 3, static_cast<std::uint64_t>(trial));
        const auto least = static_cast<double>(test::exhaustive_sum_of_squares(points, k));
        for (const SdpMethod method : {SdpMethod::peng_wei, SdpMethod::low_rank}) {
            SdpOptions options = options_of(k, method);
            options.has_certificate = true;
            options.iteration_limit = 1000;
            const SdpFit fit = fit_sdp(points, options);
            ASSERT_TRUE(fit.lower_bound);
            EXPECT_LE(*fit.lower_bound, least * (1.0 + 1e-15)) << trial;
            EXPECT_GE(fit.objective, least * (1.0 - 1e-12)) << trial;
            if (fit.certificate == SdpCertificate::proved) {
                EXPECT_LE(fit.objective, least * (1.0 + proved_gap)) << trial;
            }
            EXPECT_TRUE(
                near(static_cast<double>(test::plain_sum_of_squares(points, fit.classification, k)),
                     fit.objective, 1e-12));
        }
    }
}

TEST(SdpClustering, FollowsTranslationScaleAndTheOrderOfRows) {
    const MatrixXd points = test::three_groups(6.0);
    const SdpFit fit = fit_sdp(points, options_of(3));
    MatrixXd moved = points;
    moved.col(0).array() += 1000.0;
    const SdpFit of_moved = fit_sdp(moved, options_of(3));
    EXPECT_TRUE(near(fit.objective, of_moved.objective, 1e-9));
    EXPECT_EQ(fit.classification, of_moved.classification);
    for (const double scale : {1e-120, 1e-8, 4.0, 1e8, 1e120}) {
        const SdpFit scaled = fit_sdp(scale * points, options_of(3));
        EXPECT_TRUE(near(fit.objective, scaled.objective / scale / scale, 1e-12));
        EXPECT_TRUE(near(*fit.lower_bound, *scaled.lower_bound / scale / scale, 1e-5));
        EXPECT_EQ(fit.classification, scaled.classification);
    }
    const SdpFit reversed = fit_sdp(points.colwise().reverse(), options_of(3));
    EXPECT_TRUE(near(fit.objective, reversed.objective, 1e-12));
    EXPECT_TRUE(near(*fit.lower_bound, *reversed.lower_bound, 1e-5));
    EXPECT_EQ(sizes_of(fit), sizes_of(reversed));
}

TEST(SdpClustering, HasTheSameBitsForAnyNumberOfThreads) {
    for (const SdpMethod method : {SdpMethod::peng_wei, SdpMethod::low_rank}) {
        SdpOptions options = options_of(3, method);
        options.has_certificate = true;
        FitControl one;
        one.thread_count = 1;
        FitControl two;
        two.thread_count = 2;
        const SdpFit a = fit_sdp(test::three_groups(3.0), options, one);
        const SdpFit b = fit_sdp(test::three_groups(3.0), options, two);
        EXPECT_EQ(a.objective, b.objective);
        EXPECT_EQ(a.relaxation_value, b.relaxation_value);
        EXPECT_EQ(*a.lower_bound, *b.lower_bound);
        EXPECT_EQ(a.classification, b.classification);
        EXPECT_EQ(a.means, b.means);
    }
}

TEST(LowRank, ReachesTheRelaxationWhereItIsTightAndStaysAboveItElsewhere) {
    SdpOptions options = options_of(3, SdpMethod::low_rank);
    options.tolerance = 1e-8;
    const SdpFit tight = fit_sdp(test::three_groups(8.0), options);
    EXPECT_TRUE(near(88.695656471, tight.relaxation_value, 1e-7));
    EXPECT_EQ(tight.certificate, SdpCertificate::none);
    EXPECT_FALSE(tight.lower_bound);
    EXPECT_TRUE(std::isnan(tight.relative_gap));
    const SdpFit loose = fit_sdp(test::three_groups(3.0), options);
    EXPECT_GE(loose.relaxation_value, 62.572119);
    EXPECT_LE(loose.relaxation_value, 64.170786440 * (1.0 + 1e-6));
    EXPECT_TRUE(near(64.170786440, loose.objective, 1e-9));
    options.has_certificate = true;
    EXPECT_EQ(fit_sdp(test::three_groups(8.0), options).certificate, SdpCertificate::proved);
}

TEST(SdpClustering, BearsHardData) {
    MatrixXd points = test::three_groups(8.0);
    const SdpFit one = fit_sdp(points, options_of(1));
    EXPECT_EQ(one.certificate, SdpCertificate::proved);
    EXPECT_TRUE(near(924.9683894146, one.objective, 1e-12));
    EXPECT_LE(*one.lower_bound, one.objective);
    const SdpFit all = fit_sdp(points.topRows(7), options_of(7));
    EXPECT_EQ(all.objective, 0.0);
    EXPECT_EQ(all.certificate, SdpCertificate::proved);
    EXPECT_EQ(fit_sdp(points.topRows(1), options_of(1)).objective, 0.0);

    MatrixXd with_constant(48, 3);
    with_constant << points, MatrixXd::Constant(48, 1, 0.1);
    const SdpFit constant = fit_sdp(with_constant, options_of(3));
    EXPECT_TRUE(near(88.695656471, constant.objective, 1e-9));
    EXPECT_EQ(constant.certificate, SdpCertificate::proved);

    MatrixXd twice(96, 2);
    twice << points, points;
    const SdpFit doubled = fit_sdp(twice, options_of(3));
    EXPECT_TRUE(near(2.0 * 88.695656471, doubled.objective, 1e-9));
    EXPECT_EQ(doubled.certificate, SdpCertificate::proved);

    const MatrixXd three_places = points.topRows(3).replicate(5, 1);
    const SdpFit places = fit_sdp(three_places, options_of(3));
    EXPECT_EQ(places.objective, 0.0);
    EXPECT_EQ(places.certificate, SdpCertificate::proved);
    const SdpFit two_of_three = fit_sdp(three_places, options_of(2));
    EXPECT_LE(*two_of_three.lower_bound, two_of_three.objective);
}

TEST(SdpClustering, RefusesWhatItCannotUse) {
    MatrixXd points = test::three_groups(8.0);
    const auto refusal = [](const MatrixXd& data, const SdpOptions& options) {
        return [=] { static_cast<void>(fit_sdp(data, options)); };
    };
    const auto throws = [](const char* text) {
        return ThrowsMessage<InvalidArgument>(HasSubstr(text));
    };
    EXPECT_THAT(refusal(points, options_of(0)), throws("component_count is 0"));
    EXPECT_THAT(refusal(points, options_of(49)), throws("only 48 distinct observations for 49"));
    EXPECT_THAT(refusal(MatrixXd::Ones(5, 2), options_of(2)), throws("only 1 distinct"));
    EXPECT_THAT(refusal(MatrixXd(0, 2), options_of(2)), throws("no observations"));
    EXPECT_THAT(refusal(random_points(2001, 1, 1), options_of(2)), throws("limited to 2000 rows"));
    SdpOptions certified = options_of(2, SdpMethod::low_rank);
    certified.has_certificate = true;
    EXPECT_THAT(refusal(random_points(2001, 1, 1), certified), throws("A certificate is limited"));
    SdpOptions options = options_of(2);
    options.tolerance = 0.0;
    EXPECT_THAT(refusal(points, options), throws("tolerance"));
    options = options_of(2);
    options.iteration_limit = 0;
    EXPECT_THAT(refusal(points, options), throws("iteration_limit"));
    options = options_of(2);
    options.run_count = 0;
    EXPECT_THAT(refusal(points, options), throws("run_count"));
    for (const double bad : {std::numeric_limits<double>::quiet_NaN(),
                             std::numeric_limits<double>::infinity(), 1e200}) {
        points(4, 1) = bad;
        EXPECT_THAT(refusal(points, options_of(2)), throws("Observation 5, feature 2"));
    }
}

TEST(SdpClustering, CancelReturnsAtOnceWithThePartitionSoFar) {
    using namespace std::chrono_literals;
    using Clock = std::chrono::steady_clock;
    for (const SdpMethod method : {SdpMethod::peng_wei, SdpMethod::low_rank}) {
        const MatrixXd points = random_points(method == SdpMethod::peng_wei ? 900 : 20000, 10, 5);
        SdpOptions options = options_of(6, method);
        options.tolerance = 1e-12;
        std::stop_source source;
        FitControl control;
        control.stop = source.get_token();
        Clock::time_point asked;
        std::jthread canceller([&] {
            std::this_thread::sleep_for(3s);
            asked = Clock::now();
            source.request_stop();
        });
        try {
            const SdpFit fit = fit_sdp(points, options, control);
            EXPECT_EQ(fit.status, FitStatus::cancelled);
            EXPECT_EQ(fit.certificate, SdpCertificate::none);
            EXPECT_EQ(fit.classification.size(), static_cast<std::size_t>(points.rows()));
        } catch (const Cancelled&) {  // still before the first partition
        }
        const auto waited = Clock::now() - asked;
        canceller.join();
        EXPECT_LT(std::chrono::duration<double>(waited).count(), 0.2);
    }
}

}  // namespace
}  // namespace mixtura
