// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/scatter_matrix.h"

#include <QCheckBox>
#include <algorithm>
#include <numeric>

#include <qcustomplot.h>

#include "plots/feature_chooser.h"
#include "plots/palette.h"
#include "plots/plot_style.h"
#include "plots/point_cloud.h"
#include "session/component_name.h"

namespace mixtura::app {

namespace {

constexpr int panelGap = 5;
// Of a component in the legend, in average characters.
constexpr double longestName = 20.0;
// More bars than this touch: gaps would draw stripes.
constexpr int gaplessBars = 40;
// All panels together draw at most so many shapes; above, rows are counted per pixel.
constexpr int shapesInAll = 25000;
// Rows that all panels together count at once, within a blink; more are counted in the background.
constexpr int countedInAll = 200000;

}  // namespace

struct ScatterMatrix::Parts {
    std::shared_ptr<const FeatureTable> table;
    std::shared_ptr<const Scores> scores;
    QStringList componentNames;
    std::shared_ptr<const ScatterFigure> figure;
    std::vector<int> features;
    FeatureChooser* chooser = nullptr;
    QCheckBox* ellipses = nullptr;
    QCheckBox* contours = nullptr;
    QCPLegend* legend = nullptr;
    QCPLayoutGrid* legendRow = nullptr;

    /// The panel in row `row` and column `column` of the matrix.
    struct Panel {
        QCPAxisRect* rect = nullptr;
        PointCloud* cloud = nullptr;  ///< off the diagonal
        QCPBars* bars = nullptr;      ///< on the diagonal, as is all below
        QCPGraph* density = nullptr;
        QCPItemText* name = nullptr;
        std::vector<QCPGraph*> componentDensities;
        std::vector<QCPCurve*> ellipses;  ///< component by component
        std::vector<QCPCurve*> contours;
    };
    std::vector<Panel> panels;
    QCPLayoutGrid* grid = nullptr;

    [[nodiscard]] std::size_t size() const { return features.size(); }
    Panel& panel(std::size_t row, std::size_t column) { return panels[row * size() + column]; }
    [[nodiscard]] QString name(std::size_t place) const {
        return QString::fromStdString(table->names[static_cast<std::size_t>(features[place])]);
    }
    [[nodiscard]] int componentCount() const {
        return scores ? static_cast<int>(scores->responsibilities.cols()) : 0;
    }
    [[nodiscard]] bool hasModel() const {
        return figure && !figure->features.empty() && figure->features.front().density.has_value();
    }

