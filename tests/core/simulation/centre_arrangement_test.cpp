// SPDX-License-Identifier: Apache-2.0
#include "mixtura/simulation/centre_arrangement.h"

#include <cmath>

#include <gtest/gtest.h>

#include "mixtura/common/error.h"
#include "mixtura/simulation/hand_set_mixture.h"

#include "support/near.h"

namespace mixtura {
namespace {

using test::all_near;
using test::near;

TEST(CentreArrangement, OfTwoCentresIsPlusMinusOne) {
    HandSetMixture description;
    description.feature_count = 1;
    description.separation = 6.0;
    description.standard_deviation = 1.5;
    const CentreArrangement arrangement = centre_arrangement(hand_set_mixture(description));
    EXPECT_TRUE(all_near(Eigen::Vector2d(-1.0, 1.0), arrangement.centres, 1e-15));
    EXPECT_TRUE(near(4.0, arrangement.signal_to_noise, 1e-14));  // (3 / 1.5)^2
    EXPECT_TRUE(near(1.0, arrangement.leading_share, 1e-14));
    EXPECT_TRUE(near(std::sqrt(5.0), collapse_ratio(arrangement, 4.0), 1e-14));
}

TEST(CentreArrangement, ASimplexSharesItsScatterEvenly) {
    HandSetMixture description;
    description.component_count = 4;
    description.feature_count = 5;
    description.layout = CentreLayout::simplex;
    const CentreArrangement arrangement = centre_arrangement(hand_set_mixture(description));
    EXPECT_TRUE(near(1.0 / 3.0, arrangement.leading_share, 1e-14));
    EXPECT_TRUE(near(std::sqrt(2.0), collapse_ratio(arrangement, 3.0), 1e-14));
    // Of a regular simplex with edge s, K centres lie s sqrt((K - 1) / (2 K)) from their mean.
    EXPECT_TRUE(near(16.0 * 3.0 / 8.0, arrangement.signal_to_noise, 1e-13));
}

TEST(CentreArrangement, IsThatOfTheMixtureInAnyAffineCoordinates) {
    Eigen::MatrixXd means(3, 2);
    means << 0.0, 0.0, 4.0, 1.0, -1.0, 5.0;
    std::vector<Eigen::MatrixXd> covariances(3, Eigen::MatrixXd(2, 2));
    covariances[0] << 1.0, 0.3, 0.3, 2.0;
    covariances[1] << 0.5, -0.1, -0.1, 0.7;
    covariances[2] << 2.0, 0.0, 0.0, 0.2;
    const Eigen::Vector3d weights(0.5, 0.3, 0.2);
    Eigen::Matrix2d map;
    map << 1000.0, 3.0, 0.02, -0.01;
    const Eigen::RowVector2d shift(-70.0, 3.0);
    std::vector<Eigen::MatrixXd> mapped;
    for (const Eigen::MatrixXd& covariance : covariances) {
        const Eigen::MatrixXd image = map * covariance * map.transpose();
        mapped.emplace_back(0.5 * (image + image.transpose()));
    }
    const CentreArrangement before = centre_arrangement({weights, means, covariances});
    const CentreArrangement after =
        centre_arrangement({weights, (means * map.transpose()).rowwise() + shift, mapped});
    EXPECT_TRUE(near(before.signal_to_noise, after.signal_to_noise, 1e-9));
    EXPECT_TRUE(near(before.leading_share, after.leading_share, 1e-9));
    const Eigen::MatrixXd products = before.centres * before.centres.transpose();
    EXPECT_TRUE(
        all_near(products, Eigen::MatrixXd(after.centres * after.centres.transpose()), 1e-9));
    EXPECT_TRUE(near(1.0, weights.dot(products.diagonal()), 1e-12));
    EXPECT_TRUE(all_near(Eigen::RowVector2d::Zero(), weights.transpose() * before.centres, 1e-12));
}

TEST(CentreArrangement, RefusesCentresThatCoincide) {
    HandSetMixture description;
    description.separation = 0.0;
    EXPECT_THROW(static_cast<void>(centre_arrangement(hand_set_mixture(description))),
                 InvalidArgument);
    description.component_count = 1;
    EXPECT_THROW(static_cast<void>(centre_arrangement(hand_set_mixture(description))),
                 InvalidArgument);
}

}  // namespace
}  // namespace mixtura
