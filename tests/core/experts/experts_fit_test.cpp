// SPDX-License-Identifier: Apache-2.0
#include "mixtura/experts/experts_fit.h"

#include <chrono>
#include <cmath>
#include <limits>
#include <numbers>
#include <stop_token>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/cancelled.h"
#include "mixtura/common/error.h"
#include "mixtura/common/random.h"

#include "support/near.h"
#include "support/text_table.h"

namespace mixtura::experts {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::all_near;
using test::near;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// Rows of two experts whose gate depends on z: y = 1 + 2 x or -1 - x, noise 0.3 and 0.5.
ExpertsRows two_experts(Index n, std::uint64_t seed) {
    RandomStream random(seed);
    ExpertsRows rows{.response = VectorXd(n),
                     .expert_covariates = MatrixXd(n, 1),
                     .gate_covariates = MatrixXd(n, 1),
                     .observation_weights = {}};
    for (Index i = 0; i < n; ++i) {
        const double x = random.normal();
        const double z = random.normal();
        const bool first = random.uniform() < 1.0 / (1.0 + std::exp(-(0.5 + 1.5 * z)));
        rows.response[i] =
            first ? 1.0 + 2.0 * x + 0.3 * random.normal() : -1.0 - x + 0.5 * random.normal();
        rows.expert_covariates(i, 0) = x;
        rows.gate_covariates(i, 0) = z;
    }
    return rows;
}

/// The log-likelihood by its formula, without any logarithm of a sum.
double naive_log_likelihood(const ExpertsRows& rows, const ExpertsModel& model) {
    double sum = 0.0;
    for (Index i = 0; i < rows.response.size(); ++i) {
        long double density = 0.0L;
        long double total = 0.0L;
        for (Index k = 0; k < model.component_count(); ++k) {
            long double h = 0.0L;
            if (k + 1 < model.component_count()) {
                h = model.gate_coefficients(k, 0);
                for (Index j = 0; j < rows.gate_covariates.cols(); ++j)
                    h += model.gate_coefficients(k, j + 1) * rows.gate_covariates(i, j);
            }
            long double mean = model.expert_coefficients(k, 0);
            for (Index j = 0; j < rows.expert_covariates.cols(); ++j)
                mean += model.expert_coefficients(k, j + 1) * rows.expert_covariates(i, j);
            const long double v = model.expert_variances[k];
            const long double r = rows.response[i] - mean;
            total += std::exp(h);
            density += std::exp(h) * std::exp(-r * r / (2.0L * v)) /
                       std::sqrt(2.0L * std::numbers::pi_v<long double> * v);
        }
        sum += static_cast<double>(std::log(density / total));
    }
    return sum;
}

void expect_monotone(const ExpertsFit& fit) {
    for (const ExpertsRun& run : fit.runs)
        for (std::size_t t = 1; t < run.trace.size(); ++t)
            ASSERT_GE(run.trace[t], run.trace[t - 1] - 1e-10 * (1.0 + std::abs(run.trace[t])));
}

TEST(ExpertsFit, LogLikelihoodIsThatOfTheFormulaAndNeverDecreases) {
    const ExpertsRows rows = two_experts(300, 1);
    for (const int components : {1, 2, 3}) {
        const ExpertsFit fit = fit_experts(rows, {.component_count = components});
        EXPECT_TRUE(near(naive_log_likelihood(rows, fit.model), fit.log_likelihood, 1e-11));
        expect_monotone(fit);
    }
    for (const ExpertFamily family : {ExpertFamily::student, ExpertFamily::laplace})
        expect_monotone(fit_experts(rows, {.family = family}));
}

TEST(ExpertsFit, OneComponentIsLeastSquares) {
    const ExpertsRows rows = two_experts(50, 2);
    const ExpertsFit fit = fit_experts(rows, {.component_count = 1});
    const double x_mean = rows.expert_covariates.col(0).mean();
    const double y_mean = rows.response.mean();
    const VectorXd dx = rows.expert_covariates.col(0).array() - x_mean;
    const VectorXd dy = rows.response.array() - y_mean;
    const double slope = dx.dot(dy) / dx.squaredNorm();
    EXPECT_NEAR(fit.model.expert_coefficients(0, 1), slope, 1e-12);
    EXPECT_NEAR(fit.model.expert_coefficients(0, 0), y_mean - slope * x_mean, 1e-12);
    EXPECT_NEAR(fit.model.expert_variances[0], (dy - slope * dx).squaredNorm() / 50.0, 1e-12);
    EXPECT_EQ(fit.parameter_count, 3);
}

TEST(ExpertsFit, RecoversKnownParameters) {
    const ExpertsFit fit = fit_experts(two_experts(4000, 3));
    EXPECT_EQ(fit.runs[fit.best_run].status, ExpertsStatus::converged);
    MatrixXd coefficients(2, 2);
    coefficients << -1.0, -1.0, 1.0, 2.0;
    EXPECT_TRUE(all_near(coefficients, fit.model.expert_coefficients, 0.05));
    EXPECT_TRUE(all_near(VectorXd(Eigen::Vector2d(0.25, 0.09)), fit.model.expert_variances, 0.02));
    EXPECT_TRUE(all_near(Eigen::RowVector2d(-0.5, -1.5), fit.model.gate_coefficients.row(0), 0.2));
}

TEST(ExpertsFit, DuplicatedRowIsWeightTwo) {
    ExpertsRows once = two_experts(120, 4);
    once.observation_weights = VectorXd::Ones(120);
    once.observation_weights.tail(40).setConstant(2.0);
    ExpertsRows twice = once;
    twice.observation_weights = {};
    twice.response.conservativeResize(160);
    twice.response.tail(40) = once.response.tail(40);
    for (MatrixXd* columns : {&twice.expert_covariates, &twice.gate_covariates}) {
        columns->conservativeResize(160, 1);
        columns->bottomRows(40) = MatrixXd(columns->middleRows(80, 40));
    }
    const ExpertsModel start = fit_experts(once).model;
    const ExpertsOptions options{.tolerance = 0.0, .iteration_limit = 5};
    const ExpertsFit a = fit_experts(once, options, {}, &start);
    const ExpertsFit b = fit_experts(twice, options, {}, &start);
    EXPECT_TRUE(near(a.log_likelihood, b.log_likelihood, 1e-11));
    EXPECT_TRUE(all_near(a.model.expert_coefficients, b.model.expert_coefficients, 1e-9));
}

TEST(ExpertsFit, AffineChangeOfCovariatesAndResponseChangesUnitsOnly) {
    const ExpertsRows rows = two_experts(200, 5);
    ExpertsRows changed = rows;
    changed.expert_covariates = (rows.expert_covariates.array() * 1e5 + 3e6).matrix();
    changed.gate_covariates = (rows.gate_covariates.array() * -1e-6 + 2.0).matrix();
    changed.response = (rows.response.array() * 1e4 - 7.0).matrix();
    const ExpertsFit a = fit_experts(rows);
    const ExpertsFit b = fit_experts(changed);
    EXPECT_NEAR(a.log_likelihood - 200.0 * std::log(1e4), b.log_likelihood, 1e-5);
    EXPECT_TRUE(all_near(a.model.expert_coefficients.col(1) / 10.0,
                         b.model.expert_coefficients.col(1), 1e-5));
}

TEST(ExpertsFit, OrderOfComponentsOfTheStartDoesNotMatter) {
    const ExpertsRows rows = two_experts(200, 6);
    const ExpertsModel start = fit_experts(rows, {.seed = 3}).model;
    const ExpertsModel swapped = reordered(start, Eigen::Vector2i(1, 0));
    const ExpertsOptions options{.tolerance = 0.0, .iteration_limit = 3};
    const ExpertsFit a = fit_experts(rows, options, {}, &start);
    const ExpertsFit b = fit_experts(rows, options, {}, &swapped);
    EXPECT_TRUE(near(a.log_likelihood, b.log_likelihood, 1e-12));
    EXPECT_TRUE(all_near(a.model.gate_coefficients, b.model.gate_coefficients, 1e-8));
}

TEST(ExpertsFit, SameBitsForAnyNumberOfThreads) {
    const ExpertsRows rows = two_experts(5000, 7);
    FitControl one;
    one.thread_count = 1;
    FitControl two;
    two.thread_count = 2;
    const ExpertsOptions options{.iteration_limit = 30, .run_count = 4};
    const ExpertsFit a = fit_experts(rows, options, one);
    const ExpertsFit b = fit_experts(rows, options, two);
    EXPECT_EQ(a.model.expert_coefficients, b.model.expert_coefficients);
    EXPECT_EQ(a.model.gate_coefficients, b.model.gate_coefficients);
    for (std::size_t run = 0; run < a.runs.size(); ++run)
        EXPECT_EQ(a.runs[run].trace, b.runs[run].trace);
}

/// Stops at a given iterate and keeps the time.
class StopAt final : public FitObserver {
  public:
    void on_iteration(const IterationReport& report) override {
        if (report.iteration >= 3 && !source_.stop_requested()) {
            requested = std::chrono::steady_clock::now();
            source_.request_stop();
        }
    }
    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }
    std::chrono::steady_clock::time_point requested;

