// SPDX-License-Identifier: Apache-2.0
#include "mixtura/incremental/online_em.h"

#include <cmath>
#include <limits>
#include <vector>

#include <Eigen/Dense>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"

#include "support/incremental_reference.h"
#include "support/near.h"
#include "support/portable_stream.h"

namespace mixtura {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::all_near;
using test::near;
using testing::HasSubstr;
using testing::ThrowsMessage;

GaussianMixture two_on_a_line() {
    return {Eigen::Vector2d(0.5, 0.5),
            MatrixXd(Eigen::Vector2d(-1.0, 1.0)),
            {MatrixXd::Ones(1, 1), MatrixXd::Ones(1, 1)}};
}

TEST(OnlineEm, SixRowsGiveTheKnownStates) {
    OnlineEm mixture({.step_exponent = 0.6,
                      .step_offset = 2.0,
                      .constant_step = std::nullopt,
                      .waiting_rows = 0},
                     two_on_a_line());
    // Worked out with 50 digits in covariance form.
    const double rows[] = {.3, -1.2, 1.5, 2, -.7, -1.9};
    const double log_densities[] = {-1.419597763279, -1.944489968585, -2.575144942143,
                                    -1.882745279372, -1.999780605273, -3.698221801778};
    const auto variance = [&](std::size_t k) {
        return covariance_matrix(mixture.components()[k])(0, 0);
    };
    for (std::size_t t = 0; t < 6; ++t) {
        EXPECT_TRUE(near(log_densities[t], mixture.observe(VectorXd::Constant(1, rows[t])), 1e-10));
        if (t > 0)
            continue;
        EXPECT_TRUE(near(.424654635290, mixture.mixing_weights()[0], 1e-10));
        EXPECT_TRUE(near(-.438875232349, mixture.components()[0].mean[0], 1e-10));
        EXPECT_TRUE(near(.593652056787, mixture.components()[1].mean[0], 1e-10));
        EXPECT_TRUE(near(.982966756421, variance(0), 1e-10));
        EXPECT_TRUE(near(.538827847563, variance(1), 1e-10));
    }
    EXPECT_TRUE(near(.627996370950, mixture.mixing_weights()[0], 1e-10));
    EXPECT_TRUE(near(-1.281731899661, mixture.components()[0].mean[0], 1e-10));
    EXPECT_TRUE(near(1.443170846427, mixture.components()[1].mean[0], 1e-10));
    EXPECT_TRUE(near(.447899747884, variance(0), 1e-10));
    EXPECT_TRUE(near(.658766679769, variance(1), 1e-10));
}

TEST(OnlineEm, FollowsTheCovarianceFormInSeveralFeatures) {
    test::DriftStream stream(7, 1000000);
    MatrixXd means(3, 2);
    means << -3, 0, 3, 0, 0, 4;
    const GaussianMixture start(Eigen::Vector3d(0.3, 0.3, 0.4), means,
                                std::vector<MatrixXd>(3, MatrixXd::Identity(2, 2)));
    OnlineEmOptions options;
    options.waiting_rows = 5;
    OnlineEm mixture(options, start);
    test::LongVector weights = start.mixing_weights().cast<long double>();
    std::vector<test::LongVector> mu;
    std::vector<test::LongMatrix> c;
    for (Index k = 0; k < 3; ++k) {
        mu.emplace_back(means.row(k).transpose().cast<long double>());
        c.emplace_back(test::LongMatrix::Identity(2, 2));
    }
    const auto frozen_mu = mu;
    const auto frozen_c = c;
    const test::LongVector frozen_weights = weights;
    for (int t = 1; t <= 3000; ++t) {
        const Eigen::Vector2d x = stream.next();
        const test::LongVector at = x.cast<long double>();
        const bool waits = t <= 5;
        test::LongVector terms(3);
        for (Index k = 0; k < 3; ++k) {
            const auto i = static_cast<std::size_t>(k);
            terms[k] = std::log((waits ? frozen_weights : weights)[k]) +
                       test::log_normal_density(at, waits ? frozen_mu[i] : mu[i],
                                                waits ? frozen_c[i] : c[i]);
        }
        const long double shift = terms.maxCoeff();
        const long double density = shift + std::log((terms.array() - shift).exp().sum());
        ASSERT_TRUE(near(static_cast<double>(density), mixture.observe(x), 1e-10)) << t;
        const long double gamma = std::pow(t + 10.0L, -0.6L);
        for (Index k = 0; k < 3; ++k) {
            const auto i = static_cast<std::size_t>(k);
            const long double r = std::exp(terms[k] - density);
            weights[k] = (1.0L - gamma) * weights[k] + gamma * r;
            if (r < 1e-12L)
                continue;
            const long double eta = gamma * r / weights[k];
            const test::LongVector e = at - mu[i];
            mu[i] += eta * e;
            c[i] = (1.0L - eta) * (c[i] + eta * e * e.transpose());
        }
    }
    for (std::size_t k = 0; k < 3; ++k) {
        EXPECT_TRUE(all_near(mu[k].cast<double>(), mixture.components()[k].mean.head(2), 1e-9));
        EXPECT_TRUE(
            all_near(c[k].cast<double>(), covariance_matrix(mixture.components()[k]), 1e-9));
    }
}

TEST(OnlineEm, ConstantStepFollowsDriftThatADecreasingOneLosesSightOf) {
    // Two clusters six apart that both move by one in a thousand rows.
    const auto last_mean = [](const OnlineEmOptions& options) {
        test::SplitMix64 random(3);
        OnlineEm mixture(options, {Eigen::Vector2d(0.5, 0.5),
                                   MatrixXd(Eigen::Vector2d(-3.0, 3.0)),
                                   {MatrixXd::Ones(1, 1), MatrixXd::Ones(1, 1)}});
        for (int t = 0; t < 8000; ++t) {
            const double side = random.uniform() < 0.5 ? -3.0 : 3.0;
            mixture.observe(VectorXd::Constant(1, side + 0.001 * t + random.normal()));
        }
        return mixture.components()[1].mean[0];
    };
    OnlineEmOptions options;
    options.constant_step = 0.01;
    // Half of the rows are the cluster's, so the mean is 2 * 100 rows late: 0.2.
    EXPECT_NEAR(last_mean(options), 11.0 - 0.2, 0.3);
    options.constant_step.reset();
    options.step_exponent = 1.0;
    EXPECT_LT(last_mean(options), 10.0);
}

TEST(OnlineEm, RefusesWhatItCannotUse) {
    const auto with = [](auto change) {
        OnlineEmOptions options;
        change(options);
        return [options] { OnlineEm(options, two_on_a_line()); };
    };
    EXPECT_THAT(with([](auto& o) { o.step_exponent = 0.5; }),
                ThrowsMessage<InvalidArgument>(HasSubstr("step exponent is 0.5")));
    EXPECT_THAT(with([](auto& o) { o.constant_step = 1.0; }),
                ThrowsMessage<InvalidArgument>(HasSubstr("constant step is 1")));
    EXPECT_THAT(with([](auto& o) { o.step_offset = -1.0; }),
                ThrowsMessage<InvalidArgument>(HasSubstr("step offset is -1")));
    EXPECT_THAT(with([](auto& o) { o.waiting_rows = -1; }),
                ThrowsMessage<InvalidArgument>(HasSubstr("waiting rows is -1")));
    OnlineEm mixture({}, two_on_a_line());
    EXPECT_THAT([&] { mixture.observe(VectorXd::Constant(1, 1e160)); },
                ThrowsMessage<InvalidArgument>(HasSubstr("too far from every component")));
    EXPECT_THAT(
        [&] { mixture.observe(VectorXd::Constant(1, std::numeric_limits<double>::quiet_NaN())); },
        ThrowsMessage<InvalidArgument>(HasSubstr("finite value")));
    EXPECT_EQ(mixture.row_count(), 0);
}

}  // namespace
}  // namespace mixtura
