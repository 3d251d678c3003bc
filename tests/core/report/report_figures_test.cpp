// SPDX-License-Identifier: Apache-2.0
#include "mixtura/report/report_figures.h"

#include <cmath>
#include <regex>

#include <gmock/gmock.h>

#include "mixtura/common/random.h"

namespace mixtura {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::size_t count_of(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++count;
    return count;
}

/// Two components `distance` apart in the features named, at the same place in the others.
GaussianMixture two_components(int feature_count, const std::vector<int>& apart) {
    Eigen::MatrixXd means = Eigen::MatrixXd::Zero(2, feature_count);
    for (std::size_t i = 0; i < apart.size(); ++i)
        means(1, apart[i]) = 4.0 + static_cast<double>(i);
    return {
        Eigen::Vector2d(0.25, 0.75), means,
        std::vector<Eigen::MatrixXd>(2, Eigen::MatrixXd::Identity(feature_count, feature_count))};
}

FeatureTable table_of(const GaussianMixture& model, Eigen::Index rows) {
    RandomStream random(3, 0);
    FeatureTable table;
    table.observations = sample(model, rows, random).observations;
    for (std::int64_t i = 0; i < rows; ++i) table.rows.push_back(i);
    for (int j = 0; j < model.feature_count(); ++j)
        table.names.push_back(std::string("f").append(std::to_string(j)));
    return table;
}

TEST(ReportFigures, ChoosesTheFeaturesThatTellComponentsApart) {
    EXPECT_THAT(telling_features(two_components(6, {4, 1}), 2), ElementsAre(1, 4));
    EXPECT_THAT(telling_features(two_components(3, {2}), 4), ElementsAre(0, 1, 2));
}

TEST(ReportFigures, EveryRowIsAMarkInItsPlace) {
    const GaussianMixture model = two_components(2, {0, 1});
    const FeatureTable table = table_of(model, 60);
    const Scores scores = score(model, table.observations);
    const ReportRows rows{.table = table, .scores = scores};
    const std::string svg = scatter_matrix_svg(model, table.names, {0, 1}, &rows);
    const std::regex mark(R"re(class="mark c(\d)" cx="([-\d.]+)" cy="([-\d.]+)")re");
    std::vector<std::array<double, 3>> marks;
    for (std::sregex_iterator at(svg.begin(), svg.end(), mark), end; at != end; ++at)
        marks.push_back({std::stod((*at)[1]), std::stod((*at)[2]), std::stod((*at)[3])});
    ASSERT_EQ(marks.size(), 60U);
    // Pixels are a linear function of the values, rising in x and falling in y, to a tenth of a pixel.
    const auto expect_linear = [&](int feature, std::size_t part, double sign) {
        Eigen::Index low = 0;
        Eigen::Index high = 0;
        const auto values = table.observations.col(feature);
        values.minCoeff(&low);
        values.maxCoeff(&high);
        const double slope = (marks[std::size_t(high)][part] - marks[std::size_t(low)][part]) /
                             (values[high] - values[low]);
        EXPECT_GT(sign * slope, 0.0);
        for (Eigen::Index i = 0; i < 60; ++i)
            EXPECT_NEAR(marks[std::size_t(i)][part],
                        marks[std::size_t(low)][part] + slope * (values[i] - values[low]), 0.15);
    };
    expect_linear(0, 1, 1.0);
    expect_linear(1, 2, -1.0);
    for (std::size_t i = 0; i < marks.size(); ++i)
        EXPECT_EQ(int(marks[i][0]), scores.classification[i]);
}

TEST(ReportFigures, DrawsNoMoreThanItsLimitOfRows) {
    const GaussianMixture model = two_components(2, {0});
    const FeatureTable table = table_of(model, 2 * report_mark_limit + 1);
    const Scores scores = score(model, table.observations);
    const ReportRows rows{.table = table, .scores = scores};
    const std::string svg = scatter_matrix_svg(model, table.names, {0, 1}, &rows);
    EXPECT_LE(count_of(svg, "<circle"), std::size_t(report_mark_limit));
    EXPECT_GT(count_of(svg, "<circle"), std::size_t(report_mark_limit) / 2);
    EXPECT_LT(uncertainty_svg(scores).size(), 60'000U);
}

TEST(ReportFigures, AModelAloneIsDrawnWithoutRows) {
    const std::string svg = scatter_matrix_svg(two_components(3, {0}), {"a", "b", "c"}, {0, 1, 2});
    EXPECT_EQ(count_of(svg, "<circle"), 0U);
    EXPECT_EQ(count_of(svg, "class=\"bar\""), 0U);
    // 3 diagonal panels of 2 components and the mixture, 3 pairs of 2 components with 2 ellipses.
    EXPECT_EQ(count_of(svg, "<polyline"), 3U * 3U + 3U * 4U);
}

TEST(ReportFigures, HeavyTailsWithoutAVarianceAreDrawn) {
    const GaussianMixture normal = two_components(2, {0, 1});
    StudentTails tails;
    tails.degrees_of_freedom = Eigen::Vector2d(1.5, 2.0);
    const GaussianMixture model(normal.mixing_weights(), normal.means(), normal.covariances(),
                                normal.covariance_structure(), tails);
    const std::string svg = scatter_matrix_svg(model, {"a", "b"}, {0, 1});
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
    EXPECT_THAT(svg, Not(HasSubstr("inf")));
}

SelectionRecord record(const std::string& structure, int count, double bic,
                       const std::string& status = "converged") {
    SelectionRecord result;
    result.covariance_structure = structure;
    result.component_count = count;
    result.bic = bic;
    result.status = status;
    return result;
}

TEST(ReportFigures, CriterionHasALineForEachStructureWithoutWhatFailed) {
    const std::vector<SelectionRecord> records = {record("VVV", 1, 30.0),
                                                  record("VVV", 2, 20.0),
                                                  record("EEE", 1, 31.0),
                                                  record("EEE", 2, 25.0),
                                                  record("EII", 2, -99.0, "spurious"),
                                                  record("VII", 2, std::nan(""), "failed")};
    const std::string svg = criterion_svg(records, Criterion::bic);
    EXPECT_EQ(count_of(svg, "<polyline"), 2U + 2U);  // and their keys
    EXPECT_THAT(svg, HasSubstr(">VVV<"));
    EXPECT_THAT(svg, Not(HasSubstr(">EII<")));
    EXPECT_EQ(criterion_svg({record("VVV", 2, 20.0)}, Criterion::bic), "");
    EXPECT_EQ(criterion_svg(records, Criterion::cv), "");
}

TEST(ReportFigures, NothingToDrawIsNoFigure) {
    EXPECT_EQ(trace_svg({-3.0}), "");
    EXPECT_NE(trace_svg({-3.0, -2.0}), "");
    const GaussianMixture one(Eigen::VectorXd::Ones(1), Eigen::MatrixXd::Zero(1, 1),
                              {Eigen::MatrixXd::Identity(1, 1)});
    EXPECT_EQ(uncertainty_svg(score(one, Eigen::MatrixXd::Zero(3, 1))), "");
}

}  // namespace
}  // namespace mixtura
