// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/point_cloud.h"

#include <QFontMetricsF>
#include <QPainterPath>
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace mixtura::app {

namespace {

// A raster inside a vector file is this much finer than the screen's logical pixels.
constexpr double vectorFileScale = 4.0;
// Least opacity of a pixel that holds a row, so that a lone row can be seen.
constexpr double loneOpacity = 0.28;

/// Sums over the rows in one pixel.
struct Pixel {
    float weight = 0.0F;
    float red = 0.0F;
    float green = 0.0F;
    float blue = 0.0F;
};

/// Logical side of the square one row covers, by how many there are to show.
double stampSide(int rows) {
    return rows <= 20000 ? 3.0 : rows <= 200000 ? 2.0 : 1.0;
}

std::vector<QPoint> stampOf(double side) {
    const int reach = static_cast<int>(side / 2.0);
    const int last = std::max(static_cast<int>(std::lround(side)) - 1 - reach, 0);
    std::vector<QPoint> offsets;
    for (int dy = -reach; dy <= last; ++dy)
        for (int dx = -reach; dx <= last; ++dx) {
            const double centre = (last - reach) / 2.0;
            if (std::hypot(dx - centre, dy - centre) <= side / 2.0 + 0.1 || side < 2.5)
                offsets.emplace_back(dx, dy);
        }
    return offsets;
}

QPainterPath star(double radius, int points, double inner) {
    QPainterPath path;
    for (int i = 0; i < 2 * points; ++i) {
        const double angle = std::numbers::pi * (i / static_cast<double>(points) - 0.5);
        const double r = i % 2 == 0 ? radius : radius * inner;
        const QPointF point(r * std::cos(angle), r * std::sin(angle));
        i == 0 ? path.moveTo(point) : path.lineTo(point);
    }
    path.closeSubpath();
    return path;
}

QPainterPath crossPath(double radius, double half, double degrees) {
    QPainterPath path;
    path.setFillRule(Qt::WindingFill);
    path.addRect(QRectF(-radius, -half, 2 * radius, 2 * half));
    path.addRect(QRectF(-half, -radius, 2 * half, 2 * radius));
    QTransform turn;
    turn.rotate(degrees);
    return turn.map(path.simplified());
}

/// The outline of a shape of the visual size of a disc of `radius`.
QPainterPath shapePath(MarkerShape shape, double radius) {
    QPainterPath path;
    switch (shape) {
        case MarkerShape::disc:
            path.addEllipse(QPointF(), radius, radius);
            break;
        case MarkerShape::square:
            path.addRect(QRectF(-0.89 * radius, -0.89 * radius, 1.78 * radius, 1.78 * radius));
            break;
        case MarkerShape::triangle:
            path.addPolygon(QPolygonF({{0, -1.25 * radius},
                                       {1.15 * radius, 0.8 * radius},
                                       {-1.15 * radius, 0.8 * radius}}));
            path.closeSubpath();
            break;
        case MarkerShape::diamond:
            path.addPolygon(QPolygonF(
                {{0, -1.3 * radius}, {1.15 * radius, 0}, {0, 1.3 * radius}, {-1.15 * radius, 0}}));
            path.closeSubpath();
            break;
        case MarkerShape::cross:
            return crossPath(1.25 * radius, 0.36 * radius, 45.0);
        case MarkerShape::plus:
            return crossPath(1.25 * radius, 0.36 * radius, 0.0);
        case MarkerShape::star:
            return star(1.45 * radius, 5, 0.42);
        case MarkerShape::invertedTriangle:
            path.addPolygon(QPolygonF({{0, 1.25 * radius},
                                       {1.15 * radius, -0.8 * radius},
                                       {-1.15 * radius, -0.8 * radius}}));
            path.closeSubpath();
            break;
    }
    return path;
}

}  // namespace

void drawMark(QCPPainter& painter, const QPointF& centre, MarkerShape shape, double radius,
              const QColor& fill, const QColor& outline) {
    painter.setPen(outline.isValid() ? QPen(outline, 0.8) : QPen(Qt::NoPen));
    painter.setBrush(fill);
    painter.drawPath(shapePath(shape, radius).translated(centre));
}

PointCloud::PointCloud(QCPAxis* xAxis, QCPAxis* yAxis) : QCPAbstractPlottable(xAxis, yAxis) {
    setSelectable(QCP::stNone);
    removeFromLegend();
}

void PointCloud::setPoints(std::shared_ptr<const FeatureTable> table, int xFeature, int yFeature) {
    table_ = std::move(table);
    xFeature_ = xFeature;
    yFeature_ = yFeature;
    image_ = {};
}

void PointCloud::setScores(std::shared_ptr<const Scores> scores) {
    scores_ = std::move(scores);
    image_ = {};
}

void PointCloud::setColours(bool dark, const QColor& plain, const QColor& text) {
    dark_ = dark;
    plain_ = plain;
    text_ = text;
    image_ = {};
}

void PointCloud::setMarkRadius(double radius) {
    radius_ = radius;
}

void PointCloud::setShapeLimit(int rows) {
    shapeLimit_ = rows;
}

void PointCloud::setUncertaintyLimit(double limit) {
    uncertaintyLimit_ = limit;
    image_ = {};
}

void PointCloud::setFading(bool fades) {
    fades_ = fades;
    image_ = {};
}

void PointCloud::setFaint(bool isFaint) {
    isFaint_ = isFaint;
    image_ = {};
}

int PointCloud::rowCount() const {
    return table_ ? static_cast<int>(table_->observations.rows()) : 0;
}

const double* PointCloud::x() const {
    return table_->observations.col(xFeature_).data();
}

const double* PointCloud::y() const {
    return table_->observations.col(yFeature_).data();
}

bool PointCloud::isUncertain(std::size_t row) const {
    return scores_ && scores_->uncertainty[static_cast<Eigen::Index>(row)] > uncertaintyLimit_;
}

std::int64_t PointCloud::rowAt(const QPointF& pixel, double reach) const {
    std::int64_t nearest = -1;
    double least = reach * reach;
    const double* xs = rowCount() > 0 ? x() : nullptr;
    const double* ys = rowCount() > 0 ? y() : nullptr;
    for (std::int64_t row = 0; row < rowCount(); ++row) {
        const double dx = mKeyAxis->coordToPixel(xs[row]) - pixel.x();
        const double dy = mValueAxis->coordToPixel(ys[row]) - pixel.y();
        if (dx * dx + dy * dy < least) {
            least = dx * dx + dy * dy;
            nearest = row;
        }
    }
    return nearest;
}

double PointCloud::selectTest(const QPointF& /*pos*/, bool /*onlySelectable*/,
                              QVariant* /*details*/) const {
    return -1.0;
}

QCPRange PointCloud::rangeOfFeature(int feature, bool& found) const {
    found = rowCount() > 0;
    if (!found)
        return {};
    const AxisRange range = axis_range(table_->observations.col(feature), 0.0);
    return {range.lower, range.upper};
}

QCPRange PointCloud::getKeyRange(bool& foundRange, QCP::SignDomain /*inSignDomain*/) const {
    return rangeOfFeature(xFeature_, foundRange);
}

QCPRange PointCloud::getValueRange(bool& foundRange, QCP::SignDomain /*inSignDomain*/,
                                   const QCPRange& /*inKeyRange*/) const {
    return rangeOfFeature(yFeature_, foundRange);
}

void PointCloud::draw(QCPPainter* painter) {
    if (rowCount() == 0)
        return;
    if (rowCount() <= shapeLimit_) {
        drawShapes(painter);
        return;
    }
    const QRect area = clipRect();
    const bool isFile = painter->modes().testFlag(QCPPainter::pmNoCaching);
    const double scale = isFile ? vectorFileScale : mParentPlot->bufferDevicePixelRatio();
    const ImageKey key{area.size(), scale, mKeyAxis->range(), mValueAxis->range()};
    if (image_.isNull() || !(key == key_)) {
        image_ = countedImage(area.size(), scale);
        key_ = key;
    }
    painter->drawImage(QRectF(area), image_);
}

void PointCloud::drawShapes(QCPPainter* painter) const {
    painter->setAntialiasing(true);
    const std::size_t rows = static_cast<std::size_t>(rowCount());
    const double* xs = x();
    const double* ys = y();
    const double opacity = isFaint_ ? 0.25 : rows <= 400 ? 0.85 : rows <= 1500 ? 0.65 : 0.5;
    const QRectF visible = QRectF(clipRect()).adjusted(-radius_, -radius_, radius_, radius_);
    int componentCount = 1;
    if (scores_)
        componentCount = static_cast<int>(scores_->responsibilities.cols());
    std::vector<QPainterPath> shapes;
    for (int k = 0; k < componentCount; ++k)
        shapes.push_back(shapePath(scores_ ? componentShape(k) : MarkerShape::disc, radius_));
    for (std::size_t row = 0; row < rows; ++row) {
        const QPointF centre(mKeyAxis->coordToPixel(xs[row]), mValueAxis->coordToPixel(ys[row]));
        if (!visible.contains(centre))  // also rejects NaN
            continue;
        const int component = scores_ ? scores_->classification[row] : 0;
        QColor fill = scores_ ? componentColour(component, dark_) : plain_;
        double alpha = opacity;
        if (fades_ && scores_) {
            const double shared = scores_->uncertainty[static_cast<Eigen::Index>(row)];
            alpha *= 1.0 - 0.75 * std::min(2.0 * shared, 1.0);
        }
        QPen outline = Qt::NoPen;
        if (scores_ && needsOutline(fill, dark_) && rows <= 1500 && !isFaint_) {
            QColor edge = markOutline(dark_);
            edge.setAlphaF(static_cast<float>(0.8 * alpha));
            outline = QPen(edge, 0.8);
        }
        fill.setAlphaF(static_cast<float>(alpha));
        painter->setPen(outline);
        painter->setBrush(fill);
        painter->drawPath(shapes[static_cast<std::size_t>(component)].translated(centre));
        if (isUncertain(row)) {
            painter->setPen(QPen(text_, 1.0));
            painter->setBrush(Qt::NoBrush);
            painter->drawEllipse(centre, radius_ + 2.5, radius_ + 2.5);
        }
    }
}

QImage PointCloud::countedImage(const QSize& size, double scale) const {
    const int width = static_cast<int>(size.width() * scale);
    const int height = static_cast<int>(size.height() * scale);
    if (width < 1 || height < 1)
        return {};
    const QCPRange xRange = mKeyAxis->range();
    const QCPRange yRange = mValueAxis->range();
    const double xScale = width / xRange.size();
    const double yScale = height / yRange.size();
    const std::size_t rows = static_cast<std::size_t>(rowCount());
    const double* xs = x();
    const double* ys = y();
    const auto channels = [](const QColor& colour) {
        return std::array{colour.redF(), colour.greenF(), colour.blueF()};
    };
    std::array<std::array<float, 3>, componentColourCount> colours{};
    std::transform(componentColours(dark_).begin(), componentColours(dark_).end(), colours.begin(),
                   channels);
    const std::array<float, 3> plain = channels(plain_);
    const std::array<float, 3> uncertain = channels(text_);
    const std::vector<QPoint> stamp = stampOf(stampSide(rowCount()) * scale);
    std::vector<Pixel> pixels(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    for (std::size_t row = 0; row < rows; ++row) {
        const double u = (xs[row] - xRange.lower) * xScale;
        const double v = (yRange.upper - ys[row]) * yScale;
        if (!(u >= 0.0 && v >= 0.0 && u < width && v < height))  // also rejects NaN
            continue;
        const std::array<float, 3>* colour = &plain;
        if (scores_)
            colour = isUncertain(row) ? &uncertain
                                      : &colours[static_cast<std::size_t>(
                                            scores_->classification[row] % componentColourCount)];
        float weight = 1.0F;
        if (fades_ && scores_)
            weight -=
                0.75F * std::min(2.0F * static_cast<float>(
                                            scores_->uncertainty[static_cast<Eigen::Index>(row)]),
                                 1.0F);
        const float red = weight * (*colour)[0];
        const float green = weight * (*colour)[1];
        const float blue = weight * (*colour)[2];
        for (const QPoint& offset : stamp) {
            const int a = static_cast<int>(u) + offset.x();
            const int b = static_cast<int>(v) + offset.y();
            if (a < 0 || b < 0 || a >= width || b >= height)
                continue;
            Pixel& pixel = pixels[static_cast<std::size_t>(b) * static_cast<std::size_t>(width) +
                                  static_cast<std::size_t>(a)];
            pixel.weight += weight;
            pixel.red += red;
            pixel.green += green;
            pixel.blue += blue;
        }
    }
    float most = 1.0F;
    for (const Pixel& pixel : pixels) most = std::max(most, pixel.weight);
    // Opacity grows with the logarithm of the count: a lone row and a crowd are both seen.
    const double perLog = (1.0 - loneOpacity) / std::max(std::log(static_cast<double>(most)), 1.0);
    QImage image(width, height, QImage::Format_ARGB32_Premultiplied);
    const double faint = isFaint_ ? 0.4 : 1.0;
    for (int b = 0; b < height; ++b) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(b));
        for (int a = 0; a < width; ++a) {
            const Pixel& pixel =
                pixels[static_cast<std::size_t>(b) * static_cast<std::size_t>(width) +
                       static_cast<std::size_t>(a)];
            if (!(pixel.weight > 0.0F)) {
                line[a] = 0;
                continue;
            }
            const double count = static_cast<double>(pixel.weight);
            const double alpha = faint * (count < 1.0 ? loneOpacity * count
                                                      : loneOpacity + perLog * std::log(count));
            const auto channel = [&](float sum) {
                return static_cast<int>(255.0F * sum / pixel.weight + 0.5F);
            };
            line[a] = qPremultiply(qRgba(channel(pixel.red), channel(pixel.green),
                                         channel(pixel.blue), static_cast<int>(255.0 * alpha)));
        }
    }
    return image;
}

