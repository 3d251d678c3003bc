// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/factor_decomposition.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>

#include "mixtura/common/error.h"
#include "mixtura/gaussian_mixture/gaussian_mixture.h"

namespace mixtura {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using testing::HasSubstr;
using testing::ThrowsMessage;

FactorDecomposition two_components() {
    FactorDecomposition factors{.structure = FactorStructure::UUU,
                                .loadings = {MatrixXd(3, 1), MatrixXd(3, 1)},
                                .uniquenesses = MatrixXd(2, 3)};
    factors.loadings[0] << 1.0, 2.0, -1.0;
    factors.loadings[1] << 0.5, 0.0, 3.0;
    factors.uniquenesses << 0.1, 0.2, 0.3, 1.0, 2.0, 3.0;
    return factors;
}

GaussianMixture mixture_of(FactorDecomposition factors) {
    return {VectorXd::Constant(2, 0.5), MatrixXd::Zero(2, 3), std::move(factors)};
}

TEST(FactorDecomposition, CovariancesAreLoadingsSquaredAndUniquenesses) {
    const GaussianMixture model = mixture_of(two_components());
    MatrixXd first(3, 3);
    first << 1.1, 2.0, -1.0, 2.0, 4.2, -2.0, -1.0, -2.0, 1.3;
    EXPECT_TRUE(model.covariances()[0].isApprox(first, 1e-15));
    EXPECT_EQ(model.covariance_structure(), CovarianceStructure::VVV);
    EXPECT_EQ(to_string(model.covariance_form()), "UUU(1)");
    EXPECT_EQ(model.parameter_count(), 1 + 6 + 6 + 6);
}

TEST(FactorDecomposition, FollowsOrderAndUnits) {
    const GaussianMixture turned = reordered(mixture_of(two_components()), {1, 0});
    ASSERT_TRUE(turned.factors());
    EXPECT_EQ(turned.factors()->loadings[0], two_components().loadings[1]);
    EXPECT_EQ(turned.factors()->uniquenesses.row(1), two_components().uniquenesses.row(0));
    EXPECT_EQ(turned.covariances()[1], mixture_of(two_components()).covariances()[0]);

    const VectorXd factor = (VectorXd(3) << 2.0, 10.0, 0.5).finished();
    const MatrixXd scaled = covariances_of(rescaled(two_components(), factor))[0];
    const MatrixXd plain = covariances_of(two_components())[0];
    EXPECT_TRUE(scaled.isApprox(factor.asDiagonal() * plain * factor.asDiagonal(), 1e-15));
}

TEST(FactorDecomposition, LoadingsStandardisedAreCorrelations) {
    const StandardisedLoadings first = standardised_loadings(two_components(), 0);
    EXPECT_NEAR(first.correlations(0, 0), 1.0 / std::sqrt(1.1), 1e-15);
    EXPECT_NEAR(first.correlations(2, 0), -1.0 / std::sqrt(1.3), 1e-15);
    EXPECT_NEAR(first.communalities[1], 4.0 / 4.2, 1e-15);
    const VectorXd factor = (VectorXd(3) << 2.0, 10.0, 0.5).finished();
    const StandardisedLoadings scaled =
        standardised_loadings(rescaled(two_components(), factor), 0);
    EXPECT_TRUE(scaled.correlations.isApprox(first.correlations, 1e-15));
    EXPECT_TRUE(scaled.communalities.isApprox(first.communalities, 1e-15));
}

TEST(FactorDecomposition, RefusesWhatDoesNotFit) {
    const auto expect_refusal = [](const FactorDecomposition& factors, const char* message) {
        EXPECT_THAT([&] { static_cast<void>(mixture_of(factors)); },
                    ThrowsMessage<InvalidArgument>(HasSubstr(message)));
    };
    FactorDecomposition factors = two_components();
    factors.loadings.pop_back();
    expect_refusal(factors, "loadings of 1 components and uniquenesses of 2");
    factors = two_components();
    factors.loadings[1] = MatrixXd::Ones(3, 2);
    expect_refusal(factors, "The loadings of component 2 are 3 x 2");
    factors = two_components();
    factors.loadings[0](1, 0) = std::numeric_limits<double>::infinity();
    expect_refusal(factors, "The loadings of component 1 have an entry");
    factors = two_components();
    factors.uniquenesses(1, 2) = 0.0;
    expect_refusal(factors, "A uniqueness of component 2");
    factors = two_components();
    factors.loadings.push_back(factors.loadings[0]);
    factors.uniquenesses = MatrixXd::Ones(3, 3);
    expect_refusal(factors, "2 mixing weights, 2 means and 3 covariances");
}

}  // namespace
}  // namespace mixtura
