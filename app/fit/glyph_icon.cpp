// SPDX-License-Identifier: GPL-3.0-or-later
#include "fit/glyph_icon.h"

#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>
#include <QPixmap>
#include <algorithm>

namespace mixtura::app {

namespace {

class GlyphEngine final : public QIconEngine {
  public:
    explicit GlyphEngine(Glyph glyph) : glyph_(glyph) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode,
               QIcon::State /*state*/) override {
        const QPalette palette = QGuiApplication::palette();
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(Qt::NoPen);
        painter->setBrush(palette.color(
            mode == QIcon::Disabled ? QPalette::Disabled : QPalette::Active, QPalette::ButtonText));
        const double side = 0.62 * std::min(rect.width(), rect.height());
        const QPointF centre = QRectF(rect).center();
        const QRectF box(centre.x() - side / 2, centre.y() - side / 2, side, side);
        switch (glyph_) {
            case Glyph::run:
                painter->drawPolygon(QPolygonF{
                    box.topLeft(), QPointF(box.right(), box.center().y()), box.bottomLeft()});
                break;
            case Glyph::pause:
                painter->drawRect(QRectF(box.left(), box.top(), side * 0.34, side));
                painter->drawRect(QRectF(box.right() - side * 0.34, box.top(), side * 0.34, side));
                break;
            case Glyph::stop:
                painter->drawRect(box);
                break;
        }
        painter->restore();
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        QPixmap result(size);
        result.fill(Qt::transparent);
        QPainter painter(&result);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return result;
    }

    [[nodiscard]] QIconEngine* clone() const override { return new GlyphEngine(glyph_); }

  private:
    Glyph glyph_;
};

}  // namespace

QIcon glyphIcon(Glyph glyph) {
    return QIcon(new GlyphEngine(glyph));
}

}  // namespace mixtura::app
