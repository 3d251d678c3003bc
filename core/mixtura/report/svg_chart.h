// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "mixtura/data/weighted_histogram.h"
#include "mixtura/gaussian_mixture/density_grid.h"

namespace mixtura {

/// A rectangle in pixels; y grows downwards.
struct SvgFrame {
    double left = 0.0;
    double top = 0.0;
    double width = 0.0;
    double height = 0.0;
};

/// Where an axis is marked: at most about `count` round numbers (1, 2 or 5 times a power of ten
/// apart) within the range.
std::vector<double> axis_ticks(const AxisRange& range, int count);

/// One plot with linear axes, drawn as the inside of an SVG element. Coordinates are those of the
/// axes; what lies outside the frame is clipped. Looks come from the classes of the style sheet.
class SvgChart {
  public:
    /// @param name  unique in the document: the clip path is called after it
    SvgChart(std::string name, SvgFrame frame, AxisRange x, AxisRange y);

    /// Ticks with their numbers below and to the left of the frame; a long label is cut short.
    void draw_x_axis(const std::string& label, int tick_count = 6);
    void draw_y_axis(const std::string& label, int tick_count = 5);
    void draw_line(const std::vector<PlanePoint>& points, const std::string& css_class);
    /// From the foot of the frame to `height`.
    void draw_bar(double from, double to, double height, const std::string& css_class);
    void draw_mark(const PlanePoint& at, const std::string& css_class, double radius);
    /// Centred on the point.
    void draw_text(const PlanePoint& at, const std::string& text, const std::string& css_class);
    /// Frame and everything drawn.
    [[nodiscard]] std::string svg() const;

  private:
    [[nodiscard]] double x_pixel(double value) const;
    [[nodiscard]] double y_pixel(double value) const;

    std::string name_;
    SvgFrame frame_;
    AxisRange x_;
    AxisRange y_;
    std::string inside_;
    std::string outside_;
};

/// An element of `width` x `height` pixels around what charts drew, described for those who do not see it.
std::string svg_element(double width, double height, const std::string& description,
                        const std::string& content);

}  // namespace mixtura
