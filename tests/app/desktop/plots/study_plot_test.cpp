// SPDX-License-Identifier: Apache-2.0
#include "plots/study_plot.h"

#include <QComboBox>
#include <memory>

#include <gmock/gmock.h>
#include <qcustomplot.h>

#include "mixtura/io/study_table.h"
#include "mixtura/simulation/hand_set_mixture.h"

namespace mixtura::app {
namespace {

std::shared_ptr<const StudyResult> study(int componentCount, CentreLayout layout,
                                         std::vector<double> noises = {4.0, 0.5, 1.0}) {
    HandSetMixture described;
    described.component_count = componentCount;
    described.layout = layout;
    MisspecificationOptions options;
    options.signal_to_noise = std::move(noises);
    options.deviation_ratios = {1.0, 0.0, 2.0};
    options.row_count = 200;
    options.replicate_count = 3;
    return std::make_shared<const StudyResult>(studyOf(hand_set_mixture(described), options));
}

QCustomPlot& plotOf(StudyPlot& view) {
    return *view.findChild<QCustomPlot*>();
}

TEST(StudyPlot, DrawsEveryViewOfEveryStudyInBothThemes) {
    StudyPlot view;
    view.resize(800, 500);
    auto* choice = view.findChild<QComboBox*>(QStringLiteral("studyShown"));
    const QImage empty = view.renderFigure({800, 500});
    QPalette dark;
    dark.setColor(QPalette::Window, Qt::black);
    dark.setColor(QPalette::Base, Qt::black);
    dark.setColor(QPalette::Text, Qt::white);
    dark.setColor(QPalette::WindowText, Qt::white);
    for (const auto& shown : {study(2, CentreLayout::line), study(3, CentreLayout::circle),
                              study(2, CentreLayout::line, {2.0})}) {
        view.setStudy(shown);
        QImage before = empty;
        for (int kind = 0; kind < choice->count(); ++kind) {
            choice->setCurrentIndex(kind);
            const QImage drawn = view.renderFigure({800, 500});
            EXPECT_NE(drawn, before) << kind;
            before = drawn;
            view.setPalette(dark);
            EXPECT_NE(view.renderFigure({800, 500}), drawn);
            view.setPalette(QPalette());
        }
        EXPECT_EQ(view.dataCsv().toStdString(), study_csv(shown->study));
    }
    view.setStudy(nullptr);
    EXPECT_TRUE(view.dataCsv().isEmpty());
}

TEST(StudyPlot, CurvesHoldTheFiguresOfTheStudyInTheirOrder) {
    const auto shown = study(2, CentreLayout::line);
    StudyPlot view;
    view.setStudy(shown);
    std::vector<QCPGraph*> marked;
    for (int i = 0; i < plotOf(view).graphCount(); ++i) {
        if (!plotOf(view).graph(i)->name().startsWith(QStringLiteral("Graph")))
            marked.push_back(plotOf(view).graph(i));
    }
    ASSERT_EQ(marked.size(), 3U);  // tau/sigma 0, 1 and 2, as they ascend
    EXPECT_EQ(marked[0]->name(), QStringLiteral("0 (k-means)"));
    EXPECT_EQ(marked[2]->name(), QStringLiteral("2"));
    const std::array<std::size_t, 3> ratioOf{1, 0, 2};
    const std::array<std::size_t, 3> signalOf{1, 2, 0};
    for (std::size_t r = 0; r < 3; ++r) {
        for (std::size_t s = 0; s < 3; ++s) {
            const StudyCell& cell = shown->study.cell(ratioOf[r], signalOf[s]);
            const auto point = marked[r]->data()->begin() + static_cast<int>(s);
            EXPECT_EQ(point->key, cell.signal_to_noise);
            EXPECT_EQ(point->value, cell.separation);
        }
        EXPECT_EQ(marked[r]->lineStyle(), QCPGraph::lsNone) << "the line is that of the limit";
    }
    EXPECT_TRUE(view.accessibleDescription().contains(QStringLiteral("9 cells")));
}

TEST(StudyPlot, TheMapShowsEachCellAndItsNumber) {
    const auto shown = study(3, CentreLayout::circle);
    StudyPlot view;
    view.setStudy(shown);
    view.findChild<QComboBox*>(QStringLiteral("studyShown"))->setCurrentIndex(3);
    QCPColorMap* map = nullptr;
    for (int i = 0; i < plotOf(view).plottableCount(); ++i) {
        if (auto* found = qobject_cast<QCPColorMap*>(plotOf(view).plottable(i)))
            map = found;
    }
    ASSERT_NE(map, nullptr);
    // SNR 0.5 and tau/sigma 2: collapsed; SNR 4 and tau/sigma 1: not.
    EXPECT_EQ(map->data()->cell(0, 2), 1.0);
    EXPECT_EQ(map->data()->cell(2, 1), 0.0);
    int numbers = 0;
    for (int i = 0; i < plotOf(view).itemCount(); ++i)
        numbers += qobject_cast<QCPItemText*>(plotOf(view).item(i)) != nullptr ? 1 : 0;
    EXPECT_EQ(numbers, 9);
}

}  // namespace
}  // namespace mixtura::app
