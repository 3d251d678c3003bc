// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/understanding_plot.h"

#include <QCheckBox>
#include <algorithm>
#include <array>
#include <functional>

#include <qcustomplot.h>

#include "plots/palette.h"
#include "plots/plot_style.h"
#include "plots/point_cloud.h"
#include "plots/understanding_series.h"
#include "session/component_name.h"

namespace mixtura::app {

namespace {

constexpr double meansAndCovariances = 0.5;
constexpr double meansAlone = 1.0;
constexpr double panelMargin = 0.04;  // of the range
constexpr int panelGap = 8;
constexpr std::array ellipseMasses = {0.5, 0.95};
constexpr double longestName = 20.0;  // of a component, in average characters

AxisRange widened(double lower, double upper) {
    const double margin = panelMargin * std::max(upper - lower, 1e-12);
    return {lower - margin, upper + margin};
}

/// Grows to hold `value`.
void include(AxisRange& range, double value) {
    range.lower = std::min(range.lower, value);
    range.upper = std::max(range.upper, value);
}

/// Names below the leaves of a tree, each cut to the room it has; its number at the least. The room
/// is worked out from the size of the plot: labels are made before the panels have theirs.
class LeafTicker : public QCPAxisTickerText {
  public:
    LeafTicker(const QCPAxis& axis, int leafCount) : axis_(&axis), leafCount_(leafCount) {}

  protected:
    QString getTickLabel(double tick, const QLocale& locale, QChar formatChar,
                         int precision) override {
        const QString name = QCPAxisTickerText::getTickLabel(tick, locale, formatChar, precision);
        const double panel = 0.25 * axis_->parentPlot()->viewport().width() - besidePanel;
        const double room = panel / leafCount_ - leafGap;
        const QFontMetricsF metrics(axis_->tickLabelFont());
        if (metrics.horizontalAdvance(name) <= room)
            return name;
        return room < shortestName * metrics.averageCharWidth()
                   ? name.section(u':', 0, 0)
                   : elided(name, axis_->tickLabelFont(), room);
    }

  private:
    static constexpr double besidePanel = 60.0;   // pixels: axis, its labels, the gap
    static constexpr double leafGap = 6.0;        // pixels
    static constexpr double shortestName = 14.0;  // average characters

    const QCPAxis* axis_;
    int leafCount_;
};

QCPScatterStyle disc(const QColor& colour, double size) {
    return {QCPScatterStyle::ssDisc, colour, colour, size};
}

}  // namespace

struct UnderstandingPlot::Parts {
    QCheckBox* meansOnly = nullptr;
    std::shared_ptr<const Explanation> explanation;
    std::shared_ptr<const FeatureTable> table;
    QStringList componentNames;
    std::shared_ptr<const FeatureTable> projected;  ///< the rows in the subspace; null without one
    bool isExpected = false;                        ///< a model is there, its explanation is not
    QCustomPlot* plot = nullptr;
    PlotTheme theme;
    BackgroundQueue* rasters = nullptr;

