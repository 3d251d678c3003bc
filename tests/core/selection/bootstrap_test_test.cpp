// SPDX-License-Identifier: Apache-2.0
#include "mixtura/selection/bootstrap_test.h"

#include <algorithm>
#include <stop_token>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"
#include "mixtura/compute/cancelled.h"
#include "mixtura/gaussian_mixture/gaussian_mixture.h"

#include "support/near.h"
#include "support/text_table.h"

namespace mixtura {
namespace {

using Eigen::MatrixXd;
using test::near;
using testing::HasSubstr;
using testing::ThrowsMessage;

EmFit fit_of(const MatrixXd& observations, int component_count) {
    return fit_em(observations, {.component_count = component_count});
}

TEST(BootstrapTest, PValueCountsReplicatesThatReachTheStatistic) {
    const BootstrapTest test{
        .component_count = 1, .statistic = 3.0, .replicates = {1.0, 2.0, 3.0, 5.0}};
    EXPECT_DOUBLE_EQ(test.p_value(), 3.0 / 5.0);
    EXPECT_DOUBLE_EQ(test.critical_value(0.5), 2.5);
    EXPECT_DOUBLE_EQ(test.critical_value(0.05), 4.7);  // type 7: 3 + 0.85 (5 - 3)
}

// The statistic and the 95 % point of mclust 6.0.0 (single hierarchical starts, 999 samples).
TEST(BootstrapTest, RejectsOneComponentOnFaithful) {
    const MatrixXd faithful = test::measurements("faithful");
    const EmFit one = fit_of(faithful, 1);
    const EmFit two = fit_of(faithful, 2);
    const BootstrapTest test = bootstrap_test(one, two, faithful.rows(), {}, 99);
    EXPECT_EQ(test.component_count, 1);
    EXPECT_TRUE(near(319.065, test.statistic, 1e-4));
    EXPECT_EQ(test.replicates.size() + static_cast<std::size_t>(test.failure_count), 99U);
    EXPECT_TRUE(std::ranges::is_sorted(test.replicates));
    EXPECT_GE(test.replicates.front(), -1e-6);
    EXPECT_DOUBLE_EQ(test.p_value(), 0.01);
    EXPECT_GT(test.critical_value(0.05), 10.0);
    EXPECT_LT(test.critical_value(0.05), 22.0);
}

TEST(BootstrapTest, KeepsTheTrueNumberOfComponents) {
    MatrixXd means(2, 2);
    means << 0, 0, 6, 6;
    const GaussianMixture truth(Eigen::Vector2d(0.5, 0.5), means,
                                {MatrixXd::Identity(2, 2), MatrixXd::Identity(2, 2)});
    RandomStream random(3);
    const MatrixXd observations = sample(truth, 200, random).observations;
    const BootstrapTest test =
        bootstrap_test(fit_of(observations, 2), fit_of(observations, 3), 200, {}, 39);
    EXPECT_GT(test.p_value(), 0.05);
}

TEST(BootstrapTest, GivesTheSameBitsForAnyNumberOfThreads) {
    const MatrixXd faithful = test::measurements("faithful");
    const EmFit one = fit_of(faithful, 1);
    const EmFit two = fit_of(faithful, 2);
    FitControl single;
    single.thread_count = 1;
    FitControl both;
    both.thread_count = 2;
    EXPECT_EQ(bootstrap_test(one, two, 272, {}, 19, single).replicates,
              bootstrap_test(one, two, 272, {}, 19, both).replicates);
}

TEST(BootstrapTest, RefusesFitsThatAreNotNested) {
    const MatrixXd faithful = test::measurements("faithful");
    const EmFit one = fit_of(faithful, 1);
    const EmFit three = fit_of(faithful, 3);
    EXPECT_THAT([&] { (void)bootstrap_test(one, three, 272, {}, 19); },
                ThrowsMessage<InvalidArgument>(HasSubstr("of K and of K + 1 components")));
}

TEST(BootstrapTest, ReportsProgressAndCanBeStopped) {
    class StopAtThird : public FitObserver {
      public:
        void on_progress(std::string_view what, double done, double total) override {
            EXPECT_EQ(what, "testing 1 against 2 components");
            EXPECT_EQ(total, 50.0);
            if (done >= 3.0)
                stop.request_stop();
        }
        std::stop_source stop;
    } observer;
    const MatrixXd faithful = test::measurements("faithful");
    FitControl control;
    control.observer = &observer;
    control.stop = observer.stop.get_token();
    const EmFit one = fit_of(faithful, 1);
    const EmFit two = fit_of(faithful, 2);
    EXPECT_THROW((void)bootstrap_test(one, two, 272, {}, 50, control), compute::Cancelled);
}

}  // namespace
}  // namespace mixtura
