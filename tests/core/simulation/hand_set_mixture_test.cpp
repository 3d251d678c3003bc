// SPDX-License-Identifier: Apache-2.0
#include "mixtura/simulation/hand_set_mixture.h"

#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"

#include "support/near.h"

namespace mixtura {
namespace {

using test::all_near;
using test::near;
using testing::HasSubstr;

void expect_refused(const HandSetMixture& description, const std::string& words) {
    try {
        static_cast<void>(hand_set_mixture(description));
        ADD_FAILURE() << "not refused: " << words;
    } catch (const InvalidArgument& error) {
        EXPECT_THAT(error.what(), HasSubstr(words));
    }
}

TEST(HandSetMixture, LineSpacesCentresEvenlyAboutTheOrigin) {
    HandSetMixture description;
    description.component_count = 3;
    description.separation = 2.0;
    description.standard_deviation = 0.5;
    const GaussianMixture model = hand_set_mixture(description);
    Eigen::MatrixXd centres(3, 2);
    centres << -2.0, 0.0, 0.0, 0.0, 2.0, 0.0;
    EXPECT_TRUE(all_near(centres, model.means(), 1e-15));
    EXPECT_TRUE(all_near(Eigen::Vector3d::Constant(1.0 / 3.0), model.mixing_weights(), 1e-15));
    EXPECT_EQ(model.covariance_structure(), CovarianceStructure::EII);
    for (const Eigen::MatrixXd& covariance : model.covariances())
        EXPECT_TRUE(all_near(0.25 * Eigen::Matrix2d::Identity(), covariance, 1e-15));
}

TEST(HandSetMixture, NeighboursOnACircleAreTheSeparationApart) {
    for (const int count : {2, 3, 5, 8}) {
        HandSetMixture description;
        description.component_count = count;
        description.feature_count = 3;
        description.layout = CentreLayout::circle;
        description.separation = 1.5;
        const Eigen::MatrixXd centres = layout_centres(description);
        const double radius = centres.row(0).norm();
        for (int k = 0; k < count; ++k) {
            EXPECT_TRUE(near(1.5, (centres.row(k) - centres.row((k + 1) % count)).norm(), 1e-14));
            EXPECT_TRUE(near(radius, centres.row(k).norm(), 1e-14));
        }
        EXPECT_TRUE(all_near(Eigen::RowVector3d::Zero(), centres.colwise().mean(), 1e-14));
    }
}

TEST(HandSetMixture, EveryPairOfASimplexIsTheSeparationApart) {
    HandSetMixture description;
    description.component_count = 5;
    description.feature_count = 4;
    description.layout = CentreLayout::simplex;
    description.separation = 3.0;
    const Eigen::MatrixXd centres = layout_centres(description);
    for (int k = 0; k < 5; ++k) {
        for (int j = 0; j < k; ++j)
            EXPECT_TRUE(near(3.0, (centres.row(k) - centres.row(j)).norm(), 1e-14));
    }
    EXPECT_TRUE(all_near(Eigen::RowVector4d::Zero(), centres.colwise().mean(), 1e-14));
}

TEST(HandSetMixture, TakesMeansWeightsAndCovariancesAsGiven) {
    HandSetMixture description;
    description.means.resize(2, 2);
    description.means << 1.0, 2.0, -1.0, 0.0;
    description.mixing_weights = Eigen::Vector2d(3.0, 1.0);
    Eigen::Matrix2d covariance;
    covariance << 2.0, 0.5, 0.5, 1.0;
    description.covariances = {covariance};
    const GaussianMixture common = hand_set_mixture(description);
    EXPECT_TRUE(all_near(description.means, common.means(), 0.0));
    EXPECT_TRUE(all_near(Eigen::Vector2d(0.75, 0.25), common.mixing_weights(), 1e-15));
    EXPECT_EQ(common.covariance_structure(), CovarianceStructure::EEE);
    EXPECT_TRUE(all_near(covariance, common.covariances()[1], 0.0));
    description.covariances.emplace_back(4.0 * covariance);
    const GaussianMixture own = hand_set_mixture(description);
    EXPECT_EQ(own.covariance_structure(), CovarianceStructure::VVV);
    EXPECT_TRUE(all_near(4.0 * covariance, own.covariances()[1], 0.0));
}

TEST(HandSetMixture, RefusesWhatIsNoMixture) {
    const auto with = [](auto change) {
        HandSetMixture description;
        change(description);
        return description;
    };
    expect_refused(with([](auto& d) { d.component_count = 0; }), "number of components is 0");
    expect_refused(with([](auto& d) { d.feature_count = 101; }), "number of features is 101");
    expect_refused(with([](auto& d) { d.separation = -1.0; }), "separation is -1");
    expect_refused(with([](auto& d) { d.standard_deviation = 0.0; }), "standard deviation is 0");
    expect_refused(with([](auto& d) { d.standard_deviation = 1e-200; }), "must be above 0");
    expect_refused(with([](auto& d) { d.separation = std::numeric_limits<double>::infinity(); }),
                   "separation is inf");
    expect_refused(with([](auto& d) {
                       d.layout = CentreLayout::circle;
                       d.feature_count = 1;
                   }),
                   "2 centres on a circle need 2 features; there is 1.");
    expect_refused(with([](auto& d) {
                       d.layout = CentreLayout::simplex;
                       d.component_count = 4;
                   }),
                   "4 centres on a simplex need 3 features; there are 2.");
    expect_refused(with([](auto& d) { d.mixing_weights = Eigen::Vector3d::Ones(); }),
                   "3 mixing weights for 2 components");
    expect_refused(with([](auto& d) { d.mixing_weights = Eigen::Vector2d(1.0, 0.0); }),
                   "Mixing weight 2 is 0");
    expect_refused(with([](auto& d) { d.covariances.assign(3, Eigen::Matrix2d::Identity()); }),
                   "3 covariances for 2 components");
    expect_refused(with([](auto& d) { d.covariances.assign(2, Eigen::Matrix3d::Identity()); }),
                   "Covariance 1 has 3 rows and 3 columns; 2 features need 2 of both.");
    expect_refused(with([](auto& d) {
                       d.covariances = {(Eigen::Matrix2d() << 1.0, 2.0, 2.0, 1.0).finished()};
                   }),
                   "positive definite");
    EXPECT_EQ(centre_layout_from("simplex"), CentreLayout::simplex);
    EXPECT_THROW(static_cast<void>(centre_layout_from("grid")), InvalidArgument);
}

}  // namespace
}  // namespace mixtura
