// SPDX-License-Identifier: Apache-2.0
// Mixtures fitted to rows of which some have a known component.

#include <cmath>
#include <string>
#include <vector>

#include <Eigen/LU>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"
#include "mixtura/gaussian_mixture/em_fit.h"
#include "mixtura/gaussian_mixture/labelled_rows.h"

#include "support/data_file.h"
#include "support/near.h"
#include "support/text_table.h"

namespace mixtura {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::RowVectorXd;
using Eigen::VectorXd;
using test::near;
using testing::HasSubstr;
using testing::ThrowsMessage;
using Labels = std::vector<std::int32_t>;

Labels species() {
    return test::TextTable(test::data_file("iris.csv")).classes("species");
}

/// Of every fifth row the species is known.
Labels every_fifth() {
    Labels known = species();
    for (std::size_t i = 0; i < known.size(); ++i) known[i] = i % 5 == 0 ? known[i] : -1;
    return known;
}

double error_rate(const GaussianMixture& model, const MatrixXd& rows, const Labels& truth) {
    const Scores scores = score(model, rows);
    double wrong = 0.0;
    for (std::size_t i = 0; i < truth.size(); ++i)
        wrong += scores.classification[i] == truth[i] ? 0.0 : 1.0;
    return wrong / static_cast<double>(truth.size());
}

double unlabelled_errors(const GaussianMixture& model, const MatrixXd& iris) {
    const Labels truth = species();
    const Labels known = every_fifth();
    const Scores scores = score(model, iris);
    double wrong = 0.0;
    for (std::size_t i = 0; i < truth.size(); ++i)
        wrong += known[i] < 0 && scores.classification[i] != truth[i] ? 1.0 : 0.0;
    return wrong;
}

struct Reference {
    CovarianceStructure structure;
    double first;  ///< after one iteration
    double limit;
    double error;  ///< unlabelled rows that are classified wrongly, of all 150
};

class SemiSupervisedIris : public testing::TestWithParam<Reference> {};

// Values of an independent program.
TEST_P(SemiSupervisedIris, HasTheReferenceLogLikelihoods) {
    const Reference& expected = GetParam();
    const MatrixXd iris = test::measurements("iris");
    EmOptions options{.component_count = 3, .covariance_structure = expected.structure};
    options.tolerance = 0.0;
    options.iteration_limit = 1;
    const EmFit once = fit_em(iris, options, {}, VectorXd(), {}, every_fifth());
    EXPECT_NEAR(expected.first, once.log_likelihood, 1e-6);
    EXPECT_EQ("known labels", once.runs.front().start);
    options.tolerance = 1e-9;
    options.iteration_limit = 5000;
    const EmFit fit = fit_em(iris, options, {}, VectorXd(), {}, every_fifth());
    EXPECT_NEAR(expected.limit, fit.log_likelihood, 1e-6);
    EXPECT_NEAR(expected.error, unlabelled_errors(fit.model, iris) / 150.0, 1e-12);
}

INSTANTIATE_TEST_SUITE_P(
    Structures, SemiSupervisedIris,
    testing::Values(Reference{CovarianceStructure::EII, -878.69436996, -402.24433757, 16.0 / 150.0},
                    Reference{CovarianceStructure::EEE, -404.40924361, -258.01343619, 2.0 / 150.0},
                    Reference{CovarianceStructure::VEV, -397.26995532, -187.57380885, 3.0 / 150.0},
                    Reference{CovarianceStructure::VVV, -393.35182148, -182.20625749,
                              3.0 / 150.0}));

double log_normal(const RowVectorXd& row, const RowVectorXd& mean, const MatrixXd& covariance) {
    const RowVectorXd shift = row - mean;
    const auto d = static_cast<double>(row.size());
    return -0.5 * (d * std::log(2.0 * M_PI) + std::log(covariance.determinant()) +
                   shift * covariance.inverse() * shift.transpose());
}

/// EM of unrestricted covariances, row by row, by the definitions alone.
std::vector<double> plain_trace(const MatrixXd& rows, const VectorXd& weights, const Labels& known,
                                int component_count, int iterations) {
    const Index n = rows.rows();
    MatrixXd shares = MatrixXd::Constant(n, component_count, 1.0 / component_count);
    for (Index i = 0; i < n; ++i) {
        const std::int32_t k = known[static_cast<std::size_t>(i)];
        if (k >= 0)
            shares.row(i) = RowVectorXd::Unit(component_count, k);
    }
    std::vector<double> trace;
    for (int iteration = 0; iteration < iterations; ++iteration) {
        const MatrixXd weighted = weights.asDiagonal() * shares;
        const RowVectorXd masses = weighted.colwise().sum();
        double log_likelihood = 0.0;
        MatrixXd log_joint(n, component_count);
        for (int k = 0; k < component_count; ++k) {
            const RowVectorXd mean = weighted.col(k).transpose() * rows / masses[k];
            MatrixXd covariance = MatrixXd::Zero(rows.cols(), rows.cols());
            for (Index i = 0; i < n; ++i)
                covariance += weighted(i, k) * (rows.row(i) - mean).transpose() *
                              (rows.row(i) - mean) / masses[k];
            for (Index i = 0; i < n; ++i)
                log_joint(i, k) =
                    std::log(masses[k] / weights.sum()) + log_normal(rows.row(i), mean, covariance);
        }
        for (Index i = 0; i < n; ++i) {
            const std::int32_t label = known[static_cast<std::size_t>(i)];
            if (label >= 0) {
                log_likelihood += weights[i] * log_joint(i, label);
                continue;
            }
            const RowVectorXd joint = log_joint.row(i).array().exp();
            log_likelihood += weights[i] * std::log(joint.sum());
            shares.row(i) = joint / joint.sum();
        }
        trace.push_back(log_likelihood);
    }
    return trace;
}

TEST(LabelledFit, EqualsPlainEmRowByRow) {
    const MatrixXd faithful = test::measurements("faithful");
    Labels known(static_cast<std::size_t>(faithful.rows()), -1);
    VectorXd weights(faithful.rows());
    for (Index i = 0; i < faithful.rows(); ++i) {
        weights[i] = 0.5 + static_cast<double>(i % 3);
        if (i % 7 == 0)
            known[static_cast<std::size_t>(i)] = faithful(i, 0) < 3.0 ? 1 : 0;
    }
    const int iterations = 25;
    const std::vector<double> expected = plain_trace(faithful, weights, known, 2, iterations);
    const EmFit fit =
        fit_em(faithful, {.component_count = 2, .tolerance = 0.0, .iteration_limit = iterations},
               {}, weights, {}, known);
    ASSERT_EQ(expected.size(), fit.runs.front().log_likelihood.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
        EXPECT_TRUE(near(expected[i], fit.runs.front().log_likelihood[i], 1e-11)) << i;
    // Component 2, of the short eruptions, is smaller and stays where its label put it.
    EXPECT_LT(fit.model.means()(1, 0), fit.model.means()(0, 0));
}

// One M-step from the species: values of the method's specification.
TEST(LabelledFit, OfAllRowsIsDiscriminantAnalysis) {
    const MatrixXd iris = test::measurements("iris");
    for (const auto& [structure, expected] : {std::pair{CovarianceStructure::EEE, -256.64618425},
                                              std::pair{CovarianceStructure::VVV, -182.92084861},
                                              std::pair{CovarianceStructure::VVI, -309.36275789}}) {
        const EmFit fit = fit_em(iris, {.component_count = 3, .covariance_structure = structure},
                                 {}, VectorXd(), {}, species());
        // That of the rows without their labels is quoted there; the fit's own is of both.
        EXPECT_NEAR(expected, score(fit.model, iris).log_likelihood, 1e-6) << to_string(structure);
        EXPECT_LT(fit.log_likelihood, expected);
        EXPECT_EQ(0.0, fit.entropy);
    }
}

TEST(LabelledFit, KeepsTheOrderOfTheLabelsWhateverTheWeights) {
    const MatrixXd faithful = test::measurements("faithful");
    for (const std::int32_t short_label : {0, 1}) {
        Labels known(static_cast<std::size_t>(faithful.rows()), -1);
        for (Index i = 0; i < 40; ++i)
            known[static_cast<std::size_t>(i)] =
                faithful(i, 0) < 3.0 ? short_label : 1 - short_label;
        const EmFit fit = fit_em(faithful, {.component_count = 2}, {}, VectorXd(), {}, known);
        EXPECT_LT(fit.model.means()(short_label, 0), 2.5);
        EXPECT_GT(fit.model.means()(1 - short_label, 0), 4.0);
    }
}

TEST(LabelledFit, FindsAComponentThatNoLabelNames) {
    const MatrixXd iris = test::measurements("iris");
    Labels known = every_fifth();
    for (std::int32_t& label : known) label = label == 2 ? -1 : label;
    const EmFit fit =
        fit_em(iris, {.component_count = 3, .covariance_structure = CovarianceStructure::EEE}, {},
               VectorXd(), {}, known);
    EXPECT_LT(error_rate(fit.model, iris, species()), 0.05);
    EXPECT_NEAR(-258.0, fit.log_likelihood, 3.0);
}

TEST(LabelledFit, AddsRestartsFromOtherCentres) {
    const MatrixXd iris = test::measurements("iris");
    const EmFit fit = fit_em(
        iris,
        {.component_count = 3, .covariance_structure = CovarianceStructure::VEV, .run_count = 5},
        {}, VectorXd(), {}, every_fifth());
    EXPECT_EQ(5U, fit.runs.size());
    EXPECT_GE(fit.log_likelihood, -187.57380885 - 1e-4);
}

TEST(LabelledFit, HasTheSameBitsForAnyNumberOfThreads) {
    const MatrixXd iris = test::measurements("iris");
    const EmOptions options{.component_count = 4, .run_count = 4};
    FitControl control;
    control.thread_count = 1;
    const EmFit one = fit_em(iris, options, control, VectorXd(), {}, every_fifth());
    control.thread_count = 2;
    const EmFit two = fit_em(iris, options, control, VectorXd(), {}, every_fifth());
    EXPECT_EQ(one.log_likelihood, two.log_likelihood);
    EXPECT_EQ(one.model.means(), two.model.means());
}

TEST(LabelledFit, RefusesInSentences) {
    const MatrixXd iris = test::measurements("iris");
    const auto fit = [&](int component_count, Labels known) {
        return
            [=] { fit_em(iris, {.component_count = component_count}, {}, VectorXd(), {}, known); };
    };
    const Labels none(150, -1);
    Labels gap = none;
    gap[3] = 1;
    Labels negative = none;
    negative[2] = -2;
    EXPECT_THAT(fit(2, every_fifth()),
                ThrowsMessage<InvalidArgument>(HasSubstr("labels name 3 components")));
    EXPECT_THAT(fit(2, Labels(149, 0)),
                ThrowsMessage<InvalidArgument>(HasSubstr("149 known components for 150 rows")));
    EXPECT_THAT(fit(2, none), ThrowsMessage<InvalidArgument>(HasSubstr("No row has a known")));
    EXPECT_THAT(fit(2, gap),
                ThrowsMessage<InvalidArgument>(HasSubstr("belong to component 1 of 2")));
    EXPECT_THAT(fit(2, negative),
                ThrowsMessage<InvalidArgument>(HasSubstr("component of row 3 is -2")));
    EXPECT_THAT(fit(4, species()), ThrowsMessage<Error>(HasSubstr("components")));
}

}  // namespace
}  // namespace mixtura
