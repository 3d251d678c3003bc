// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QVector>
#include <array>

namespace mixtura::app {

/// Shape of a mark; colour is never the only code.
enum class MarkerShape { disc, square, triangle, diamond, cross, plus, star, invertedTriangle };
inline constexpr int markerShapeCount = 8;
inline constexpr int componentColourCount = 8;

/// Colours of Okabe & Ito (2008), "Color universal design", in the order that keeps neighbours
/// apart on a white or on a dark background.
const std::array<QColor, componentColourCount>& componentColours(bool dark);
/// Colour of 0-based component `component`; after eight they repeat with another shape.
QColor componentColour(int component, bool dark);
/// Colour of rows that belong to no component.
QColor noiseColour(bool dark);
/// Shape of 0-based component `component`; pairs of colour and shape differ for the first 64.
MarkerShape componentShape(int component);
/// Line that separates a light mark from the background: dark on white, light on dark.
QColor markOutline(bool dark);
/// True where the colour has less than 3:1 contrast to the background and needs `markOutline`.
bool needsOutline(const QColor& colour, bool dark);
/// The colour's darker (or, on dark, lighter) kin of at least 3:1 contrast, for lines and text.
QColor readableColour(const QColor& colour, bool dark);

/// Colours of a sequential scale for densities, from the background to the most dense.
QVector<QColor> densityColours(bool dark);
/// Blue - neutral - vermillion, for signed values.
QVector<QColor> divergingColours(bool dark);

}  // namespace mixtura::app
