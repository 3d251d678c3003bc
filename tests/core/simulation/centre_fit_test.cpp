// SPDX-License-Identifier: Apache-2.0
#include "mixtura/simulation/centre_fit.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "mixtura/common/cancelled.h"
#include "mixtura/common/random.h"

#include "support/near.h"
#include "support/stopped.h"

namespace mixtura {
namespace {

using Eigen::Index;
using test::all_near;

struct Case {
    Eigen::MatrixXd observations{1237, 3};
    Eigen::VectorXd weights{4};
    Eigen::MatrixXd start{4, 3};
};

Case example() {
    Case made;
    RandomStream random(5);
    made.weights << 0.4, 0.3, 0.2, 0.1;
    for (double& value : made.start.reshaped()) value = 2.0 * random.normal();
    for (Index i = 0; i < made.observations.rows(); ++i) {
        const Index k = random.categorical(made.weights);
        for (Index j = 0; j < 3; ++j)
            made.observations(i, j) = made.start(k, j) + 1.3 * random.normal();
    }
    return made;
}

double squared_distance(const Eigen::MatrixXd& observations, Index i,
                        const Eigen::MatrixXd& centres, Index k) {
    double sum = 0.0;
    for (Index j = 0; j < observations.cols(); ++j)
        sum += std::pow(observations(i, j) - centres(k, j), 2);
    return sum;
}

/// The formulas, row by row, in the open: density times weight over their sum.
Eigen::MatrixXd naive_iteration(const Case& data, const Eigen::MatrixXd& centres, double tau) {
    std::vector<long double> mass(static_cast<std::size_t>(centres.rows()), 0.0L);
    Eigen::MatrixXd sums = Eigen::MatrixXd::Zero(centres.rows(), centres.cols());
    for (Index i = 0; i < data.observations.rows(); ++i) {
        long double total = 0.0L;
        std::vector<long double> part;
        for (Index k = 0; k < centres.rows(); ++k) {
            const long double square = squared_distance(data.observations, i, centres, k);
            part.push_back(data.weights[k] * std::exp(-square / (2.0L * tau * tau)));
            total += part.back();
        }
        for (Index k = 0; k < centres.rows(); ++k) {
            const long double r = part[static_cast<std::size_t>(k)] / total;
            mass[static_cast<std::size_t>(k)] += r;
            sums.row(k) += static_cast<double>(r) * data.observations.row(i);
        }
    }
    for (Index k = 0; k < centres.rows(); ++k)
        sums.row(k) /= static_cast<double>(mass[static_cast<std::size_t>(k)]);
    return sums;
}

Eigen::MatrixXd naive_lloyd(const Case& data, const Eigen::MatrixXd& centres) {
    Eigen::MatrixXd sums = Eigen::MatrixXd::Zero(centres.rows(), centres.cols());
    Eigen::VectorXd counts = Eigen::VectorXd::Zero(centres.rows());
    for (Index i = 0; i < data.observations.rows(); ++i) {
        Index nearest = 0;
        for (Index k = 1; k < centres.rows(); ++k) {
            if (squared_distance(data.observations, i, centres, k) <
                squared_distance(data.observations, i, centres, nearest))
                nearest = k;
        }
        sums.row(nearest) += data.observations.row(i);
        counts[nearest] += 1.0;
    }
    for (Index k = 0; k < centres.rows(); ++k) sums.row(k) /= counts[k];
    return sums;
}

TEST(CentreFit, FollowsTheFormulasStepByStep) {
    const Case data = example();
    for (const double tau : {0.6, 1.3, 2.5}) {
        Eigen::MatrixXd expected = data.start;
        for (int iteration = 0; iteration < 9; ++iteration)
            expected = naive_iteration(data, expected, tau);
        const CentreFit fit = fit_centres(data.observations, data.weights, data.start, tau,
                                          {.tolerance = 0.0, .iteration_limit = 9});
        EXPECT_EQ(fit.iterations, 9);
        EXPECT_EQ(fit.status, FitStatus::iteration_limit);
        EXPECT_TRUE(all_near(expected, fit.centres, 1e-12));
    }
}

TEST(CentreFit, WithoutDeviationIsKMeans) {
    const Case data = example();
    Eigen::MatrixXd expected = data.start;
    for (int iteration = 0; iteration < 6; ++iteration) expected = naive_lloyd(data, expected);
    const CentreFit fit = fit_centres(data.observations, data.weights, data.start, 0.0,
                                      {.tolerance = 0.0, .iteration_limit = 6});
    EXPECT_TRUE(all_near(expected, fit.centres, 1e-12));
    for (Index i = 0; i < data.observations.rows(); ++i) {
        for (Index k = 0; k < 4; ++k)
            EXPECT_LE(squared_distance(data.observations, i, fit.centres,
                                       fit.classification[static_cast<std::size_t>(i)]),
                      squared_distance(data.observations, i, fit.centres, k));
    }
}

TEST(CentreFit, ScalesWithTheUnits) {
    const Case data = example();
    const CentreFit fit = fit_centres(data.observations, data.weights, data.start, 1.0);
    const CentreFit scaled = fit_centres(0.25 * data.observations, data.weights, 0.25 * data.start,
                                         0.25, {.tolerance = 0.25e-6, .iteration_limit = 5000});
    EXPECT_EQ(fit.status, FitStatus::converged);
    EXPECT_EQ(fit.iterations, scaled.iterations);
    EXPECT_TRUE(all_near(fit.centres, 4.0 * scaled.centres, 0.0));  // a power of two is exact
}

TEST(CentreFit, ACentreWithoutRowsStaysWhereItIs) {
    Case data = example();
    data.start.row(3).setConstant(1e6);
    const CentreFit hard = fit_centres(data.observations, data.weights, data.start, 0.0);
    EXPECT_EQ(hard.centres(3, 0), 1e6);
    const CentreFit soft = fit_centres(data.observations, data.weights, data.start, 1.0);
    EXPECT_EQ(soft.centres(3, 2), 1e6);
    EXPECT_TRUE(soft.centres.allFinite());
}

TEST(CentreFit, StopsWhenAsked) {
    const Case data = example();
    EXPECT_THROW(static_cast<void>(fit_centres(data.observations, data.weights, data.start, 1.0, {},
                                               test::stopped())),
                 Cancelled);
}

}  // namespace
}  // namespace mixtura
