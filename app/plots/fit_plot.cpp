// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/fit_plot.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include <qcustomplot.h>

#include "plots/palette.h"
#include "plots/plot_style.h"
#include "plots/point_cloud.h"

namespace mixtura::app {

namespace {

constexpr int marginalHeight = 92;  // logical pixels
constexpr double hoverReach = 12.0;
constexpr double wheelZoom = 0.85;
// More bars than this touch: gaps would draw stripes.
constexpr int gaplessBars = 60;

}  // namespace

struct FitPlot::Parts {
    std::shared_ptr<const FeatureTable> table;
    std::shared_ptr<const Scores> scores;
    std::shared_ptr<const ScatterFigure> figure;
    int x = 0;
    int y = 1;
    QComboBox* xChoice = nullptr;
    QComboBox* yChoice = nullptr;
    QCheckBox* ellipses = nullptr;
    QCheckBox* contours = nullptr;
    QCheckBox* map = nullptr;
    QCheckBox* uncertain = nullptr;

    QCPAxisRect* main = nullptr;
    QCPAxisRect* top = nullptr;
    QCPAxisRect* side = nullptr;
    QCPLegend* legend = nullptr;
    PointCloud* cloud = nullptr;
    QCPColorMap* colours = nullptr;
    QCPBars* topBars = nullptr;
    QCPBars* sideBars = nullptr;
    QCPBars* singleBars = nullptr;  ///< of the only feature, in the main panel
    // Rebuilt with every figure.
    std::vector<QCPCurve*> ellipseCurves;  ///< component by component
    std::vector<QCPCurve*> contourCurves;
    std::vector<QCPCurve*> densityCurves;  ///< per margin: the mixture, then its components
    std::vector<QCPItemText*> numbers;
    std::vector<QCPItemText*> ellipseLabels;
    std::vector<QCPItemText*> contourLabels;

    [[nodiscard]] int featureCount() const {
        return table ? static_cast<int>(table->observations.cols()) : 0;
    }
    [[nodiscard]] bool isEmpty() const {
        return featureCount() == 0 || table->observations.rows() == 0;
    }
    [[nodiscard]] bool isSingle() const { return featureCount() == 1; }
    [[nodiscard]] QString name(int feature) const {
        return QString::fromStdString(table->names[static_cast<std::size_t>(feature)]);
    }
    [[nodiscard]] std::vector<int> features() const {
        if (isEmpty())
            return {};
        return isSingle() ? std::vector<int>{0} : std::vector<int>{x, y};
    }
    [[nodiscard]] const FigurePair* pair() const {
        return figure && !figure->pairs.empty() ? &figure->pairs.front() : nullptr;
    }
    [[nodiscard]] QCPAxis* xAxis() const { return main->axis(QCPAxis::atBottom); }
    [[nodiscard]] QCPAxis* yAxis() const { return main->axis(QCPAxis::atLeft); }

