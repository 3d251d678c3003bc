// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/density_grid.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numbers>
#include <string>

#include <gmock/gmock.h>

#include "mixtura/common/error.h"
#include "mixtura/gaussian_mixture/contours.h"
#include "mixtura/gaussian_mixture/scatter_figure.h"

#include "support/data_file.h"
#include "support/stopped.h"

namespace mixtura {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// Maximum-likelihood EEE fit with three components to faithful.csv, from mclust 6.0.0 (R 4.2.2)
/// and then EM in plain R until no mean moved by more than 1e-13.
GaussianMixture faithful_eee3() {
    const Eigen::Vector3d weights(0.16860560630800453, 0.35637811572190903, 0.47501627797008650);
    Eigen::MatrixXd means(3, 2);
    means << 3.7977580277518643, 77.468859472204002, 2.0376147296950768, 54.491284944744436,
        4.4657385310756590, 80.872751381320853;
    Eigen::MatrixXd covariance(2, 2);
    covariance << 0.077975443826693705, 0.47015824251810673, 0.47015824251810673,
        33.67203913090544631;
    return {weights, means, {covariance, covariance, covariance}, CovarianceStructure::EEE};
}

Eigen::MatrixXd faithful() {
    std::ifstream file(test::data_file("faithful.csv"));
    std::string header;
    std::getline(file, header);
    Eigen::MatrixXd rows(272, 2);
    char comma = ',';
    for (Eigen::Index i = 0; i < rows.rows(); ++i) file >> rows(i, 0) >> comma >> rows(i, 1);
    EXPECT_TRUE(file);
    return rows;
}

GaussianMixture circle(double standard_deviation) {
    Eigen::MatrixXd covariance = Eigen::MatrixXd::Identity(2, 2);
    covariance *= standard_deviation * standard_deviation;
    const std::vector<Eigen::MatrixXd> covariances(1, covariance);
    return {Eigen::VectorXd::Ones(1), Eigen::MatrixXd::Zero(1, 2), covariances};
}

/// Three features, two components, correlated.
GaussianMixture three_features() {
    Eigen::MatrixXd means(2, 3);
    means << 1.0, -2.0, 0.5, 4.0, 3.0, -1.5;
    Eigen::MatrixXd a(3, 3);
    Eigen::MatrixXd b(3, 3);
    a << 2.0, 0.5, 0.3, 0.5, 1.0, -0.2, 0.3, -0.2, 0.7;
    b << 1.0, -0.6, 0.1, -0.6, 1.5, 0.4, 0.1, 0.4, 2.0;
    return {Eigen::Vector2d(0.3, 0.7), means, {a, b}};
}

TEST(DensityGrid, AgreesWithTheDirectFormulaAtEveryNode) {
    const GaussianMixture model = three_features();
    const DensityGrid grid = density_grid(model, 2, 0, {-3.0, 3.0}, {-2.0, 7.0}, 17);
    for (Eigen::Index i = 0; i < 17; ++i)
        for (Eigen::Index j = 0; j < 17; ++j) {
            double expected = 0.0;
            for (int k = 0; k < 2; ++k) {
                const auto& s = model.covariances()[static_cast<std::size_t>(k)];
                Eigen::Matrix2d block;
                block << s(2, 2), s(2, 0), s(0, 2), s(0, 0);
                const Eigen::Vector2d z(
                    -3.0 + 6.0 * static_cast<double>(i) / 16.0 - model.means()(k, 2),
                    -2.0 + 9.0 * static_cast<double>(j) / 16.0 - model.means()(k, 0));
                const double determinant = block(0, 0) * block(1, 1) - block(0, 1) * block(1, 0);
                Eigen::Matrix2d inverse;
                inverse << block(1, 1), -block(0, 1), -block(1, 0), block(0, 0);
                inverse /= determinant;
                expected += model.mixing_weights()[k] * std::exp(-0.5 * z.dot(inverse * z)) /
                            (2.0 * std::numbers::pi * std::sqrt(determinant));
            }
            EXPECT_NEAR(grid.density(i, j), expected, 1e-12 * std::max(expected, 1e-3));
        }
}

TEST(DensityGrid, SumsToOneOverAWideRange) {
    const DensityGrid grid =
        density_grid(three_features(), 0, 1, {-10.0, 15.0}, {-12.0, 14.0}, 300);
    const double cell = grid.x.size() / 299.0 * grid.y.size() / 299.0;
    EXPECT_NEAR(grid.density.sum() * cell, 1.0, 1e-6);
}

TEST(DensityGrid, StaysFiniteFarFromEveryComponent) {
    const DensityGrid grid = density_grid(circle(1e-8), 0, 1, {1e8, 2e8}, {1e8, 2e8}, 3);
    EXPECT_EQ(grid.density.maxCoeff(), 0.0);
    EXPECT_EQ(grid.density.minCoeff(), 0.0);
}

TEST(DensityGrid, RefusesWhatItCannotDraw) {
    const GaussianMixture model = three_features();
    const AxisRange unit{0.0, 1.0};
    EXPECT_THAT([&] { density_grid(model, 0, 3, unit, unit); },
                ThrowsMessage<InvalidArgument>(HasSubstr("no feature 4: it has 3")));
    EXPECT_THAT([&] { density_grid(model, 1, 1, unit, unit); },
                ThrowsMessage<InvalidArgument>(HasSubstr("feature 2 twice")));
    EXPECT_THAT([&] { density_grid(model, 0, 1, unit, unit, 1); },
                ThrowsMessage<InvalidArgument>(HasSubstr("at least 2 nodes")));
    EXPECT_THAT(
        [&] {
            density_grid(model, 0, 1, {1.0, 1.0}, unit);
        },
        ThrowsMessage<InvalidArgument>(HasSubstr("range of a grid is empty")));
    EXPECT_THAT([&] { pair_densities(model, 0, 1, Eigen::MatrixXd::Zero(4, 2)); },
                ThrowsMessage<InvalidArgument>(HasSubstr("3 features, the observations 2")));
}

TEST(DensityGrid, EndsWhenStopped) {
    EXPECT_THROW(density_grid(circle(1.0), 0, 1, {-1, 1}, {-1, 1}, 50, test::stopped()),
                 compute::Cancelled);
    EXPECT_THROW(pair_densities(circle(1.0), 0, 1, Eigen::MatrixXd::Zero(5, 2), test::stopped()),
                 compute::Cancelled);
}

TEST(MarginalDensity, IntegratesToTheMixingWeights) {
    const GaussianMixture model = three_features();
    const MarginalDensity marginal = marginal_density(model, 1, {-12.0, 14.0}, 1001);
    const double step = 26.0 / 1000.0;
    EXPECT_NEAR(marginal.density.sum() * step, 1.0, 1e-9);
    EXPECT_NEAR(marginal.component_densities.col(0).sum() * step, 0.3, 1e-9);
    EXPECT_NEAR(marginal.component_densities.col(1).sum() * step, 0.7, 1e-9);
}

TEST(MarginalDensity, IsTheGaussianForOneComponent) {
    const MarginalDensity marginal = marginal_density(circle(2.0), 0, {-2.0, 2.0}, 3);
    EXPECT_NEAR(marginal.density[1], 1.0 / (2.0 * std::sqrt(2.0 * std::numbers::pi)), 1e-15);
    EXPECT_NEAR(marginal.density[2], std::exp(-0.5) / (2.0 * std::sqrt(2.0 * std::numbers::pi)),
                1e-15);
    EXPECT_THAT(
        [] {
            marginal_density(circle(1.0), -1, {0.0, 1.0});
        },
        ThrowsMessage<InvalidArgument>(HasSubstr("no feature 0")));
}

TEST(MassLevels, ReproduceTheQuantilesOfR) {
    // R: quantile(density at the rows, 1 - p, type = 7). The specification prints the levels of a
    // fit that stopped a little earlier; those agree to 1e-5.
    const auto densities = pair_densities(faithful_eee3(), 0, 1, faithful());
    const auto levels = mass_levels(densities, {0.25, 0.5, 0.75, 0.95});
    const std::vector<double> r = {0.031984471398659, 0.020843649311476, 0.011041737194545,
                                   0.001683629411251};
    const std::vector<double> specification = {0.03198447727, 0.02084354991, 0.01104171808,
                                               0.001683631082};
    for (std::size_t i = 0; i < r.size(); ++i) {
        EXPECT_NEAR(levels[i] / r[i], 1.0, 1e-10);
        EXPECT_NEAR(levels[i] / specification[i], 1.0, 1e-5);
    }
}

TEST(MassLevels, CountARowOfWeightTwoAsTwoRows) {
    const Eigen::VectorXd once = Eigen::Vector4d(0.4, 0.1, 0.3, 0.2);
    const Eigen::VectorXd weights = Eigen::Vector4d(2.0, 1.0, 3.0, 1.0);
    Eigen::VectorXd repeated(7);
    repeated << 0.4, 0.4, 0.1, 0.3, 0.3, 0.3, 0.2;
    const std::vector<double> masses = {0.1, 0.37, 0.5, 0.9};
    const auto weighted = mass_levels(once, masses, weights);
    const auto expanded = mass_levels(repeated, masses);
    for (std::size_t i = 0; i < masses.size(); ++i) EXPECT_NEAR(weighted[i], expanded[i], 1e-15);
}

TEST(MassLevels, RefuseMassesAndWeightsOutOfRange) {
    const Eigen::VectorXd densities = Eigen::Vector2d(0.1, 0.2);
    EXPECT_THAT([&] { mass_levels(densities, {1.0}); },
                ThrowsMessage<InvalidArgument>(HasSubstr("between 0 and 1")));
    EXPECT_THAT([&] { mass_levels(Eigen::VectorXd(), {0.5}); },
                ThrowsMessage<InvalidArgument>(HasSubstr("at least one row")));
    EXPECT_THAT([&] { mass_levels(densities, {0.5}, Eigen::VectorXd::Ones(3)); },
                ThrowsMessage<InvalidArgument>(HasSubstr("as many weights, not 3")));
}

TEST(ComponentEllipse, HasTheMahalanobisRadiusOfItsMass) {
    const GaussianMixture model = three_features();
    const auto points = component_ellipse(model, 1, 0, 2, 0.9, 64);
    ASSERT_EQ(points.size(), 64U);
    EXPECT_EQ(points.front().x, points.back().x);
    EXPECT_EQ(points.front().y, points.back().y);
    // Sigma block [1, .1; .1, 2], determinant 1.99; squared radius of mass 0.9 is 2 ln 10.
    for (const PlanePoint& point : points) {
        const double u = point.x - 4.0;
        const double v = point.y + 1.5;
        EXPECT_NEAR((2.0 * u * u - 0.2 * u * v + v * v) / 1.99, 2.0 * std::log(10.0), 1e-12);
    }
}

TEST(ComponentEllipse, RefusesAbsentComponentsAndMasses) {
    EXPECT_THAT([] { component_ellipse(circle(1.0), 1, 0, 1, 0.5); },
                ThrowsMessage<InvalidArgument>(HasSubstr("no component 2: it has 1")));
    EXPECT_THAT([] { component_ellipse(circle(1.0), 0, 0, 1, 0.0); },
                ThrowsMessage<InvalidArgument>(HasSubstr("between 0 and 1")));
    EXPECT_THAT([] { component_ellipse(circle(1.0), 0, 0, 1, 0.5, 4); },
                ThrowsMessage<InvalidArgument>(HasSubstr("at least 8 points")));
}

TEST(ContourLines, AreOneClosedCircleAroundAGaussian) {
    const DensityGrid grid = density_grid(circle(1.0), 0, 1, {-4.0, 4.0}, {-4.0, 4.0}, 200);
    const double radius = std::sqrt(-2.0 * std::log(0.05));  // holds 95 %
    const double level = std::exp(-0.5 * radius * radius) / (2.0 * std::numbers::pi);
    const auto lines = contour_lines(grid, level);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].front().x, lines[0].back().x);
    EXPECT_EQ(lines[0].front().y, lines[0].back().y);
    double length = 0.0;
    for (std::size_t i = 0; i < lines[0].size(); ++i) {
        EXPECT_NEAR(std::hypot(lines[0][i].x, lines[0][i].y), radius, 1e-3);
        if (i > 0)
            length +=
                std::hypot(lines[0][i].x - lines[0][i - 1].x, lines[0][i].y - lines[0][i - 1].y);
    }
    EXPECT_NEAR(length, 2.0 * std::numbers::pi * radius, 1e-2);
}

