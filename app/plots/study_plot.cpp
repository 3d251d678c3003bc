// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/study_plot.h"

#include <QComboBox>
#include <QHelpEvent>
#include <QToolTip>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <qcustomplot.h>

#include "mixtura/io/study_table.h"

#include "plots/palette.h"
#include "plots/plot_style.h"
#include "plots/point_cloud.h"

namespace mixtura::app {

namespace {

enum class Shown { separation, distance, separationMap, collapseMap };

constexpr double hoverReach = 10.0;     // pixels
constexpr double mapEnd = 2.0;          // separations above have the colour of this
constexpr double mostSeparation = 3.0;  // of the first view; more is a zoom away
constexpr std::size_t mostTicks = 12;   // with a name; of more values some go without
constexpr std::size_t mostNumbers = 900;
constexpr double readableCellWidth = 34;  // pixels, below which no number stands in a cell

bool isMap(Shown shown) {
    return shown == Shown::separationMap || shown == Shown::collapseMap;
}

/// The colour of the curve of `ratio`: the further from 1, the nearer to that of the map's end
/// towards which it leads.
QColor curveColour(double ratio, const std::vector<double>& ratios, const PlotTheme& theme) {
    constexpr double nearest = 0.35;  // part of the colour at the ratio next to 1
    if (ratio == 1.0)
        return theme.text;
    const double end =
        ratio < 1.0 ? *std::ranges::min_element(ratios) : *std::ranges::max_element(ratios);
    const double part = nearest + (1.0 - nearest) * std::log1p(std::abs(1.0 - ratio)) /
                                      std::log1p(std::abs(1.0 - end));
    const QVector<QColor> ends = divergingColours(theme.dark);
    const QColor full = readableColour(ratio < 1.0 ? ends.back() : ends.front(), theme.dark);
    const auto mixed = [part](int channel, int grey) {
        return int(std::lround(part * channel + (1.0 - part) * grey));
    };
    return readableColour(
        QColor(mixed(full.red(), theme.muted.red()), mixed(full.green(), theme.muted.green()),
               mixed(full.blue(), theme.muted.blue())),
        theme.dark);
}

/// Indices of the values, ascending.
std::vector<std::size_t> ascending(const std::vector<double>& values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    return order;
}

/// Where `value` lies between the ascending values, counted in places: 1.5 is half way from the
/// second to the third. Outside them up to half a place further.
double placeOf(double value, const std::vector<double>& values) {
    const auto last = static_cast<double>(values.size()) - 1.0;
    if (value <= values.front())
        return value == values.front() ? 0.0 : -0.5;
    if (value >= values.back())
        return value == values.back() ? last : last + 0.5;
    const auto above = std::upper_bound(values.begin(), values.end(), value);
    const auto below = static_cast<double>(above - values.begin()) - 1.0;
    return below + (value - *(above - 1)) / (*above - *(above - 1));
}

}  // namespace

struct StudyPlot::Parts {
    std::shared_ptr<const StudyResult> result;
    const MisspecificationStudy* study = nullptr;  ///< that of the result
    QComboBox* choice = nullptr;
    struct Curve {
        std::size_t ratio = 0;  ///< index among the options' ratios
        QCPGraph* samples = nullptr;
        QCPGraph* limit = nullptr;
        QCPErrorBars* errors = nullptr;
    };
    std::vector<Curve> curves;
    QCPGraph* level = nullptr;  ///< where fitted and true centres agree
    QCPColorMap* map = nullptr;
    QCPColorScale* scale = nullptr;
    QCPCurve* boundary = nullptr;
    QCPCurve* boundaryHalo = nullptr;  ///< lifts the line off the cells
    QCPGraph* own = nullptr;           ///< SNR of the mixture itself
    QCPItemText* ownName = nullptr;
    std::vector<QCPItemText*> numbers;
    QCPItemText* hint = nullptr;
    QCPLegend* legend = nullptr;
    QCPTextElement* legendTitle = nullptr;
    QCPMarginGroup* heights = nullptr;  ///< the scale is as high as the map
    std::vector<std::size_t> ratios;    ///< indices of ratios, by their values
    std::vector<std::size_t> noises;    ///< the same of signal-to-noise ratios

