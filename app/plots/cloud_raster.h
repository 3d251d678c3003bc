// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QImage>
#include <QSize>
#include <memory>
#include <stop_token>

#include "mixtura/data/data_set.h"
#include "mixtura/data/weighted_histogram.h"
#include "mixtura/gaussian_mixture/gaussian_mixture.h"

namespace mixtura::app {

/// The part of the plane that an image shows, and how finely.
struct CloudView {
    QSize size;          ///< logical pixels
    double scale = 1.0;  ///< image pixels for one of them
    AxisRange x;
    AxisRange y;
    bool operator==(const CloudView& other) const {
        return size == other.size && scale == other.scale && x.lower == other.x.lower &&
               x.upper == other.x.upper && y.lower == other.y.lower && y.upper == other.y.upper;
    }
};

/// Rows of a table to be counted per pixel, and their look. A value: it can be drawn on any thread.
struct CloudRaster {
    std::shared_ptr<const FeatureTable> table;
    std::shared_ptr<const Scores> scores;  ///< null: no component is known, all rows in `plain`
    int xFeature = 0;
    int yFeature = 0;
    bool isDark = false;
    QColor plain = Qt::gray;
    QColor uncertain = Qt::black;   ///< of rows above `uncertaintyLimit`
    double uncertaintyLimit = 2.0;  ///< above one: none
    bool fades = false;             ///< rows shared between components count for less
    bool isFaint = false;

    [[nodiscard]] int rowCount() const {
        return table ? static_cast<int>(table->observations.rows()) : 0;
    }
    [[nodiscard]] const double* x() const { return table->observations.col(xFeature).data(); }
    [[nodiscard]] const double* y() const { return table->observations.col(yFeature).data(); }
    [[nodiscard]] bool isUncertain(std::size_t row) const {
        return scores && scores->uncertainty[static_cast<Eigen::Index>(row)] > uncertaintyLimit;
    }

    /// Every row within the view, counted; opacity grows with the logarithm of the count.
    /// @return null where the view has no pixel, or the stop was requested
    [[nodiscard]] QImage image(const CloudView& view, const std::stop_token& stop = {}) const;
};

}  // namespace mixtura::app
