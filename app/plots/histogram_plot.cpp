// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/histogram_plot.h"

#include <algorithm>

#include <qcustomplot.h>

#include "plots/palette.h"
#include "plots/plot_style.h"

namespace mixtura::app {

struct HistogramPlot::Parts {
    QCPBars* bars = nullptr;
    QCPGraph* curve = nullptr;
    QString name;
    WeightedHistogram histogram;
    std::optional<MarginalDensity> density;
};

HistogramPlot::HistogramPlot(QWidget* parent)
    : PlotView(parent), parts_(std::make_unique<Parts>()) {
    choiceBar()->hide();
    parts_->bars = new QCPBars(plot()->xAxis, plot()->yAxis);
    parts_->bars->setWidthType(QCPBars::wtPlotCoords);
    parts_->curve = plot()->addGraph();
    plot()->xAxis->grid()->setVisible(false);
    HistogramPlot::restyle();
    clear();
}

HistogramPlot::~HistogramPlot() = default;

void HistogramPlot::clear() {
    parts_->histogram = {};
    parts_->density.reset();
    parts_->bars->data()->clear();
    parts_->curve->data()->clear();
    plot()->xAxis->setLabel(QString());
    describe(tr("Histogram"), tr("Histogram; no column is chosen."));
    scheduleReplot();
}

void HistogramPlot::setHistogram(const QString& name, const ColumnHistogram& histogram) {
    WeightedHistogram converted;
    const auto bins = static_cast<double>(histogram.counts.size());
    const double width = histogram.width > 0.0 ? histogram.width : 1.0;
    const double lower = histogram.width > 0.0 ? histogram.lower : histogram.lower - 0.5;
    converted.range = {lower, lower + width * std::max(bins, 1.0)};
    for (const std::int64_t count : histogram.counts) {
        converted.counts.push_back(static_cast<double>(count));
        converted.total += static_cast<double>(count);
    }
    setHistogram(name, converted);
}

void HistogramPlot::setHistogram(const QString& name, const WeightedHistogram& histogram,
                                 const std::optional<MarginalDensity>& density) {
    parts_->name = name;
    parts_->histogram = histogram;
    parts_->density = density;
    QVector<QCPBarsData> bars;
    for (std::size_t bin = 0; bin < histogram.counts.size(); ++bin)
        bars.append({histogram.bin_centre(bin), histogram.counts[bin]});
    parts_->bars->data()->set(bars, true);
    parts_->bars->setWidth(histogram.bin_width());
    QVector<QCPGraphData> curve;
    if (density) {
        const double rowsPerDensity = histogram.total * histogram.bin_width();
        for (Eigen::Index i = 0; i < density->nodes.size(); ++i)
            curve.append({density->nodes[i], density->density[i] * rowsPerDensity});
    }
    parts_->curve->data()->set(curve, true);
    plot()->xAxis->setLabel(elided(name, theme().font, 0.9 * plot()->width()));
    const auto peak = std::max_element(histogram.counts.begin(), histogram.counts.end());
    describe(tr("Histogram of %1").arg(name),
             peak == histogram.counts.end()
                 ? tr("Histogram of %1; it has no values.").arg(name)
                 : tr("Histogram of %1: %2 rows in %3 bins from %4 to %5; the fullest bin, around "
                      "%6, holds %7 rows.")
                       .arg(name, shown(histogram.total, 10))
                       .arg(histogram.counts.size())
                       .arg(shown(histogram.range.lower), shown(histogram.range.upper),
                            shown(histogram.bin_centre(
                                static_cast<std::size_t>(peak - histogram.counts.begin()))),
                            shown(*peak, 10)));
    restyle();
    resetView();
}

QByteArray HistogramPlot::dataCsv() const {
    QByteArray text = "lower,upper,rows,density\n";
    const WeightedHistogram& bins = parts_->histogram;
    for (std::size_t bin = 0; bin < bins.counts.size(); ++bin) {
        const double half = bins.bin_width() / 2.0;
        text += stored(bins.bin_centre(bin) - half) + ',' + stored(bins.bin_centre(bin) + half) +
                ',' + stored(bins.counts[bin]) + ',' + stored(bins.density(bin)) + '\n';
    }
    return text;
}

QString HistogramPlot::fileStem() const {
    return QStringLiteral("histogram");
}

void HistogramPlot::resetView() {
    const WeightedHistogram& bins = parts_->histogram;
    const double margin = 0.03 * bins.range.size();
    setRange(*plot()->xAxis, {bins.range.lower - margin, bins.range.upper + margin});
    double top = 1.0;
    for (const double count : bins.counts) top = std::max(top, count);
    for (const QCPGraphData& point : *parts_->curve->data()) top = std::max(top, point.value);
    setRange(*plot()->yAxis, {0.0, 1.06 * top});
    scheduleReplot();
}

void HistogramPlot::restyle() {
    styleAxisRect(*plot()->axisRect(), theme());
    plot()->xAxis->grid()->setVisible(false);
    plot()->yAxis->setLabel(tr("Rows"));
    QColor fill = componentColour(0, theme().dark);
    fill.setAlpha(170);
    parts_->bars->setBrush(fill);
    // Gaps between many bars would draw stripes.
    parts_->bars->setPen(parts_->histogram.counts.size() > 40 ? QPen(Qt::NoPen)
                                                              : QPen(theme().background, 1.0));
    parts_->curve->setPen(QPen(theme().text, 1.6));
}

}  // namespace mixtura::app
