// SPDX-License-Identifier: GPL-3.0-or-later
/// Curves, labels and colours of the fit plot.
#include <QCheckBox>
#include <QLocale>
#include <algorithm>
#include <cmath>

#include "plots/fit_plot_parts.h"
#include "plots/palette.h"
#include "plots/plot_style.h"
#include "session/component_name.h"

namespace mixtura::app {

namespace {

// More bars than this touch: gaps would draw stripes.
constexpr int gaplessBars = 60;
// Of a component in the legend, in average characters.
constexpr double longestName = 18.0;

}  // namespace

QCPItemText* FitPlot::Parts::label(QCustomPlot& plot, const PlanePoint& place,
                                   const QString& text) const {
    auto* item = new QCPItemText(&plot);
    item->setLayer(QStringLiteral("marks"));
    item->setClipAxisRect(main);
    item->position->setAxes(xAxis(), yAxis());
    item->position->setCoords(place.x, place.y);
    item->setText(text);
    return item;
}

void FitPlot::Parts::clearFigure(QCustomPlot& plot) {
    for (auto* curves : {&ellipseCurves, &contourCurves, &densityCurves}) {
        for (QCPCurve* curve : *curves) plot.removePlottable(curve);
        curves->clear();
    }
    for (auto* items : {&numbers, &ellipseLabels, &contourLabels}) {
        for (QCPItemText* item : *items) plot.removeItem(item);
        items->clear();
    }
    colours->data()->clear();
    colours->setVisible(false);
    topBars->data()->clear();
    sideBars->data()->clear();
    singleBars->data()->clear();
}

void FitPlot::Parts::drawFigure(QCustomPlot& plot) {
    clearFigure(plot);
    const bool single = isSingle();
    side->setVisible(!single);
    top->setVisible(!single);
    top->setMaximumSize(QWIDGETSIZE_MAX, single ? 0 : marginalHeight);
    top->setMinimumSize(50, single ? 0 : marginalHeight);
    side->setMaximumSize(single ? 0 : marginalHeight, QWIDGETSIZE_MAX);
    side->setMinimumSize(single ? 0 : marginalHeight, 50);
    if (!figure)
        return;
    drawMargin(single ? *singleBars : *topBars, figure->features[0], single ? *main : *top, false);
    if (single)
        return;
    drawMargin(*sideBars, figure->features[1], *side, true);
    if (const FigurePair* shownPair = pair(); shownPair != nullptr) {
        if (map->isChecked())
            drawMap(*shownPair);
        if (contours->isChecked())
            drawContours(plot, *shownPair);
        if (ellipses->isChecked())
            drawEllipses(plot, *shownPair);
        for (const PairComponent& component : shownPair->components)
            numbers.push_back(
                label(plot, component.mean, QString::number(component.component + 1)));
    }
}

void FitPlot::Parts::drawMargin(QCPBars& bars, const FigureFeature& feature, QCPAxisRect& rect,
                                bool turned) {
    QCPAxis* key = rect.axis(turned ? QCPAxis::atLeft : QCPAxis::atBottom);
    QCPAxis* value = rect.axis(turned ? QCPAxis::atBottom : QCPAxis::atLeft);
    QVector<QCPBarsData> heights;
    double most = 0.0;
    for (std::size_t bin = 0; bin < feature.histogram.counts.size(); ++bin) {
        heights.append({feature.histogram.bin_centre(bin), feature.histogram.density(bin)});
        most = std::max(most, feature.histogram.density(bin));
    }
    bars.data()->set(heights, true);
    bars.setWidth(feature.histogram.bin_width());
    if (feature.density) {
        const auto& nodes = feature.density->nodes;
        const auto add = [&](const auto& densities) {
            std::vector<PlanePoint> line;
            for (Eigen::Index i = 0; i < nodes.size(); ++i)
                line.push_back(turned ? PlanePoint{densities[i], nodes[i]}
                                      : PlanePoint{nodes[i], densities[i]});
            auto* curve = new QCPCurve(turned ? value : key, turned ? key : value);
            setLines(*curve, {line});
            densityCurves.push_back(curve);
        };
        add(feature.density->density);
        for (Eigen::Index k = 0; k < feature.density->component_densities.cols(); ++k)
            add(feature.density->component_densities.col(k));
        most = std::max(most, std::min(feature.density->density.maxCoeff(), 3.0 * most));
    }
    mixtura::app::setRange(*value, {0.0, most > 0.0 ? 1.08 * most : 1.0});
}

void FitPlot::Parts::drawEllipses(QCustomPlot& plot, const FigurePair& pair) {
    for (const PairComponent& component : pair.components) {
        for (std::size_t i = 0; i < component.ellipses.size(); ++i) {
            const auto& ellipse = component.ellipses[i];
            auto* curve = new QCPCurve(xAxis(), yAxis());
            curve->setLayer(QStringLiteral("marks"));
            setLines(*curve, {ellipse});
            ellipseCurves.push_back(curve);
            // Every ellipse while there is room, later those of the largest component alone.
            if (pair.components.size() > 4 && component.component > 0)
                continue;
            const auto highest = std::max_element(
                ellipse.begin(), ellipse.end(),
                [](const PlanePoint& a, const PlanePoint& b) { return a.y < b.y; });
            QCPItemText* text =
                label(plot, *highest,
                      QStringLiteral("%1 %").arg(100.0 * figure->ellipse_masses[i], 0, 'g', 3));
            text->setPositionAlignment(Qt::AlignHCenter | Qt::AlignVCenter);
            ellipseLabels.push_back(text);
        }
    }
}

void FitPlot::Parts::drawContours(QCustomPlot& plot, const FigurePair& pair) {
    for (const MassContour& contour : pair.contours) {
        auto* curve = new QCPCurve(xAxis(), yAxis());
        curve->setLayer(QStringLiteral("marks"));
        setLines(*curve, contour.lines);
        contourCurves.push_back(curve);
        if (contour.lines.empty())
            continue;
        const auto longest = std::max_element(
            contour.lines.begin(), contour.lines.end(),
            [](const ContourLine& a, const ContourLine& b) { return a.size() < b.size(); });
        const auto lowest =
            std::min_element(longest->begin(), longest->end(),
                             [](const PlanePoint& a, const PlanePoint& b) { return a.y < b.y; });
        QCPItemText* text =
            label(plot, *lowest, QStringLiteral("%1 %").arg(100.0 * contour.mass, 0, 'g', 3));
        text->setPositionAlignment(Qt::AlignHCenter | Qt::AlignVCenter);
        contourLabels.push_back(text);
    }
}

void FitPlot::Parts::drawMap(const FigurePair& pair) const {
    const DensityGrid& grid = pair.grid;
    const auto nx = static_cast<int>(grid.density.rows());
    const auto ny = static_cast<int>(grid.density.cols());
    colours->data()->setSize(nx, ny);
    colours->data()->setRange({grid.x.lower, grid.x.upper}, {grid.y.lower, grid.y.upper});
    for (int i = 0; i < nx; ++i)
        for (int j = 0; j < ny; ++j) colours->data()->setCell(i, j, grid.density(i, j));
    colours->setVisible(true);
}

/// "1 (setosa)"
QString FitPlot::Parts::numberAndName(int component) const {
    const QString name = componentNames.value(component);
    const QString number = QString::number(component + 1);
    return name.isEmpty() ? number : QStringLiteral("%1 (%2)").arg(number, name);
}

void FitPlot::Parts::fillLegend(bool dark) {
    legend->clearItems();
    const int componentCount = scores ? static_cast<int>(scores->responsibilities.cols()) : 0;
    const auto add = [this, dark](int component, const QString& text) {
        legend->addItem(new ComponentLegendItem(legend, component, text, dark));
    };
    for (int k = 0; k < componentCount; ++k) {
        QString text = componentNames.value(k).isEmpty()
                           ? componentTitle(k, componentNames)
                           : elided(componentMark(k, componentNames), legend->font(),
                                    longestName * QFontMetricsF(legend->font()).averageCharWidth());
        if (figure && figure->mixing_weights.size() > k)
            text += QStringLiteral("\n%1").arg(percent(figure->mixing_weights[k]));
        else if (figure && scores->is_noise(k))
            text += QStringLiteral("\n%1").arg(percent(1.0 - figure->mixing_weights.sum()));
        add(scores->is_noise(k) ? ComponentLegendItem::noise : k, text);
    }
    if (scores && uncertain->isChecked() && !isSingle()) {
        const auto count = (scores->uncertainty.array() > uncertaintyLimit).count();
        if (count > 0)
            add(ComponentLegendItem::ring, FitPlot::tr("uncertain\n(> %1): %2")
                                               .arg(QLocale().toString(uncertaintyLimit, 'g', 2))
                                               .arg(count));
    }
    if (!ellipseCurves.empty())
        add(ComponentLegendItem::line, FitPlot::tr("ellipses hold\n50 %, 95 %"));
    if (!contourCurves.empty())
        add(ComponentLegendItem::dashedLine, FitPlot::tr("contours hold\n25 ... 95 %"));
    if (isSingle() && figure && figure->features[0].density)
        add(ComponentLegendItem::line, FitPlot::tr("mixture density"));
}

void FitPlot::restyle() {
    Parts& p = *parts_;
    const bool single = p.isSingle();
    for (QCPAxisRect* rect : {p.main, p.top, p.side}) styleAxisRect(*rect, theme());
    for (QCPAxisRect* rect : {p.top, p.side}) {
        for (QCPAxis* axis : rect->axes()) {
            axis->setTickLabels(false);
            axis->setTicks(false);
            axis->grid()->setVisible(false);
            axis->setBasePen(Qt::NoPen);
        }
    }
    p.top->axis(QCPAxis::atBottom)->setBasePen(QPen(theme().axis, 1.0));
    p.side->axis(QCPAxis::atLeft)->setBasePen(QPen(theme().axis, 1.0));
    p.top->setMinimumMargins(QMargins(0, 6, 0, 0));
    p.side->setMinimumMargins(QMargins(0, 0, 6, 0));
    p.main->setMinimumMargins(QMargins(0, 4, 4, 0));
    if (!p.isEmpty()) {
        p.xAxis()->setLabel(elided(p.name(p.x), theme().font, 0.6 * plot()->width()));
        p.yAxis()->setLabel(single ? tr("Density")
                                   : elided(p.name(p.y), theme().font, 0.6 * plot()->height()));
    } else {
        p.xAxis()->setLabel(QString());
        p.yAxis()->setLabel(QString());
    }
    p.colours->setGradient(gradientOf(densityColours(theme().dark)));
    if (p.colours->visible())
        p.colours->rescaleDataRange(true);
    // The map's densest blue is that of the first component's points.
    p.cloud->setHalo(p.colours->visible() ? theme().background : QColor());
    p.cloud->setColours(theme().dark, theme().muted, theme().text);
    p.cloud->setMarkRadius(3.6);
    p.cloud->setFading(true);
    p.cloud->setUncertaintyLimit(p.uncertain->isChecked() ? uncertaintyLimit : 2.0);
    QColor fill = theme().muted;
    fill.setAlpha(p.figure && p.figure->features[0].density ? 100 : 180);
    for (QCPBars* bars : {p.topBars, p.sideBars, p.singleBars}) {
        bars->setBrush(fill);
        bars->setPen(bars->data()->size() > gaplessBars ? QPen(Qt::NoPen)
                                                        : QPen(theme().background, 0.5));
    }
    const auto colourOf = [this](int component) {
        return readableColour(componentColour(component, theme().dark), theme().dark);
    };
    const int rows = p.isEmpty() ? 1 : static_cast<int>(p.table->observations.rows());
    const std::size_t masses =
        p.figure ? std::max<std::size_t>(p.figure->ellipse_masses.size(), 1) : 1;
    for (std::size_t i = 0; i < p.ellipseCurves.size(); ++i) {
        const PairComponent& component = p.pair()->components[i / masses];
        const bool tiny = component.mixing_weight < 5.0 / rows;
        p.ellipseCurves[i]->setPen(QPen(colourOf(component.component),
                                        1.2 + 1.6 * std::sqrt(component.mixing_weight),
                                        tiny ? Qt::DashLine : Qt::SolidLine));
    }
    for (auto* curve : p.contourCurves) curve->setPen(QPen(theme().text, 1.1, Qt::DashLine));
    QColor veil = theme().background;
    veil.setAlpha(205);
    QFont small = theme().font;
    small.setPointSizeF(0.85 * small.pointSizeF());
    for (auto* labels : {&p.ellipseLabels, &p.contourLabels})
        for (QCPItemText* text : *labels) {
            text->setFont(small);
            text->setColor(theme().text);
            text->setBrush(veil);
            text->setPadding(QMargins(2, 0, 2, 0));
        }
    QFont bold = theme().font;
    bold.setBold(true);
    for (std::size_t k = 0; k < p.numbers.size(); ++k) {
        p.numbers[k]->setFont(bold);
        p.numbers[k]->setColor(theme().text);
        p.numbers[k]->setBrush(veil);
        p.numbers[k]->setPen(QPen(colourOf(static_cast<int>(k)), 2.0));
        p.numbers[k]->setPadding(QMargins(4, 1, 4, 1));
    }
    // Each margin holds the mixture's curve, then one for each component.
    const std::size_t perMargin =
        p.densityCurves.empty()
            ? 1
            : static_cast<std::size_t>(p.figure->features[0].density->component_densities.cols()) +
                  1;
    for (std::size_t i = 0; i < p.densityCurves.size(); ++i) {
        const std::size_t place = i % perMargin;
        p.densityCurves[i]->setPen(place == 0 ? QPen(theme().text, 1.6)
                                              : QPen(colourOf(static_cast<int>(place) - 1), 1.5));
    }
    styleLegend(*p.legend, theme());
    p.legend->setBrush(Qt::NoBrush);
    p.legend->setMargins(QMargins(2, 8, 6, 2));
    p.legend->setRowSpacing(6);
    p.fillLegend(theme().dark);
    p.legend->setVisible(p.legend->itemCount() > 0);

    const QString name = tr("Fit plot");
    if (p.isEmpty()) {
        describe(name, tr("Fit plot; no numeric data are open."));
        return;
    }
    QString sentence =
        single ? tr("Histogram of %1, %2 rows").arg(p.name(p.x)).arg(rows)
               : tr("Scatter of %1 and %2, %3 rows").arg(p.name(p.x), p.name(p.y)).arg(rows);
    if (p.pair() != nullptr) {
        sentence += tr(", %n component(s)", nullptr, static_cast<int>(p.pair()->components.size()));
        for (const PairComponent& component : p.pair()->components)
            sentence +=
                tr("; component %1 holds %2 around (%3, %4)")
                    .arg(p.numberAndName(component.component), percent(component.mixing_weight),
                         shown(component.mean.x), shown(component.mean.y));
    }
    describe(name, sentence + QLatin1Char('.'));
}

}  // namespace mixtura::app
