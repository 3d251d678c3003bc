// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/incomplete_rows.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>

#include "mixtura/common/error.h"
#include "mixtura/gaussian_mixture/em_fit.h"
#include "mixtura/gaussian_mixture/initialisation.h"

#include "support/data_file.h"
#include "support/near.h"
#include "support/text_table.h"

namespace mixtura {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// Every value of row i, column j with (i + 3 j) mod 11 = 0 taken away.
MatrixXd with_gaps(MatrixXd observations) {
    for (Index i = 0; i < observations.rows(); ++i)
        for (Index j = 0; j < observations.cols(); ++j)
            if ((i + 3 * j) % 11 == 0)
                observations(i, j) = missing;
    return observations;
}

/// Start of the reference values: of each class the means and variances of the values that are there.
GaussianMixture available_case_mixture(const MatrixXd& observations, const Partition& classes,
                                       int class_count) {
    VectorXd weights = VectorXd::Zero(class_count);
    MatrixXd means = MatrixXd::Zero(class_count, observations.cols());
    std::vector<MatrixXd> covariances;
    for (int k = 0; k < class_count; ++k) {
        MatrixXd covariance = MatrixXd::Zero(observations.cols(), observations.cols());
        for (Index j = 0; j < observations.cols(); ++j) {
            double count = 0.0;
            double sum = 0.0;
            double squares = 0.0;
            for (Index i = 0; i < observations.rows(); ++i) {
                const double x = observations(i, j);
                if (classes[static_cast<std::size_t>(i)] != k || std::isnan(x))
                    continue;
                ++count;
                sum += x;
                squares += x * x;
            }
            means(k, j) = sum / count;
            covariance(j, j) = squares / count - means(k, j) * means(k, j);
        }
        for (const std::int32_t of_row : classes) weights[k] += of_row == k ? 1.0 : 0.0;
        covariances.push_back(covariance);
    }
    return {weights / weights.sum(), means, covariances};
}

EmOptions options_of(int component_count, double tolerance, int iteration_limit) {
    EmOptions options;
    options.component_count = component_count;
    options.has_missing_values = true;
    options.tolerance = tolerance;
    options.iteration_limit = iteration_limit;
    return options;
}

MatrixXd airquality() {
    const test::TextTable table(test::data_file("airquality.csv"));
    MatrixXd observations(static_cast<Index>(table.row_count()), 4);
    const char* const names[] = {"Ozone", "Solar.R", "Wind", "Temp"};
    for (Index i = 0; i < observations.rows(); ++i)
        for (Index j = 0; j < 4; ++j) {
            const std::string text = table.text(static_cast<std::size_t>(i), names[j]);
            observations(i, j) = text.empty() || text == "NA" ? missing : std::stod(text);
        }
    return observations;
}

// An independent prototype, its monotonicity asserted: 37 + 7 values missing.
TEST(IncompleteRows, OneComponentReachesTheKnownLimit) {
    const MatrixXd rows = airquality();
    const GaussianMixture start =
        available_case_mixture(rows, Partition(static_cast<std::size_t>(rows.rows()), 0), 1);
    EXPECT_NEAR(score_observed(start, rows).log_likelihood, -2403.13136588, 1e-7);
    const EmFit fit =
        fit_em(rows, options_of(1, 0.0, 300), {}, VectorXd(), {.partition = {}, .model = start});
    EXPECT_NEAR(fit.log_likelihood, -2326.69738280, 1e-7);
    const VectorXd mean =
        (VectorXd(4) << 41.87116925, 184.84680827, 9.95751634, 77.88235294).finished();
    EXPECT_TRUE(test::all_near(mean, VectorXd(fit.model.means().row(0).transpose()), 1e-6));
}

TEST(IncompleteRows, TwoComponentsFollowTheKnownPath) {
    const MatrixXd rows = airquality();
    Partition warm;
    for (Index i = 0; i < rows.rows(); ++i) warm.push_back(rows(i, 3) >= 79.0 ? 1 : 0);
    const GaussianMixture start = available_case_mixture(rows, warm, 2);
    EXPECT_NEAR(score_observed(start, rows).log_likelihood, -2314.41305416, 1e-7);
    const EmFit fit =
        fit_em(rows, options_of(2, 0.0, 50), {}, VectorXd(), {.partition = {}, .model = start});
    const std::vector<double>& trace = fit.runs[0].log_likelihood;
    ASSERT_EQ(trace.size(), 51U);
    EXPECT_NEAR(trace[1], -2279.09753686, 1e-7);
    EXPECT_NEAR(trace[5], -2274.54833122, 1e-7);
    EXPECT_NEAR(trace[10], -2274.42713756, 1e-7);
    EXPECT_NEAR(trace[50], -2274.34274453, 1e-7);
    const EmFit limit =
        fit_em(rows, options_of(2, 0.0, 3000), {}, VectorXd(), {.partition = {}, .model = start});
    EXPECT_NEAR(limit.log_likelihood, -2274.34126992, 1e-7);
}

TEST(IncompleteRows, ThreeComponentsOfIrisReachTheKnownLimit) {
    const MatrixXd rows = with_gaps(test::measurements("iris"));
    Partition species;
    for (int i = 0; i < 150; ++i) species.push_back(i / 50);
    const GaussianMixture start = available_case_mixture(rows, species, 3);
    EXPECT_NEAR(score_observed(start, rows).log_likelihood, -289.86443828, 1e-7);
    const EmFit fit =
        fit_em(rows, options_of(3, 1e-10, 5000), {}, VectorXd(), {.partition = {}, .model = start});
    EXPECT_NEAR(fit.log_likelihood, -179.79175181, 1e-6);
    EXPECT_NEAR(score_observed(fit.model, rows).log_likelihood, fit.log_likelihood, 1e-9);
}

class IncompleteRowsOfEveryStructure : public testing::TestWithParam<CovarianceStructure> {};

TEST_P(IncompleteRowsOfEveryStructure, TheLogLikelihoodNeverDecreases) {
    const MatrixXd rows = with_gaps(test::measurements("iris"));
    EmOptions options = options_of(3, 1e-5, 500);
    options.covariance_structure = GetParam();
    const EmFit fit = fit_em(rows, options);
    const std::vector<double>& trace = fit.runs[0].log_likelihood;
    for (std::size_t i = 1; i < trace.size(); ++i)
        EXPECT_GE(trace[i], trace[i - 1] - 1e-9 * std::abs(trace[i])) << i;
    EXPECT_NEAR(score_observed(fit.model, rows).log_likelihood, fit.log_likelihood, 1e-8);
    EXPECT_GT(fit.log_likelihood, -700.0);
}

INSTANTIATE_TEST_SUITE_P(All, IncompleteRowsOfEveryStructure,
                         testing::ValuesIn(all_covariance_structures),
                         [](const auto& of) { return std::string(to_string(of.param)); });

TEST(IncompleteRows, WithoutGapsNothingChanges) {
    const MatrixXd iris = test::measurements("iris");
    const EmFit plain = fit_em(iris, {.component_count = 3});
    EmOptions options;
    options.component_count = 3;
    options.has_missing_values = true;
    const EmFit allowed = fit_em(iris, options);
    EXPECT_EQ(plain.log_likelihood, allowed.log_likelihood);
    EXPECT_EQ(plain.model.means(), allowed.model.means());
}

TEST(IncompleteRows, AWeightIsARepetitionAndThreadsChangeNoBit) {
    const MatrixXd rows = with_gaps(test::measurements("iris"));
    MatrixXd twice(2 * rows.rows(), rows.cols());
    twice << rows, rows;
    const EmOptions options = options_of(2, 0.0, 15);
    const EmFit repeated = fit_em(twice, options);
    const EmFit weighted = fit_em(rows, options, {}, VectorXd::Constant(rows.rows(), 2.0));
    EXPECT_NEAR(repeated.log_likelihood, weighted.log_likelihood, 1e-6);
    EXPECT_NEAR(repeated.entropy, weighted.entropy, 1e-6);
    FitControl control;
    control.thread_count = 1;
    const EmFit one = fit_em(rows, options, control);
    control.thread_count = 2;
    const EmFit two = fit_em(rows, options, control);
    EXPECT_EQ(one.runs[0].log_likelihood, two.runs[0].log_likelihood);
    EXPECT_EQ(one.model.means(), two.model.means());
}

/// The density of the observed values by the exact marginal of the mixture.
TEST(IncompleteRows, DensitiesAreThoseOfTheMarginal) {
    const MatrixXd iris = test::measurements("iris");
    const GaussianMixture model = fit_em(iris, {.component_count = 2}).model;
    MatrixXd rows = iris.topRows(20);
    rows.col(1).setConstant(missing);
    rows.col(3).setConstant(missing);
    const Scores expected = score(marginal(model, {0, 2}), rows(Eigen::all, std::vector{0, 2}));
    const Scores scores = score_observed(model, rows);
    EXPECT_TRUE(test::all_near(expected.log_densities, scores.log_densities, 1e-11));
    EXPECT_TRUE(test::all_near(expected.responsibilities, scores.responsibilities, 1e-11));
    rows.row(3).setConstant(missing);
    const Scores nothing = score_observed(model, rows);
    EXPECT_NEAR(nothing.log_densities[3], 0.0, 1e-15);
    EXPECT_NEAR(nothing.responsibilities(3, 0), model.mixing_weights()[0], 1e-15);
}

/// Of one component the expectation is the regression on the observed values.
TEST(IncompleteRows, ImputesTheConditionalExpectation) {
    const GaussianMixture model(VectorXd::Ones(1), (MatrixXd(1, 2) << 1.0, 2.0).finished(),
                                {(MatrixXd(2, 2) << 4.0, 1.5, 1.5, 1.0).finished()});
    MatrixXd rows(2, 2);
    rows << 3.0, missing, missing, 3.0;
    MatrixXd expected(2, 2);
    expected << 3.0, 2.0 + 1.5 / 4.0 * 2.0, 1.0 + 1.5 * 1.0, 3.0;
    EXPECT_TRUE(test::all_near(expected, imputed_rows(model, rows), 1e-14));
}

TEST(IncompleteRows, RefusesWhatItCannotUse) {
    MatrixXd rows = with_gaps(test::measurements("iris"));
    const auto expect_refusal = [&](const EmOptions& options, const std::string& message,
                                    const Partition& known = {}) {
        EXPECT_THAT([&] { fit_em(rows, options, {}, VectorXd(), {}, known); },
                    ThrowsMessage<Error>(HasSubstr(message)));
    };
    expect_refusal({.component_count = 2}, "has the value nan in row");
    EmOptions student = options_of(2, 1e-5, 100);
    student.family = ComponentFamily::student;
    expect_refusal(student, "Missing values go with Gaussian components");
    Partition known(150, -1);
    known[0] = 0;
    expect_refusal(options_of(2, 1e-5, 100), "Known labels go with complete rows", known);
    rows.row(7).setConstant(missing);
    expect_refusal(options_of(2, 1e-5, 100), "Row 8 has no observed value");
    rows = test::measurements("iris");
    rows.col(2).setConstant(missing);
    expect_refusal(options_of(2, 1e-5, 100), "Feature 3 has no value in any row");
}

}  // namespace
}  // namespace mixtura
