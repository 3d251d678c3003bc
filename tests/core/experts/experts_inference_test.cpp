// SPDX-License-Identifier: Apache-2.0
#include "mixtura/experts/experts_inference.h"

#include <array>
#include <cmath>

#include <Eigen/LU>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"
#include "mixtura/experts/experts_fit.h"

namespace mixtura::experts {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Two crossing lines on 40 points; with `swapped` they exchange at every fifth point.
ExpertsRows crossing_lines(bool swapped) {
    ExpertsRows rows{.response = VectorXd(40),
                     .expert_covariates = MatrixXd(40, 1),
                     .gate_covariates = MatrixXd(40, 1),
                     .observation_weights = {}};
    for (int i = 1; i <= 40; ++i) {
        const double x = (2.0 * i - 41.0) / 20.0;
        const bool first = (x < 0.0) != (swapped && i % 5 == 0);
        rows.response[i - 1] = first ? 1.0 + 2.0 * x + 0.5 * std::sin(3.0 * i)
                                     : 2.0 - 1.5 * x + 0.4 * std::cos(2.0 * i);
        rows.expert_covariates(i - 1, 0) = x;
    }
    rows.gate_covariates = rows.expert_covariates;
    return rows;
}

ExpertsModel estimate(const ExpertsRows& rows) {
    ExpertsModel start{.family = ExpertFamily::gaussian,
                       .expert_coefficients = MatrixXd(2, 2),
                       .expert_variances = VectorXd::Ones(2),
                       .gate_coefficients = MatrixXd::Zero(1, 2),
                       .degrees_of_freedom = 4.0};
    start.expert_coefficients << 0.5, 1.0, 1.5, -1.0;
    return fit_experts(rows, {.tolerance = 1e-14, .iteration_limit = 5000}, {}, &start).model;
}

/// In the order gate, first expert, second expert, log variances.
VectorXd in_order(const ExpertsErrors& errors) {
    VectorXd all(8);
    all << errors.gate_coefficients.row(0).transpose(),
        errors.expert_coefficients.row(0).transpose(),
        errors.expert_coefficients.row(1).transpose(), errors.log_variances;
    return all;
}

TEST(ExpertsInference, ThreeKindsAgreeWithAnIndependentProgram) {
    const std::pair<const char*, std::array<double, 8>> expected[] = {
        {"observed",
         {0.4012086, 0.3730091, 0.1055492, 0.0833250, 0.0759756, 0.0669309, 0.3343642, 0.3259899}},
        {"opg",
         {0.4144986, 0.3468935, 0.1035356, 0.0988880, 0.0854085, 0.0729789, 0.7862346, 0.6381024}},
        {"sandwich",
         {0.3964855, 0.4133819, 0.1094707, 0.0749956, 0.0693707, 0.0659825, 0.1486372, 0.1757429}}};
    const ExpertsRows rows = crossing_lines(true);
    const ExpertsModel model = estimate(rows);
    for (const auto& [name, values] : expected) {
        const VectorXd found = in_order(standard_errors(rows, model, information_kind_from(name)));
        for (Eigen::Index i = 0; i < 8; ++i)
            EXPECT_NEAR(found[i], values[static_cast<std::size_t>(i)], 2e-7) << name << i;
    }
}

TEST(ExpertsInference, ObservedInformationIsTheCurvatureOfTheLogLikelihood) {
    const ExpertsRows rows = crossing_lines(true);
    const ExpertsModel model = estimate(rows);
    const auto log_likelihood = [&](const VectorXd& psi) {
        ExpertsModel moved = model;
        moved.gate_coefficients.row(0) = psi.segment(0, 2).transpose();
        moved.expert_coefficients.row(0) = psi.segment(2, 2).transpose();
        moved.expert_coefficients.row(1) = psi.segment(4, 2).transpose();
        moved.expert_variances = psi.tail(2).array().exp();
        return score(moved, rows.response, rows.expert_covariates, rows.gate_covariates)
            .log_densities.sum();
    };
    VectorXd at(8);
    at << model.gate_coefficients.row(0).transpose(), model.expert_coefficients.row(0).transpose(),
        model.expert_coefficients.row(1).transpose(), model.expert_variances.array().log();
    constexpr double h = 1e-4;
    MatrixXd curvature(8, 8);
    for (Eigen::Index i = 0; i < 8; ++i) {
        for (Eigen::Index j = 0; j < 8; ++j) {
            const auto moved = [&](double a, double b) {
                VectorXd psi = at;
                psi[i] += a;
                psi[j] += b;
                return log_likelihood(psi);
            };
            curvature(i, j) =
                -(moved(h, h) - moved(h, -h) - moved(-h, h) + moved(-h, -h)) / (4.0 * h * h);
        }
    }
    const VectorXd expected = curvature.inverse().diagonal().cwiseSqrt();
    const VectorXd found = in_order(standard_errors(rows, model, InformationKind::observed));
    for (Eigen::Index i = 0; i < 8; ++i) EXPECT_NEAR(found[i], expected[i], 1e-5 * expected[i]);
}

TEST(ExpertsInference, SeparatedGateHasNone) {
    const ExpertsRows rows = crossing_lines(false);
    const ExpertsModel model = estimate(rows);
    EXPECT_THAT([&] { standard_errors(rows, model, InformationKind::observed); },
                testing::ThrowsMessage<NumericalError>(testing::HasSubstr("not available")));
}

}  // namespace
}  // namespace mixtura::experts
