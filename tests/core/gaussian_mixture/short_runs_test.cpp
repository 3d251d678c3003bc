// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/short_runs.h"

#include <algorithm>
#include <stop_token>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"
#include "mixtura/gaussian_mixture/local_optima.h"

#include "support/near.h"
#include "support/text_table.h"

namespace mixtura {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::near;

/// The log-likelihood that five plain EM iterations from start `index` lead to.
double after_five_iterations(const EmProblem& problem, const MatrixXd& observations,
                             EmOptions options, int index) {
    std::string name;
    const Partition partition = problem.start_partition(options, index, {}, name);
    EXPECT_EQ(name, index % 2 == 0 ? "random" : "kmeans");
    options.tolerance = 0.0;
    options.iteration_limit = 5;
    return fit_em(observations, options, {}, VectorXd(), {.partition = partition, .model = {}})
        .log_likelihood;
}

TEST(ShortRuns, RankStartsByWhatFiveIterationsReach) {
    const MatrixXd observations = test::measurements("faithful");
    const EmOptions options{.component_count = 3, .run_count = 3, .short_run_count = 12, .seed = 5};
    const EmProblem problem(observations, VectorXd(), {});
    const std::vector<int> ranked = rank_starts(problem, options, {});
    std::vector<double> reached;
    for (const int start : ranked)
        reached.push_back(after_five_iterations(problem, observations, options, start));
    EXPECT_TRUE(std::ranges::is_sorted(reached, std::greater{}));
    EXPECT_GT(reached.front(), reached.back());
    std::vector<int> sorted = ranked;
    std::ranges::sort(sorted);
    for (int i = 0; i < 12; ++i) EXPECT_EQ(sorted[static_cast<std::size_t>(i)], i + 1);
}

TEST(ShortRuns, ChooseTheStartsThatAreRunToTheEnd) {
    const MatrixXd observations = test::measurements("faithful");
    const EmOptions options{.component_count = 3, .run_count = 3, .short_run_count = 12, .seed = 5};
    const EmProblem problem(observations, VectorXd(), {});
    const std::vector<int> ranked = rank_starts(problem, options, {});
    const EmFit fit = fit_em(observations, options);
    ASSERT_EQ(fit.runs.size(), 3U);
    EXPECT_EQ(fit.runs[0].start, "hierarchical");
    for (std::size_t run : {1U, 2U}) {
        EXPECT_TRUE(near(after_five_iterations(problem, observations, options, ranked[run - 1]),
                         fit.runs[run].log_likelihood[4], 1e-12));
    }
}

TEST(ShortRuns, AreNotMadeWhereThereIsNothingToChoose) {
    const MatrixXd observations = test::measurements("faithful");
    const EmFit fit =
        fit_em(observations, {.component_count = 3, .run_count = 4, .short_run_count = 3});
    const EmProblem problem(observations, VectorXd(), {});
    EXPECT_EQ(fit.runs[1].start, "kmeans");
    EXPECT_EQ(fit.runs[2].start, "random");
    EXPECT_EQ(fit.runs[3].start, "kmeans");
}

// Best log-likelihoods known of an independent program over hundreds of starts.
TEST(ShortRuns, FindTheBestKnownSolutions) {
    const EmOptions options{.component_count = 3,
                            .initialisation = Initialisation::kmeans,
                            .run_count = 6,
                            .short_run_count = 50};
    EXPECT_TRUE(
        near(-180.185477, fit_em(test::measurements("iris"), options).log_likelihood, 1e-6));
    EXPECT_TRUE(
        near(-2303.491843, fit_em(test::measurements("diabetes"), options).log_likelihood, 1e-6));
}

TEST(ShortRuns, GiveTheSameBitsForAnyNumberOfThreads) {
    const MatrixXd observations = test::measurements("faithful");
    const EmOptions options{.component_count = 4, .run_count = 4, .short_run_count = 15};
    FitControl one;
    one.thread_count = 1;
    FitControl two;
    two.thread_count = 2;
    const EmFit first = fit_em(observations, options, one);
    const EmFit second = fit_em(observations, options, two);
    for (std::size_t run = 0; run < 4; ++run)
        EXPECT_EQ(first.runs[run].log_likelihood, second.runs[run].log_likelihood);
}

TEST(ShortRuns, CountIsCheckedAndAStopIsSeen) {
    const MatrixXd observations = test::measurements("faithful");
    EXPECT_THAT([&] { (void)fit_em(observations, {.short_run_count = -1}); },
                testing::ThrowsMessage<InvalidArgument>(
                    testing::HasSubstr("short_run_count is -1; it must be from 0 to")));
    std::stop_source stop;
    stop.request_stop();
    FitControl control;
    const EmProblem problem(observations, VectorXd(), control);
    control.stop = stop.get_token();
    EXPECT_THROW((void)rank_starts(EmProblem(observations, VectorXd(), control),
                                   {.run_count = 2, .short_run_count = 4}, control),
                 compute::Cancelled);
}

TEST(LocalOptima, GroupEqualSolutionsTheSoundOnesFirst) {
    const double none = std::numeric_limits<double>::quiet_NaN();
    const std::vector<LocalOptimum> optima =
        local_optima({{.log_likelihood = -105.0},
                      {.log_likelihood = -100.00000001},
                      {.log_likelihood = none},
                      {.log_likelihood = -50.0, .is_spurious = true},
                      {.log_likelihood = -100.0},
                      {.log_likelihood = -100.01}});
    ASSERT_EQ(optima.size(), 4U);
    EXPECT_EQ(optima[0].log_likelihood, -100.0);
    EXPECT_EQ(optima[0].hits, 2);
    EXPECT_EQ(optima[0].first_run, 1U);
    EXPECT_EQ(optima[1].log_likelihood, -100.01);
    EXPECT_EQ(optima[2].log_likelihood, -105.0);
    EXPECT_EQ(optima[2].first_run, 0U);
    EXPECT_TRUE(optima[3].is_spurious);
    EXPECT_TRUE(local_optima({{.log_likelihood = none}}).empty());
}

}  // namespace
}  // namespace mixtura
