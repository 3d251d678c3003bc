// SPDX-License-Identifier: Apache-2.0
#include "plots/palette.h"

#include <QPalette>
#include <array>
#include <cmath>
#include <set>

#include <gmock/gmock.h>

#include "plots/plot_theme.h"

namespace mixtura::app {
namespace {

using Triple = std::array<double, 3>;
using Matrix = std::array<Triple, 3>;

Triple times(const Matrix& matrix, const Triple& v) {
    Triple result{};
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j) result[i] += matrix[i][j] * v[j];
    return result;
}

Triple linear(const QColor& colour) {
    const auto decode = [](double c) {
        return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    return {decode(colour.redF()), decode(colour.greenF()), decode(colour.blueF())};
}

/// Complete dichromacy in linear RGB: Machado, Oliveira & Fernandes (2009), IEEE TVCG 15:1291,
/// severity 1.
constexpr Matrix normal = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
constexpr Matrix protan = {{{0.152286, 1.052583, -0.204868},
                            {0.114503, 0.786281, 0.099216},
                            {-0.003882, -0.048116, 1.051998}}};
constexpr Matrix deutan = {{{0.367322, 0.860646, -0.227968},
                            {0.280085, 0.672501, 0.047413},
                            {-0.011820, 0.042940, 0.968881}}};
constexpr Matrix tritan = {{{1.255528, -0.076749, -0.178779},
                            {-0.078411, 0.930809, 0.147602},
                            {0.004733, 0.691367, 0.303900}}};

Triple lab(const QColor& colour, const Matrix& vision) {
    Triple rgb = times(vision, linear(colour));
    for (double& channel : rgb) channel = std::clamp(channel, 0.0, 1.0);
    const Matrix toXyz = {{{0.4124564, 0.3575761, 0.1804375},
                           {0.2126729, 0.7151522, 0.0721750},
                           {0.0193339, 0.1191920, 0.9503041}}};
    const Triple xyz = times(toXyz, rgb);
    const auto f = [](double t) {
        return t > 216.0 / 24389.0 ? std::cbrt(t) : (24389.0 / 27.0 * t + 16.0) / 116.0;
    };
    const double x = f(xyz[0] / 0.95047);
    const double y = f(xyz[1]);
    const double z = f(xyz[2] / 1.08883);
    return {116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)};
}

double smallestDistance(const Matrix& vision, bool dark) {
    double least = 1e9;
    const auto& colours = componentColours(dark);
    for (std::size_t i = 0; i < colours.size(); ++i)
        for (std::size_t j = i + 1; j < colours.size(); ++j) {
            const Triple a = lab(colours[i], vision);
            const Triple b = lab(colours[j], vision);
            least = std::min(least, std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]));
        }
    return least;
}

TEST(Palette, KeepsComponentsApartForEveryColourVision) {
    // A palette "for the colour-blind" of another program measures 4 to 5 here, the common ten
    // colours 5 to 7.
    for (const bool dark : {false, true}) {
        EXPECT_GT(smallestDistance(normal, dark), 24.0);
        EXPECT_GT(smallestDistance(protan, dark), 13.0);
        EXPECT_GT(smallestDistance(deutan, dark), 13.0);
        EXPECT_GT(smallestDistance(tritan, dark), 13.0);
    }
}

TEST(Palette, CodesSixtyFourComponentsByColourAndShape) {
    std::set<std::pair<QRgb, int>> codes;
    for (int component = 0; component < 64; ++component)
        codes.emplace(componentColour(component, false).rgb(),
                      static_cast<int>(componentShape(component)));
    EXPECT_EQ(codes.size(), 64U);
}

TEST(Palette, OutlinesExactlyThePaleColours) {
    EXPECT_TRUE(needsOutline(QColor("#F0E442"), false));
    EXPECT_TRUE(needsOutline(QColor("#E69F00"), false));
    EXPECT_TRUE(needsOutline(QColor("#56B4E9"), false));
    EXPECT_FALSE(needsOutline(QColor("#0072B2"), false));
    EXPECT_FALSE(needsOutline(QColor("#D55E00"), false));
    EXPECT_TRUE(needsOutline(QColor("#000000"), true));
    EXPECT_FALSE(needsOutline(QColor("#F0E442"), true));
}

TEST(Palette, MakesEveryColourReadableAsALine) {
    for (const bool dark : {false, true})
        for (const QColor& colour : componentColours(dark))
            EXPECT_FALSE(needsOutline(readableColour(colour, dark), dark))
                << colour.name().toStdString();
}

TEST(PlotTheme, IsDarkWhereTheWindowIsDarkerThanItsText) {
    QPalette palette;
    palette.setColor(QPalette::Base, Qt::black);
    palette.setColor(QPalette::Text, Qt::white);
    EXPECT_TRUE(themeFrom(palette, QFont()).dark);
    palette.setColor(QPalette::Base, Qt::white);
    palette.setColor(QPalette::Text, Qt::black);
    EXPECT_FALSE(themeFrom(palette, QFont()).dark);
    EXPECT_FALSE(printTheme(QFont()).dark);
    EXPECT_EQ(printTheme(QFont()).background, QColor(Qt::white));
}

}  // namespace
}  // namespace mixtura::app
