// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/plot_theme.h"

#include <QPalette>
#include <cmath>

namespace mixtura::app {

namespace {

/// `part` of the way from `from` to `to`.
QColor between(const QColor& from, const QColor& to, double part) {
    const auto channel = [part](int a, int b) {
        return static_cast<int>(std::lround(a + part * (b - a)));
    };
    return {channel(from.red(), to.red()), channel(from.green(), to.green()),
            channel(from.blue(), to.blue())};
}

PlotTheme themeOf(const QColor& background, const QColor& text, bool dark, const QFont& font) {
    PlotTheme theme;
    theme.dark = dark;
    theme.background = background;
    theme.text = text;
    theme.axis = between(background, text, 0.6);
    theme.grid = between(background, text, 0.12);
    theme.muted = between(background, text, dark ? 0.45 : 0.38);
    theme.emphasis = text;
    theme.error = dark ? QColor(0xFF, 0x7A, 0x85) : QColor(0xB0, 0x00, 0x20);
    theme.font = font;
    return theme;
}

}  // namespace

PlotTheme themeFrom(const QPalette& palette, const QFont& font) {
    const QColor background = palette.color(QPalette::Base);
    const QColor text = palette.color(QPalette::Text);
    return themeOf(background, text, background.lightness() < text.lightness(), font);
}

PlotTheme printTheme(const QFont& font) {
    return themeOf(QColor(Qt::white), QColor(0x1A, 0x1A, 0x1A), false, font);
}

}  // namespace mixtura::app
