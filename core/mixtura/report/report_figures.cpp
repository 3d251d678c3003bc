// SPDX-License-Identifier: Apache-2.0
#include "mixtura/report/report_figures.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "mixtura/gaussian_mixture/component_deviation.h"
#include "mixtura/gaussian_mixture/density_grid.h"
#include "mixtura/plan/selection_figures.h"
#include "mixtura/report/component_colours.h"
#include "mixtura/report/svg_chart.h"
#include "mixtura/selection/criterion_abbreviation.h"

namespace mixtura {

namespace {

constexpr double chart_width = 720.0;
constexpr double chart_height = 380.0;
constexpr SvgFrame chart_frame{.left = 90.0, .top = 14.0, .width = 610.0, .height = 312.0};

/// The class that gives component `component` its colour.
std::string component_class(std::string_view kind, int component) {
    std::string name(kind);
    const int colour = component % static_cast<int>(component_colours_on_light.size());
    return name.append(" c").append(std::to_string(colour));
}

std::string row_class(const Scores& scores, Eigen::Index row) {
    const std::int32_t group = scores.classification[std::size_t(row)];
    return scores.is_noise(group) ? "mark noise" : component_class("mark", group);
}

/// Every step-th of `count` rows, so that at most `report_mark_limit` are taken.
Eigen::Index mark_step(Eigen::Index count) {
    return (count + report_mark_limit - 1) / report_mark_limit;
}

/// Holds three standard deviations of every component and all rows.
AxisRange feature_range(const GaussianMixture& model, int feature, const ReportRows* rows) {
    constexpr double deviations = 3.0;
    std::vector<double> ends;
    for (int k = 0; k < model.component_count(); ++k) {
        const double reach = deviations * component_deviation(model, k, feature);
        if (!std::isfinite(reach))  // Student-t of two degrees of freedom or less
            continue;
        ends.push_back(model.means()(k, feature) - reach);
        ends.push_back(model.means()(k, feature) + reach);
    }
    for (int k = 0; k < model.component_count(); ++k) ends.push_back(model.means()(k, feature));
    if (rows != nullptr) {
        const auto values = rows->table.observations.col(feature);
        ends.push_back(values.minCoeff());
        ends.push_back(values.maxCoeff());
    }
    return axis_range(Eigen::Map<const Eigen::VectorXd>(ends.data(), std::ssize(ends)), 0.02);
}

std::vector<PlanePoint> line_of(const Eigen::VectorXd& x, const Eigen::VectorXd& y) {
    std::vector<PlanePoint> points;
    for (Eigen::Index i = 0; i < x.size(); ++i) points.push_back({x[i], y[i]});
    return points;
}

std::string panel_name(int row, int column) {
    return std::string("panel-")
        .append(std::to_string(row))
        .append("-")
        .append(std::to_string(column));
}

/// Histogram of the rows, density of the mixture and of its components.
SvgChart density_panel(const GaussianMixture& model, int feature, const SvgFrame& frame,
                       const AxisRange& range, const std::string& name, const ReportRows* rows) {
    const MarginalDensity density = marginal_density(model, feature, range, 240);
    double top = density.density.maxCoeff();
    WeightedHistogram histogram;
    if (rows != nullptr) {
        histogram = weighted_histogram(rows->table.observations.col(feature), rows->table.weights);
        for (std::size_t bin = 0; bin < histogram.counts.size(); ++bin)
            top = std::max(top, histogram.density(bin));
    }
    SvgChart chart(name, frame, range, {0.0, 1.08 * top});
    for (std::size_t bin = 0; bin < histogram.counts.size(); ++bin) {
        const double half = 0.5 * histogram.bin_width();
        const double centre = histogram.bin_centre(bin);
        chart.draw_bar(centre - half, centre + half, histogram.density(bin), "bar");
    }
    for (int k = 0; k < model.component_count(); ++k)
        chart.draw_line(line_of(density.nodes, density.component_densities.col(k)),
                        component_class("curve", k));
    chart.draw_line(line_of(density.nodes, density.density), "curve whole");
    return chart;
}

/// Rows, ellipses and numbers of the components in the plane of two features.
SvgChart pair_panel(const GaussianMixture& model, int x, int y, const SvgFrame& frame,
                    const AxisRange& x_range, const AxisRange& y_range, const std::string& name,
                    const ReportRows* rows) {
    SvgChart chart(name, frame, x_range, y_range);
    if (rows != nullptr) {
        const Eigen::MatrixXd& values = rows->table.observations;
        for (Eigen::Index i = 0; i < values.rows(); i += mark_step(values.rows()))
            chart.draw_mark({values(i, x), values(i, y)}, row_class(rows->scores, i), 2.0);
    }
    for (int k = 0; k < model.component_count(); ++k) {
        for (const double mass : {0.5, 0.95})
            chart.draw_line(component_ellipse(model, k, x, y, mass), component_class("curve", k));
    }
    for (int k = 0; k < model.component_count(); ++k)
        chart.draw_text({model.means()(k, x), model.means()(k, y)}, std::to_string(k + 1),
                        "number");
    return chart;
}

/// Records of one structure, by number of components.
using Curves = std::map<std::string, std::vector<PlanePoint>>;

double least(const std::vector<PlanePoint>& curve) {
    return std::min_element(curve.begin(), curve.end(),
                            [](const PlanePoint& a, const PlanePoint& b) { return a.y < b.y; })
        ->y;
}

/// So many of the best structures have colours.
constexpr std::size_t coloured = 5;

/// The colours of the best structures, in the upper right corner of the frame.
std::string legend_svg(const std::vector<std::string>& names) {
    std::string content = "<g class=\"legend\">";
    for (std::size_t rank = 0; rank < std::min(coloured, names.size()); ++rank) {
        const double top = chart_frame.top + 22.0 + 18.0 * static_cast<double>(rank);
        SvgChart key(std::string("key-").append(std::to_string(rank)),
                     {.left = chart_frame.left + chart_frame.width - 92.0,
                      .top = top - 8.0,
                      .width = 80.0,
                      .height = 16.0},
                     {0.0, 80.0}, {0.0, 16.0});
        key.draw_line({{2.0, 8.0}, {26.0, 8.0}}, component_class("curve", static_cast<int>(rank)));
        key.draw_mark({14.0, 8.0}, component_class("mark", static_cast<int>(rank)), 3.0);
        key.draw_text({52.0, 8.0}, names[rank], "tick");
        content += key.svg();
    }
    return content.append("</g>");
}

}  // namespace

std::vector<int> telling_features(const GaussianMixture& model, int count) {
    const int feature_count = model.feature_count();
    std::vector<int> features(static_cast<std::size_t>(feature_count));
    std::iota(features.begin(), features.end(), 0);
    if (feature_count <= count)
        return features;
    std::vector<double> shares;
    for (const int j : features) {
        const double mean = model.mixing_weights().dot(model.means().col(j));
        double between = 0.0;
        double within = 0.0;
        for (int k = 0; k < model.component_count(); ++k) {
            const double distance = model.means()(k, j) - mean;
            between += model.mixing_weights()[k] * distance * distance;
            within += model.mixing_weights()[k] * model.covariances()[std::size_t(k)](j, j);
        }
        shares.push_back(between / (between + within));
    }
    std::stable_sort(features.begin(), features.end(),
                     [&](int a, int b) { return shares[std::size_t(a)] > shares[std::size_t(b)]; });
    features.resize(static_cast<std::size_t>(count));
    std::sort(features.begin(), features.end());
    return features;
}

std::string scatter_matrix_svg(const GaussianMixture& model, const std::vector<std::string>& names,
                               const std::vector<int>& features, const ReportRows* rows) {
    const int count = static_cast<int>(features.size());
    const double left = 84.0;
    const double gap = 14.0;
    const double side = std::min(360.0, (chart_width + 160.0 - left) / count - gap);
    std::vector<AxisRange> ranges;
    ranges.reserve(features.size());
    for (const int feature : features) ranges.push_back(feature_range(model, feature, rows));
    std::string content;
    for (int row = 0; row < count; ++row) {
        for (int column = 0; column <= row; ++column) {
            const SvgFrame frame{.left = left + column * (side + gap),
                                 .top = 8.0 + row * (side + gap),
                                 .width = side,
                                 .height = side};
            const auto x = static_cast<std::size_t>(column);
            const auto y = static_cast<std::size_t>(row);
            SvgChart chart = row == column
                                 ? density_panel(model, features[x], frame, ranges[x],
                                                 panel_name(row, column), rows)
                                 : pair_panel(model, features[x], features[y], frame, ranges[x],
                                              ranges[y], panel_name(row, column), rows);
            if (row == count - 1)
                chart.draw_x_axis(names[std::size_t(features[x])], 4);
            if (column == 0 && row > 0)
                chart.draw_y_axis(names[std::size_t(features[y])], 4);
            if (row == 0 && column == 0)
                chart.draw_y_axis("Density", 4);
            content += chart.svg();
        }
    }
    return svg_element(left + count * (side + gap), 8.0 + count * (side + gap) + 34.0,
                       "Densities and pairs of features with the components", content);
}

std::string criterion_svg(const std::vector<SelectionRecord>& selection, Criterion criterion) {
    Curves curves;
    std::vector<double> values;
    std::vector<double> counts;
    for (const SelectionRecord& record : selection) {
        const double value = criterion_value(record, criterion);
        if (!is_admissible(record) || !std::isfinite(value))
            continue;
        curves[record.covariance_structure].push_back(
            {static_cast<double>(record.component_count), value});
        values.push_back(value);
        counts.push_back(record.component_count);
    }
    if (values.size() < 2)
        return {};
    std::vector<std::string> order;
    for (const auto& [name, curve] : curves) order.push_back(name);
    std::stable_sort(order.begin(), order.end(), [&](const std::string& a, const std::string& b) {
        return least(curves[a]) < least(curves[b]);
    });
    const auto as_vector = [](const std::vector<double>& list) {
        return Eigen::Map<const Eigen::VectorXd>(list.data(), std::ssize(list));
    };
    const AxisRange x = axis_range(as_vector(counts), 0.08);
    SvgChart chart("criterion", chart_frame, x, axis_range(as_vector(values)));
    // The best last, on top of the others.
    for (std::size_t rank = order.size(); rank-- > 0;) {
        const std::string css =
            rank < coloured ? component_class("curve", static_cast<int>(rank)) : "curve other";
        std::vector<PlanePoint>& curve = curves[order[rank]];
        std::sort(curve.begin(), curve.end(),
                  [](const PlanePoint& a, const PlanePoint& b) { return a.x < b.x; });
        chart.draw_line(curve, css);
        for (const PlanePoint& point : curve)
            chart.draw_mark(
                point,
                rank < coloured ? component_class("mark", static_cast<int>(rank)) : "mark other",
                3.0);
    }
    const int span = static_cast<int>(*std::max_element(counts.begin(), counts.end()) -
                                      *std::min_element(counts.begin(), counts.end()));
    chart.draw_x_axis("Components", std::clamp(span, 1, 12));
    chart.draw_y_axis(abbreviation(criterion));
    return svg_element(chart_width, chart_height, "Criterion by number of components",
                       chart.svg() + legend_svg(order));
}

std::string trace_svg(const std::vector<double>& trace) {
    std::vector<PlanePoint> points;
    for (std::size_t i = 0; i < trace.size(); ++i) {
        if (std::isfinite(trace[i]))
            points.push_back({static_cast<double>(i), trace[i]});
    }
    if (points.size() < 2)
        return {};
    const Eigen::VectorXd values = Eigen::VectorXd::NullaryExpr(
        std::ssize(points), [&](Eigen::Index i) { return points[std::size_t(i)].y; });
    SvgChart chart("trace", chart_frame, {0.0, points.back().x}, axis_range(values));
    chart.draw_line(points, "curve whole");
    chart.draw_x_axis("Iteration");
    chart.draw_y_axis("Log-likelihood");
    return svg_element(chart_width, chart_height, "Log-likelihood by iteration", chart.svg());
}

std::string uncertainty_svg(const Scores& scores) {
    if (scores.responsibilities.cols() < 2 || scores.uncertainty.size() < 2)
        return {};
    std::vector<double> sorted(scores.uncertainty.begin(), scores.uncertainty.end());
    std::sort(sorted.begin(), sorted.end());
    const auto step = static_cast<std::size_t>(mark_step(static_cast<Eigen::Index>(sorted.size())));
    std::vector<PlanePoint> points;
    const auto whole = static_cast<double>(sorted.size());
    for (std::size_t i = 0; i < sorted.size(); i += step)
        points.push_back({100.0 * static_cast<double>(i + 1) / whole, sorted[i]});
    points.push_back({100.0, sorted.back()});
    SvgChart chart("uncertainty", chart_frame, {0.0, 100.0},
                   {0.0, std::max(0.01, 1.05 * sorted.back())});
    chart.draw_line(points, "curve whole");
    chart.draw_x_axis("Rows, the most certain first (%)");
    chart.draw_y_axis("Uncertainty");
    return svg_element(chart_width, chart_height, "Uncertainty of the rows in order of size",
                       chart.svg());
}

}  // namespace mixtura