    void clearFigure(QCustomPlot& plot);
    void drawFigure(QCustomPlot& plot);
    void drawMargin(QCPBars& bars, const FigureFeature& feature, QCPAxisRect& rect, bool turned);
    void drawEllipses(QCustomPlot& plot, const FigurePair& pair);
    void drawContours(QCustomPlot& plot, const FigurePair& pair);
    void drawMap(const FigurePair& pair) const;
    void fillLegend(bool dark);
    QCPItemText* label(QCustomPlot& plot, const PlanePoint& place, const QString& text) const;
};

FitPlot::FitPlot(QWidget* parent) : PlotView(parent), parts_(std::make_unique<Parts>()) {
    setObjectName(QStringLiteral("fitPlot"));
    Parts& p = *parts_;
    p.xChoice = new QComboBox;
    p.yChoice = new QComboBox;
    auto* xLabel = new QLabel(tr("&Across"));
    auto* yLabel = new QLabel(tr("&Up"));
    xLabel->setBuddy(p.xChoice);
    yLabel->setBuddy(p.yChoice);
    p.xChoice->setAccessibleName(tr("Feature across"));
    p.yChoice->setAccessibleName(tr("Feature upwards"));
    p.ellipses = new QCheckBox(tr("&Ellipses"));
    p.contours = new QCheckBox(tr("Con&tours"));
    p.map = new QCheckBox(tr("&Density map"));
    p.uncertain = new QCheckBox(tr("U&ncertain rows"));
    p.ellipses->setToolTip(tr("The regions that hold 50 % and 95 % of each component"));
    p.contours->setToolTip(
        tr("Lines of equal density that enclose 25, 50, 75 and 95 % of the rows"));
    p.map->setToolTip(tr("The fitted density as colour"));
    p.uncertain->setToolTip(
        tr("Ring rows whose component is uncertain: 1 - largest responsibility above %1")
            .arg(shown(uncertaintyLimit)));
    p.ellipses->setChecked(true);
    p.uncertain->setChecked(true);
    auto* choices = static_cast<QHBoxLayout*>(choiceBar()->layout());
    for (QComboBox* box : {p.xChoice, p.yChoice}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(14);
        choices->addWidget(box == p.xChoice ? xLabel : yLabel);
        choices->addWidget(box);
        connect(box, &QComboBox::activated, this, [this, box](int chosen) {
            int x = parts_->xChoice->currentIndex();
            int y = parts_->yChoice->currentIndex();
            // Choosing the other axis' feature swaps the two.
            if (x == y)
                (box == parts_->xChoice ? y : x) = box == parts_->xChoice ? parts_->x : parts_->y;
            Q_UNUSED(chosen)
            setPair(x, y);
        });
    }
    choices->addSpacing(12);
    for (QCheckBox* box : {p.ellipses, p.contours, p.map, p.uncertain}) {
        choices->addWidget(box);
        connect(box, &QCheckBox::toggled, this, [this] {
            parts_->drawFigure(*plot());
            restyle();
            scheduleReplot();
        });
    }
    choices->addStretch(1);

    QCustomPlot& plot = *this->plot();
    plot.plotLayout()->clear();
    plot.addLayer(QStringLiteral("marks"), plot.layer(QStringLiteral("main")),
                  QCustomPlot::limAbove);
    p.main = new QCPAxisRect(&plot);
    p.top = new QCPAxisRect(&plot);
    p.side = new QCPAxisRect(&plot);
    p.legend = new QCPLegend;
    plot.plotLayout()->addElement(0, 0, p.top);
    plot.plotLayout()->addElement(1, 0, p.main);
    plot.plotLayout()->addElement(1, 1, p.side);
    auto* legendPlace = new QCPLayoutGrid;
    legendPlace->addElement(0, 0, p.legend);
    auto* filler = new QCPLayoutElement(&plot);
    legendPlace->addElement(1, 0, filler);
    legendPlace->setRowStretchFactor(0, 0.001);
    plot.plotLayout()->addElement(1, 2, legendPlace);
    p.legend->setLayer(QStringLiteral("legend"));
    plot.plotLayout()->setColumnStretchFactor(2, 0.001);
    plot.plotLayout()->setRowSpacing(0);
    plot.plotLayout()->setColumnSpacing(0);
    p.top->setMinimumSize(50, marginalHeight);
    p.top->setMaximumSize(QWIDGETSIZE_MAX, marginalHeight);
    p.side->setMinimumSize(marginalHeight, 50);
    p.side->setMaximumSize(marginalHeight, QWIDGETSIZE_MAX);
    auto* across = new QCPMarginGroup(&plot);
    auto* upwards = new QCPMarginGroup(&plot);
    for (QCPAxisRect* rect : {p.main, p.top})
        rect->setMarginGroup(QCP::msLeft | QCP::msRight, across);
    for (QCPAxisRect* rect : {p.main, p.side})
        rect->setMarginGroup(QCP::msTop | QCP::msBottom, upwards);
    for (QCPAxisRect* rect : {p.main, p.top, p.side}) placeOnLayers(*rect);
    p.main->setRangeDrag(Qt::Horizontal | Qt::Vertical);
    p.main->setRangeZoom(Qt::Horizontal | Qt::Vertical);
    p.main->setRangeZoomFactor(wheelZoom);
    p.top->setRangeDrag({});
    p.top->setRangeZoom({});
    p.side->setRangeDrag({});
    p.side->setRangeZoom({});
    plot.setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    connect(p.xAxis(), qOverload<const QCPRange&>(&QCPAxis::rangeChanged),
            p.top->axis(QCPAxis::atBottom), qOverload<const QCPRange&>(&QCPAxis::setRange));
    connect(p.yAxis(), qOverload<const QCPRange&>(&QCPAxis::rangeChanged),
            p.side->axis(QCPAxis::atLeft), qOverload<const QCPRange&>(&QCPAxis::setRange));
    p.colours = new QCPColorMap(p.xAxis(), p.yAxis());
    p.colours->setInterpolate(true);
    p.colours->setTightBoundary(true);
    // Above the panel's background, below its grid.
    plot.addLayer(QStringLiteral("map"), plot.layer(QStringLiteral("background")),
                  QCustomPlot::limAbove);
    p.colours->setLayer(QStringLiteral("map"));
    p.cloud = new PointCloud(p.xAxis(), p.yAxis());
    p.topBars = new QCPBars(p.top->axis(QCPAxis::atBottom), p.top->axis(QCPAxis::atLeft));
    p.sideBars = new QCPBars(p.side->axis(QCPAxis::atLeft), p.side->axis(QCPAxis::atBottom));
    p.singleBars = new QCPBars(p.xAxis(), p.yAxis());
    for (QCPBars* bars : {p.topBars, p.sideBars, p.singleBars})
        bars->setWidthType(QCPBars::wtPlotCoords);
    connect(&plot, &QCustomPlot::mouseMove, this, [this, &plot](QMouseEvent* event) {
        const Parts& parts = *parts_;
        if (parts.isEmpty() || parts.isSingle() || event->buttons() != Qt::NoButton ||
            !parts.main->rect().contains(event->pos()))
            return;
        const std::int64_t row = parts.cloud->rowAt(event->position(), hoverReach);
        if (row < 0) {
            QToolTip::hideText();
            return;
        }
        const auto& observations = parts.table->observations;
        const std::int64_t dataRow =
            parts.table->rows.empty() ? row : parts.table->rows[static_cast<std::size_t>(row)];
        QString text = tr("Row %1\n%2: %3\n%4: %5")
                           .arg(dataRow + 1)
                           .arg(parts.name(parts.x), shown(observations(row, parts.x), 6),
                                parts.name(parts.y), shown(observations(row, parts.y), 6));
        if (parts.scores) {
            const int component = parts.scores->classification[static_cast<std::size_t>(row)];
            text += tr("\nComponent %1, responsibility %2")
                        .arg(component + 1)
                        .arg(percent(parts.scores->responsibilities(row, component)));
        }
        QToolTip::showText(event->globalPosition().toPoint(), text, &plot);
    });
    setTable(nullptr);
}

FitPlot::~FitPlot() = default;

std::vector<int> FitPlot::features() const {
    return parts_->features();
}

void FitPlot::setTable(std::shared_ptr<const FeatureTable> table) {
    const bool sameNames = table && parts_->table && table->names == parts_->table->names;
    parts_->table = std::move(table);
    parts_->scores.reset();
    parts_->cloud->setScores(nullptr);
    if (!sameNames) {
        const QSignalBlocker quietX(parts_->xChoice);
        const QSignalBlocker quietY(parts_->yChoice);
        parts_->xChoice->clear();
        parts_->yChoice->clear();
        for (int feature = 0; feature < parts_->featureCount(); ++feature) {
            parts_->xChoice->addItem(parts_->name(feature));
            parts_->yChoice->addItem(parts_->name(feature));
        }
        parts_->x = 0;
        parts_->y = 1;
    }
    setPair(parts_->x, parts_->y);
}

void FitPlot::setPair(int xFeature, int yFeature) {
    Parts& p = *parts_;
    const int last = std::max(p.featureCount() - 1, 0);
    p.x = std::clamp(xFeature, 0, last);
    p.y = std::clamp(yFeature, 0, last);
    if (p.x == p.y)
        p.y = p.x == 0 ? std::min(1, last) : 0;
    {
        const QSignalBlocker quietX(p.xChoice);
        const QSignalBlocker quietY(p.yChoice);
        p.xChoice->setCurrentIndex(p.featureCount() > 0 ? p.x : -1);
        p.yChoice->setCurrentIndex(p.featureCount() > 1 ? p.y : -1);
    }
    p.xChoice->setEnabled(p.featureCount() > 1);
    for (QWidget* choice :
         std::initializer_list<QWidget*>{p.yChoice, p.ellipses, p.contours, p.map, p.uncertain})
        choice->setEnabled(p.featureCount() > 1);
    p.figure.reset();
    p.cloud->setPoints(p.isEmpty() || p.isSingle() ? nullptr : p.table, p.x, p.y);
    p.drawFigure(*plot());
    resetView();
    restyle();
    if (!p.isEmpty())
        emit figureRequested(p.features());
}

void FitPlot::setScores(std::shared_ptr<const Scores> scores) {
    const bool fits = scores && !parts_->isEmpty() &&
                      scores->responsibilities.rows() == parts_->table->observations.rows();
    parts_->scores = fits ? std::move(scores) : nullptr;
    parts_->figure.reset();
    parts_->cloud->setScores(parts_->scores);
    parts_->drawFigure(*plot());
    restyle();
    scheduleReplot();
    if (!parts_->isEmpty())
        emit figureRequested(parts_->features());
}

void FitPlot::setFigure(std::shared_ptr<const ScatterFigure> figure) {
    std::vector<int> features;
    if (figure)
        for (const FigureFeature& feature : figure->features) features.push_back(feature.feature);
    if (features != parts_->features())
        return;
    parts_->figure = std::move(figure);
    parts_->drawFigure(*plot());
    resetView();
    restyle();
}

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

void FitPlot::Parts::fillLegend(bool dark) {
    legend->clearItems();
    const int componentCount = scores ? static_cast<int>(scores->responsibilities.cols()) : 0;
    const auto add = [this, dark](int component, const QString& text) {
        legend->addItem(new ComponentLegendItem(legend, component, text, dark));
    };
    for (int k = 0; k < componentCount; ++k) {
        QString text = FitPlot::tr("Component %1").arg(k + 1);
        if (figure && figure->mixing_weights.size() > k)
            text += QStringLiteral("\n%1").arg(percent(figure->mixing_weights[k]));
        add(k, text);
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
    for (std::size_t i = 0; i < p.contourCurves.size(); ++i)
        p.contourCurves[i]->setPen(QPen(theme().text, 1.1, Qt::DashLine));
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
            sentence += tr("; component %1 holds %2 around (%3, %4)")
                            .arg(component.component + 1)
                            .arg(percent(component.mixing_weight), shown(component.mean.x),
                                 shown(component.mean.y));
    }
    describe(name, sentence + QLatin1Char('.'));
}

void FitPlot::resetView() {
    Parts& p = *parts_;
    if (p.isEmpty()) {
        scheduleReplot();
        return;
    }
    const auto rangeOfFeature = [&p](int feature, std::size_t place) {
        return p.figure ? p.figure->features[place].range
                        : axis_range(p.table->observations.col(feature));
    };
    setRange(*p.xAxis(), rangeOfFeature(p.x, 0));
    if (!p.isSingle())
        setRange(*p.yAxis(), rangeOfFeature(p.y, 1));
    else if (!p.figure)
        setRange(*p.yAxis(), {0.0, 1.0});
    scheduleReplot();
}

void FitPlot::panBy(double right, double up) {
    parts_->xAxis()->moveRange(right * parts_->xAxis()->range().size());
    if (!parts_->isSingle())
        parts_->yAxis()->moveRange(up * parts_->yAxis()->range().size());
    scheduleReplot();
}

void FitPlot::zoomBy(double factor) {
    parts_->xAxis()->scaleRange(factor);
    if (!parts_->isSingle())
        parts_->yAxis()->scaleRange(factor);
    scheduleReplot();
}

QByteArray FitPlot::dataCsv() const {
    const std::vector<int> features = parts_->features();
    QByteArray text = "row";
    for (const int feature : features) text += ',' + csvField(parts_->name(feature));
    const Eigen::Index components = parts_->scores ? parts_->scores->responsibilities.cols() : 0;
    if (parts_->scores) {
        text += ",classification,uncertainty";
        for (Eigen::Index k = 0; k < components; ++k)
            text += ",responsibility_" + QByteArray::number(static_cast<qlonglong>(k + 1));
    }
    text += '\n';
    if (features.empty())
        return text;
    const auto& observations = parts_->table->observations;
    for (Eigen::Index row = 0; row < observations.rows(); ++row) {
        const auto place = static_cast<std::size_t>(row);
        const std::int64_t dataRow = parts_->table->rows.empty() ? row : parts_->table->rows[place];
        text += QByteArray::number(static_cast<qlonglong>(dataRow + 1));
        for (const int feature : features) text += ',' + stored(observations(row, feature));
        if (parts_->scores) {
            text += ',' + QByteArray::number(parts_->scores->classification[place] + 1) + ',' +
                    stored(parts_->scores->uncertainty[row]);
            for (Eigen::Index k = 0; k < components; ++k)
                text += ',' + stored(parts_->scores->responsibilities(row, k));
        }
        text += '\n';
    }
    return text;
}

QString FitPlot::fileStem() const {
    return QStringLiteral("fit");
}

}  // namespace mixtura::app
