// SPDX-License-Identifier: Apache-2.0
#include "mixtura/simulation/misspecification_study.h"

#include <bit>
#include <chrono>
#include <cmath>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/cancelled.h"
#include "mixtura/common/error.h"
#include "mixtura/simulation/hand_set_mixture.h"
#include "mixtura/simulation/population_limit.h"

#include "support/near.h"
#include "support/stopped.h"

namespace mixtura {
namespace {

using test::near;
using testing::HasSubstr;

GaussianMixture two_centres(int feature_count = 1) {
    HandSetMixture description;
    description.feature_count = feature_count;
    return hand_set_mixture(description);
}

GaussianMixture three_centres() {
    HandSetMixture description;
    description.component_count = 3;
    description.layout = CentreLayout::simplex;
    return hand_set_mixture(description);
}

MisspecificationOptions small_study() {
    MisspecificationOptions options;
    options.signal_to_noise = {0.5, 2.0, 10.0};
    options.deviation_ratios = {0.0, 1.0, 1.5};
    options.row_count = 300;
    options.replicate_count = 4;
    return options;
}

bool same_bits(const StudyCell& a, const StudyCell& b) {
    const auto equal = [](double x, double y) {
        return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
    };
    return equal(a.separation, b.separation) && equal(a.separation_error, b.separation_error) &&
           equal(a.mean_distance, b.mean_distance) &&
           equal(a.mean_distance_error, b.mean_distance_error) &&
           equal(a.collapsed_share, b.collapsed_share) &&
           equal(a.adjusted_rand_index, b.adjusted_rand_index) &&
           equal(a.iterations, b.iterations) && a.replicates_done == b.replicates_done;
}

TEST(MisspecificationStudy, SamplesLieAboutTheLimitOfInfinitelyManyRows) {
    MisspecificationOptions options;
    options.signal_to_noise = {0.5, 1.0, 4.0};
    options.deviation_ratios = {0.0, 0.75, 1.0, 1.1, 1.5};
    options.row_count = 20000;
    options.replicate_count = 8;
    const MisspecificationStudy study = misspecification_study(two_centres(2), options);
    ASSERT_EQ(study.cells.size(), 15U);
    for (const StudyCell& cell : study.cells) {
        const double expected = symmetric_fixed_point(cell.signal_to_noise, cell.deviation_ratio);
        ASSERT_TRUE(cell.limit_separation);
        EXPECT_NEAR(expected, *cell.limit_separation, 1e-9);
        EXPECT_EQ(cell.replicates_done, 8);
        // Five standard errors, and 0.02 for the bias of order 1 / n.
        EXPECT_NEAR(expected, cell.separation, 5.0 * cell.separation_error + 0.02)
            << "rho " << cell.deviation_ratio << ", SNR " << cell.signal_to_noise;
        EXPECT_NEAR(std::abs(expected - 1.0), cell.mean_distance, 0.06);
        EXPECT_EQ(cell.collapsed_share, expected == 0.0 ? 1.0 : 0.0);
        if (expected == 0.0) {
            EXPECT_EQ(cell.adjusted_rand_index, 0.0);
        }
    }
}

TEST(MisspecificationStudy, TheRightDeviationRecoversAndAMuchTooLargeOneCollapses) {
    MisspecificationOptions options;
    options.signal_to_noise = {4.0};
    options.deviation_ratios = {1.0, 4.0};
    const MisspecificationStudy study = misspecification_study(three_centres(), options);
    EXPECT_NEAR(1.0, study.cell(0, 0).separation, 0.03);
    EXPECT_LT(study.cell(0, 0).mean_distance, 0.1);
    EXPECT_EQ(study.cell(0, 0).collapsed_share, 0.0);
    EXPECT_FALSE(study.cell(0, 0).limit_separation);
    EXPECT_LT(study.cell(1, 0).separation, 1e-3);
    EXPECT_NEAR(1.0, study.cell(1, 0).mean_distance, 0.1);  // every true centre is 1 from the mean
    EXPECT_EQ(study.cell(1, 0).collapsed_share, 1.0);
}

TEST(MisspecificationStudy, CentresOffALineCollapseWhereTheLeadingShareSays) {
    MisspecificationOptions options;
    options.signal_to_noise = {2.0};
    const double bound = collapse_ratio(centre_arrangement(three_centres()), 2.0);
    EXPECT_TRUE(near(std::sqrt(2.0), bound, 1e-14));  // lambda is one half
    options.deviation_ratios = {0.9 * bound, 1.15 * bound};
    options.row_count = 5000;
    options.replicate_count = 5;
    const MisspecificationStudy study = misspecification_study(three_centres(), options);
    EXPECT_GT(study.cell(0, 0).separation, 0.3);
    EXPECT_LT(study.cell(1, 0).separation, 1e-3);
}

TEST(MisspecificationStudy, HasTheSameBitsForAnyNumberOfThreads) {
    FitControl one;
    one.thread_count = 1;
    FitControl two;
    two.thread_count = 2;
    const MisspecificationStudy a = misspecification_study(three_centres(), small_study(), one);
    const MisspecificationStudy b = misspecification_study(three_centres(), small_study(), two);
    ASSERT_EQ(a.cells.size(), b.cells.size());
    for (std::size_t c = 0; c < a.cells.size(); ++c)
        EXPECT_TRUE(same_bits(a.cells[c], b.cells[c])) << c;
}

TEST(MisspecificationStudy, ACellIsTheSameInEveryGridAndAnotherSeedDrawsOthers) {
    const MisspecificationStudy study = misspecification_study(two_centres(), small_study());
    MisspecificationOptions single = small_study();
    single.signal_to_noise = {2.0};
    single.deviation_ratios = {1.5};
    EXPECT_TRUE(
        same_bits(study.cell(2, 1), misspecification_study(two_centres(), single).cells.front()));
    single.seed = 2;
    EXPECT_FALSE(
        same_bits(study.cell(2, 1), misspecification_study(two_centres(), single).cells.front()));
}

TEST(MisspecificationStudy, IsThatOfTheMixtureInAnyUnits) {
    HandSetMixture description;
    description.feature_count = 1;
    description.separation = 1024.0;
    description.standard_deviation = 64.0;
    const MisspecificationStudy study = misspecification_study(two_centres(), small_study());
    const MisspecificationStudy scaled =
        misspecification_study(hand_set_mixture(description), small_study());
    for (std::size_t c = 0; c < study.cells.size(); ++c)
        EXPECT_TRUE(same_bits(study.cells[c], scaled.cells[c])) << c;
    EXPECT_EQ(study.arrangement.signal_to_noise, 4.0);
    EXPECT_EQ(scaled.arrangement.signal_to_noise, 64.0);
}

/// Requests a stop when so many units of work are done.
class StopAt final : public FitObserver {
  public:
    explicit StopAt(double limit) : limit_(limit) {}
    void on_progress(std::string_view /*what*/, double done, double total) override {
        EXPECT_LE(done, total);
        EXPECT_EQ(done, last_ + 1.0);
        last_ = done;
        if (done >= limit_)
            source_.request_stop();
    }
    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

