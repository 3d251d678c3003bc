// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/plot_style.h"

#include <QFontMetricsF>
#include <QLocale>
#include <cmath>
#include <limits>

#include <qcustomplot.h>

#include "mixtura/io/csv.h"

namespace mixtura::app {

void styleAxis(QCPAxis& axis, const PlotTheme& theme) {
    const QPen line(theme.axis, 1.0);
    axis.setBasePen(line);
    axis.setTickPen(line);
    axis.setSubTickPen(line);
    axis.setTickLabelColor(theme.text);
    axis.setLabelColor(theme.text);
    QFont ticks = theme.font;
    ticks.setPointSizeF(theme.font.pointSizeF() * 0.9);
    axis.setTickLabelFont(ticks);
    axis.setLabelFont(theme.font);
    axis.setSubTicks(false);
    axis.setTickLength(0, 4);
    axis.grid()->setPen(QPen(theme.grid, 1.0));
    axis.grid()->setZeroLinePen(Qt::NoPen);
    axis.grid()->setSubGridVisible(false);
}

void placeOnLayers(QCPAxisRect& rect) {
    rect.setLayer(QStringLiteral("background"));
    for (QCPAxis* axis : rect.axes()) {
        axis->setLayer(QStringLiteral("axes"));
        axis->grid()->setLayer(QStringLiteral("grid"));
    }
}

void styleAxisRect(QCPAxisRect& rect, const PlotTheme& theme) {
    for (QCPAxis* axis : rect.axes()) styleAxis(*axis, theme);
    rect.setBackground(QBrush(theme.background));
}

void styleLegend(QCPLegend& legend, const PlotTheme& theme) {
    QColor brush = theme.background;
    brush.setAlpha(225);
    legend.setBrush(brush);
    legend.setBorderPen(Qt::NoPen);
    legend.setFont(theme.font);
    legend.setTextColor(theme.text);
}

QCPColorGradient gradientOf(const QVector<QColor>& colours) {
    QCPColorGradient gradient;
    gradient.clearColorStops();
    for (qsizetype i = 0; i < colours.size(); ++i)
        gradient.setColorStopAt(static_cast<double>(i) / static_cast<double>(colours.size() - 1),
                                colours[i]);
    return gradient;
}

void setRange(QCPAxis& axis, const AxisRange& range) {
    if (QCPRange::validRange(range.lower, range.upper))
        axis.setRange(range.lower, range.upper);
}

AxisRange rangeOf(const QCPAxis& axis) {
    return {axis.range().lower, axis.range().upper};
}

void setLines(QCPCurve& curve, const std::vector<std::vector<PlanePoint>>& pieces) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    QVector<QCPCurveData> points;
    double place = 0.0;
    for (const auto& piece : pieces) {
        for (const PlanePoint& point : piece) points.append({place++, point.x, point.y});
        points.append({place++, nan, nan});
    }
    curve.data()->set(points, true);
}

QString elided(const QString& text, const QFont& font, double width) {
    return QFontMetricsF(font).elidedText(text, Qt::ElideMiddle, std::max(width, 0.0));
}

QString shown(double value, int significantDigits) {
    return QLocale().toString(value, 'g', significantDigits);
}

QString percent(double part) {
    return QLocale().toString(100.0 * part, 'f', part >= 0.9995 ? 0 : 1) + QStringLiteral(" %");
}

QByteArray stored(double value) {
    if (std::isnan(value))
        return {};
    return QByteArray::number(value, 'g', QLocale::FloatingPointShortest);
}

QByteArray csvField(const QString& text) {
    return QByteArray::fromStdString(csv_field(text.toStdString()));
}

}  // namespace mixtura::app
