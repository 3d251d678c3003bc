// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/figure_export.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QFileInfo>
#include <QPageSize>
#include <QPdfWriter>
#include <QSaveFile>
#include <QSvgGenerator>
#include <cmath>

#include <qcustomplot.h>

namespace mixtura::app {

namespace {

// Size of a logical pixel: plots are laid out as on a screen of this density, then scaled.
constexpr double pixelsPerInch = 96.0;
constexpr double millimetresPerInch = 25.4;

QString tr(const char* text) {
    return QCoreApplication::translate("FigureExport", text);
}

QSize layoutSize(const QSizeF& millimetres) {
    const auto pixels = [](double length) {
        return static_cast<int>(std::lround(length / millimetresPerInch * pixelsPerInch));
    };
    return {pixels(millimetres.width()), pixels(millimetres.height())};
}

void drawVector(QCustomPlot& plot, QPaintDevice& device, const QSize& size) {
    QCPPainter painter;
    painter.begin(&device);
    painter.setMode(QCPPainter::pmVectorized);
    painter.setMode(QCPPainter::pmNoCaching);
    plot.toPainter(&painter, size.width(), size.height());
    painter.end();
}

QByteArray pdf(QCustomPlot& plot, const FigureOptions& options) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    {
        QPdfWriter writer(&buffer);
        writer.setResolution(static_cast<int>(pixelsPerInch));
        writer.setPageSize(QPageSize(options.sizeMillimetres, QPageSize::Millimeter, QString(),
                                     QPageSize::ExactMatch));
        writer.setPageMargins(QMarginsF(0, 0, 0, 0));
        writer.setCreator(QStringLiteral("Mixtura"));
        writer.setTitle(plot.accessibleName());
        drawVector(plot, writer, layoutSize(options.sizeMillimetres));
    }
    return bytes;
}

QByteArray svg(QCustomPlot& plot, const FigureOptions& options) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    const QSize size = layoutSize(options.sizeMillimetres);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setResolution(static_cast<int>(pixelsPerInch));
    generator.setSize(size);
    generator.setViewBox(QRect(QPoint(0, 0), size));
    generator.setTitle(plot.accessibleName());
    generator.setDescription(plot.accessibleDescription());
    drawVector(plot, generator, size);
    return bytes;
}

QByteArray png(QCustomPlot& plot, const FigureOptions& options) {
    const QSize size = layoutSize(options.sizeMillimetres);
    const double scale = options.dotsPerInch / pixelsPerInch;
    QImage image = plot.toPixmap(size.width(), size.height(), scale).toImage();
    const int dotsPerMetre =
        static_cast<int>(std::lround(options.dotsPerInch / millimetresPerInch * 1000.0));
    image.setDotsPerMeterX(dotsPerMetre);
    image.setDotsPerMeterY(dotsPerMetre);
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return bytes;
}

}  // namespace

bool figureFormatFrom(const QString& path, FigureFormat* format) {
    const QString ending = QFileInfo(path).suffix().toLower();
    if (ending == QLatin1String("pdf"))
        *format = FigureFormat::pdf;
    else if (ending == QLatin1String("svg"))
        *format = FigureFormat::svg;
    else if (ending == QLatin1String("png"))
        *format = FigureFormat::png;
    else
        return false;
    return true;
}

QString writeFileSafely(const QString& path, const QByteArray& content) {
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly) && file.write(content) == content.size() && file.commit())
        return {};
    return tr("%1 could not be written: %2. Choose another folder or name.")
        .arg(path, file.errorString());
}

QString writeFigure(QCustomPlot& plot, const QString& path, const FigureOptions& options) {
    FigureFormat format{};
    if (!figureFormatFrom(path, &format))
        return tr("%1 has no ending that names a figure format. Use .pdf, .svg or .png.").arg(path);
    QByteArray content;
    switch (format) {
        case FigureFormat::pdf:
            content = pdf(plot, options);
            break;
        case FigureFormat::svg:
            content = svg(plot, options);
            break;
        case FigureFormat::png:
            content = png(plot, options);
            break;
    }
    if (content.isEmpty())
        return tr("The figure for %1 could not be drawn. Try a smaller size.").arg(path);
    return writeFileSafely(path, content);
}

}  // namespace mixtura::app
