// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QSizeF>
#include <QString>

class QCustomPlot;

namespace mixtura::app {

enum class FigureFormat { pdf, svg, png };

/// How a figure is written. The defaults are those of the export dialog.
struct FigureOptions {
    QSizeF sizeMillimetres{160.0, 110.0};
    int dotsPerInch = 300;   ///< of PNG; vector formats have none
    bool lightTheme = true;  ///< on white, whatever the window's theme
};

/// The format by the ending of `path` (.pdf, .svg, .png, in any case).
/// @return false for any other ending
bool figureFormatFrom(const QString& path, FigureFormat* format);

/// Draws `plot` as it stands into a file, beside it first and then renamed: a failure leaves what
/// was there. PDF and SVG keep axes, lines and text as vectors.
/// @return an empty string, or a sentence that says what failed and what to do
QString writeFigure(QCustomPlot& plot, const QString& path, const FigureOptions& options);

/// Writes `content` beside `path`, then renames.
/// @return an empty string, or a sentence that says what failed and what to do
QString writeFileSafely(const QString& path, const QByteArray& content);

}  // namespace mixtura::app