  private:
    std::stop_source source_;
};

TEST(ExpertsFit, CancelEndsWithinAFifthOfASecondAndKeepsTheLastIterate) {
    const ExpertsRows rows = two_experts(200000, 8);
    StopAt observer;
    FitControl control;
    control.observer = &observer;
    control.stop = observer.token();
    const ExpertsFit fit = fit_experts(rows, {.tolerance = 0.0, .run_count = 1}, control);
    EXPECT_LT(std::chrono::steady_clock::now() - observer.requested,
              std::chrono::milliseconds(200));
    EXPECT_EQ(fit.runs.front().status, ExpertsStatus::cancelled);
    EXPECT_TRUE(near(naive_log_likelihood(rows, fit.model), fit.log_likelihood, 1e-10));
}

TEST(ExpertsFit, HostileDataIsRefusedInASentence) {
    const auto refused = [](const ExpertsRows& rows, const char* text) {
        EXPECT_THAT([&] { fit_experts(rows); }, ThrowsMessage<DataError>(HasSubstr(text)));
    };
    const ExpertsRows good = two_experts(60, 9);
    ExpertsRows rows = good;
    rows.expert_covariates.setConstant(3.0);
    refused(rows, "expert covariate 1 is constant");
    rows = good;
    rows.expert_covariates = MatrixXd(60, 2);
    rows.expert_covariates << good.expert_covariates, 2.0 * good.expert_covariates;
    rows.expert_names = {"x", "copy"};
    refused(rows, "'copy' is a linear combination");
    rows = good;
    rows.response = 2.0 + 3.0 * good.expert_covariates.col(0).array();
    refused(rows, "determine the response exactly");
    rows = good;
    rows.response.setConstant(1e9);
    refused(rows, "response is constant");
    rows = two_experts(5, 9);
    refused(rows, "only 5 rows");
    rows = good;
    rows.gate_covariates(4, 0) = std::numeric_limits<double>::quiet_NaN();
    refused(rows, "gate covariate 1 has a value that is not finite");
    EXPECT_THAT([&] { fit_experts(good, {.family = ExpertFamily::poisson}); },
                ThrowsMessage<DataError>(HasSubstr("is no count")));
    EXPECT_THAT([&] { fit_experts(good, {.component_count = 0}); },
                ThrowsMessage<InvalidArgument>(HasSubstr("component_count is 0")));
}

TEST(ExpertsFit, CollapsedComponentIsNoModel) {
    ExpertsRows rows = two_experts(60, 10);
    for (Index i = 0; i < 30; ++i) rows.response[i] = 5.0 + rows.expert_covariates(i, 0);
    ExpertsModel start{.family = ExpertFamily::gaussian,
                       .expert_coefficients = MatrixXd::Zero(2, 2),
                       .expert_variances = Eigen::Vector2d(0.01, 4.0),
                       .gate_coefficients = MatrixXd::Zero(1, 2),
                       .degrees_of_freedom = 4.0};
    start.expert_coefficients.row(0) << 5.0, 1.0;
    EXPECT_THAT([&] { fit_experts(rows, {}, {}, &start); },
                ThrowsMessage<NumericalError>(HasSubstr("collapsed")));
    EXPECT_NO_THROW(fit_experts(rows, {.equal_variances = true}, {}, &start));
}

}  // namespace
}  // namespace mixtura::experts