TEST(ContourLines, EndOnlyAtTheBorderWhereTheyAreOpen) {
    const DensityGrid grid = density_grid(circle(1.0), 0, 1, {0.0, 4.0}, {0.0, 4.0}, 50);
    const auto lines = contour_lines(grid, 0.05);
    ASSERT_EQ(lines.size(), 1U);
    const PlanePoint first = lines[0].front();
    const PlanePoint last = lines[0].back();
    EXPECT_EQ(std::min(first.x, first.y), 0.0);
    EXPECT_EQ(std::min(last.x, last.y), 0.0);
    EXPECT_NE(first.x, last.x);
}

TEST(ContourLines, ResolveASaddleByItsMean) {
    DensityGrid grid{{0.0, 1.0}, {0.0, 1.0}, Eigen::MatrixXd(2, 2)};
    // Opposite corners above: with a high mean they are joined and the lines cut off the others.
    grid.density << 1.0, 0.4, 0.4, 1.0;  // (0,0) and (1,1) high
    const auto joined = contour_lines(grid, 0.5);
    ASSERT_EQ(joined.size(), 2U);
    for (const ContourLine& line : joined)
        for (const PlanePoint& point : line)  // near (1,0) or near (0,1)
            EXPECT_GT(std::abs(point.x - point.y), 0.8);
    grid.density << 0.6, 0.0, 0.0, 0.6;
    const auto apart = contour_lines(grid, 0.5);
    ASSERT_EQ(apart.size(), 2U);
    for (const ContourLine& line : apart)
        for (const PlanePoint& point : line)  // near (0,0) or near (1,1)
            EXPECT_LT(std::abs(point.x - point.y), 0.2);
}

