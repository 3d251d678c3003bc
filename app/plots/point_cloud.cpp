// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/point_cloud.h"

#include <QFontMetricsF>
#include <QPainterPath>
#include <algorithm>
#include <numbers>
#include <utility>

namespace mixtura::app {

namespace {

/// Size of the mark of a row of noise, relative to the others.
constexpr double noiseRadius = 0.55;

// A raster inside a vector file is this much finer than the screen's logical pixels.
constexpr double vectorFileScale = 4.0;
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

PointCloud::~PointCloud() {
    if (queue_ != nullptr)
        queue_->cancel(queueKey());
}

void PointCloud::setPoints(std::shared_ptr<const FeatureTable> table, int xFeature, int yFeature) {
    rows_.table = std::move(table);
    rows_.xFeature = xFeature;
    rows_.yFeature = yFeature;
    image_ = {};  // of other points
    outdate();
}

void PointCloud::setScores(std::shared_ptr<const Scores> scores) {
    rows_.scores = std::move(scores);
    outdate();
}

void PointCloud::setColours(bool dark, const QColor& plain, const QColor& text) {
    if (dark == rows_.isDark && plain == rows_.plain && text == rows_.uncertain)
        return;
    rows_.isDark = dark;
    rows_.plain = plain;
    rows_.uncertain = text;
    outdate();
}

void PointCloud::setMarkRadius(double radius) {
    radius_ = radius;
}

void PointCloud::setHalo(const QColor& halo) {
    halo_ = halo;
}

void PointCloud::setShapeLimit(int rows) {
    shapeLimit_ = rows;
}

void PointCloud::setBackground(BackgroundQueue* queue, int rows) {
    queue_ = queue;
    backgroundLimit_ = rows;
}

void PointCloud::setUncertaintyLimit(double limit) {
    if (limit == rows_.uncertaintyLimit)
        return;
    rows_.uncertaintyLimit = limit;
    outdate();
}

void PointCloud::setFading(bool fades) {
    if (fades == rows_.fades)
        return;
    rows_.fades = fades;
    outdate();
}

void PointCloud::setFaint(bool isFaint) {
    if (isFaint == rows_.isFaint)
        return;
    rows_.isFaint = isFaint;
    outdate();
}

void PointCloud::outdate() {
    isCurrent_ = false;
    awaited_.reset();
}

QString PointCloud::queueKey() const {
    return QStringLiteral("cloud/%1").arg(reinterpret_cast<quintptr>(this));
}

std::int64_t PointCloud::rowAt(const QPointF& pixel, double reach) const {
    std::int64_t nearest = -1;
    double least = reach * reach;
    const double* xs = rowCount() > 0 ? rows_.x() : nullptr;
    const double* ys = rowCount() > 0 ? rows_.y() : nullptr;
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
    const AxisRange range = axis_range(rows_.table->observations.col(feature), 0.0);
    return {range.lower, range.upper};
}

QCPRange PointCloud::getKeyRange(bool& foundRange, QCP::SignDomain /*inSignDomain*/) const {
    return rangeOfFeature(rows_.xFeature, foundRange);
}

QCPRange PointCloud::getValueRange(bool& foundRange, QCP::SignDomain /*inSignDomain*/,
                                   const QCPRange& /*inKeyRange*/) const {
    return rangeOfFeature(rows_.yFeature, foundRange);
}

void PointCloud::draw(QCPPainter* painter) {
    if (rowCount() == 0)
        return;
    if (rowCount() <= shapeLimit_) {
        drawShapes(painter);
        return;
    }
    const bool isForFile = painter->modes().testFlag(QCPPainter::pmNoCaching);
    const double scale = painter->modes().testFlag(QCPPainter::pmVectorized) ? vectorFileScale
                         : isForFile ? painter->transform().m11()
                                     : mParentPlot->bufferDevicePixelRatio();
    const QCPRange x = mKeyAxis->range();
    const QCPRange y = mValueAxis->range();
    const CloudView view{clipRect().size(), scale, {x.lower, x.upper}, {y.lower, y.upper}};
    if (isForFile) {
        painter->drawImage(QRectF(clipRect()), rows_.image(view));
        return;
    }
    if (!isCurrent_ || !(view == view_))
        renew(view);
    if (!image_.isNull())
        painter->drawImage(placeOf(view_), image_);
}

/// Draws the rows anew: at once where they are few, else in the background, with the picture at
/// hand moved and stretched until the new one is there.
void PointCloud::renew(const CloudView& view) {
    if (queue_ == nullptr || rowCount() <= backgroundLimit_) {
        image_ = rows_.image(view);
        view_ = view;
        isCurrent_ = true;
        return;
    }
    if (awaited_ && *awaited_ == view)
        return;
    awaited_ = view;
    queue_->post(
        queueKey(),
        [this, rows = rows_, view](const std::stop_token& stop) -> BackgroundQueue::Delivery {
            const QImage image = rows.image(view, stop);
            return [this, view, image] {
                if (!awaited_ || !(*awaited_ == view))
                    return;  // the rows or their look have changed
                awaited_.reset();
                image_ = image;
                view_ = view;
                isCurrent_ = true;
                mParentPlot->replot(QCustomPlot::rpQueuedReplot);
            };
        });
}

/// Where on the screen the part of the plane that a picture shows stands now.
QRectF PointCloud::placeOf(const CloudView& view) const {
    return {QPointF(mKeyAxis->coordToPixel(view.x.lower), mValueAxis->coordToPixel(view.y.upper)),
            QPointF(mKeyAxis->coordToPixel(view.x.upper), mValueAxis->coordToPixel(view.y.lower))};
}

void PointCloud::drawShapes(QCPPainter* painter) const {
    painter->setAntialiasing(true);
    const auto rows = static_cast<std::size_t>(rowCount());
    const double* xs = rows_.x();
    const double* ys = rows_.y();
    const double opacity = rows_.isFaint ? 0.25 : rows <= 400 ? 0.85 : rows <= 1500 ? 0.65 : 0.5;
    const QRectF visible = QRectF(clipRect()).adjusted(-radius_, -radius_, radius_, radius_);
    int componentCount = 1;
    if (rows_.scores)
        componentCount = static_cast<int>(rows_.scores->responsibilities.cols());
    std::vector<QPainterPath> shapes;
    shapes.reserve(static_cast<std::size_t>(componentCount));
    for (int k = 0; k < componentCount; ++k)
        shapes.push_back(shapePath(
            rows_.scores && !rows_.scores->is_noise(k) ? componentShape(k) : MarkerShape::disc,
            rows_.scores && rows_.scores->is_noise(k) ? noiseRadius * radius_ : radius_));
    for (std::size_t row = 0; row < rows; ++row) {
        const QPointF centre(mKeyAxis->coordToPixel(xs[row]), mValueAxis->coordToPixel(ys[row]));
        if (!visible.contains(centre))  // also rejects NaN
            continue;
        const int component = rows_.scores ? rows_.scores->classification[row] : 0;
        QColor fill = !rows_.scores ? rows_.plain
                      : rows_.scores->is_noise(component)
                          ? noiseColour(rows_.isDark)
                          : componentColour(component, rows_.isDark);
        double alpha = opacity;
        if (rows_.fades && rows_.scores) {
            const double shared = rows_.scores->uncertainty[static_cast<Eigen::Index>(row)];
            alpha *= 1.0 - 0.75 * std::min(2.0 * shared, 1.0);
        }
        QPen outline = halo_.isValid() ? QPen(halo_, 1.2) : QPen(Qt::NoPen);
        if (!halo_.isValid() && rows_.scores && needsOutline(fill, rows_.isDark) && rows <= 1500 &&
            !rows_.isFaint) {
            QColor edge = markOutline(rows_.isDark);
            edge.setAlphaF(static_cast<float>(0.8 * alpha));
            outline = QPen(edge, 0.8);
        }
        fill.setAlphaF(static_cast<float>(alpha));
        painter->setPen(outline);
        painter->setBrush(fill);
        painter->drawPath(shapes[static_cast<std::size_t>(component)].translated(centre));
        if (rows_.isUncertain(row)) {
            painter->setPen(QPen(rows_.uncertain, 1.0));
            painter->setBrush(Qt::NoBrush);
            painter->drawEllipse(centre, radius_ + 2.5, radius_ + 2.5);
        }
    }
}

void PointCloud::drawLegendIcon(QCPPainter* painter, const QRectF& rect) const {
    drawMark(*painter, rect.center(), MarkerShape::disc, 4.0, rows_.plain, QColor());
}

ComponentLegendItem::ComponentLegendItem(QCPLegend* legend, int component, QString text, bool dark)
    : QCPAbstractLegendItem(legend), component_(component), text_(std::move(text)), dark_(dark) {
    setSelectable(false);
}

double ComponentLegendItem::iconWidth() const {
    return 1.4 * QFontMetricsF(mFont).height();
}

void ComponentLegendItem::draw(QCPPainter* painter) {
    painter->setAntialiasing(true);
    const QRectF rect(mRect);
    const QPointF centre(rect.left() + iconWidth() / 2.0, rect.center().y());
    if (component_ == noise) {
        drawMark(*painter, centre, MarkerShape::disc, noiseRadius * 4.5, noiseColour(dark_),
                 QColor());
    } else if (component_ >= 0) {
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