    void build(QCustomPlot& plot, BackgroundQueue* rasters);
    void clearFigure(QCustomPlot& plot);
    void drawFeature(std::size_t place);
    void drawPair(const FigurePair& pair);
    void drawFigure(QCustomPlot& plot);
    void fillLegend(bool dark);
    void elideNames();
};

ScatterMatrix::ScatterMatrix(QWidget* parent)
    : PlotView(parent), parts_(std::make_unique<Parts>()) {
    setObjectName(QStringLiteral("scatterMatrix"));
    parts_->chooser = new FeatureChooser(featureLimit);
    parts_->ellipses = new QCheckBox(tr("&Ellipses"));
    parts_->ellipses->setToolTip(
        tr("Below the diagonal: the regions that hold 50 % and 95 % of "
           "each component"));
    parts_->contours = new QCheckBox(tr("Con&tours"));
    parts_->contours->setToolTip(
        tr("Above the diagonal: lines of equal density that enclose 25, "
           "50, 75 and 95 % of the rows"));
    for (QCheckBox* box : {parts_->ellipses, parts_->contours}) {
        box->setChecked(true);
        connect(box, &QCheckBox::toggled, this, [this] {
            parts_->drawFigure(*plot());
            restyle();
            scheduleReplot();
        });
    }
    addChoice(parts_->chooser);
    addChoice(parts_->ellipses);
    addChoice(parts_->contours);
    connect(parts_->chooser, &FeatureChooser::chosenChanged, this,
            [this] { setFeatures(parts_->chooser->chosen()); });
    connect(plot(), &QCustomPlot::mouseDoubleClick, this, [this](QMouseEvent* event) {
        for (std::size_t row = 0; row < parts_->size(); ++row)
            for (std::size_t column = 0; column < parts_->size(); ++column)
                if (row != column && parts_->panel(row, column).rect->rect().contains(event->pos()))
                    emit pairActivated(parts_->features[column], parts_->features[row]);
    });
    connect(plot(), &QCustomPlot::afterLayout, this, [this] { parts_->elideNames(); });
    setTable(nullptr);
}

ScatterMatrix::~ScatterMatrix() = default;

void ScatterMatrix::setTable(std::shared_ptr<const FeatureTable> table) {
    const bool sameNames = table && parts_->table && table->names == parts_->table->names;
    parts_->table = std::move(table);
    parts_->scores.reset();
    parts_->figure.reset();
    const int count = parts_->table ? static_cast<int>(parts_->table->observations.cols()) : 0;
    if (!sameNames) {
        QStringList names;
        for (int i = 0; i < count; ++i)
            names.append(QString::fromStdString(parts_->table->names[static_cast<std::size_t>(i)]));
        parts_->chooser->setNames(names);
        parts_->features.resize(static_cast<std::size_t>(std::min(count, defaultFeatureCount)));
        std::iota(parts_->features.begin(), parts_->features.end(), 0);
    }
    setFeatures(parts_->features);
}

void ScatterMatrix::setFeatures(const std::vector<int>& features) {
    const int count = parts_->table ? static_cast<int>(parts_->table->observations.cols()) : 0;
    std::vector<int> chosen;  // `features` may be the very list that is replaced below
    for (const int feature : features)
        if (feature >= 0 && feature < count && static_cast<int>(chosen.size()) < featureLimit)
            chosen.push_back(feature);
    parts_->features = std::move(chosen);
    parts_->chooser->setChosen(parts_->features);
    parts_->figure.reset();
    parts_->build(*plot(), rasters());
    parts_->drawFigure(*plot());
    resetView();
    restyle();
    if (!parts_->features.empty() && parts_->table->observations.rows() > 0)
        emit figureRequested(parts_->features);
}

std::vector<int> ScatterMatrix::features() const {
    return parts_->features;
}

void ScatterMatrix::setScores(std::shared_ptr<const Scores> scores) {
    const bool fits = scores && parts_->table &&
                      scores->responsibilities.rows() == parts_->table->observations.rows();
    parts_->scores = fits ? std::move(scores) : nullptr;
    parts_->figure.reset();
    for (Parts::Panel& panel : parts_->panels)
        if (panel.cloud != nullptr)
            panel.cloud->setScores(parts_->scores);
    parts_->drawFigure(*plot());
    restyle();
    scheduleReplot();
    if (!parts_->features.empty() && parts_->table->observations.rows() > 0)
        emit figureRequested(parts_->features);
}

void ScatterMatrix::setComponentNames(const QStringList& names) {
    parts_->componentNames = names;
}

void ScatterMatrix::setFigure(std::shared_ptr<const ScatterFigure> figure) {
    std::vector<int> features;
    if (figure)
        for (const FigureFeature& feature : figure->features) features.push_back(feature.feature);
    if (features != parts_->features)
        return;
    parts_->figure = std::move(figure);
    parts_->drawFigure(*plot());
    resetView();
    restyle();
}

void ScatterMatrix::Parts::build(QCustomPlot& plot, BackgroundQueue* rasters) {
    plot.clearPlottables();
    plot.clearItems();
    plot.plotLayout()->clear();
    panels.clear();
    legend = nullptr;
    legendRow = nullptr;
    grid = new QCPLayoutGrid;
    plot.plotLayout()->addElement(0, 0, grid);
    grid->setRowSpacing(panelGap);
    grid->setColumnSpacing(panelGap);
    if (size() == 0)
        return;
    // Keeps the panels' edges aligned whatever the widths of the outer tick labels.
    std::vector<QCPMarginGroup*> columns;
    std::vector<QCPMarginGroup*> rows;
    for (std::size_t i = 0; i < size(); ++i) {
        columns.push_back(new QCPMarginGroup(&plot));
        rows.push_back(new QCPMarginGroup(&plot));
    }
    const auto rowCount = static_cast<int>(table->observations.rows());
    const auto cloudCount = static_cast<int>(size() * (size() - 1));
    panels.resize(size() * size());
    for (std::size_t row = 0; row < size(); ++row) {
        for (std::size_t column = 0; column < size(); ++column) {
            Panel& panel = panels[row * size() + column];
            panel.rect = new QCPAxisRect(&plot, true);
            grid->addElement(static_cast<int>(row), static_cast<int>(column), panel.rect);
            panel.rect->setMinimumSize(30, 30);
            panel.rect->setMinimumMargins(QMargins(1, 1, 1, 1));
            panel.rect->setMarginGroup(QCP::msLeft | QCP::msRight, columns[column]);
            panel.rect->setMarginGroup(QCP::msTop | QCP::msBottom, rows[row]);
            QCPAxis* x = panel.rect->axis(QCPAxis::atBottom);
            QCPAxis* y = panel.rect->axis(QCPAxis::atLeft);
            panel.rect->setupFullAxesBox(false);
            placeOnLayers(*panel.rect);
            for (QCPAxis* axis : {x, y}) {
                axis->ticker()->setTickCount(3);
                axis->setTickLabelPadding(3);
            }
            x->setTickLabels(row + 1 == size());
            y->setTickLabels(column == 0);
            if (row != column) {
                panel.cloud = new PointCloud(x, y);
                panel.cloud->setPoints(table, features[column], features[row]);
                panel.cloud->setScores(scores);
                panel.cloud->setBackground(rasters, countedInAll / std::max(cloudCount, 1));
                panel.cloud->setMarkRadius(size() > 4 ? 1.9 : 2.4);
                panel.cloud->setShapeLimit(cloudCount == 0 ? rowCount
                                                           : shapesInAll / std::max(cloudCount, 1));
                continue;
            }
            QCPAxis* height = panel.rect->axis(QCPAxis::atRight);
            panel.bars = new QCPBars(x, height);
            panel.bars->setWidthType(QCPBars::wtPlotCoords);
            panel.name = new QCPItemText(&plot);
            panel.name->setClipToAxisRect(false);
            panel.name->setLayer(QStringLiteral("axes"));
            panel.name->position->setAxisRect(panel.rect);
            panel.name->position->setType(QCPItemPosition::ptAxisRectRatio);
            panel.name->position->setCoords(0.5, 0.0);
            panel.name->setPositionAlignment(Qt::AlignHCenter | Qt::AlignTop);
            panel.name->setPadding(QMargins(2, 3, 2, 1));
        }
    }
}

void ScatterMatrix::Parts::clearFigure(QCustomPlot& plot) {
    for (std::size_t place = 0; place < size(); ++place) {
        Panel& panel = this->panel(place, place);
        for (QCPGraph* graph : panel.componentDensities) plot.removePlottable(graph);
        panel.componentDensities.clear();
        if (panel.density != nullptr)
            plot.removePlottable(panel.density);
        panel.density = nullptr;
        panel.bars->data()->clear();
    }
    for (Panel& panel : panels) {
        for (auto* curves : {&panel.ellipses, &panel.contours}) {
            for (QCPCurve* curve : *curves) plot.removePlottable(curve);
            curves->clear();
        }
    }
}

/// Histogram and densities of a feature, on the diagonal.
void ScatterMatrix::Parts::drawFeature(std::size_t place) {
    Panel& panel = this->panel(place, place);
    const FigureFeature& feature = figure->features[place];
    QVector<QCPBarsData> bars;
    double top = 0.0;
    for (std::size_t bin = 0; bin < feature.histogram.counts.size(); ++bin) {
        bars.append({feature.histogram.bin_centre(bin), feature.histogram.density(bin)});
        top = std::max(top, feature.histogram.density(bin));
    }
    panel.bars->data()->set(bars, true);
    panel.bars->setWidth(feature.histogram.bin_width());
    QCPAxis* x = panel.rect->axis(QCPAxis::atBottom);
    QCPAxis* height = panel.rect->axis(QCPAxis::atRight);
    if (feature.density) {
        const auto curve = [&](const auto& values) {
            auto* graph = new QCPGraph(x, height);
            QVector<QCPGraphData> points;
            for (Eigen::Index i = 0; i < feature.density->nodes.size(); ++i)
                points.append({feature.density->nodes[i], values[i]});
            graph->data()->set(points, true);
            return graph;
        };
        const auto& components = feature.density->component_densities;
        for (Eigen::Index k = 0; k < components.cols(); ++k)
            panel.componentDensities.push_back(curve(components.col(k)));
        panel.density = curve(feature.density->density);
        top = std::max(top, std::min(feature.density->density.maxCoeff(), 3.0 * top));
    }
    // Room above for the feature's name.
    mixtura::app::setRange(*height, {0.0, top > 0.0 ? 1.35 * top : 1.0});
}

/// Ellipses below the diagonal, density contours above it. The pair is worked out once, x across;
/// above the diagonal it is turned.
void ScatterMatrix::Parts::drawPair(const FigurePair& pair) {
    const auto x = static_cast<std::size_t>(pair.x);
    const auto y = static_cast<std::size_t>(pair.y);
    const auto curve = [](const Panel& panel, const std::vector<ContourLine>& lines) {
        auto* drawn =
            new QCPCurve(panel.rect->axis(QCPAxis::atBottom), panel.rect->axis(QCPAxis::atLeft));
        setLines(*drawn, lines);
        return drawn;
    };
    Panel& below = panel(y, x);
    Panel& above = panel(x, y);
    if (ellipses->isChecked())
        for (const PairComponent& component : pair.components)
            for (const auto& ellipse : component.ellipses)
                below.ellipses.push_back(curve(below, {ellipse}));
    if (contours->isChecked())
        for (const MassContour& contour : pair.contours) {
            std::vector<ContourLine> turned = contour.lines;
            for (ContourLine& line : turned)
                for (PlanePoint& point : line) std::swap(point.x, point.y);
            above.contours.push_back(curve(above, turned));
        }
}

void ScatterMatrix::Parts::drawFigure(QCustomPlot& plot) {
    if (size() == 0)
        return;
    clearFigure(plot);
    if (!figure)
        return;
    for (std::size_t place = 0; place < size(); ++place) drawFeature(place);
    for (const FigurePair& pair : figure->pairs) drawPair(pair);
    for (Panel& panel : panels)
        if (panel.cloud != nullptr)
            panel.cloud->setFaint(!panel.contours.empty());
}

void ScatterMatrix::Parts::elideNames() {
    for (std::size_t place = 0; place < size(); ++place) {
        Panel& panel = this->panel(place, place);
        panel.name->setText(elided(name(place), panel.name->font(), panel.rect->width() - 6.0));
    }
}

void ScatterMatrix::Parts::fillLegend(bool dark) {
    legend->clearItems();
    for (int k = 0; k < componentCount(); ++k) {
        QString text = elided(componentMark(k, componentNames), legend->font(),
                              longestName * QFontMetricsF(legend->font()).averageCharWidth());
        if (figure && figure->mixing_weights.size() > k)
            text += QStringLiteral("  (%1)").arg(percent(figure->mixing_weights[k]));
        else if (figure && scores->is_noise(k))
            text += QStringLiteral("  (%1)").arg(percent(1.0 - figure->mixing_weights.sum()));
        legend->addItem(new ComponentLegendItem(
            legend, scores->is_noise(k) ? ComponentLegendItem::noise : k, text, dark));
    }
}

void ScatterMatrix::restyle() {
    for (Parts::Panel& panel : parts_->panels) {
        styleAxisRect(*panel.rect, theme());
        for (QCPAxis* axis : panel.rect->axes()) {
            QFont small = theme().font;
            small.setPointSizeF(0.82 * small.pointSizeF());
            axis->setTickLabelFont(small);
            axis->grid()->setVisible(panel.cloud != nullptr);
        }
        for (const auto side : {QCPAxis::atRight, QCPAxis::atTop}) {
            panel.rect->axis(side)->setTicks(false);
            panel.rect->axis(side)->setTickLabels(false);
            panel.rect->axis(side)->grid()->setVisible(false);
        }
        if (panel.cloud != nullptr)
            panel.cloud->setColours(theme().dark, theme().muted, theme().text);
        if (panel.bars != nullptr) {
            QColor fill = theme().muted;
            fill.setAlpha(parts_->hasModel() ? 90 : 190);
            panel.bars->setBrush(fill);
            panel.bars->setPen(panel.bars->data()->size() > gaplessBars
                                   ? QPen(Qt::NoPen)
                                   : QPen(theme().background, 0.5));
        }
        if (panel.name != nullptr) {
            QFont bold = theme().font;
            bold.setBold(true);
            panel.name->setFont(bold);
            panel.name->setColor(theme().text);
        }
        if (panel.density != nullptr)
            panel.density->setPen(QPen(theme().text, 1.4));
        for (std::size_t k = 0; k < panel.componentDensities.size(); ++k)
            panel.componentDensities[k]->setPen(QPen(
                readableColour(componentColour(static_cast<int>(k), theme().dark), theme().dark),
                1.4));
        const std::size_t perComponent = parts_->figure ? parts_->figure->ellipse_masses.size() : 1;
        for (std::size_t i = 0; i < panel.ellipses.size(); ++i) {
            const auto component = static_cast<int>(i / perComponent);
            panel.ellipses[i]->setPen(
                QPen(readableColour(componentColour(component, theme().dark), theme().dark),
                     i % perComponent == 0 ? 1.6 : 1.1));
        }
        for (std::size_t i = 0; i < panel.contours.size(); ++i)
            panel.contours[i]->setPen(QPen(theme().text, 1.5 - 0.25 * static_cast<double>(i)));
    }
    // A legend row above the panels, once there is something to name.
    auto* layout = plot()->plotLayout();
    if (parts_->legendRow != nullptr) {
        layout->remove(parts_->legendRow);
        parts_->legendRow = nullptr;
        parts_->legend = nullptr;
        layout->simplify();
    }
    if (parts_->componentCount() > 0 && parts_->size() > 0) {
        parts_->legend = new QCPLegend;
        layout->insertRow(0);
        parts_->legendRow = new QCPLayoutGrid;
        layout->addElement(0, 0, parts_->legendRow);
        parts_->legendRow->addElement(0, 0, parts_->legend);
        parts_->legendRow->addElement(0, 1, new QCPLayoutElement(plot()));
        parts_->legendRow->setColumnStretchFactor(0, 0.001);
        layout->setRowStretchFactor(0, 0.001);
        layout->setRowStretchFactor(1, 1.0);
        layout->setRowSpacing(2);
        parts_->legend->setLayer(QStringLiteral("legend"));
        parts_->legend->setFillOrder(QCPLegend::foColumnsFirst);
        const int itemWidth = parts_->componentNames.isEmpty() ? 130 : 240;
        parts_->legend->setWrap(std::max(3, plot()->width() / itemWidth));
        styleLegend(*parts_->legend, theme());
        parts_->legend->setBrush(Qt::NoBrush);
        parts_->legend->setMargins(QMargins(4, 0, 4, 0));
        parts_->legend->setColumnSpacing(14);
        parts_->fillLegend(theme().dark);
    }
    const bool empty = parts_->size() == 0 || parts_->table->observations.rows() == 0;
    const QString name = tr("Scatter matrix");
    if (empty) {
        describe(name, tr("Scatter matrix; no numeric data are open."));
        return;
    }
    QStringList names;
    for (std::size_t i = 0; i < parts_->size(); ++i) names.append(parts_->name(i));
    QString sentence = tr("Scatter matrix of %1, %2 rows")
                           .arg(names.join(QStringLiteral(", ")))
                           .arg(parts_->table->observations.rows());
    if (parts_->componentCount() > 0)
        sentence += tr(", coloured by %n component(s)", nullptr, parts_->componentCount());
    describe(name, sentence + QLatin1Char('.'));
}

void ScatterMatrix::resetView() {
    for (std::size_t place = 0; place < parts_->size(); ++place) {
        AxisRange range = axis_range(parts_->table->observations.col(parts_->features[place]));
        if (parts_->figure)
            range = parts_->figure->features[place].range;
        for (std::size_t other = 0; other < parts_->size(); ++other) {
            setRange(*parts_->panel(other, place).rect->axis(QCPAxis::atBottom), range);
            setRange(*parts_->panel(place, other).rect->axis(QCPAxis::atLeft), range);
        }
    }
    scheduleReplot();
}

QByteArray ScatterMatrix::dataCsv() const {
    QByteArray text = "row";
    for (std::size_t i = 0; i < parts_->size(); ++i) text += ',' + csvField(parts_->name(i));
    text += parts_->scores ? ",classification,uncertainty\n" : "\n";
    if (parts_->size() == 0)
        return text;
    const auto& observations = parts_->table->observations;
    for (Eigen::Index row = 0; row < observations.rows(); ++row) {
        const auto place = static_cast<std::size_t>(row);
        const std::int64_t dataRow = parts_->table->rows.empty() ? row : parts_->table->rows[place];
        text += QByteArray::number(qlonglong{dataRow} + 1);
        for (const int feature : parts_->features) text += ',' + stored(observations(row, feature));
        if (parts_->scores)
            text += ',' +
                    QByteArray::number(
                        parts_->scores->number_of(parts_->scores->classification[place])) +
                    ',' + stored(parts_->scores->uncertainty[row]);
        text += '\n';
    }
    return text;
}

QString ScatterMatrix::fileStem() const {
    return QStringLiteral("scatter-matrix");
}

}  // namespace mixtura::app
