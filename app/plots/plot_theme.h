// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QFont>

class QPalette;

namespace mixtura::app {

/// Colours and fonts of everything a plot draws that is not data.
struct PlotTheme {
    bool dark = false;
    QColor background;
    QColor text;
    QColor axis;  ///< axis lines and ticks
    QColor grid;
    QColor muted;     ///< secondary marks: histogram bars, other runs
    QColor emphasis;  ///< outlines of selected or best marks
    QColor error;     ///< always beside a word
    QFont font;
};

/// The theme that goes with a palette: dark where the window is darker than its text.
PlotTheme themeFrom(const QPalette& palette, const QFont& font);
/// Black on white, for exported figures.
PlotTheme printTheme(const QFont& font);

}  // namespace mixtura::app
