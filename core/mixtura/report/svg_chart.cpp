// SPDX-License-Identifier: Apache-2.0
#include "mixtura/report/svg_chart.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "mixtura/common/brief_text.h"
#include "mixtura/io/export_text.h"
#include "mixtura/io/number_format.h"

namespace mixtura {

namespace {

using export_text::xml_attribute;

std::string pixels(double value) {
    return fixed_text(value, 1);
}

std::string attribute(std::string_view name, const std::string& value) {
    std::string text = " ";
    return text.append(name).append("=\"").append(value).append("\"");
}

std::string text_element(double x, double y, std::string_view anchor, const std::string& css_class,
                         const std::string& text, const std::string& more = {}) {
    std::string element = "<text";
    element += attribute("x", pixels(x)) + attribute("y", pixels(y));
    element += attribute("text-anchor", std::string(anchor)) + attribute("class", css_class) + more;
    return element.append(">").append(xml_attribute(text)).append("</text>\n");
}

std::string line_element(double x1, double y1, double x2, double y2) {
    std::string element = "<line class=\"axis\"";
    element += attribute("x1", pixels(x1)) + attribute("y1", pixels(y1));
    element += attribute("x2", pixels(x2)) + attribute("y2", pixels(y2));
    return element.append("/>\n");
}

/// A label that is too long for `room` pixels without its middle: names often differ at their ends.
std::string fitted_label(const std::string& label, double room) {
    constexpr double character_width = 7.5;
    const auto limit = static_cast<std::size_t>(std::max(3.0, room / character_width));
    std::vector<std::size_t> begins;  // of each character
    for (std::size_t i = 0; i < label.size(); ++i) {
        if ((static_cast<unsigned char>(label[i]) & 0xC0U) != 0x80U)
            begins.push_back(i);
    }
    if (begins.size() <= limit)
        return label;
    const std::size_t tail = (limit - 1) / 2;
    const std::size_t head = limit - 1 - tail;
    return label.substr(0, begins[head])
        .append("\u2026")
        .append(label.substr(begins[begins.size() - tail]));
}

/// Exact for ticks: multiples of a round step.
std::string tick_text(double value) {
    return brief_text(value, 6);
}

}  // namespace

std::vector<double> axis_ticks(const AxisRange& range, int count) {
    const double rough = range.size() / std::max(1, count);
    if (!(rough > 0.0) || !std::isfinite(rough))
        return {};
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    double step = 10.0 * power;
    for (const double factor : {5.0, 2.0, 1.0}) {
        if (factor * power >= rough * (1.0 - 1e-9))
            step = factor * power;
    }
    std::vector<double> ticks;
    const double slack = 1e-9 * range.size();
    for (double multiple = std::ceil((range.lower - slack) / step);
         multiple * step <= range.upper + slack; multiple += 1.0)
        ticks.push_back(multiple == 0.0 ? 0.0 : multiple * step);
    return ticks;
}

SvgChart::SvgChart(std::string name, SvgFrame frame, AxisRange x, AxisRange y)
    : name_(std::move(name)), frame_(frame), x_(x), y_(y) {}

double SvgChart::x_pixel(double value) const {
    return frame_.left + frame_.width * (value - x_.lower) / x_.size();
}

double SvgChart::y_pixel(double value) const {
    return frame_.top + frame_.height * (y_.upper - value) / y_.size();
}

void SvgChart::draw_x_axis(const std::string& label, int tick_count) {
    const double foot = frame_.top + frame_.height;
    for (const double tick : axis_ticks(x_, tick_count)) {
        outside_ += line_element(x_pixel(tick), foot, x_pixel(tick), foot + 4.0);
        outside_ += text_element(x_pixel(tick), foot + 16.0, "middle", "tick", tick_text(tick));
    }
    outside_ += text_element(frame_.left + 0.5 * frame_.width, foot + 34.0, "middle", "label",
                             fitted_label(label, frame_.width));
}

void SvgChart::draw_y_axis(const std::string& label, int tick_count) {
    for (const double tick : axis_ticks(y_, tick_count)) {
        outside_ += line_element(frame_.left - 4.0, y_pixel(tick), frame_.left, y_pixel(tick));
        outside_ +=
            text_element(frame_.left - 7.0, y_pixel(tick) + 4.0, "end", "tick", tick_text(tick));
    }
    const double x = frame_.left - 58.0;
    const double y = frame_.top + 0.5 * frame_.height;
    std::string turn = "rotate(-90 ";
    turn.append(pixels(x)).append(" ").append(pixels(y)).append(")");
    outside_ += text_element(x, y, "middle", "label", fitted_label(label, frame_.height),
                             attribute("transform", turn));
}

void SvgChart::draw_line(const std::vector<PlanePoint>& points, const std::string& css_class) {
    inside_ += "<polyline" + attribute("class", css_class) + " points=\"";
    for (const PlanePoint& point : points)
        inside_.append(pixels(x_pixel(point.x))).append(",").append(pixels(y_pixel(point.y))) +=
            ' ';
    inside_ += "\"/>\n";
}

void SvgChart::draw_bar(double from, double to, double height, const std::string& css_class) {
    const double top = y_pixel(height);
    inside_ += "<rect" + attribute("class", css_class) + attribute("x", pixels(x_pixel(from)));
    inside_ += attribute("y", pixels(top));
    inside_ += attribute("width", pixels(std::max(0.1, x_pixel(to) - x_pixel(from))));
    inside_ += attribute("height", pixels(std::max(0.0, frame_.top + frame_.height - top)));
    inside_ += "/>\n";
}

void SvgChart::draw_mark(const PlanePoint& at, const std::string& css_class, double radius) {
    inside_ += "<circle" + attribute("class", css_class) + attribute("cx", pixels(x_pixel(at.x)));
    inside_ += attribute("cy", pixels(y_pixel(at.y))) + attribute("r", pixels(radius));
    inside_ += "/>\n";
}

void SvgChart::draw_text(const PlanePoint& at, const std::string& text,
                         const std::string& css_class) {
    inside_ += text_element(x_pixel(at.x), y_pixel(at.y) + 4.0, "middle", css_class, text);
}

std::string SvgChart::svg() const {
    std::string frame = attribute("x", pixels(frame_.left)) + attribute("y", pixels(frame_.top));
    frame += attribute("width", pixels(frame_.width)) + attribute("height", pixels(frame_.height));
    std::string text = "<clipPath id=\"";
    text.append(name_).append("\"><rect").append(frame).append("/></clipPath>\n");
    text.append("<g clip-path=\"url(#").append(name_).append(")\">\n").append(inside_);
    text.append("</g>\n<rect class=\"frame\"").append(frame).append("/>\n");
    return text.append(outside_);
}

std::string svg_element(double width, double height, const std::string& description,
                        const std::string& content) {
    std::string text = "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 ";
    text.append(pixels(width)).append(" ").append(pixels(height)).append("\"");
    text += attribute("width", pixels(width)) + attribute("aria-label", xml_attribute(description));
    return text.append(">\n").append(content).append("</svg>\n");
}

}  // namespace mixtura