void PointCloud::drawLegendIcon(QCPPainter* painter, const QRectF& rect) const {
    drawMark(*painter, rect.center(), MarkerShape::disc, 4.0, plain_, QColor());
}

ComponentLegendItem::ComponentLegendItem(QCPLegend* legend, int component, const QString& text,
                                         bool dark)
    : QCPAbstractLegendItem(legend), component_(component), text_(text), dark_(dark) {
    setSelectable(false);
}

double ComponentLegendItem::iconWidth() const {
    return 1.4 * QFontMetricsF(mFont).height();
}

void ComponentLegendItem::draw(QCPPainter* painter) {
    painter->setAntialiasing(true);
    const QRectF rect(mRect);
    const QPointF centre(rect.left() + iconWidth() / 2.0, rect.center().y());
    if (component_ >= 0) {
        const QColor colour = componentColour(component_, dark_);
        drawMark(*painter, centre, componentShape(component_), 4.5, colour,
                 needsOutline(colour, dark_) ? markOutline(dark_) : QColor());
    } else if (component_ == ring) {
        painter->setPen(QPen(mTextColor, 1.0));
        painter->setBrush(Qt::NoBrush);
        painter->drawEllipse(centre, 5.0, 5.0);
    } else {
        painter->setPen(component_ == line ? QPen(mTextColor, 1.6)
                                           : QPen(mTextColor, 1.2, Qt::DashLine));
        painter->drawLine(centre - QPointF(iconWidth() / 2.0 - 2.0, 0.0),
                          centre + QPointF(iconWidth() / 2.0 - 2.0, 0.0));
    }
    painter->setFont(mFont);
    painter->setPen(mTextColor);
    painter->drawText(rect.adjusted(iconWidth() + 4.0, 0.0, 0.0, 0.0),
                      Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip, text_);
}

QSize ComponentLegendItem::minimumOuterSizeHint() const {
    const QFontMetricsF metrics(mFont);
    double width = 0.0;
    for (const QString& part : text_.split(QLatin1Char('\n')))
        width = std::max(width, metrics.horizontalAdvance(part));
    const double lines = 1.0 + static_cast<double>(text_.count(QLatin1Char('\n')));
    return {
        static_cast<int>(std::ceil(iconWidth() + 6.0 + width)) + mMargins.left() + mMargins.right(),
        static_cast<int>(std::ceil(lines * metrics.height())) + mMargins.top() + mMargins.bottom()};
}

}  // namespace mixtura::app