TEST(ContourLines, AreNoneAboveTheSummitAndBelowTheGround) {
    const DensityGrid grid = density_grid(circle(1.0), 0, 1, {-4.0, 4.0}, {-4.0, 4.0}, 20);
    EXPECT_TRUE(contour_lines(grid, 1.0).empty());
    EXPECT_TRUE(contour_lines(grid, 0.0).empty());
}

TEST(ContourLines, SeparateTwoDistantComponents) {
    Eigen::MatrixXd means(2, 2);
    means << -3.0, 0.0, 3.0, 0.0;
    const GaussianMixture model(Eigen::Vector2d(0.5, 0.5), means,
                                {Eigen::Matrix2d::Identity(), Eigen::Matrix2d::Identity()});
    const DensityGrid grid = density_grid(model, 0, 1, {-7.0, 7.0}, {-4.0, 4.0}, 120);
    EXPECT_EQ(contour_lines(grid, 0.03).size(), 2U);
    EXPECT_EQ(contour_lines(grid, 0.001).size(), 1U);
}

FeatureTable faithful_table() {
    FeatureTable table;
    table.names = {"eruptions", "waiting"};
    table.observations = faithful();
    return table;
}

TEST(ScatterFigure, HoldsEveryPairWithContoursThatEncloseTheirMass) {
    const FeatureTable table = faithful_table();
    const GaussianMixture model = faithful_eee3();
    const ScatterFigure figure = scatter_figure(table, {0, 1}, &model);
    ASSERT_EQ(figure.features.size(), 2U);
    ASSERT_EQ(figure.pairs.size(), 1U);
    const FigurePair& pair = figure.pairs[0];
    EXPECT_EQ(pair.components.size(), 3U);
    EXPECT_EQ(pair.components[0].ellipses.size(), 2U);
    const Eigen::VectorXd densities = pair_densities(model, 0, 1, table.observations);
    for (const MassContour& contour : pair.contours) {
        const double inside =
            static_cast<double>((densities.array() >= contour.level).count()) / 272.0;
        EXPECT_NEAR(inside, contour.mass, 1.0 / 272.0);
        EXPECT_FALSE(contour.lines.empty());
    }
    for (const FigureFeature& feature : figure.features) {
        EXPECT_EQ(feature.histogram.total, 272.0);
        ASSERT_TRUE(feature.density);
        EXPECT_LE(feature.range.lower, feature.histogram.range.lower);
        EXPECT_GE(feature.range.upper, feature.histogram.range.upper);
    }
}

