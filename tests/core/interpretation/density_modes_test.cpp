// SPDX-License-Identifier: Apache-2.0
#include "mixtura/interpretation/density_modes.h"

#include <cmath>

#include <gmock/gmock.h>

#include "mixtura/common/cancelled.h"
#include "mixtura/common/error.h"

#include "support/near.h"
#include "support/reference_fit.h"

namespace mixtura {
namespace {

using test::all_near;
using test::near;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

Eigen::MatrixXd one_by_one(double value) {
    return Eigen::MatrixXd::Constant(1, 1, value);
}

GaussianMixture pair(double half_distance) {
    return {Eigen::Vector2d(0.5, 0.5),
            Eigen::Vector2d(-half_distance, half_distance),
            {one_by_one(1.0), one_by_one(1.0)}};
}

/// Reference: mean-shift and Newton steps of an independent prototype, on the fit as it stopped there
/// (relative change 1e-12).
TEST(DensityModes, EqualTheReferenceOfFaithful) {
    const GaussianMixture model = test::reference_fit("faithful", "hc", "EEE", 3, 79).model;
    const DensityModes modes = density_modes(model);
    Eigen::MatrixXd expected(2, 2);
    expected << 4.45075236, 80.79639326, 2.03761467, 54.49128429;
    EXPECT_TRUE(all_near(expected, modes.modes, 1e-8));
    EXPECT_TRUE(
        all_near(Eigen::Vector2d(-2.9997138888, -3.3083217646), modes.log_densities, 1e-10));
    // The two components of long eruptions share a mode.
    const auto& means = model.means();
    for (int k = 0; k < 3; ++k)
        EXPECT_EQ(modes.component_mode[static_cast<std::size_t>(k)], means(k, 0) < 3.0 ? 1 : 0);
}

TEST(DensityModes, EqualTheReferenceOfBaudrysExample) {
    const GaussianMixture model = test::reference_fit("baudry_ex41", "hc", "EEV", 6, 27).model;
    const DensityModes modes = density_modes(model);
    Eigen::MatrixXd expected(4, 2);
    expected << 1.10625434, 4.97230783, -.01639740, .06463853, 8.07367329, 4.98495011, 8.06870089,
        -.01830536;
    EXPECT_TRUE(all_near(expected, modes.modes, 2e-8));
    EXPECT_TRUE(
        all_near(Eigen::Vector4d(-1.7130694127, -2.2534598153, -2.3334585911, -2.3764974786),
                 modes.log_densities, 1e-8));
}

TEST(DensityModes, OfIrisAreThree) {
    EXPECT_EQ(density_modes(test::reference_fit("iris", "hc", "VEV", 3, 600).model).modes.rows(),
              3);
}

/// Two equal normals have one mode up to a distance of two standard deviations, and two beyond.
TEST(DensityModes, OfTwoEqualNormalsPartAtTwoStandardDeviations) {
    const DensityModes together = density_modes(pair(0.95));
    ASSERT_EQ(together.modes.rows(), 1);
    EXPECT_NEAR(0.0, together.modes(0, 0), 1e-9);
    EXPECT_THAT(together.component_mode, ElementsAre(0, 0));

    const double half = 1.1;
    const DensityModes apart = density_modes(pair(half));
    ASSERT_EQ(apart.modes.rows(), 2);
    for (const double x : apart.modes.reshaped())  // where the derivative vanishes
        EXPECT_NEAR(x, half * std::tanh(half * x), 1e-12);
    EXPECT_NE(apart.component_mode[0], apart.component_mode[1]);
    EXPECT_TRUE(near(apart.log_densities[0], apart.log_densities[1], 1e-14));
}

/// At exactly two standard deviations the top is flat to third order: paths slow down, and end.
TEST(DensityModes, AreOneWhereTheTopIsFlat) {
    const DensityModes modes = density_modes(pair(1.0));
    for (const double x : modes.modes.reshaped()) EXPECT_NEAR(0.0, x, 0.05);
}

TEST(DensityModes, AreReachedFromAMeanOnASaddle) {
    // The broad component in the middle lies on the ridge between the others, by symmetry a saddle.
    Eigen::MatrixXd means(3, 2);
    means << 0.0, 0.0, -3.0, 0.0, 3.0, 0.0;
    const Eigen::MatrixXd identity = Eigen::MatrixXd::Identity(2, 2);
    const GaussianMixture model(Eigen::Vector3d(0.02, 0.49, 0.49), means,
                                {2.0 * identity, identity, identity});
    const DensityModes modes = density_modes(model, {.random_start_count = 0, .seed = 1});
    EXPECT_EQ(modes.modes.rows(), 2);
    EXPECT_GT(std::abs(modes.modes(modes.component_mode[0], 0)), 2.9);
}

/// Ray & Lindsay (2005), Ann. Stat. 33:2042: two normals of the plane with three modes, of which
/// the one in the middle is reached from neither mean.
TEST(DensityModes, OfTwoComponentsCanBeThree) {
    Eigen::MatrixXd means(2, 2);
    means << 0.0, 0.0, 1.0, 1.0;
    const Eigen::Matrix2d flat = Eigen::Vector2d(1.0, 0.05).asDiagonal();
    const Eigen::Matrix2d steep = Eigen::Vector2d(0.05, 1.0).asDiagonal();
    const GaussianMixture model(Eigen::Vector2d(0.5, 0.5), means, {flat, steep});
    EXPECT_EQ(density_modes(model).modes.rows(), 3);
    EXPECT_EQ(density_modes(model, {.random_start_count = 0, .seed = 1}).modes.rows(), 2);
}

TEST(DensityModes, MoveWithTheDataAndItsScale) {
    const GaussianMixture model = test::reference_fit("faithful", "hc", "VVV", 3, 50).model;
    const DensityModes here = density_modes(model);
    const Eigen::DiagonalMatrix<double, 2> scale(1e8, 1e-8);
    std::vector<Eigen::MatrixXd> covariances;
    for (const Eigen::MatrixXd& covariance : model.covariances())
        covariances.emplace_back(scale * covariance * scale);
    const GaussianMixture there(model.mixing_weights(), model.means() * scale, covariances);
    EXPECT_TRUE(all_near(here.modes, density_modes(there).modes * scale.inverse(), 1e-9));
}

TEST(DensityModes, DoNotDependOnTheNumberOfThreads) {
    const GaussianMixture model = test::reference_fit("iris", "hc", "VEV", 3, 60).model;
    FitControl control;
    control.thread_count = 1;
    const DensityModes one = density_modes(model, {}, control);
    control.thread_count = 2;
    const DensityModes two = density_modes(model, {}, control);
    EXPECT_EQ(one.modes, two.modes);
    EXPECT_EQ(one.component_mode, two.component_mode);
}

TEST(ModalClustering, SendsRowsOverTheValleyToTheOtherMode) {
    const GaussianMixture model = pair(2.0);
    Eigen::MatrixXd rows(5, 1);
    rows << -7.0, -0.01, 0.01, 1.0, 30.0;
    const ModalClustering clustering = modal_clustering(model, density_modes(model), rows);
    const auto& classes = clustering.classification;
    EXPECT_EQ(classes[0], classes[1]);
    EXPECT_NE(classes[1], classes[2]);
    EXPECT_EQ(classes[2], classes[3]);
    EXPECT_EQ(classes[2], classes[4]);
    EXPECT_EQ(clustering.modes.modes.rows(), 2);
}

TEST(ModalClustering, AddsAModeThatOnlyRowsLeadTo) {
    Eigen::MatrixXd means(2, 2);
    means << 0.0, 0.0, 1.0, 1.0;
    const Eigen::Matrix2d flat = Eigen::Vector2d(1.0, 0.05).asDiagonal();
    const Eigen::Matrix2d steep = Eigen::Vector2d(0.05, 1.0).asDiagonal();
    const GaussianMixture model(Eigen::Vector2d(0.5, 0.5), means, {flat, steep});
    const DensityModes modes = density_modes(model, {.random_start_count = 0, .seed = 1});
    Eigen::MatrixXd row(1, 2);
    row << 1.0, 0.0;
    const ModalClustering clustering = modal_clustering(model, modes, row);
    EXPECT_THAT(clustering.classification, ElementsAre(2));
    EXPECT_EQ(clustering.modes.modes.rows(), 3);
    EXPECT_EQ(clustering.modes.log_densities.size(), 3);
}

TEST(DensityModes, RefuseAndStopWhereTheyMust) {
    EXPECT_THAT([] { density_modes(pair(1.5), {.random_start_count = -1, .seed = 1}); },
                ThrowsMessage<InvalidArgument>(HasSubstr("random_start_count is -1")));
    EXPECT_THAT(
        [] { modal_clustering(pair(1.5), density_modes(pair(1.5)), Eigen::MatrixXd(1, 2)); },
        ThrowsMessage<InvalidArgument>(HasSubstr("1 features, the observations 2")));
    std::stop_source stop;
    stop.request_stop();
    FitControl control;
    control.stop = stop.get_token();
    EXPECT_THROW(density_modes(pair(1.5), {}, control), Cancelled);
}

}  // namespace
}  // namespace mixtura
