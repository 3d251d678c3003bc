// SPDX-License-Identifier: Apache-2.0
#include "plots/point_cloud.h"

#include <limits>
#include <memory>

#include <gmock/gmock.h>

#include "mixtura/common/random.h"

namespace mixtura::app {
namespace {

std::shared_ptr<FeatureTable> table(const Eigen::MatrixXd& observations) {
    auto result = std::make_shared<FeatureTable>();
    result->names = {"x", "y"};
    result->observations = observations;
    return result;
}

std::shared_ptr<Scores> scoresOf(const std::vector<std::int32_t>& classification, int count) {
    auto scores = std::make_shared<Scores>();
    const auto rows = static_cast<Eigen::Index>(classification.size());
    scores->classification = classification;
    scores->uncertainty = Eigen::VectorXd::Zero(rows);
    scores->responsibilities = Eigen::MatrixXd::Zero(rows, count);
    return scores;
}

/// A plot without axes' decoration: pixels are marks or white.
struct Canvas {
    QCustomPlot plot;
    PointCloud* cloud = nullptr;

    Canvas() {
        plot.axisRect()->setAutoMargins(QCP::msNone);
        plot.axisRect()->setMargins(QMargins());
        for (QCPAxis* axis : plot.axisRect()->axes()) axis->setVisible(false);
        plot.xAxis->grid()->setVisible(false);
        plot.yAxis->grid()->setVisible(false);
        plot.setBackground(Qt::white);
        cloud = new PointCloud(plot.xAxis, plot.yAxis);
        cloud->setColours(false, Qt::gray, Qt::black);
        plot.xAxis->setRange(0.0, 3.0);
        plot.yAxis->setRange(0.0, 1.0);
    }
    QImage image(double ratio = 1.0) { return plot.toPixmap(900, 300, ratio).toImage(); }
};

TEST(PointCloud, InksEqualCloudsEquallyWhereverTheyStand) {
    // Three clouds of 40 000 rows: adaptive sampling would thin their cores.
    constexpr Eigen::Index rows = 40000;
    const GaussianMixture one(Eigen::VectorXd::Ones(1), Eigen::MatrixXd::Zero(1, 2),
                              {0.008 * Eigen::Matrix2d::Identity()});
    RandomStream random(7, 0);
    Eigen::MatrixXd observations = sample(one, 3 * rows, random).observations;
    for (Eigen::Index cloud = 0; cloud < 3; ++cloud) {
        observations.block(cloud * rows, 0, rows, 1).array() += 0.5 + static_cast<double>(cloud);
        observations.block(cloud * rows, 1, rows, 1).array() += 0.5;
    }
    Canvas canvas;
    canvas.cloud->setPoints(table(observations), 0, 1);
    const QImage image = canvas.image();
    std::array<double, 3> ink{};
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            ink.at(static_cast<std::size_t>(x / 300)) += 255 - qGray(image.pixel(x, y));
    const double mean = (ink[0] + ink[1] + ink[2]) / 3.0;
    EXPECT_GT(mean, 1000.0);
    for (const double cloud : ink) EXPECT_NEAR(cloud / mean, 1.0, 0.05);
}

TEST(PointCloud, DrawsEveryRowInItsComponentsColourAtItsPlace) {
    Eigen::MatrixXd observations(4, 2);
    observations << 2.5, 0.2, 0.5, 0.8, 1.5, 0.5, std::numeric_limits<double>::quiet_NaN(), 0.5;
    for (const int shapeLimit : {5000, 0}) {
        for (const double ratio : {1.0, 2.0}) {
            Canvas canvas;
            canvas.cloud->setPoints(table(observations), 0, 1);
            canvas.cloud->setScores(scoresOf({3, 0, 2, 1}, 4));
            canvas.cloud->setShapeLimit(shapeLimit);
            const QImage image = canvas.image(ratio);
            for (const auto& [row, component] : {std::pair{0, 3}, {1, 0}, {2, 2}}) {
                const QColor seen = image.pixelColor(
                    static_cast<int>(observations(row, 0) * 300.0 * ratio),
                    static_cast<int>((1.0 - observations(row, 1)) * 300.0 * ratio));
                // The mark is translucent: its hue tells the component.
                EXPECT_NEAR(seen.hsvHueF(), componentColour(component, false).hsvHueF(), 0.02);
            }
        }
    }
}

TEST(PointCloud, ShowsALoneRowBesideACrowd) {
    Eigen::MatrixXd observations = Eigen::MatrixXd::Constant(100001, 2, 0.5);
    observations(100000, 0) = 2.5;
    Canvas canvas;
    canvas.cloud->setPoints(table(observations), 0, 1);
    EXPECT_LT(qGray(canvas.image().pixel(750, 150)), 230);
}

TEST(PointCloud, FindsTheRowUnderTheMouse) {
    Eigen::MatrixXd observations(2, 2);
    observations << 0.5, 0.5, 2.5, 0.5;
    Canvas canvas;
    canvas.cloud->setPoints(table(observations), 0, 1);
    canvas.image();
    const QCPAxis& x = *canvas.plot.xAxis;
    const QCPAxis& y = *canvas.plot.yAxis;
    EXPECT_EQ(canvas.cloud->rowAt({x.coordToPixel(2.5) + 3.0, y.coordToPixel(0.5)}, 8.0), 1);
    EXPECT_EQ(canvas.cloud->rowAt({x.coordToPixel(1.5), y.coordToPixel(0.5)}, 8.0), -1);
}

TEST(PointCloud, DrawsNothingFromNothing) {
    Canvas canvas;
    canvas.cloud->setPoints(table(Eigen::MatrixXd(0, 2)), 0, 1);
    EXPECT_EQ(canvas.cloud->rowCount(), 0);
    EXPECT_EQ(qGray(canvas.image().pixel(450, 150)), 255);
    EXPECT_EQ(canvas.cloud->rowAt({10.0, 10.0}, 8.0), -1);
}

}  // namespace
}  // namespace mixtura::app
