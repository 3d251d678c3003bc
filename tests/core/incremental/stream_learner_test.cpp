// SPDX-License-Identifier: Apache-2.0
#include "mixtura/incremental/stream_learner.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <Eigen/Dense>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"
#include "mixtura/common/random.h"
#include "mixtura/incremental/conditional_mixture.h"
#include "mixtura/incremental/stream_state_bytes.h"

#include "support/data_file.h"
#include "support/incremental_vectors.h"
#include "support/near.h"
#include "support/portable_stream.h"
#include "support/text_table.h"

namespace mixtura {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::near;
using testing::Contains;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

std::vector<std::string> names(Index count) {
    std::vector<std::string> result;
    for (Index i = 0; i < count; ++i) result.push_back("x" + std::to_string(i + 1));
    return result;
}

void observe(StreamLearner& learner, const VectorXd& values, const std::string& label = {}) {
    learner.observe({.values = values, .label = label, .weight = 1.0});
}

/// The learner of the ten rows in the plane.
StreamLearner ten_rows_learner() {
    StreamOptions options;
    options.mixture = test::ten_rows_options();
    options.mixture.initial_scale = 1.0;
    options.feature_scale = FeatureScale::given;
    options.deviations = {1.0, 2.0};
    options.history_stride = 3;
    return {options, names(2)};
}

/// The learner of the twenty rows, with forgetting and factorisations.
StreamLearner twenty_rows_learner() {
    StreamOptions options;
    options.mixture = test::twenty_rows_mixture(5).state().options;
    options.mixture.initial_scale = 0.5;
    options.feature_scale = FeatureScale::running;
    options.target = TargetKind::regression;
    options.drift_action = DriftAction::restart;
    return {options, names(3), "x3"};
}

TEST(StreamLearner, StateRestoredAtAnyRowGoesOnToTheSameBits) {
    const auto check = [](StreamLearner whole, const MatrixXd& rows) {
        std::vector<std::string> states{state_bytes(whole.state())};
        for (Index t = 0; t < rows.rows(); ++t) {
            observe(whole, rows.row(t).transpose());
            states.push_back(state_bytes(whole.state()));
        }
        for (Index stop = 0; stop <= rows.rows(); ++stop) {
            StreamLearner resumed(state_from_bytes(states[static_cast<std::size_t>(stop)]));
            for (Index t = stop; t < rows.rows(); ++t) observe(resumed, rows.row(t).transpose());
            EXPECT_EQ(state_bytes(resumed.state()), states.back()) << "stopped after row " << stop;
        }
    };
    check(ten_rows_learner(), test::ten_rows());
    check(twenty_rows_learner(), test::twenty_rows());
    StreamOptions warm_up;
    warm_up.warm_up_rows = 7;
    check({warm_up, names(3)}, test::twenty_rows());
}

TEST(StreamLearner, BytesThatAreNoStateAreRefused) {
    StreamLearner learner = ten_rows_learner();
    observe(learner, Eigen::Vector2d(1.0, 2.0));
    const std::string bytes = state_bytes(learner.state());
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_THROW(static_cast<void>(state_from_bytes(bytes.substr(0, size))), DataError) << size;
    EXPECT_THROW(static_cast<void>(state_from_bytes(bytes + "x")), DataError);
}

TEST(StreamLearner, WarmUpLearnsItsRowsInOrderFromTheirDeviations) {
    const MatrixXd rows = test::sine_rows(3, 300);
    StreamLearner learner({}, names(2));
    for (Index t = 0; t < rows.rows(); ++t) {
        EXPECT_EQ(learner.has_mixture(), t >= 200);
        observe(learner, rows.row(t).transpose());
    }
    const MatrixXd first = rows.topRows(200);
    const MatrixXd centred = first.rowwise() - first.colwise().mean();
    const VectorXd variances = (centred.colwise().squaredNorm() / 199.0).transpose();
    const double scale = 0.15 * std::sqrt(2.0);
    IncrementalMixture expected({}, scale * scale * variances);
    for (Index t = 0; t < rows.rows(); ++t) expected.observe(rows.row(t).transpose());
    ASSERT_EQ(expected.component_count(), learner.mixture().component_count());
    for (std::size_t j = 0; j < expected.components().size(); ++j)
        EXPECT_TRUE(test::all_near(covariance_matrix(expected.components()[j]),
                                   covariance_matrix(learner.mixture().components()[j]), 1e-9));
}

TEST(StreamLearner, StreamShorterThanTheWarmUpIsLearnedAtItsEnd) {
    StreamLearner learner({}, names(1));
    for (const double x : {1.0, 2.0, 4.0}) observe(learner, VectorXd::Constant(1, x));
    EXPECT_FALSE(learner.has_mixture());
    EXPECT_THAT([&] { static_cast<void>(learner.mixture()); },
                ThrowsMessage<InvalidArgument>(HasSubstr("warm-up is not over")));
    learner.finish();
    EXPECT_EQ(learner.mixture().state().row_count, 3);
    EXPECT_EQ(learner.prequential().row_count, 2);
    // Variance 7/3 of the three, scaled by 0.15 squared.
    EXPECT_NEAR(learner.mixture().state().initial_variances[0], 7.0 / 3.0 * 0.0225, 1e-15);
}

TEST(StreamLearner, ConstantFeaturesTakeTheMedianOfTheOthersDeviations) {
    RunningMoments moments(4);
    for (const double x : {0.0, 2.0, 4.0})
        moments.observe(Eigen::Vector4d(x, 7.0, 10.0 * x, 100.0 * x));
    EXPECT_TRUE(
        test::all_near(Eigen::Vector4d(2.0, 20.0, 20.0, 200.0), moments.deviations(), 1e-12));
    RunningMoments constant(2);
    constant.observe(Eigen::Vector2d(3.0, not_a_number));
    EXPECT_EQ(constant.deviations(), Eigen::Vector2d(1.0, 1.0));
}

TEST(StreamLearner, PrequentialScoresAreThoseOfTheModelBeforeEachRow) {
    StreamLearner learner = twenty_rows_learner();
    const MatrixXd rows = test::twenty_rows();
    double log_density = 0.0;
    double squares = 0.0;
    for (Index t = 0; t < rows.rows(); ++t) {
        const VectorXd x = rows.row(t).transpose();
        if (t > 0) {
            const GaussianMixture before = learner.mixture().gaussian_mixture();
            log_density += mixtura::score(before, rows.row(t)).log_likelihood;
            squares += std::pow(ConditionalMixture(precision_mixture(before), {0, 1}, {2})
                                        .predict(x.head(2))
                                        .mean[0] -
                                    x[2],
                                2);
        }
        observe(learner, x);
    }
    EXPECT_EQ(learner.prequential().row_count, 19);
    EXPECT_EQ(learner.prequential().scored_count, 19);
    EXPECT_TRUE(near(log_density, learner.prequential().log_density, 1e-10));
    EXPECT_TRUE(near(squares, learner.prequential().squared_error, 1e-10));
}

TEST(StreamLearner, MissingInputsAndTargetsAreScoredByWhatIsKnown) {
    StreamLearner learner = twenty_rows_learner();
    const MatrixXd rows = test::twenty_rows();
    for (Index t = 0; t < 15; ++t) observe(learner, rows.row(t).transpose());
    const GaussianMixture before = learner.mixture().gaussian_mixture();
    const double error = learner.prequential().squared_error;
    observe(learner, Eigen::Vector3d(not_a_number, 0.4, -0.9));
    const double expected = ConditionalMixture(precision_mixture(before), {1}, {2})
                                .predict(VectorXd::Constant(1, 0.4))
                                .mean[0];
    EXPECT_TRUE(
        near(error + std::pow(expected + 0.9, 2), learner.prequential().squared_error, 1e-10));
    observe(learner, Eigen::Vector3d(0.1, 0.4, not_a_number));
    EXPECT_EQ(learner.prequential().scored_count, 15);
    EXPECT_EQ(learner.prequential().row_count, 16);
}

TEST(StreamLearner, HistoryIsBoundedAndLosesNoRow) {
    StreamOptions options;
    options.history_stride = 1;
    options.warm_up_rows = 10;
    StreamLearner learner(options, names(1));
    test::SplitMix64 random(9);
    for (int t = 0; t < 10001; ++t) observe(learner, VectorXd::Constant(1, random.normal()));
    const std::vector<HistoryEntry> history = learner.history();
    EXPECT_LE(history.size(), history_limit);
    EXPECT_GE(history.size(), history_limit / 2);
    PrequentialSums total;
    std::int64_t row = 0;
    for (const HistoryEntry& entry : history) {
        EXPECT_GT(entry.row, row);
        row = entry.row;
        total.add(entry.sums);
    }
    EXPECT_EQ(row, 10001);
    EXPECT_EQ(total.row_count, 10000);
    EXPECT_TRUE(near(learner.prequential().log_density, total.log_density, 1e-12));
}

TEST(StreamLearner, DriftIsNoticedWithinRowsAndNotWhereThereIsNone) {
    for (const std::uint64_t seed : {2024U, 7U, 99U}) {
        StreamOptions options;
        options.mixture.prior_strength = 2.0;
        options.mixture.initial_scale = 0.5;
        options.mixture.minimum_age = 50;
        options.feature_scale = FeatureScale::given;
        options.deviations = {1.0, 1.0};
        options.drift_action = DriftAction::report;
        StreamLearner learner(options, names(2));
        test::DriftStream stream(seed, 6000);
        for (int t = 0; t < 6000; ++t) observe(learner, stream.next());
        EXPECT_EQ(learner.drift().alarm_count, 0) << seed;
        for (int t = 6000; t < 6020; ++t) observe(learner, stream.next());
        EXPECT_EQ(learner.drift().alarm_count, 1) << seed;
        EXPECT_LE(learner.drift().last_alarm, 6010) << seed;
    }
}

TEST(StreamLearner, RestartAfterDriftRecoversWhatForgettingNothingDoesNot) {
    const auto late_density = [](DriftAction action) {
        StreamOptions options;
        options.mixture.prior_strength = 2.0;
        options.mixture.initial_scale = 0.5;
        options.mixture.minimum_age = 50;
        options.feature_scale = FeatureScale::given;
        options.deviations = {1.0, 1.0};
        options.drift_action = action;
        StreamLearner learner(options, names(2));
        test::DriftStream stream(2024, 6000);
        for (int t = 0; t < 11000; ++t) observe(learner, stream.next());
        const double before = learner.prequential().log_density;
        for (int t = 0; t < 1000; ++t) observe(learner, stream.next());
        return (learner.prequential().log_density - before) / 1000.0;
    };
    EXPECT_GT(late_density(DriftAction::restart), late_density(DriftAction::none) + 0.3);
}

TEST(StreamLearner, NoNoveltyIsAQuadraticDiscriminantOrARidgeRegression) {
    // tagged: one component a class, (kappa V0 + S) / (kappa + n - 1)
    StreamOptions options;
    options.mixture.novelty_probability = 0.0;
    options.mixture.initial_scale = 1.0;
    options.mixture.prior_strength = 2.0;
    options.feature_scale = FeatureScale::given;
    options.deviations = {1.0, 1.0};
    options.target = TargetKind::classification;
    StreamLearner learner(options, names(2), "class");
    const MatrixXd rows = test::ten_rows();
    for (Index t = 0; t < 10; ++t)
        observe(learner, rows.row(t).transpose(), t % 3 == 0 ? "a" : "b");
    ASSERT_EQ(learner.mixture().component_count(), 2);
    std::vector<Index> members{0, 3, 6, 9};
    const MatrixXd own = rows(members, Eigen::all);
    const MatrixXd centred = own.rowwise() - own.colwise().mean();
    EXPECT_TRUE(test::all_near(
        ((centred.transpose() * centred + 2.0 * MatrixXd::Identity(2, 2)) / 5.0).eval(),
        covariance_matrix(learner.mixture().components()[0]), 1e-12));
    EXPECT_TRUE(near(0.4, learner.mixture().mixing_weights()[0], 1e-14));

    // regression: slope of the ridge (S_xx + kappa V0)^-1 S_xy
    options.target = TargetKind::regression;
    StreamLearner linear(options, names(2), "x2");
    for (Index t = 0; t < 10; ++t) observe(linear, rows.row(t).transpose());
    const MatrixXd all = rows.rowwise() - rows.colwise().mean();
    const double slope = all.col(0).dot(all.col(1)) / (all.col(0).squaredNorm() + 2.0);
    const ConditionalMixture conditional(precision_mixture(linear.mixture()), {0}, {1});
    EXPECT_TRUE(near(rows.col(1).mean() + slope * (1.7 - rows.col(0).mean()),
                     conditional.predict(VectorXd::Constant(1, 1.7)).mean[0], 1e-12));
}

TEST(StreamLearner, ClassThatAJointModelDoesNotHaveIsRefusedAndTheStateStays) {
    StreamOptions options;
    options.target = TargetKind::classification;
    options.class_model = ClassModel::joint;
    options.warm_up_rows = 4;
    StreamLearner learner(options, names(1), "kind");
    for (int t = 0; t < 6; ++t)
        observe(learner, VectorXd::Constant(1, 0.1 * t), t % 2 == 0 ? "even" : "odd");
    EXPECT_EQ(learner.model_features(), (std::vector<std::string>{"x1", "kind=even", "kind=odd"}));
    const std::string before = state_bytes(learner.state());
    EXPECT_THAT([&] { observe(learner, VectorXd::Ones(1), "prime"); },
                ThrowsMessage<InvalidArgument>(
                    HasSubstr("The class 'prime' appears for the first time after the warm-up")));
    EXPECT_THAT([&] { observe(learner, VectorXd::Constant(1, 1e151)); },
                ThrowsMessage<InvalidArgument>(HasSubstr("'x1' is 1e+151")));
    EXPECT_EQ(state_bytes(learner.state()), before);
}

TEST(StreamLearner, RemarksNameWhatSpoilsAModel) {
    StreamLearner learner({}, names(2));
    test::SplitMix64 random(4);
    for (int t = 0; t < 1000; ++t) observe(learner, Eigen::Vector2d(random.normal(), 5.0));
    EXPECT_THAT(learner.remarks(), Contains(HasSubstr("'x2' has the same value in every row")));
    StreamLearner wide({}, names(30));
    for (int t = 0; t < 5; ++t) observe(wide, VectorXd::Constant(30, random.normal()));
    wide.finish();
    EXPECT_THAT(wide.remarks(), Contains(HasSubstr("fewer rows (5) than features (30)")));
}

TEST(StreamLearner, OptionsOutOfRangeAreRefused) {
    StreamOptions options;
    EXPECT_THAT([&] { StreamLearner(options, {}); },
                ThrowsMessage<InvalidArgument>(HasSubstr("at least one feature")));
    options.feature_scale = FeatureScale::given;
    EXPECT_THAT([&] { StreamLearner(options, names(2)); },
                ThrowsMessage<InvalidArgument>(HasSubstr("0 deviations for 2 features")));
    options.deviations = {1.0, -1.0};
    EXPECT_THAT([&] { StreamLearner(options, names(2)); },
                ThrowsMessage<InvalidArgument>(HasSubstr("deviation of 'x2' is -1")));
    options.feature_scale = FeatureScale::warm_up;
    options.warm_up_rows = -1;
    EXPECT_THAT([&] { StreamLearner(options, names(2)); },
                ThrowsMessage<InvalidArgument>(HasSubstr("warm-up rows is -1")));
    options.warm_up_rows = 0;
    StreamLearner learner(options, names(2));
    EXPECT_THAT([&] { learner.observe({.values = VectorXd::Ones(2), .label = {}, .weight = 0.0}); },
                ThrowsMessage<InvalidArgument>(HasSubstr("weight of the row is 0")));
}

/// Mean over ten random assignments to ten folds of the accuracy on rows left out.
double ten_fold_accuracy(const std::string& data_set, ClassModel model) {
    const MatrixXd rows = test::measurements(data_set);
    const test::TextTable table(test::data_file(data_set + ".csv"));
    const std::string column = data_set == "iris" ? "species" : "class";
    int correct = 0;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        std::vector<Index> order(static_cast<std::size_t>(rows.rows()));
        std::iota(order.begin(), order.end(), 0);
        RandomStream random(seed);
        for (std::size_t i = order.size(); i > 1; --i)
            std::swap(order[i - 1], order[random.below(i)]);
        for (std::size_t fold = 0; fold < 10; ++fold) {
            StreamOptions options;
            options.target = TargetKind::classification;
            options.class_model = model;
            StreamLearner learner(options, names(rows.cols()), "class");
            for (std::size_t i = 0; i < order.size(); ++i)
                if (i % 10 != fold)
                    observe(learner, rows.row(order[i]).transpose(),
                            table.text(static_cast<std::size_t>(order[i]), column));
            learner.finish();
            const auto& classes = learner.classes();
            const PrecisionMixture mixture = precision_mixture(learner.mixture());
            const Index d = rows.cols();
            std::vector<Index> given(static_cast<std::size_t>(d));
            std::iota(given.begin(), given.end(), 0);
            for (std::size_t i = fold; i < order.size(); i += 10) {
                const VectorXd x = rows.row(order[i]).transpose();
                Index predicted = 0;
                if (model == ClassModel::joint) {
                    std::vector<Index> wanted;
                    for (std::size_t c = 0; c < classes.size(); ++c)
                        wanted.push_back(d + static_cast<Index>(c));
                    ConditionalMixture(mixture, given, wanted).predict(x).mean.maxCoeff(&predicted);
                } else {
                    IncrementalMixture copy = learner.mixture();
                    copy.look(x);
                    std::vector<int> tags;
                    for (const auto& component : copy.components())
                        tags.push_back(component.class_index);
                    class_probabilities(copy.log_terms(), tags, static_cast<int>(classes.size()))
                        .maxCoeff(&predicted);
                }
                correct += classes[static_cast<std::size_t>(predicted)] ==
                                   table.text(static_cast<std::size_t>(order[i]), column)
                               ? 1
                               : 0;
            }
        }
    }
    return correct / (10.0 * static_cast<double>(rows.rows()));
}

TEST(StreamLearner, ClassifiesIrisAndWineWithTheDefaults) {
    EXPECT_GE(ten_fold_accuracy("iris", ClassModel::tagged), 0.96);
    EXPECT_GE(ten_fold_accuracy("wine", ClassModel::tagged), 0.97);
    EXPECT_GE(ten_fold_accuracy("iris", ClassModel::joint), 0.90);
    EXPECT_GE(ten_fold_accuracy("wine", ClassModel::joint), 0.90);
}

}  // namespace
}  // namespace mixtura