    [[nodiscard]] Shown shown() const { return static_cast<Shown>(choice->currentData().toInt()); }
    [[nodiscard]] double figure(const StudyCell& cell) const {
        switch (shown()) {
            case Shown::separation:
            case Shown::separationMap:
                return cell.separation;
            case Shown::distance:
                return cell.mean_distance;
            case Shown::collapseMap:
                return cell.collapsed_share;
        }
        return 0.0;
    }
    [[nodiscard]] double error(const StudyCell& cell) const {
        return shown() == Shown::distance ? cell.mean_distance_error : cell.separation_error;
    }
    [[nodiscard]] const StudyCell& cell(std::size_t ratioPlace, std::size_t noisePlace) const {
        return study->cell(ratios[ratioPlace], noises[noisePlace]);
    }
    [[nodiscard]] std::vector<double> sortedRatios() const {
        std::vector<double> values;
        for (const std::size_t r : ratios) values.push_back(study->options.deviation_ratios[r]);
        return values;
    }
    [[nodiscard]] std::vector<double> sortedNoises() const {
        std::vector<double> values;
        for (const std::size_t s : noises) values.push_back(study->options.signal_to_noise[s]);
        return values;
    }
    void addCurves(QCustomPlot& plot);
    void addMap(QCustomPlot& plot);
    void addBoundary(QCustomPlot& plot);
    void addNumbers(QCustomPlot& plot);
    void addOwn(QCustomPlot& plot);
    void placeAxes(QCustomPlot& plot) const;
    [[nodiscard]] const StudyCell* cellAt(const QCustomPlot& plot, const QPointF& pixel) const;
};

StudyPlot::StudyPlot(QWidget* parent) : PlotView(parent), parts_(std::make_unique<Parts>()) {
    setObjectName(QStringLiteral("studyPlot"));
    Parts& p = *parts_;
    p.choice = new QComboBox;
    p.choice->setObjectName(QStringLiteral("studyShown"));
    p.choice->setAccessibleName(tr("What the plot of the study shows"));
    const auto offer = [&p](const QString& text, const QString& tip, Shown shown) {
        p.choice->addItem(text, static_cast<int>(shown));
        p.choice->setItemData(p.choice->count() - 1, tip, Qt::ToolTipRole);
    };
    offer(tr("Separation, fitted over true"),
          tr("1: the centres are where they belong; above: they drift outwards; 0: collapse"),
          Shown::separation);
    offer(tr("Distance from the true centres"),
          tr("Mean distance of fitted and true centres, in units of the spread of the true ones"),
          Shown::distance);
    offer(tr("Map of the separation"), tr("The same figure for every cell of the grid"),
          Shown::separationMap);
    offer(tr("Map of the collapse"), tr("Share of the samples in which centres merged"),
          Shown::collapseMap);
    addChoice(tr("&Show"), p.choice);
    QCustomPlot& plot = *this->plot();
    auto* side = new QCPLayoutGrid;
    plot.plotLayout()->addElement(0, 1, side);
    p.legendTitle = new QCPTextElement(&plot);
    p.legendTitle->setLayer(QStringLiteral("legend"));
    p.legendTitle->setTextFlags(Qt::AlignLeft | Qt::AlignVCenter);
    p.legendTitle->setMargins(QMargins(6, 10, 8, 0));
    p.legend = new QCPLegend;
    side->addElement(0, 0, p.legendTitle);
    side->addElement(1, 0, p.legend);
    side->addElement(2, 0, new QCPLayoutElement(&plot));
    side->setRowStretchFactor(0, 0.001);
    side->setRowStretchFactor(1, 0.001);
    side->setRowSpacing(0);
    plot.plotLayout()->setColumnStretchFactor(1, 0.001);
    p.heights = new QCPMarginGroup(&plot);
    p.legend->setLayer(QStringLiteral("legend"));
    plot.addLayer(QStringLiteral("above"), plot.layer(QStringLiteral("main")),
                  QCustomPlot::limAbove);
    plot.setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    plot.axisRect()->setRangeZoomFactor(0.85);
    connect(p.choice, &QComboBox::currentIndexChanged, this, [this] {
        redraw();
        resetView();
    });
    // Numbers stand in the cells of a map as long as there is room for them.
    connect(&plot, &QCustomPlot::beforeReplot, this, [this] {
        const double width = parts_->numbers.empty()
                                 ? 0.0
                                 : std::abs(this->plot()->xAxis->coordToPixel(1.0) -
                                            this->plot()->xAxis->coordToPixel(0.0));
        for (QCPItemText* number : parts_->numbers) number->setVisible(width >= readableCellWidth);
    });
    setStudy(nullptr);
}

StudyPlot::~StudyPlot() = default;

void StudyPlot::setStudy(std::shared_ptr<const StudyResult> result) {
    Parts& p = *parts_;
    p.result = std::move(result);
    p.study = p.result ? &p.result->study : nullptr;
    p.ratios.clear();
    p.noises.clear();
    if (p.study != nullptr) {
        p.ratios = ascending(p.study->options.deviation_ratios);
        p.noises = ascending(p.study->options.signal_to_noise);
    }
    redraw();
    resetView();
}

void StudyPlot::redraw() {
    Parts& p = *parts_;
    QCustomPlot& plot = *this->plot();
    p.legend->clearItems();
    plot.clearPlottables();
    plot.clearItems();
    p.curves.clear();
    p.numbers.clear();
    p.level = nullptr;
    p.map = nullptr;
    p.boundary = nullptr;
    p.boundaryHalo = nullptr;
    p.own = nullptr;
    p.ownName = nullptr;
    p.hint = nullptr;
    if (p.scale != nullptr) {
        plot.plotLayout()->remove(p.scale);
        p.scale = nullptr;
        plot.axisRect()->setMarginGroup(QCP::msTop | QCP::msBottom, nullptr);
    }
    if (p.study == nullptr) {
        p.hint = new QCPItemText(&plot);
        p.hint->setLayer(QStringLiteral("above"));
        p.hint->position->setType(QCPItemPosition::ptAxisRectRatio);
        p.hint->position->setCoords(0.5, 0.5);
        p.hint->setText(tr("Choose the grid and press Run study."));
    } else if (isMap(p.shown())) {
        p.addMap(plot);
        p.addBoundary(plot);
        p.addNumbers(plot);
    } else {
        p.addCurves(plot);
        p.addOwn(plot);
    }
    p.placeAxes(plot);
    restyle();
    describeStudy();
    scheduleReplot();
}

void StudyPlot::Parts::addCurves(QCustomPlot& plot) {
    level = plot.addGraph();
    level->setAdaptiveSampling(false);
    const std::vector<double> x = sortedNoises();
    const double agreement = shown() == Shown::distance ? 0.0 : 1.0;
    level->addData(x.front() / 1e3, agreement);
    level->addData(x.back() * 1e3, agreement);
    // The legend reads from above to below as the curves do.
    for (std::size_t place = 0; place < ratios.size(); ++place) {
        Curve& curve = curves.emplace_back();
        curve.ratio = ratios[place];
        curve.limit = plot.addGraph();
        curve.samples = plot.addGraph();
        curve.errors = new QCPErrorBars(plot.xAxis, plot.yAxis);
        curve.errors->setDataPlottable(curve.samples);
        curve.samples->setLayer(QStringLiteral("above"));
        for (std::size_t s = 0; s < noises.size(); ++s) {
            const StudyCell& shownCell = cell(place, s);
            if (shownCell.replicates_done == 0)
                continue;
            curve.samples->addData(x[s], figure(shownCell));
            const double half = error(shownCell);
            curve.errors->addData(std::isfinite(half) ? half : 0.0);
        }
        const bool hasLimit = !result->limits.empty();
        if (hasLimit) {
            for (const LimitPoint& point : result->limits[ratios[place]])
                curve.limit->addData(point.signal_to_noise, shown() == Shown::distance
                                                                ? point.mean_distance
                                                                : point.separation);
        }
        curve.samples->setLineStyle(hasLimit ? QCPGraph::lsNone : QCPGraph::lsLine);
    }
}

void StudyPlot::Parts::addMap(QCustomPlot& plot) {
    map = new QCPColorMap(plot.xAxis, plot.yAxis);
    map->setInterpolate(false);
    map->setTightBoundary(false);
    const auto columns = static_cast<int>(noises.size());
    const auto rows = static_cast<int>(ratios.size());
    map->data()->setSize(columns, rows);
    // A range of one cell has no width: QCustomPlot then wants one.
    map->data()->setRange({0.0, std::max(columns - 1.0, 1e-3)}, {0.0, std::max(rows - 1.0, 1e-3)});
    for (int s = 0; s < columns; ++s) {
        for (int r = 0; r < rows; ++r) {
            map->data()->setCell(
                s, r, figure(cell(static_cast<std::size_t>(r), static_cast<std::size_t>(s))));
        }
    }
    scale = new QCPColorScale(&plot);
    plot.plotLayout()->addElement(0, 2, scale);
    plot.plotLayout()->setColumnStretchFactor(2, 0.001);
    scale->setMarginGroup(QCP::msTop | QCP::msBottom, heights);
    plot.axisRect()->setMarginGroup(QCP::msTop | QCP::msBottom, heights);
    map->setColorScale(scale);
    map->setDataRange(shown() == Shown::collapseMap ? QCPRange(0.0, 1.0) : QCPRange(0.0, mapEnd));
}

/// Above the boundary, which crosses them; of more cells there is never room for them.
void StudyPlot::Parts::addNumbers(QCustomPlot& plot) {
    if (study->cells.size() > mostNumbers)
        return;
    for (int s = 0; s < map->data()->keySize(); ++s) {
        for (int r = 0; r < map->data()->valueSize(); ++r) {
            const double value = map->data()->cell(s, r);
            auto* text = new QCPItemText(&plot);
            text->setLayer(QStringLiteral("above"));
            text->position->setAxes(plot.xAxis, plot.yAxis);
            text->position->setType(QCPItemPosition::ptPlotCoords);
            text->position->setCoords(s, r);
            text->setText(std::isnan(value) ? QString() : QLocale().toString(value, 'f', 2));
            numbers.push_back(text);
        }
    }
}

/// A line at the SNR of the mixture itself, where the axis reaches it.
void StudyPlot::Parts::addOwn(QCustomPlot& plot) {
    const std::vector<double> x = sortedNoises();
    const double snr = study->arrangement.signal_to_noise;
    if (snr < x.front() || snr > x.back())
        return;
    own = plot.addGraph();
    own->addData({snr, snr}, {-1e3, 1e3});
    ownName = new QCPItemText(&plot);
    ownName->setLayer(QStringLiteral("above"));
    ownName->position->setTypeX(QCPItemPosition::ptPlotCoords);
    ownName->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    ownName->position->setAxes(plot.xAxis, plot.yAxis);
    ownName->position->setAxisRect(plot.axisRect());
    ownName->position->setCoords(snr, 0.01);
    ownName->setPositionAlignment(Qt::AlignHCenter | Qt::AlignTop);
    ownName->setText(StudyPlot::tr("this mixture"));
    ownName->setPadding(QMargins(4, 1, 4, 1));
}

void StudyPlot::Parts::addBoundary(QCustomPlot& plot) {
    constexpr int stepsPerCell = 24;
    boundaryHalo = new QCPCurve(plot.xAxis, plot.yAxis);
    boundary = new QCPCurve(plot.xAxis, plot.yAxis);
    const std::vector<double> x = sortedNoises();
    const std::vector<double> y = sortedRatios();
    for (std::size_t s = 0; s + 1 < x.size(); ++s) {
        for (int step = 0; step <= stepsPerCell; ++step) {
            const double part = static_cast<double>(step) / stepsPerCell;
            const double ratio =
                collapse_ratio(study->arrangement, x[s] + part * (x[s + 1] - x[s]));
            const double place = ratio > y.back() || ratio < y.front()
                                     ? std::numeric_limits<double>::quiet_NaN()
                                     : placeOf(ratio, y);
            boundary->addData(static_cast<double>(s) + part, place);
            boundaryHalo->addData(static_cast<double>(s) + part, place);
        }
    }
}

void StudyPlot::Parts::placeAxes(QCustomPlot& plot) const {
    const bool maps = study != nullptr && isMap(shown());
    plot.xAxis->setScaleType(maps ? QCPAxis::stLinear : QCPAxis::stLogarithmic);
    plot.xAxis->setNumberFormat(QStringLiteral("gb"));
    if (study == nullptr)
        return;
    const auto ticks = [](const std::vector<double>& values, bool byPlace) {
        auto ticker = QSharedPointer<QCPAxisTickerText>::create();
        const std::size_t step = 1 + (values.size() - 1) / mostTicks;
        for (std::size_t i = 0; i < values.size(); i += step)
            ticker->addTick(byPlace ? static_cast<double>(i) : values[i],
                            QLocale().toString(values[i], 'g', 4));
        return ticker;
    };
    plot.xAxis->setTicker(ticks(sortedNoises(), maps));
    if (maps)
        plot.yAxis->setTicker(ticks(sortedRatios(), true));
    else
        plot.yAxis->setTicker(QSharedPointer<QCPAxisTicker>::create());
}

const StudyCell* StudyPlot::Parts::cellAt(const QCustomPlot& plot, const QPointF& pixel) const {
    if (study == nullptr || !plot.axisRect()->rect().contains(pixel.toPoint()))
        return nullptr;
    if (isMap(shown())) {
        const long s = std::lround(plot.xAxis->pixelToCoord(pixel.x()));
        const long r = std::lround(plot.yAxis->pixelToCoord(pixel.y()));
        const bool isInside = s >= 0 && r >= 0 && s < static_cast<long>(noises.size()) &&
                              r < static_cast<long>(ratios.size());
        return isInside ? &cell(static_cast<std::size_t>(r), static_cast<std::size_t>(s)) : nullptr;
    }
    const StudyCell* nearest = nullptr;
    double least = hoverReach;
    for (const StudyCell& candidate : study->cells) {
        const double distance =
            std::hypot(plot.xAxis->coordToPixel(candidate.signal_to_noise) - pixel.x(),
                       plot.yAxis->coordToPixel(figure(candidate)) - pixel.y());
        if (distance < least) {
            least = distance;
            nearest = &candidate;
        }
    }
    return nearest;
}

bool StudyPlot::eventFilter(QObject* watched, QEvent* event) {
    if (watched != plot() || event->type() != QEvent::ToolTip)
        return PlotView::eventFilter(watched, event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const StudyCell* cell = parts_->cellAt(*plot(), help->pos());
    if (cell == nullptr || cell->replicates_done == 0) {
        QToolTip::hideText();
        return true;
    }
    const auto number = [](double value) { return QLocale().toString(value, 'f', 3); };
    QString text = tr("tau/sigma %1, signal-to-noise ratio %2\nSeparation, fitted over true: %3")
                       .arg(shown(cell->deviation_ratio), shown(cell->signal_to_noise),
                            number(cell->separation));
    if (std::isfinite(cell->separation_error))
        text += tr(" \u00b1 %1").arg(number(cell->separation_error));
    if (cell->limit_separation)
        text += QLatin1Char('\n') +
                tr("With infinitely many rows: %1").arg(number(*cell->limit_separation));
    text += QLatin1Char('\n') +
            tr("Distance from the true centres: %1").arg(number(cell->mean_distance)) +
            QLatin1Char('\n') +
            tr("Samples in which centres merged: %1 of %2")
                .arg(std::lround(cell->collapsed_share * cell->replicates_done))
                .arg(cell->replicates_done) +
            QLatin1Char('\n') +
            tr("Adjusted Rand index: %1").arg(number(cell->adjusted_rand_index));
    QToolTip::showText(help->globalPos(), text, plot());
    return true;
}

void StudyPlot::restyle() {
    Parts& p = *parts_;
    const bool dark = theme().dark;
    styleAxisRect(*plot()->axisRect(), theme());
    const bool maps = p.study != nullptr && isMap(p.shown());
    plot()->xAxis->setLabel(maps ? tr("Signal-to-noise ratio")
                                 : tr("Signal-to-noise ratio (logarithmic)"));
    plot()->yAxis->setLabel(maps ? tr("tau / sigma, assumed over true deviation")
                            : p.shown() == Shown::distance ? tr("Distance, fitted to true centres")
                                                           : tr("Separation, fitted / true"));
    plot()->xAxis->grid()->setVisible(!maps);
    plot()->yAxis->grid()->setVisible(!maps);
    for (QCPAxis* axis : {plot()->xAxis, plot()->yAxis}) axis->setSubTicks(false);
    p.legend->clearItems();
    styleLegend(*p.legend, theme());
    p.legend->setBrush(Qt::NoBrush);
    p.legend->setMargins(QMargins(4, 8, 8, 4));
    p.legend->setFillOrder(QCPLegend::foRowsFirst);
    p.legend->setIconSize(30, 16);
    p.legend->setRowSpacing(1);
    if (p.hint != nullptr) {
        p.hint->setFont(theme().font);
        p.hint->setColor(theme().text);
    }
    if (p.own != nullptr) {
        p.own->setPen(QPen(theme().text, 1.0, Qt::DotLine));
        QColor veil = theme().background;
        veil.setAlpha(205);
        p.ownName->setBrush(veil);
        p.ownName->setFont(theme().font);
        p.ownName->setColor(theme().text);
    }
    if (p.level != nullptr)
        p.level->setPen(QPen(theme().axis, 1.0, Qt::DashLine));
    constexpr std::array shapes = {QCPScatterStyle::ssDisc,
                                   QCPScatterStyle::ssSquare,
                                   QCPScatterStyle::ssTriangle,
                                   QCPScatterStyle::ssDiamond,
                                   QCPScatterStyle::ssTriangleInverted,
                                   QCPScatterStyle::ssPlusCircle,
                                   QCPScatterStyle::ssCrossSquare};
    for (std::size_t i = 0; i < p.curves.size(); ++i) {
        const Parts::Curve& curve = p.curves[i];
        const double ratio = p.study->options.deviation_ratios[curve.ratio];
        const QColor colour = curveColour(ratio, p.study->options.deviation_ratios, theme());
        curve.limit->setPen(QPen(colour, 1.4));
        curve.samples->setPen(QPen(colour, 1.4));
        curve.samples->setScatterStyle(
            QCPScatterStyle(shapes.at(i % shapes.size()), QPen(colour, 1.2), QBrush(colour), 7.0));
        curve.errors->setPen(QPen(colour, 1.2));
        curve.errors->setWhiskerWidth(5.0);
        curve.samples->setName(ratio == 0.0 ? tr("0 (k-means)") : shown(ratio));
        p.legend->addItem(new QCPPlottableLegendItem(p.legend, curve.samples));
    }
    if (p.result && !p.result->limits.empty() && !p.curves.empty())
        p.legend->addItem(new ComponentLegendItem(p.legend, ComponentLegendItem::line,
                                                  tr("rows \u2192 \u221e"), dark));
    p.legend->setVisible(!p.curves.empty());
    p.legendTitle->setVisible(!p.curves.empty());
    p.legendTitle->setText(p.curves.empty() ? QString() : tr("tau / sigma"));
    p.legendTitle->setFont(theme().font);
    p.legendTitle->setTextColor(theme().text);
    for (int i = 0; i < p.legend->itemCount(); ++i) {
        p.legend->item(i)->setFont(theme().font);
        p.legend->item(i)->setTextColor(theme().text);
    }
    if (p.map == nullptr)
        return;
    const bool collapse = p.shown() == Shown::collapseMap;
    const QVector<QColor> colours = collapse ? densityColours(dark) : divergingColours(dark);
    p.map->setGradient(gradientOf(colours));
    styleAxis(*p.scale->axis(), theme());
    p.scale->axis()->setLabel(collapse ? tr("Samples that merged") : tr("Separation"));
    p.scale->setBarWidth(14);
    QFont bold = theme().font;
    bold.setPointSizeF(0.9 * bold.pointSizeF());
    for (QCPItemText* number : p.numbers) {
        const double value = p.map->data()->cell(static_cast<int>(number->position->key()),
                                                 static_cast<int>(number->position->value()));
        const QColor below = QColor::fromRgb(p.map->gradient().color(value, p.map->dataRange()));
        number->setFont(bold);
        number->setColor(below.lightnessF() > 0.55 ? QColor(0x10, 0x10, 0x10) : QColor(Qt::white));
    }
    p.boundary->setPen(QPen(theme().text, 2.0, Qt::DashLine));
    QColor halo = theme().background;
    halo.setAlpha(170);
    p.boundaryHalo->setPen(QPen(halo, 5.0));
}

void StudyPlot::describeStudy() {
    const Parts& p = *parts_;
    const QString name = tr("Study of a wrong variance");
    if (p.study == nullptr) {
        describe(name, tr("Separation of fitted over true centres against the signal-to-noise "
                          "ratio; nothing is simulated yet."));
        return;
    }
    int collapsed = 0;
    int outwards = 0;
    for (const StudyCell& cell : p.study->cells) {
        collapsed += cell.collapsed_share > 0.5 ? 1 : 0;
        outwards += cell.separation > 1.1 ? 1 : 0;
    }
    describe(name, tr("%1 for %2 signal-to-noise ratios and %3 ratios of assumed to true standard "
                      "deviation. Of %4 cells, centres collapse in %5 and drift outwards by more "
                      "than a tenth in %6.")
                       .arg(p.choice->currentText())
                       .arg(p.noises.size())
                       .arg(p.ratios.size())
                       .arg(p.study->cells.size())
                       .arg(collapsed)
                       .arg(outwards));
}

void StudyPlot::resetView() {
    Parts& p = *parts_;
    if (p.study == nullptr) {
        setRange(*plot()->xAxis, {0.1, 10.0});
        setRange(*plot()->yAxis, {0.0, 2.0});
        scheduleReplot();
        return;
    }
    if (isMap(p.shown())) {
        setRange(*plot()->xAxis, {-0.5, static_cast<double>(p.noises.size()) - 0.5});
        setRange(*plot()->yAxis, {-0.5, static_cast<double>(p.ratios.size()) - 0.5});
        scheduleReplot();
        return;
    }
    const std::vector<double> x = p.sortedNoises();
    double greatest = 1.2;
    for (const StudyCell& cell : p.study->cells) {
        if (std::isfinite(p.figure(cell)))
            greatest = std::max(greatest, std::min(p.figure(cell), mostSeparation));
    }
    const double margin = std::pow(std::max(x.back() / x.front(), 2.0), 0.04);
    setRange(*plot()->xAxis, {x.front() / margin, x.back() * margin});
    setRange(*plot()->yAxis, {-0.05 * greatest, 1.05 * greatest});
    scheduleReplot();
}

void StudyPlot::panBy(double right, double up) {
    QCPAxis* across = plot()->xAxis;
    if (across->scaleType() == QCPAxis::stLogarithmic) {
        const double factor = std::pow(across->range().upper / across->range().lower, right);
        setRange(*across, {across->range().lower * factor, across->range().upper * factor});
    } else {
        across->moveRange(right * across->range().size());
    }
    plot()->yAxis->moveRange(up * plot()->yAxis->range().size());
    scheduleReplot();
}

void StudyPlot::zoomBy(double factor) {
    plot()->xAxis->scaleRange(factor);
    plot()->yAxis->scaleRange(factor);
    scheduleReplot();
}

QByteArray StudyPlot::dataCsv() const {
    return parts_->study != nullptr ? QByteArray::fromStdString(study_csv(*parts_->study))
                                    : QByteArray();
}

QString StudyPlot::fileStem() const {
    return QStringLiteral("misspecification");
}

}  // namespace mixtura::app