TEST(ScatterFigure, NeedsNoModel) {
    const ScatterFigure figure = scatter_figure(faithful_table(), {1});
    ASSERT_EQ(figure.features.size(), 1U);
    EXPECT_EQ(figure.features[0].name, "waiting");
    EXPECT_FALSE(figure.features[0].density);
    EXPECT_TRUE(figure.pairs.empty());
}

TEST(ScatterFigure, RefusesFeaturesThatAreNotThere) {
    const FeatureTable table = faithful_table();
    const GaussianMixture other = three_features();
    EXPECT_THAT([&] { scatter_figure(table, {}); },
                ThrowsMessage<InvalidArgument>(HasSubstr("at least one feature")));
    EXPECT_THAT(
        [&] {
            scatter_figure(table, {0, 2});
        },
        ThrowsMessage<InvalidArgument>(HasSubstr("no feature 3: it has 2")));
    EXPECT_THAT(
        [&] {
            scatter_figure(table, {1, 1});
        },
        ThrowsMessage<InvalidArgument>(HasSubstr("feature 2 is repeated")));
    EXPECT_THAT([&] { scatter_figure(table, {0}, &other); },
                ThrowsMessage<InvalidArgument>(HasSubstr("3 features, the table 2")));
    std::stop_source source;
    source.request_stop();
    EXPECT_THROW(scatter_figure(table, {0}, nullptr, {}, source.get_token()), compute::Cancelled);
}

}  // namespace
}  // namespace mixtura
