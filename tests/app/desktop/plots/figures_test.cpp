// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QFileInfo>
#include <QSet>
#include <QTemporaryDir>
#include <limits>

#include <gmock/gmock.h>
#include <qcustomplot.h>

#include "plots/convergence_plot.h"
#include "plots/figure_export.h"
#include "plots/histogram_plot.h"

namespace mixtura::app {
namespace {

QByteArray content(const QString& path) {
    QFile file(path);
    EXPECT_TRUE(file.open(QIODevice::ReadOnly)) << path.toStdString();
    return file.readAll();
}

struct Drawn {
    HistogramPlot plot;
    Drawn() {
        plot.setHistogram(QStringLiteral("waiting"),
                          weighted_histogram(Eigen::VectorXd::LinSpaced(100, 0.0, 10.0)));
    }
};

TEST(FigureExport, WritesVectorFiguresOfTheSizeAskedFor) {
    const QTemporaryDir folder;
    Drawn drawn;
    const QString pdf = folder.filePath(QStringLiteral("figure.pdf"));
    EXPECT_EQ(drawn.plot.saveFigure(pdf), QString());
    const QByteArray pdfText = content(pdf);
    EXPECT_TRUE(pdfText.startsWith("%PDF"));
    EXPECT_FALSE(pdfText.contains("/Subtype /Image"));  // vectors only
    EXPECT_TRUE(pdfText.contains("/Font"));             // text stays text
    const QString svg = folder.filePath(QStringLiteral("figure.svg"));
    EXPECT_EQ(drawn.plot.saveFigure(svg), QString());
    const QByteArray svgText = content(svg);
    EXPECT_TRUE(svgText.contains("<path") || svgText.contains("<polyline"));
    EXPECT_TRUE(svgText.contains("waiting"));
    EXPECT_TRUE(svgText.contains("viewBox=\"0 0 605 416\""));
}

TEST(FigureExport, WritesPixelsAtTheDensityAskedFor) {
    const QTemporaryDir folder;
    Drawn drawn;
    const QString png = folder.filePath(QStringLiteral("figure.png"));
    EXPECT_EQ(drawn.plot.saveFigure(png), QString());
    const QImage image(png);
    EXPECT_NEAR(image.width(), 160.0 / 25.4 * 300.0, 3.0);
    EXPECT_NEAR(image.height(), 110.0 / 25.4 * 300.0, 3.0);
    EXPECT_NEAR(image.dotsPerMeterX(), 11811, 1);
}

TEST(FigureExport, IsOnWhiteWhateverTheTheme) {
    const QTemporaryDir folder;
    Drawn drawn;
    QPalette dark;
    dark.setColor(QPalette::Base, Qt::black);
    dark.setColor(QPalette::Text, Qt::white);
    drawn.plot.setPalette(dark);
    EXPECT_LT(qGray(drawn.plot.renderFigure(QSize(300, 200)).pixel(2, 2)), 20);
    const QString png = folder.filePath(QStringLiteral("figure.png"));
    EXPECT_EQ(drawn.plot.saveFigure(png), QString());
    EXPECT_EQ(QImage(png).pixelColor(2, 2), QColor(Qt::white));
    EXPECT_LT(qGray(drawn.plot.renderFigure(QSize(300, 200)).pixel(2, 2)), 20);
}

TEST(FigureExport, SaysWhatFailedAndKeepsWhatWasThere) {
    const QTemporaryDir folder;
    Drawn drawn;
    EXPECT_THAT(drawn.plot.saveFigure(folder.filePath(QStringLiteral("figure.bmp"))).toStdString(),
                testing::HasSubstr("Use .pdf, .svg or .png"));
    EXPECT_THAT(
        drawn.plot.saveFigure(folder.filePath(QStringLiteral("none/figure.pdf"))).toStdString(),
        testing::HasSubstr("could not be written"));
    EXPECT_FALSE(QFileInfo::exists(folder.filePath(QStringLiteral("figure.bmp"))));
}

TEST(HistogramPlot, StoresTheNumbersBehindIt) {
    HistogramPlot plot;
    plot.setHistogram(QStringLiteral("x"), weighted_histogram(Eigen::Vector4d(0.0, 1.0, 1.0, 2.0),
                                                              Eigen::VectorXd(), 2));
    EXPECT_EQ(plot.dataCsv().toStdString(), "lower,upper,rows,density\n0,1,1,0.25\n1,2,3,0.75\n");
}

TEST(HistogramPlot, TakesConstantAndAbsentColumns) {
    HistogramPlot plot;
    plot.setHistogram(QStringLiteral("constant"),
                      weighted_histogram(Eigen::VectorXd::Constant(5, 3.0)));
    EXPECT_FALSE(plot.renderFigure(QSize(200, 150)).isNull());
    plot.setHistogram(QStringLiteral("absent"), weighted_histogram(Eigen::VectorXd()));
    EXPECT_FALSE(plot.renderFigure(QSize(200, 150)).isNull());
    plot.clear();
    EXPECT_FALSE(plot.renderFigure(QSize(200, 150)).isNull());
}

std::vector<ConvergencePoint> run(const std::string& model, int start, int length, double last) {
    std::vector<ConvergencePoint> points;
    for (int i = 0; i < length; ++i) points.push_back({model, start, i, last - 100.0 / (i + 1.0)});
    return points;
}

TEST(ConvergencePlot, BoundsItsMemoryAndKeepsTheEndsOfRuns) {
    ConvergencePlot plot;
    plot.append(run("VVV,3", 0, 300000, -1000.0));
    EXPECT_LE(plot.pointCount(), ConvergencePlot::pointLimit);
    EXPECT_TRUE(plot.dataCsv().contains("\"VVV,3\",1,0,"));
    EXPECT_TRUE(plot.dataCsv().contains("\"VVV,3\",1,299999,"));
    std::vector<ConvergencePoint> starts;
    for (int start = 0; start < ConvergencePlot::runLimit + 100; ++start)
        starts.push_back({"EII,2", start, 0, -1.0});
    plot.append(starts);
    EXPECT_LE(plot.pointCount(), ConvergencePlot::pointLimit + ConvergencePlot::runLimit);
    EXPECT_EQ(plot.decreaseCount(), 0);
}

TEST(ConvergencePlot, NamesTheRunThatTheModelComesFrom) {
    ConvergencePlot plot;
    plot.append({{"VVV,2", 0, 1, -12.0}, {"VVV,2", 0, 2, -10.0}});
    plot.append({{"VVV,2", 1, 1, -12.0}, {"VVV,2", 1, 2, -3.0}});
    EXPECT_TRUE(plot.accessibleDescription().contains(QStringLiteral("Best: VVV,2, start 2")));
    plot.setKeptRuns({{"VVV,2", 0}});  // the other is spurious
    EXPECT_TRUE(plot.accessibleDescription().contains(QStringLiteral("Kept: VVV,2, start 1")));
    plot.clear();
    plot.append({{"VVV,2", 1, 1, -4.0}});
    EXPECT_TRUE(plot.accessibleDescription().contains(QStringLiteral("Best: VVV,2, start 2")));
}

TEST(ConvergencePlot, LabelsItsTicksApartWhereARunGainsLittle) {
    ConvergencePlot plot;
    plot.resize(600, 400);
    plot.show();
    std::vector<ConvergencePoint> points;
    for (int iteration = 1; iteration <= 20; ++iteration)
        points.push_back({.model = "VVV,3",
                          .run = 0,
                          .iteration = iteration,
                          .logLikelihood = -1610.52 - 1e-3 / iteration});
    plot.append(points);
    plot.resetView();
    auto* drawn = plot.findChild<QCustomPlot*>();
    drawn->replot();
    const QVector<QString> labels = drawn->yAxis->tickVectorLabels();
    ASSERT_GE(labels.size(), 3);
    EXPECT_EQ(QSet<QString>(labels.begin(), labels.end()).size(), labels.size());
}

TEST(ConvergencePlot, ReportsADecreaseInWords) {
    ConvergencePlot plot;
    plot.append({{"EII,2", 0, 0, -10.0}, {"EII,2", 0, 1, -9.0}, {"EII,2", 0, 2, -9.5}});
    EXPECT_EQ(plot.decreaseCount(), 1);
    EXPECT_TRUE(plot.accessibleDescription().contains(QStringLiteral("Decreased")));
    plot.clear();
    EXPECT_EQ(plot.decreaseCount(), 0);
    EXPECT_EQ(plot.pointCount(), 0);
}

TEST(ConvergencePlot, IgnoresValuesThatAreNotFinite) {
    ConvergencePlot plot;
    plot.append({{"EII,2", 0, 0, std::numeric_limits<double>::quiet_NaN()},
                 {"EII,2", 0, 1, -std::numeric_limits<double>::infinity()}});
    EXPECT_EQ(plot.pointCount(), 0);
    EXPECT_FALSE(plot.renderFigure(QSize(300, 200)).isNull());
}

}  // namespace
}  // namespace mixtura::app
