// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/palette.h"

#include <algorithm>
#include <cmath>

#include "mixtura/report/component_colours.h"

namespace mixtura::app {

namespace {

constexpr double leastContrast = 3.0;  // WCAG 2.1, success criterion 1.4.11, graphical objects

double linear(double channel) {
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& colour) {
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) +
           0.0722 * linear(colour.blueF());
}

double contrast(const QColor& a, const QColor& b) {
    const double first = luminance(a) + 0.05;
    const double second = luminance(b) + 0.05;
    return first > second ? first / second : second / first;
}

QColor backdrop(bool dark) {
    return dark ? QColor(0x1E, 0x1E, 0x1E) : QColor(Qt::white);
}

std::array<QColor, componentColourCount> colours(
    const std::array<std::uint32_t, componentColourCount>& codes) {
    std::array<QColor, componentColourCount> result;
    std::transform(codes.begin(), codes.end(), result.begin(),
                   [](std::uint32_t code) { return QColor::fromRgb(code); });
    return result;
}

}  // namespace

const std::array<QColor, componentColourCount>& componentColours(bool dark) {
    static const auto onLight = colours(component_colours_on_light);
    static const auto onDark = colours(component_colours_on_dark);
    return dark ? onDark : onLight;
}

QColor noiseColour(bool dark) {
    return dark ? QColor(0x9a, 0x9a, 0x9a) : QColor(0x80, 0x80, 0x80);
}

QColor componentColour(int component, bool dark) {
    return componentColours(dark).at(static_cast<std::size_t>(component % componentColourCount));
}

MarkerShape componentShape(int component) {
    // One step further with every round of colours: 64 pairs before the first repeats.
    const int round = component / componentColourCount;
    return static_cast<MarkerShape>((component + round) % markerShapeCount);
}

QColor markOutline(bool dark) {
    return dark ? QColor(0xDD, 0xDD, 0xDD) : QColor(0x33, 0x33, 0x33);
}

bool needsOutline(const QColor& colour, bool dark) {
    return contrast(colour, backdrop(dark)) < leastContrast;
}

QColor readableColour(const QColor& colour, bool dark) {
    QColor result = colour;
    for (int step = 0; step < 40 && needsOutline(result, dark); ++step) {
        float hue = 0.0F;
        float saturation = 0.0F;
        float lightness = 0.0F;
        result.getHslF(&hue, &saturation, &lightness);
        lightness += dark ? 0.02F : -0.02F;
        result = QColor::fromHslF(std::max(hue, 0.0F), saturation,
                                  std::min(std::max(lightness, 0.0F), 1.0F));
    }
    return result;
}

QVector<QColor> densityColours(bool dark) {
    if (dark)
        return {QColor(0x1E, 0x1E, 0x1E), QColor(0x17, 0x3A, 0x55), QColor(0x1F, 0x6A, 0x9E),
                QColor(0x9F, 0xD6, 0xF5)};
    return {QColor(0xFF, 0xFF, 0xFF), QColor(0xD0, 0xE1, 0xF2), QColor(0x56, 0xB4, 0xE9),
            QColor(0x08, 0x30, 0x6B)};
}

QVector<QColor> divergingColours(bool dark) {
    return {QColor(0x00, 0x72, 0xB2), dark ? QColor(0x3A, 0x3A, 0x3A) : QColor(0xF7, 0xF7, 0xF7),
            QColor(0xD5, 0x5E, 0x00)};
}

}  // namespace mixtura::app
