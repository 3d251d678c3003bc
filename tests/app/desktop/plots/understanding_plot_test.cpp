// SPDX-License-Identifier: Apache-2.0
#include "plots/understanding_plot.h"

#include <QCheckBox>
#include <QSignalSpy>
#include <QTest>
#include <algorithm>
#include <memory>

#include <gmock/gmock.h>
#include <qcustomplot.h>

#include "mixtura/common/random.h"

#include "plots/understanding_series.h"

namespace mixtura::app {
namespace {

using testing::ElementsAre;

GaussianMixture threeComponents() {
    Eigen::MatrixXd means(3, 2);
    means << 0.0, 0.0, 1.0, 0.5, 8.0, 1.0;
    const Eigen::MatrixXd covariance = Eigen::MatrixXd::Identity(2, 2);
    return {Eigen::Vector3d(0.4, 0.3, 0.3), means, {covariance, 0.5 * covariance, covariance}};
}

std::shared_ptr<FeatureTable> rowsOf(const GaussianMixture& model, Eigen::Index count) {
    auto table = std::make_shared<FeatureTable>();
    RandomStream random(6, 0);
    table->observations = sample(model, count, random).observations;
    for (int feature = 0; feature < model.feature_count(); ++feature)
        table->names.push_back("feature " + std::to_string(feature + 1));
    for (Eigen::Index i = 0; i < count; ++i) table->rows.push_back(i);
    return table;
}

std::shared_ptr<const Explanation> explained(const GaussianMixture& model,
                                             const FeatureTable& table, double lambda) {
    ExplanationOptions options = cheap_explanation(model.component_count());
    if (options.subspace_lambda)
        options.subspace_lambda = lambda;
    return std::make_shared<const Explanation>(explain(model, table, options));
}

TEST(UnderstandingSeries, DrawsTheMergeTreeWithoutCrossings) {
    EntropyMergeTree tree;
    tree.component_count = 4;
    tree.merges = {{0, 2, 3.0}, {1, 3, 2.0}, {4, 5, 0.0}};  // 4 = {0, 2}, 5 = {1, 3}
    const MergeDrawing drawing = mergeDrawing(tree);
    EXPECT_THAT(drawing.leaves, ElementsAre(0.0, 2.0, 1.0, 3.0));
    ASSERT_EQ(drawing.unions.size(), 3U);
    const std::vector<PlanePoint>& last = drawing.unions.back();
    EXPECT_EQ(last.front().x, 0.5);  // the middle of the leaves 0 and 1
    EXPECT_EQ(last.front().y, 3.0);  // three clusters were left after the first union
    EXPECT_EQ(last[1].y, 1.0);
    EXPECT_EQ(last.back().x, 2.5);
    EXPECT_EQ(last.back().y, 2.0);
}

TEST(UnderstandingSeries, KeepsEveryMarkAtTheFarEnd) {
    EXPECT_EQ(thinnedPlaces(0).size(), 0U);
    EXPECT_EQ(thinnedPlaces(2000).size(), 2000U);
    const std::vector<Eigen::Index> places = thinnedPlaces(1000000);
    EXPECT_LE(places.size(), 2100U);
    EXPECT_EQ(places.front(), 0);
    EXPECT_EQ(places.back(), 999999);
    EXPECT_EQ(places[places.size() - 500], 999500);
}

TEST(UnderstandingSeries, UncertaintyFallsAlongTheRowsOfEachComponent) {
    const GaussianMixture model = threeComponents();
    const auto table = rowsOf(model, 300);
    const Scores scores = score(model, table->observations);
    const auto curves = uncertaintyCurves(scores);
    ASSERT_EQ(curves.size(), 3U);
    std::size_t points = 0;
    for (const auto& curve : curves) {
        points += curve.size();
        for (std::size_t i = 1; i < curve.size(); ++i) {
            EXPECT_GT(curve[i].x, curve[i - 1].x);
            EXPECT_LE(curve[i].y, curve[i - 1].y);
        }
        EXPECT_GT(curve.front().x, 0.0);
        EXPECT_LT(curve.back().x, 100.0);
    }
    EXPECT_EQ(points, 300U);
}

TEST(UnderstandingSeries, TakesTheLogDensityWhereThereIsOneDirection) {
    const GaussianMixture three = threeComponents();
    const GaussianMixture model(Eigen::Vector2d(0.5, 0.5), three.means().topRows(2),
                                {three.covariances()[0], three.covariances()[0]});
    const auto table = rowsOf(model, 50);
    const auto explanation = explained(model, *table, 1.0);
    ASSERT_EQ(explanation->subspace->directions.cols(), 1);
    const auto projected = subspaceTable(*explanation, *table);
    EXPECT_EQ(projected->observations.col(1), explanation->scores.log_densities);
}

TEST(UnderstandingPlot, AsksOnlyWhenItIsSeen) {
    UnderstandingPlot view;
    QSignalSpy requests(&view, &UnderstandingPlot::explanationRequested);
    view.expectExplanation();
    EXPECT_EQ(requests.count(), 0);
    view.show();
    EXPECT_EQ(requests.count(), 1);
    const GaussianMixture model = threeComponents();
    const auto table = rowsOf(model, 200);
    view.setExplanation(explained(model, *table, 0.5), table);
    view.hide();
    view.show();
    EXPECT_EQ(requests.count(), 1);
    view.findChild<QCheckBox*>()->setChecked(true);
    ASSERT_EQ(requests.count(), 2);
    EXPECT_EQ(requests.back().front().toDouble(), 1.0);
}

TEST(UnderstandingPlot, DrawsEveryKindOfModelInBothThemes) {
    const GaussianMixture three = threeComponents();
    const GaussianMixture single(Eigen::VectorXd::Ones(1), Eigen::MatrixXd::Zero(1, 1),
                                 {Eigen::MatrixXd::Identity(1, 1)});
    UnderstandingPlot view;
    view.resize(900, 700);
    const QImage empty = view.renderFigure({900, 700});
    for (const GaussianMixture* model : {&three, &single}) {
        const auto table = rowsOf(*model, 400);
        view.setExplanation(explained(*model, *table, 0.5), table);
        EXPECT_NE(view.renderFigure({900, 700}), empty);
        QPalette dark;
        dark.setColor(QPalette::Window, Qt::black);
        dark.setColor(QPalette::Base, Qt::black);
        dark.setColor(QPalette::Text, Qt::white);
        dark.setColor(QPalette::WindowText, Qt::white);
        view.setPalette(dark);
        EXPECT_NE(view.renderFigure({900, 700}), empty);
        view.setPalette(QPalette());
    }
    EXPECT_FALSE(view.accessibleDescription().isEmpty());
    view.clear();
    EXPECT_EQ(view.dataCsv(), QByteArray("panel,mark,x,y\n"));
}

/// Labels below the leaves of the merge tree as they are drawn.
QStringList leafLabels(const UnderstandingPlot& view) {
    auto* plot = view.findChild<QCustomPlot*>();
    for (QCPAxisRect* rect : plot->axisRects())
        if (rect->axis(QCPAxis::atBottom)->label() == QStringLiteral("Component"))
            return rect->axis(QCPAxis::atBottom)->tickVectorLabels();
    return {};
}

TEST(UnderstandingPlot, NamesTheLeavesOfTheTreeWithinTheirRoom) {
    const GaussianMixture model = threeComponents();
    const auto table = rowsOf(model, 200);
    UnderstandingPlot view;
    view.setComponentNames({QStringLiteral("oak"), QStringLiteral("a long name of a tree")});
    view.setExplanation(explained(model, *table, 0.5), table);
    // Drawn once: what is shown goes with this size, not with an earlier one.
    static_cast<void>(view.renderFigure({2400, 900}));
    QStringList labels = leafLabels(view);
    EXPECT_TRUE(labels.contains(QStringLiteral("1: oak")));
    EXPECT_TRUE(labels.contains(QStringLiteral("2: a long name of a tree")));
    EXPECT_TRUE(labels.contains(QStringLiteral("3")));
    static_cast<void>(view.renderFigure({1700, 600}));
    labels = leafLabels(view);
    EXPECT_TRUE(std::ranges::any_of(labels, [](const QString& label) {
        return label.startsWith(u"2: a") && label.contains(QChar(0x2026)) && label.endsWith(u"ee");
    })) << labels.join(u'|').toStdString();
    static_cast<void>(view.renderFigure({500, 400}));
    EXPECT_TRUE(leafLabels(view).contains(QStringLiteral("2")));
}

TEST(UnderstandingPlot, LegendNamesComponentsWhereLabelsDo) {
    const GaussianMixture model = threeComponents();
    const auto table = rowsOf(model, 200);
    UnderstandingPlot view;
    const auto legendNames = [&] {
        QStringList names;
        for (QCPLayerable* drawn :
             view.findChild<QCustomPlot*>()->layer(QStringLiteral("legend"))->children())
            if (auto* item = qobject_cast<QCPPlottableLegendItem*>(drawn))
                names << item->plottable()->name();
        return names.join(u'|').toStdString();
    };
    view.setExplanation(explained(model, *table, 0.5), table);
    EXPECT_EQ(legendNames(), "");
    view.setComponentNames({QStringLiteral("oak"), QStringLiteral("beech")});
    view.setExplanation(explained(model, *table, 0.5), table);
    EXPECT_EQ(legendNames(), "1: oak|2: beech|3");
}

TEST(UnderstandingPlot, GivesTheNumbersBehindIt) {
    const GaussianMixture model = threeComponents();
    const auto table = rowsOf(model, 20);
    UnderstandingPlot view;
    view.setExplanation(explained(model, *table, 0.5), table);
    const QByteArray csv = view.dataCsv();
    EXPECT_EQ(csv.count('\n'), 1 + 3 * 20 + 3);  // three panels of rows, three counts of clusters
    EXPECT_EQ(csv.count("\nmerging,clusters,"), 3);
    EXPECT_EQ(csv.count("\nsubspace,row "), 20);
}

}  // namespace
}  // namespace mixtura::app
