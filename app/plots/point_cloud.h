// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QPointer>
#include <memory>
#include <optional>

#include <qcustomplot.h>

#include "mixtura/data/data_set.h"
#include "mixtura/gaussian_mixture/gaussian_mixture.h"

#include "plots/cloud_raster.h"
#include "plots/palette.h"
#include "session/background_queue.h"

namespace mixtura::app {

/// Every row of a table as a mark in the plane of two features, coloured by component. Few rows are
/// drawn as shapes (vectors in a vector file); many are counted per pixel, every one of them, and
/// drawn as one image. QCPGraph is no choice here: its adaptive sampling thins dense regions more
/// than sparse ones and so shows clouds where there are none.
class PointCloud : public QCPAbstractPlottable {
  public:
    PointCloud(QCPAxis* xAxis, QCPAxis* yAxis);
    ~PointCloud() override;

    void setPoints(std::shared_ptr<const FeatureTable> table, int xFeature, int yFeature);
    /// Null: no component is known, all rows in `plain`.
    void setScores(std::shared_ptr<const Scores> scores);
    void setColours(bool dark, const QColor& plain, const QColor& text);
    /// Logical pixels from the centre to the border of a shape.
    void setMarkRadius(double radius);
    /// A line around every shape that lifts it off what lies below; invalid: none.
    void setHalo(const QColor& halo);
    /// More rows than these are drawn on the screen by the queue, while the picture before stays.
    void setBackground(BackgroundQueue* queue, int rows);
    /// Above so many rows they are counted per pixel.
    void setShapeLimit(int rows);
    /// Rows of larger uncertainty are ringed, or drawn in the text colour where rows are counted.
    void setUncertaintyLimit(double limit);
    /// Makes shapes fainter the more their row is shared between components.
    void setFading(bool fades);
    void setFaint(bool isFaint);

    [[nodiscard]] int rowCount() const { return rows_.rowCount(); }
    /// Row whose mark is nearest to the pixel, within `reach` pixels; -1 if there is none.
    [[nodiscard]] std::int64_t rowAt(const QPointF& pixel, double reach) const;

    double selectTest(const QPointF& pos, bool onlySelectable, QVariant* details) const override;
    QCPRange getKeyRange(bool& foundRange, QCP::SignDomain inSignDomain) const override;
    QCPRange getValueRange(bool& foundRange, QCP::SignDomain inSignDomain,
                           const QCPRange& inKeyRange) const override;

  protected:
    void draw(QCPPainter* painter) override;
    void drawLegendIcon(QCPPainter* painter, const QRectF& rect) const override;

  private:
    void outdate();
    void renew(const CloudView& view);
    [[nodiscard]] QRectF placeOf(const CloudView& view) const;
    [[nodiscard]] QString queueKey() const;
    [[nodiscard]] QCPRange rangeOfFeature(int feature, bool& found) const;
    void drawShapes(QCPPainter* painter) const;

    CloudRaster rows_;
    double radius_ = 3.0;
    QColor halo_;
    int shapeLimit_ = 5000;
    QPointer<BackgroundQueue> queue_;
    int backgroundLimit_ = 0;

    QImage image_;  ///< of `view_`
    CloudView view_;
    bool isCurrent_ = false;            ///< `image_` shows the rows as they are now
    std::optional<CloudView> awaited_;  ///< being drawn in the background
};

/// Draws one mark. @param outline  drawn around filled shapes; invalid for none
void drawMark(QCPPainter& painter, const QPointF& centre, MarkerShape shape, double radius,
              const QColor& fill, const QColor& outline);

/// Mark and text of one component in a legend.
class ComponentLegendItem : public QCPAbstractLegendItem {
  public:
    ComponentLegendItem(QCPLegend* legend, int component, QString text, bool dark);
    /// An entry that stands for a line or another drawing: `component` -1 uncertain ring,
    /// -2 solid line, -3 dashed line.
    static constexpr int ring = -1;
    static constexpr int line = -2;
    static constexpr int dashedLine = -3;
    static constexpr int noise = -4;

    [[nodiscard]] const QString& text() const { return text_; }

  protected:
    void draw(QCPPainter* painter) override;
    [[nodiscard]] QSize minimumOuterSizeHint() const override;

  private:
    [[nodiscard]] double iconWidth() const;
    int component_;
    QString text_;
    bool dark_;
};

}  // namespace mixtura::app