  private:
    double limit_;
    double last_ = 0.0;
    std::stop_source source_;
};

TEST(MisspecificationStudy, StoppedKeepsTheSamplesThatAreDone) {
    StopAt observer(25.0);  // nine limits, then the samples
    FitControl control;
    control.observer = &observer;
    control.stop = observer.token();
    control.thread_count = 1;
    const MisspecificationStudy study =
        misspecification_study(two_centres(), small_study(), control);
    EXPECT_TRUE(study.cancelled);
    int done = 0;
    for (const StudyCell& cell : study.cells) {
        done += cell.replicates_done;
        EXPECT_GE(cell.replicates_done, 1);
        EXPECT_LE(cell.replicates_done, 2);
        EXPECT_TRUE(std::isfinite(cell.separation));
    }
    EXPECT_EQ(done, 16);
    control.stop = test::stopped();
    control.observer = nullptr;
    EXPECT_THROW(static_cast<void>(misspecification_study(two_centres(), small_study(), control)),
                 Cancelled);
}

TEST(MisspecificationStudy, StopsInTheMiddleOfALargeSample) {
    MisspecificationOptions options;
    options.row_count = study_row_limit;
    std::stop_source source;
    FitControl control;
    control.stop = source.get_token();
    std::chrono::steady_clock::time_point ended;
    std::thread worker([&] {
        try {
            static_cast<void>(misspecification_study(two_centres(4), options, control));
        } catch (const Cancelled&) {
        }
        ended = std::chrono::steady_clock::now();
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    const auto asked = std::chrono::steady_clock::now();
    source.request_stop();
    worker.join();
    const std::chrono::duration<double> taken = ended - asked;
    RecordProperty("seconds_to_stop", std::to_string(taken.count()));
    EXPECT_LT(taken.count(), 1.0);  // 0.2 s on a machine that does nothing else
}

TEST(MisspecificationStudy, RefusesOptionsOutOfRange) {
    const auto expect_refused = [](auto change, const std::string& words) {
        MisspecificationOptions options;
        change(options);
        try {
            static_cast<void>(misspecification_study(two_centres(), options));
            ADD_FAILURE() << "not refused: " << words;
        } catch (const InvalidArgument& error) {
            EXPECT_THAT(error.what(), HasSubstr(words));
        }
    };
    expect_refused([](auto& o) { o.signal_to_noise.clear(); },
                   "0 values of the signal-to-noise ratio");
    expect_refused([](auto& o) { o.deviation_ratios.assign(201, 1.0); }, "201 values");
    expect_refused(
        [](auto& o) {
            o.signal_to_noise = {1.0, 0.0};
        },
        "A signal-to-noise ratio is 0; it must be from 0.001 to 10000.");
    expect_refused([](auto& o) { o.deviation_ratios = {0.01}; },
                   "is 0.01; it must be 0 (hard assignment), or from 0.05 to 100.");
    expect_refused([](auto& o) { o.deviation_ratios = {std::nan("")}; }, "is nan");
    expect_refused([](auto& o) { o.row_count = 9; }, "number of rows of a sample is 9");
    expect_refused([](auto& o) { o.replicate_count = 0; }, "number of replicates is 0");
    expect_refused(
        [](auto& o) {
            o.signal_to_noise.assign(200, 1.0);
            o.deviation_ratios.assign(200, 1.0);
            o.replicate_count = 251;
        },
        "40000 cells of 251 samples");
    expect_refused([](auto& o) { o.fit.iteration_limit = 0; }, "limit of iterations is 0");
    expect_refused([](auto& o) { o.fit.tolerance = -1.0; }, "tolerance is -1");
}

}  // namespace
}  // namespace mixtura
