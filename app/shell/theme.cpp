// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/theme.h"

#include <QApplication>
#include <QPainter>
#include <QPalette>
#include <QProxyStyle>
#include <QString>
#include <QStyleFactory>
#include <QStyleOption>

namespace mixtura::app {

namespace {

/// Roles of a palette made from a few neutral tones; contrast of text to background above 7:1.
QPalette paletteOf(const QColor& window, const QColor& base, const QColor& alternate,
                   const QColor& button, const QColor& text, const QColor& muted,
                   const QColor& accent, const QColor& onAccent, const QColor& link) {
    QPalette palette(button, window);
    palette.setColor(QPalette::Window, window);
    palette.setColor(QPalette::WindowText, text);
    palette.setColor(QPalette::Base, base);
    palette.setColor(QPalette::AlternateBase, alternate);
    palette.setColor(QPalette::Text, text);
    palette.setColor(QPalette::PlaceholderText, muted);
    palette.setColor(QPalette::Button, button);
    palette.setColor(QPalette::ButtonText, text);
    palette.setColor(QPalette::ToolTipBase, base);
    palette.setColor(QPalette::ToolTipText, text);
    palette.setColor(QPalette::Highlight, accent);
    palette.setColor(QPalette::HighlightedText, onAccent);
    palette.setColor(QPalette::Link, link);
    palette.setColor(QPalette::LinkVisited, link);
    for (const QPalette::ColorRole role :
         {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, muted);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, alternate);
    palette.setColor(QPalette::Disabled, QPalette::HighlightedText, muted);
    return palette;
}

/// Fusion outlines a check box darker than the window: on a dark ground an empty one cannot be seen.
class DarkFusion : public QProxyStyle {
  public:
    DarkFusion() : QProxyStyle(QStringLiteral("Fusion")) {}
    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                       const QWidget* widget) const override {
        QProxyStyle::drawPrimitive(element, option, painter, widget);
        if (element != PE_IndicatorCheckBox)
            return;
        painter->save();
        painter->setPen(option->palette.color(QPalette::Disabled, QPalette::Text));
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(QRectF(option->rect).adjusted(0.5, 0.5, -0.5, -0.5));
        painter->restore();
    }
};

}  // namespace

void applyTheme(Theme theme) {
    // What the desktop gave the program, remembered before it is first overridden.
    static const QString systemStyle = QApplication::style()->objectName();
    static const QPalette systemPalette = QApplication::palette();
    if (theme == Theme::system) {
        QApplication::setStyle(QStyleFactory::create(systemStyle));
        QApplication::setPalette(systemPalette);
        return;
    }
    QApplication::setStyle(theme == Theme::dark ? new DarkFusion
                                                : QStyleFactory::create(QStringLiteral("Fusion")));
    QApplication::setPalette(theme == Theme::dark
                                 ? paletteOf(QColor(0x2b2b2b), QColor(0x1e1e1e), QColor(0x262626),
                                             QColor(0x3a3a3a), QColor(0xececec), QColor(0xa6a6a6),
                                             QColor(0x3d7ab8), QColor(0xffffff), QColor(0x7db8ee))
                                 : paletteOf(QColor(0xf2f2f0), QColor(0xffffff), QColor(0xf7f7f5),
                                             QColor(0xebebe8), QColor(0x1c1c1c), QColor(0x6b6b6b),
                                             QColor(0x1f6fb2), QColor(0xffffff), QColor(0x0b5c9e)));
}

QString themeName(Theme theme) {
    return theme == Theme::light  ? QStringLiteral("light")
           : theme == Theme::dark ? QStringLiteral("dark")
                                  : QStringLiteral("system");
}

Theme themeFrom(const QString& name) {
    return name == u"light" ? Theme::light : name == u"dark" ? Theme::dark : Theme::system;
}

}  // namespace mixtura::app
