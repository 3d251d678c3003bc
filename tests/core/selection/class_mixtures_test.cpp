// SPDX-License-Identifier: Apache-2.0
#include "mixtura/selection/class_mixtures.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mixtura/common/error.h"

#include "support/data_file.h"
#include "support/stopped.h"
#include "support/text_table.h"

namespace mixtura {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// The classes of a column, called by their numbers.
RowClasses classes_of(const std::string& data_set, const std::string& column) {
    RowClasses classes{
        .of_rows = test::TextTable(test::data_file(data_set + ".csv")).classes(column),
        .names = {}};
    const int count = 1 + *std::ranges::max_element(classes.of_rows);
    for (int c = 0; c < count; ++c) classes.names.push_back(std::to_string(c));
    return classes;
}

/// Counts 1 to 5 of all structures, as mclust's MclustDA tries.
SearchOptions mclust_search() {
    SearchOptions options;
    options.component_counts = {1, 2, 3, 4, 5};
    return options;
}

/// mclust calls one component XII, XXI or XXX.
std::string mclust_name(const Candidate& candidate) {
    const std::string name = to_string(candidate.covariance_form);
    if (candidate.component_count > 1)
        return name;
    if (name[1] == 'I')
        return "XII";
    return name[2] == 'I' ? "XXI" : "XXX";
}

struct SetOfClasses {
    std::string data_set;
    std::string column;
};

class MixturesOfClasses : public testing::TestWithParam<SetOfClasses> {};

TEST_P(MixturesOfClasses, AreThoseThatMclustChooses) {
    const auto& [data_set, column] = GetParam();
    const test::TextTable models(test::reference_file("expected/mclust600-classes.csv"));
    const test::TextTable figures(test::reference_file("expected/mclust600-class-figures.csv"));
    const MatrixXd rows = test::measurements(data_set);
    const RowClasses classes = classes_of(data_set, column);
    const ClassMixtures fit = fit_class_mixtures(rows, classes, mclust_search());

    std::size_t label = 0;
    for (std::size_t row = 0; row < models.row_count(); ++row) {
        if (models.text(row, "data_set") != data_set)
            continue;
        SCOPED_TRACE(data_set + " " + models.text(row, "class"));
        const Candidate& chosen = fit.searches.at(label).candidates.at(fit.chosen.at(label));
        EXPECT_EQ(models.text(row, "model"), mclust_name(chosen));
        EXPECT_EQ(models.number(row, "components"), chosen.component_count);
        // mclust stops when an iteration gains less than 1e-5 of the log-likelihood.
        EXPECT_NEAR(models.number(row, "loglik"), chosen.fit->log_likelihood, 0.03);
        EXPECT_GE(chosen.fit->log_likelihood, models.number(row, "loglik") - 1e-6);
        ++label;
    }
    EXPECT_EQ(classes.names.size(), label);
    for (std::size_t row = 0; row < figures.row_count(); ++row) {
        if (figures.text(row, "data_set") != data_set)
            continue;
        // That of all classes together is no target of the fit: what mclust's early stop leaves
        // open in the classes may move it either way.
        EXPECT_NEAR(figures.number(row, "loglik"), fit.joint.fit->log_likelihood, 0.1);
        EXPECT_EQ(figures.number(row, "parameters") + static_cast<double>(label) - 1.0,
                  fit.joint.parameter_count);
        const LabelAccuracy training = label_accuracy(
            {.mixture = fit.joint.fit->model, .component_classes = fit.component_classes}, rows,
            classes.of_rows, {});
        EXPECT_NEAR(figures.number(row, "error"), training.error_rate(), 1e-9);
        EXPECT_NEAR(figures.number(row, "brier"), training.brier, 3e-4);
        return;
    }
    FAIL() << "no figures of " << data_set;
}

INSTANTIATE_TEST_SUITE_P(Sets, MixturesOfClasses,
                         testing::Values(SetOfClasses{"iris", "species"},
                                         SetOfClasses{"banknote", "Status"},
                                         SetOfClasses{"diabetes", "class"}),
                         [](const auto& set) { return set.param.data_set; });

// Of two classes mclust takes a model with a component of ten rows or fewer in thirteen dimensions.
// Its log-likelihood is reached, and the solution is found spurious.
TEST(ClassMixtures, OfWineReachTheLogLikelihoodsOfMclustAndTakeNoSpuriousOne) {
    const test::TextTable models(test::reference_file("expected/mclust600-classes.csv"));
    const ClassMixtures fit = fit_class_mixtures(test::measurements("wine"),
                                                 classes_of("wine", "class"), mclust_search());
    std::size_t label = 0;
    int spurious_count = 0;
    for (std::size_t row = 0; row < models.row_count(); ++row) {
        if (models.text(row, "data_set") != "wine")
            continue;
        SCOPED_TRACE(models.text(row, "class"));
        const SearchResult& search = fit.searches.at(label);
        const auto candidate = std::ranges::find_if(search.candidates, [&](const Candidate& tried) {
            return to_string(tried.covariance_form) == models.text(row, "model") &&
                   tried.component_count == models.number(row, "components");
        });
        ASSERT_NE(search.candidates.end(), candidate);
        ASSERT_TRUE(candidate->fit);
        EXPECT_NEAR(models.number(row, "loglik"), candidate->fit->log_likelihood, 0.1);
        spurious_count += candidate->fit->spurious.empty() ? 0 : 1;
        EXPECT_TRUE(search.candidates[fit.chosen.at(label)].is_admissible());
        ++label;
    }
    EXPECT_EQ(3U, label);
    EXPECT_EQ(2, spurious_count);
}

// The choice of the models plays no part: one model is tried.
TEST(CrossValidatedClasses, HaveTheLeftOutErrorsOfMclust) {
    const test::TextTable expected(test::reference_file("expected/mclust600-class-left-out.csv"));
    ASSERT_EQ(3U, expected.row_count());
    for (std::size_t row = 0; row < expected.row_count(); ++row) {
        const std::string data_set = expected.text(row, "data_set");
        SCOPED_TRACE(data_set + " " + expected.text(row, "model"));
        const MatrixXd rows = test::measurements(data_set);
        const RowClasses classes = classes_of(data_set, expected.text(row, "column"));
        SearchOptions options;
        options.component_counts = {static_cast<int>(expected.number(row, "components"))};
        options.covariance_structures = {covariance_structure_from(expected.text(row, "model"))};
        const ClassMixtures whole = fit_class_mixtures(rows, classes, options);
        const LabelAccuracy left_out = cross_validated_class_accuracy(
            rows, classes, options, whole, static_cast<int>(rows.rows()), {}, VectorXd());
        ASSERT_EQ("", left_out.failure);
        EXPECT_NEAR(expected.number(row, "error"), left_out.error_rate(), 1e-9);
        const double tolerance = options.component_counts.front() == 1 ? 1e-9 : 2e-4;
        EXPECT_NEAR(expected.number(row, "brier"), left_out.brier, tolerance);
    }
}

// With one component of the structure VVV the mixtures are those of known labels.
TEST(ClassMixtures, OfOneFullComponentAreQuadraticDiscriminantAnalysis) {
    const MatrixXd rows = test::measurements("iris");
    const RowClasses classes = classes_of("iris", "species");
    SearchOptions options;
    options.component_counts = {1};
    options.covariance_structures = {CovarianceStructure::VVV};
    const ClassMixtures fit = fit_class_mixtures(rows, classes, options);
    const EmFit known =
        fit_em(rows, {.component_count = 3, .covariance_structure = CovarianceStructure::VVV}, {},
               VectorXd(), {}, classes.of_rows);
    EXPECT_NEAR(known.log_likelihood, fit.joint_log_likelihood, 1e-9);
    EXPECT_NEAR(score(known.model, rows).log_likelihood, fit.joint.fit->log_likelihood, 1e-9);
    EXPECT_EQ(44, fit.joint.parameter_count);
    EXPECT_TRUE(fit.joint.fit->model.means().isApprox(known.model.means(), 1e-12));
}

// log sum_c pi_c f_c from the mixtures of the classes, row by row.
TEST(ClassMixtures, HaveTheLogLikelihoodOfTheirDensities) {
    const MatrixXd rows = test::measurements("diabetes");
    const RowClasses classes = classes_of("diabetes", "class");
    VectorXd weights = VectorXd::LinSpaced(rows.rows(), 0.5, 1.5);
    SearchOptions options;
    options.component_counts = {2};
    options.covariance_structures = {CovarianceStructure::VVI};
    const ClassMixtures fit = fit_class_mixtures(rows, classes, options, {}, nullptr, weights);
    VectorXd shares = VectorXd::Zero(3);
    for (Eigen::Index i = 0; i < rows.rows(); ++i)
        shares[classes.of_rows[static_cast<std::size_t>(i)]] += weights[i] / weights.sum();
    VectorXd densities = VectorXd::Zero(rows.rows());
    double joint = 0.0;
    for (int c = 0; c < 3; ++c) {
        const Scores own =
            score(fit.searches[static_cast<std::size_t>(c)].candidates[0].fit->model, rows);
        densities.array() += shares[c] * own.log_densities.array().exp();
        for (Eigen::Index i = 0; i < rows.rows(); ++i)
            joint += classes.of_rows[static_cast<std::size_t>(i)] == c
                         ? weights[i] * (std::log(shares[c]) + own.log_densities[i])
                         : 0.0;
    }
    const double expected = (weights.array() * densities.array().log()).sum();
    EXPECT_NEAR(expected, fit.joint.fit->log_likelihood, 1e-9 * std::abs(expected));
    EXPECT_NEAR(joint, fit.joint_log_likelihood, 1e-9 * std::abs(joint));
    EXPECT_EQ(ComponentClasses({0, 0, 1, 1, 2, 2}), fit.component_classes);
    EXPECT_NEAR(-2.0 * expected + fit.joint.parameter_count * std::log(weights.sum()),
                fit.joint.criteria->bic, 1e-8 * std::abs(expected));
}

TEST(ClassMixtures, OfWeightTwoAreThoseOfRowsTwice) {
    const MatrixXd rows = test::measurements("iris");
    RowClasses classes = classes_of("iris", "species");
    SearchOptions options;
    options.component_counts = {1};
    VectorXd weights = VectorXd::Ones(150);
    weights.head(50).setConstant(2.0);
    const ClassMixtures weighted = fit_class_mixtures(rows, classes, options, {}, nullptr, weights);
    MatrixXd twice(200, 4);
    twice << rows, rows.topRows(50);
    classes.of_rows.insert(classes.of_rows.end(), 50, classes.of_rows.front());
    const ClassMixtures repeated = fit_class_mixtures(twice, classes, options);
    EXPECT_NEAR(repeated.joint.fit->log_likelihood, weighted.joint.fit->log_likelihood, 1e-8);
    EXPECT_NEAR(0.5, weighted.joint.fit->model.mixing_weights()[0], 1e-12);
    EXPECT_NEAR(repeated.joint.criteria->bic, weighted.joint.criteria->bic, 1e-7);
}

TEST(ClassScores, AreSumsOverTheComponentsOfAClass) {
    Scores scores;
    scores.log_densities = VectorXd::Constant(2, -1.5);
    scores.log_likelihood = -3.0;
    scores.responsibilities.resize(2, 3);
    scores.responsibilities << 0.4, 0.35, 0.25, 0.1, 0.2, 0.7;
    const Scores classes = class_scores(scores, {0, 1, 1});
    EXPECT_EQ(std::vector<std::int32_t>({1, 1}), classes.classification);
    EXPECT_NEAR(0.6, classes.responsibilities(0, 1), 1e-15);
    EXPECT_NEAR(0.1, classes.uncertainty[1], 1e-15);
    EXPECT_EQ(-3.0, classes.log_likelihood);
}

/// Two clouds of 30 rows, and what `change` makes of them.
template <class Change>
ClassMixtures fit_changed(Change change) {
    MatrixXd rows(60, 2);
    RowClasses classes{.of_rows = std::vector<std::int32_t>(60, 0), .names = {"many", "few"}};
    RandomStream random(7, 0);
    for (Eigen::Index i = 0; i < 60; ++i) {
        rows.row(i) << random.normal(), random.normal() + (i < 30 ? 0.0 : 5.0);
        classes.of_rows[static_cast<std::size_t>(i)] = i < 30 ? 0 : 1;
    }
    change(rows, classes);
    return fit_class_mixtures(rows, classes, mclust_search());
}

TEST(ClassMixtures, NameTheClassThatCannotBeFitted) {
    const auto of_one_row = [] {
        fit_changed([](MatrixXd& /*rows*/, RowClasses& classes) {
            std::ranges::fill(classes.of_rows, 0);
            classes.of_rows[4] = 1;
        });
    };
    EXPECT_THAT(of_one_row, testing::Throws<Error>(
                                testing::Property(&Error::what, HasSubstr("Class 'few' (1 row)"))));
    const auto of_a_constant = [] {
        fit_changed(
            [](MatrixXd& rows, RowClasses& /*classes*/) { rows.col(1).tail(30).fill(3.0); });
    };
    EXPECT_THAT(of_a_constant, ThrowsMessage<DataError>(
                                   AllOf(HasSubstr("Class 'few' (30 rows)"), HasSubstr("2"))));
    const auto without_rows = [] {
        fit_changed(
            [](MatrixXd& /*rows*/, RowClasses& classes) { std::ranges::fill(classes.of_rows, 0); });
    };
    EXPECT_THAT(without_rows, ThrowsMessage<InvalidArgument>("Class 'few' has no row."));
}

// Three rows in the plane bear a spherical component, and no more.
TEST(ClassMixtures, OfFewRowsTakeTheModelsThatCanBeFitted) {
    const ClassMixtures fit = fit_changed([](MatrixXd& rows, RowClasses& classes) {
        std::ranges::fill(classes.of_rows, 0);
        for (std::size_t i = 0; i < 3; ++i) classes.of_rows[59 - i] = 1;
        rows.bottomRows(3) << 9.0, 0.0, 10.0, 0.5, 9.5, 1.0;
    });
    ASSERT_TRUE(fit.joint.fit);
    EXPECT_EQ(1, fit.searches[1].candidates[fit.chosen[1]].component_count);
    EXPECT_NEAR(3.0 / 60.0, fit.joint.fit->model.mixing_weights().tail(1)[0], 1e-12);
}

TEST(ClassMixtures, StopWhereAskedTo) {
    const ClassMixtures fit =
        fit_class_mixtures(test::measurements("iris"), classes_of("iris", "species"),
                           mclust_search(), {.stop = test::stopped()});
    EXPECT_TRUE(fit.cancelled);
    EXPECT_FALSE(fit.joint.fit);
}

TEST(ClassMixtures, AreTheSameForAnyNumberOfThreads) {
    const MatrixXd rows = test::measurements("iris");
    const RowClasses classes = classes_of("iris", "species");
    SearchOptions options;
    options.component_counts = {1, 2};
    FitControl control;
    control.thread_count = 1;
    const ClassMixtures one = fit_class_mixtures(rows, classes, options, control);
    const LabelAccuracy one_validated =
        cross_validated_class_accuracy(rows, classes, options, one, 5, control, VectorXd());
    control.thread_count = 2;
    const ClassMixtures two = fit_class_mixtures(rows, classes, options, control);
    const LabelAccuracy two_validated =
        cross_validated_class_accuracy(rows, classes, options, two, 5, control, VectorXd());
    EXPECT_EQ(one.joint.fit->log_likelihood, two.joint.fit->log_likelihood);
    EXPECT_EQ(one_validated.brier, two_validated.brier);
    EXPECT_EQ(one_validated.counts, two_validated.counts);
    EXPECT_EQ(150.0, one_validated.row_count());
}

}  // namespace
}  // namespace mixtura
