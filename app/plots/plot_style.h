// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QVector>
#include <vector>

#include "mixtura/gaussian_mixture/density_grid.h"

#include "plots/plot_theme.h"

class QCPAbstractLegendItem;
class QCPAxis;
class QCPAxisRect;
class QCPColorGradient;
class QCPCurve;
class QCPLegend;
class QCustomPlot;

// What the plots of this folder share in drawing with QCustomPlot.
namespace mixtura::app {

void styleAxis(QCPAxis& axis, const PlotTheme& theme);
/// Background, grid and axes on QCustomPlot's layers of these names; a rect of one's own stands on
/// "main", where its background would hide all that is drawn below.
void placeOnLayers(QCPAxisRect& rect);
/// All four axes, the grid and the background.
void styleAxisRect(QCPAxisRect& rect, const PlotTheme& theme);
void styleLegend(QCPLegend& legend, const PlotTheme& theme);
/// The colours at equal distances.
QCPColorGradient gradientOf(const QVector<QColor>& colours);

/// Sets the range where QCustomPlot can show it; else leaves it.
void setRange(QCPAxis& axis, const AxisRange& range);
[[nodiscard]] AxisRange rangeOf(const QCPAxis& axis);
/// Pieces of one line, broken by a NaN point between them; row order is kept.
void setLines(QCPCurve& curve, const std::vector<std::vector<PlanePoint>>& pieces);

/// `text` cut in the middle to `width` pixels of the theme's font.
QString elided(const QString& text, const QFont& font, double width);
/// A number for people, in the user's locale.
QString shown(double value, int significantDigits = 4);
/// "47.5 %"
QString percent(double part);
/// A number for files: C locale, shortest text that reads back exactly; empty for NaN.
QByteArray stored(double value);
/// `text` as a CSV field, quoted where RFC 4180 asks for it.
QByteArray csvField(const QString& text);

}  // namespace mixtura::app