    /// An axis rect under its title, in one quarter of the plot.
    QCPAxisRect* addPanel(int row, int column, const QString& title) const;
    void addTitle(int row, int column, const QString& title) const;
    QCPAxisRect* newRect(const QString& xLabel, const QString& yLabel) const;
    void addWords(int row, int column, const QString& title, const QString& words) const;
    void addEmptyRect(int layoutRow, int layoutColumn, const QString& words) const;
    void build();
    void addSubspace() const;
    void addDistances() const;
    void addMerging() const;
    void drawTree(QCPAxisRect& rect) const;
    void drawEntropies(QCPAxisRect& rect) const;
    void addUncertainty() const;
    /// Names of few components have room in a panel.
    [[nodiscard]] bool namesFit(std::size_t componentCount) const {
        return !componentNames.isEmpty() && componentCount <= componentColourCount;
    }
    QCPLegend* addLegend(QCPAxisRect& rect) const;
};

UnderstandingPlot::UnderstandingPlot(QWidget* parent)
    : PlotView(parent), parts_(std::make_unique<Parts>()) {
    setObjectName(QStringLiteral("understandingPlot"));
    parts_->plot = plot();
    parts_->rasters = rasters();
    parts_->meansOnly = new QCheckBox(tr("Subspace by &means alone"));
    parts_->meansOnly->setToolTip(
        tr("Show the directions in which the means differ most; otherwise differences of the "
           "covariances count as well"));
    addChoice(parts_->meansOnly);
    connect(parts_->meansOnly, &QCheckBox::toggled, this, [this] {
        if (parts_->explanation)
            request();
    });
    clear();
}

UnderstandingPlot::~UnderstandingPlot() = default;

void UnderstandingPlot::clear() {
    parts_->isExpected = false;
    setExplanation(nullptr, nullptr);
}

void UnderstandingPlot::expectExplanation() {
    setExplanation(nullptr, nullptr);
    parts_->isExpected = true;
    if (isVisible())
        request();
}

void UnderstandingPlot::request() {
    emit explanationRequested(parts_->meansOnly->isChecked() ? meansAlone : meansAndCovariances);
}

void UnderstandingPlot::showEvent(QShowEvent* event) {
    PlotView::showEvent(event);
    if (parts_->isExpected && !parts_->explanation)
        request();
}

void UnderstandingPlot::setComponentNames(const QStringList& names) {
    parts_->componentNames = names;
}

void UnderstandingPlot::setExplanation(std::shared_ptr<const Explanation> explanation,
                                       std::shared_ptr<const FeatureTable> table) {
    Parts& p = *parts_;
    p.explanation = std::move(explanation);
    p.table = std::move(table);
    p.projected.reset();
    if (p.explanation)
        p.isExpected = false;
    if (p.explanation && p.explanation->subspace)
        p.projected = subspaceTable(*p.explanation, *p.table);
    describeExplanation();
    restyle();
    scheduleReplot();
}

void UnderstandingPlot::describeExplanation() {
    if (!parts_->explanation) {
        describe(tr("Understanding the fit"), tr("Understanding the fit; there is no model yet."));
        return;
    }
    const Explanation& explanation = *parts_->explanation;
    QString words = tr("Understanding the fit: mean uncertainty %1")
                        .arg(shown(explanation.scores.uncertainty.mean()));
    if (explanation.modes)
        words += tr("; modes of the density: %1").arg(explanation.modes->modes.rows());
    if (explanation.outliers)
        words += tr("; outlying rows: %1").arg(explanation.outliers->size());
    describe(tr("Understanding the fit"), words + u'.');
}

void UnderstandingPlot::resetView() {
    restyle();
    scheduleReplot();
}

void UnderstandingPlot::restyle() {
    parts_->theme = theme();
    parts_->build();
}

QString UnderstandingPlot::fileStem() const {
    return QStringLiteral("understanding");
}

QByteArray UnderstandingPlot::dataCsv() const {
    QByteArray text = "panel,mark,x,y\n";
    if (!parts_->explanation)
        return text;
    const Explanation& explanation = *parts_->explanation;
    const auto add = [&text](const char* panel, const QByteArray& mark, double x, double y) {
        text += panel + QByteArray(",") + mark + ',' + stored(x) + ',' + stored(y) + '\n';
    };
    const auto rowName = [this](Eigen::Index observation) {
        return "row " +
               QByteArray::number(
                   qlonglong{parts_->table->rows[static_cast<std::size_t>(observation)]} + 1);
    };
    if (parts_->projected) {
        const Eigen::MatrixXd& rows = parts_->projected->observations;
        for (Eigen::Index i = 0; i < rows.rows(); ++i)
            add("subspace", rowName(i), rows(i, 0), rows(i, 1));
    }
    const ChiSquarePlot distances =
        chi_square_plot(explanation.distances.gaussian_distances,
                        static_cast<int>(parts_->table->observations.cols()));
    for (Eigen::Index i = 0; i < distances.quantiles.size(); ++i)
        add("distances", rowName(distances.rows[static_cast<std::size_t>(i)]),
            distances.quantiles[i], distances.squared_distances[i]);
    if (explanation.merging) {
        const std::vector<double>& entropies = explanation.merging->entropies;
        for (std::size_t m = 0; m < entropies.size(); ++m)
            add("merging", "clusters", double(entropies.size() - m), entropies[m]);
    }
    const Scores& scores = explanation.scores;
    for (std::size_t i = 0; i < scores.classification.size(); ++i)
        add("uncertainty", rowName(static_cast<Eigen::Index>(i)),
            scores.number_of(scores.classification[i]),
            scores.uncertainty[static_cast<Eigen::Index>(i)]);
    return text;
}

// --- panels ---

void UnderstandingPlot::Parts::addTitle(int row, int column, const QString& title) const {
    QFont font = theme.font;
    font.setBold(true);
    auto* element = new QCPTextElement(plot, title, font);
    element->setTextColor(theme.text);
    element->setMargins({0, 6, 0, 0});
    plot->plotLayout()->addElement(2 * row, column, element);
}

QCPAxisRect* UnderstandingPlot::Parts::newRect(const QString& xLabel, const QString& yLabel) const {
    auto* rect = new QCPAxisRect(plot);
    placeOnLayers(*rect);
    styleAxisRect(*rect, theme);
    rect->axis(QCPAxis::atBottom)->setLabel(xLabel);
    rect->axis(QCPAxis::atLeft)->setLabel(yLabel);
    return rect;
}

QCPAxisRect* UnderstandingPlot::Parts::addPanel(int row, int column, const QString& title) const {
    addTitle(row, column, title);
    QCPAxisRect* rect = newRect({}, {});
    plot->plotLayout()->addElement(2 * row + 1, column, rect);
    return rect;
}

void UnderstandingPlot::Parts::addWords(int row, int column, const QString& title,
                                        const QString& words) const {
    addTitle(row, column, title);
    addEmptyRect(2 * row + 1, column, words);
}

/// Takes the room of a panel; a text element would leave it to the others.
void UnderstandingPlot::Parts::addEmptyRect(int layoutRow, int layoutColumn,
                                            const QString& words) const {
    QCPAxisRect* rect = newRect({}, {});
    // Before the text, which looks for a rectangle of the plot.
    plot->plotLayout()->addElement(layoutRow, layoutColumn, rect);
    for (QCPAxis* axis : rect->axes()) {
        axis->setVisible(false);
        axis->grid()->setVisible(false);
    }
    auto* text = new QCPItemText(plot);
    text->setClipToAxisRect(false);
    text->position->setType(QCPItemPosition::ptAxisRectRatio);
    text->position->setAxisRect(rect);
    text->position->setCoords(0.5, 0.5);
    text->setText(words);
    text->setFont(theme.font);
    text->setColor(theme.text);
}

void UnderstandingPlot::Parts::build() {
    plot->clearPlottables();
    plot->clearItems();
    plot->plotLayout()->clear();
    plot->plotLayout()->setColumnSpacing(panelGap);
    plot->plotLayout()->setRowSpacing(0);
    if (!explanation) {
        addEmptyRect(0, 0,
                     isExpected ? tr("The model is being looked at.")
                                : tr("Run a fit to see what its model says of the rows."));
        return;
    }
    addSubspace();
    addDistances();
    addMerging();
    addUncertainty();
    for (const int titleRow : {0, 2}) plot->plotLayout()->setRowStretchFactor(titleRow, 0.001);
}

void UnderstandingPlot::Parts::addSubspace() const {
    const QString title = tr("Components in the discriminant subspace");
    if (!projected) {
        addWords(0, 0, title,
                 explanation->components.size() < 2 ? tr("It takes two components to differ.")
                                                    : tr("The components do not differ in what "
                                                         "counts."));
        return;
    }
    const DiscriminantSubspace& subspace = *explanation->subspace;
    QCPAxisRect* rect = addPanel(0, 0, title);
    QCPAxis* x = rect->axis(QCPAxis::atBottom);
    QCPAxis* y = rect->axis(QCPAxis::atLeft);
    x->setLabel(tr("Direction 1 (eigenvalue %1)").arg(shown(subspace.eigenvalues[0], 3)));
    const bool isPlane = subspace.directions.cols() > 1;
    y->setLabel(isPlane ? tr("Direction 2 (eigenvalue %1)").arg(shown(subspace.eigenvalues[1], 3))
                        : tr("Log density"));
    const Eigen::MatrixXd& rows = projected->observations;
    AxisRange xRange{rows.col(0).minCoeff(), rows.col(0).maxCoeff()};
    AxisRange yRange{rows.col(1).minCoeff(), rows.col(1).maxCoeff()};
    auto* cloud = new PointCloud(x, y);
    cloud->setBackground(rasters, 200000);
    cloud->setColours(theme.dark, theme.muted, theme.text);
    cloud->setMarkRadius(2.6);
    cloud->setPoints(projected, 0, 1);
    cloud->setScores({explanation, &explanation->scores});
    for (int k = 0; isPlane && k < subspace.projected.component_count(); ++k) {
        const QColor colour = readableColour(componentColour(k, theme.dark), theme.dark);
        for (const double mass : ellipseMasses) {
            auto* ellipse = new QCPCurve(x, y);
            ellipse->setPen(QPen(colour, 1.4));
            const std::vector<PlanePoint> line =
                component_ellipse(subspace.projected, k, 0, 1, mass);
            setLines(*ellipse, {line});
            for (const PlanePoint& point : line) {
                include(xRange, point.x);
                include(yRange, point.y);
            }
        }
    }
    setRange(*x, widened(xRange.lower, xRange.upper));
    setRange(*y, widened(yRange.lower, yRange.upper));
}

void UnderstandingPlot::Parts::addDistances() const {
    QCPAxisRect* rect = addPanel(0, 1, tr("Mahalanobis distances to the own component"));
    QCPAxis* x = rect->axis(QCPAxis::atBottom);
    QCPAxis* y = rect->axis(QCPAxis::atLeft);
    const int features = static_cast<int>(table->observations.cols());
    x->setLabel(tr("Quantile of the chi-square, degrees of freedom: %1").arg(features));
    const MahalanobisDistances& distances = explanation->distances;
    const ChiSquarePlot points = chi_square_plot(distances.gaussian_distances, features);
    const Eigen::Index last = points.quantiles.size() - 1;
    if (last < 0)  // every row is noise
        return;
    const bool isGaussian = std::ranges::all_of(points.rows, [&distances](Eigen::Index row) {
        return distances.gaussian_distances[row] == distances.squared_distances[row];
    });
    y->setLabel(isGaussian ? tr("Squared distance") : tr("Squared distance as rare in a Gaussian"));
    auto* diagonal = new QCPCurve(x, y);
    diagonal->setPen(QPen(theme.axis, 1.2, Qt::DashLine));
    setLines(*diagonal, {{{0.0, 0.0}, {points.quantiles[last], points.quantiles[last]}}});
    QCPGraph* usual = plot->addGraph(x, y);
    QCPGraph* outlying = plot->addGraph(x, y);
    for (const Eigen::Index i : thinnedPlaces(last + 1)) {
        const Eigen::Index row = points.rows[static_cast<std::size_t>(i)];
        const bool isOutlying = distances.tail_probabilities[row] < explanation->outlier_tail;
        (isOutlying ? outlying : usual)->addData(points.quantiles[i], points.squared_distances[i]);
    }
    for (const auto& [graph, colour] :
         {std::pair{usual, readableColour(componentColour(0, theme.dark), theme.dark)},
          std::pair{outlying, theme.error}}) {
        graph->setLineStyle(QCPGraph::lsNone);
        graph->setScatterStyle(disc(colour, 5.0));
        graph->setAdaptiveSampling(false);
    }
    setRange(*x, widened(0.0, points.quantiles[last]));
    setRange(*y, widened(0.0, std::max(points.quantiles[last], points.squared_distances[last])));
}

void UnderstandingPlot::Parts::addMerging() const {
    const QString title = tr("Components merged by entropy");
    if (!explanation->merging) {
        addWords(1, 0, title, tr("It takes two components to merge."));
        return;
    }
    const auto suggested = suggested_cluster_count(*explanation->merging);
    addTitle(1, 0,
             suggested ? tr("Components merged by entropy (bend at %1)").arg(*suggested) : title);
    auto* both = new QCPLayoutGrid;
    plot->plotLayout()->addElement(3, 0, both);
    QCPAxisRect* tree = newRect(tr("Component"), tr("Clusters"));
    QCPAxisRect* entropies = newRect(tr("Entropy"), {});
    both->addElement(0, 0, tree);
    both->addElement(0, 1, entropies);
    both->setColumnSpacing(panelGap);
    auto* margins = new QCPMarginGroup(plot);
    const double count = explanation->merging->component_count;
    QSharedPointer<QCPAxisTickerFixed> whole(new QCPAxisTickerFixed);
    whole->setTickStep(1.0);
    whole->setScaleStrategy(QCPAxisTickerFixed::ssMultiples);
    for (QCPAxisRect* rect : {tree, entropies}) {
        rect->setMarginGroup(QCP::msTop | QCP::msBottom, margins);
        QCPAxis* clusters = rect->axis(QCPAxis::atLeft);
        clusters->setRangeReversed(true);  // all components below, one cluster on top
        clusters->setTicker(whole);
        setRange(*clusters, {0.6, count + 0.4});
    }
    drawTree(*tree);
    drawEntropies(*entropies);
}

void UnderstandingPlot::Parts::drawTree(QCPAxisRect& rect) const {
    const EntropyMergeTree& tree = *explanation->merging;
    QCPAxis* x = rect.axis(QCPAxis::atBottom);
    QCPAxis* y = rect.axis(QCPAxis::atLeft);
    const MergeDrawing drawing = mergeDrawing(tree);
    auto* lines = new QCPCurve(x, y);
    lines->setPen(QPen(theme.text, 1.4));
    setLines(*lines, drawing.unions);
    QSharedPointer<LeafTicker> names(new LeafTicker(*x, tree.component_count));
    for (int k = 0; k < tree.component_count; ++k) {
        const double place = drawing.leaves[static_cast<std::size_t>(k)];
        names->addTick(place, componentMark(k, componentNames));
        QCPGraph* leaf = plot->addGraph(x, y);
        leaf->setLineStyle(QCPGraph::lsNone);
        leaf->setScatterStyle(
            disc(readableColour(componentColour(k, theme.dark), theme.dark), 9.0));
        leaf->addData(place, tree.component_count);
    }
    x->setTicker(names);
    x->grid()->setVisible(false);
    setRange(*x, {-0.6, tree.component_count - 0.4});
}

void UnderstandingPlot::Parts::drawEntropies(QCPAxisRect& rect) const {
    const EntropyMergeTree& tree = *explanation->merging;
    QCPAxis* x = rect.axis(QCPAxis::atBottom);
    QCPAxis* y = rect.axis(QCPAxis::atLeft);
    y->setTickLabels(false);
    std::vector<PlanePoint> points;
    for (std::size_t m = 0; m < tree.entropies.size(); ++m)
        points.push_back({tree.entropies[m], double(tree.component_count) - double(m)});
    auto* curve = new QCPCurve(x, y);
    curve->setPen(QPen(theme.text, 1.4));
    curve->setScatterStyle(disc(theme.text, 5.0));
    setLines(*curve, {points});
    if (const auto suggested = suggested_cluster_count(tree)) {
        const auto m = static_cast<std::size_t>(tree.component_count - *suggested);
        QCPGraph* ring = plot->addGraph(x, y);
        ring->setLineStyle(QCPGraph::lsNone);
        ring->setScatterStyle(
            {QCPScatterStyle::ssCircle, QPen(theme.emphasis, 2.0), Qt::NoBrush, 13.0});
        ring->addData(tree.entropies[m], *suggested);
    }
    setRange(*x, widened(0.0, std::max(tree.entropies.front(), 1e-9)));
}

/// In the upper right corner, which falling curves leave free.
QCPLegend* UnderstandingPlot::Parts::addLegend(QCPAxisRect& rect) const {
    auto* legend = new QCPLegend;
    rect.insetLayout()->addElement(legend, Qt::AlignTop | Qt::AlignRight);
    legend->setLayer(QStringLiteral("legend"));
    styleLegend(*legend, theme);
    legend->setIconSize(22, 10);
    legend->setRowSpacing(1);
    return legend;
}

void UnderstandingPlot::Parts::addUncertainty() const {
    QCPAxisRect* rect = addPanel(1, 1, tr("Uncertainty of the rows of each component"));
    QCPAxis* x = rect->axis(QCPAxis::atBottom);
    QCPAxis* y = rect->axis(QCPAxis::atLeft);
    x->setLabel(tr("Rows of the component, the most uncertain first (%)"));
    y->setLabel(tr("Uncertainty"));
    const std::vector<std::vector<PlanePoint>> curves = uncertaintyCurves(explanation->scores);
    QCPLegend* legend = namesFit(curves.size()) ? addLegend(*rect) : nullptr;
    constexpr std::array lineStyles = {Qt::SolidLine, Qt::DashLine, Qt::DotLine};
    double greatest = 0.0;
    for (std::size_t k = 0; k < curves.size(); ++k) {
        const int component = static_cast<int>(k);
        auto* curve = new QCPCurve(x, y);
        const QColor colour =
            explanation->scores.is_noise(component)
                ? noiseColour(theme.dark)
                : readableColour(componentColour(component, theme.dark), theme.dark);
        curve->setPen(
            QPen(colour, 1.8, lineStyles.at(k / componentColourCount % lineStyles.size())));
        setLines(*curve, {curves[k]});
        if (legend != nullptr) {
            curve->setName(elided(componentMark(component, componentNames), theme.font,
                                  longestName * QFontMetricsF(theme.font).averageCharWidth()));
            legend->addItem(new QCPPlottableLegendItem(legend, curve));
        }
        for (const PlanePoint& point : curves[k]) greatest = std::max(greatest, point.y);
    }
    setRange(*x, widened(0.0, 100.0));
    setRange(*y, widened(0.0, std::max(greatest, 1e-3)));
}

}  // namespace mixtura::app
