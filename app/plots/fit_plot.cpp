// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/fit_plot.h"

#include <QCheckBox>
#include <QComboBox>
#include <QSignalBlocker>
#include <QToolTip>
#include <algorithm>

#include "plots/fit_plot_parts.h"
#include "plots/plot_style.h"
#include "session/component_name.h"

namespace mixtura::app {

namespace {

constexpr double hoverReach = 12.0;
constexpr double wheelZoom = 0.85;
// Rows that are counted within a blink; more are counted in the background.
constexpr int rowsCountedAtOnce = 100000;

}  // namespace

FitPlot::FitPlot(QWidget* parent) : PlotView(parent), parts_(std::make_unique<Parts>()) {
    setObjectName(QStringLiteral("fitPlot"));
    Parts& p = *parts_;
    p.xChoice = new QComboBox;
    p.yChoice = new QComboBox;
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
    for (QComboBox* box : {p.xChoice, p.yChoice}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(14);
        addChoice(box == p.xChoice ? tr("&Across") : tr("&Up"), box);
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
    for (QCheckBox* box : {p.ellipses, p.contours, p.map, p.uncertain}) {
        addChoice(box);
        connect(box, &QCheckBox::toggled, this, [this] {
            parts_->drawFigure(*plot());
            restyle();
            scheduleReplot();
        });
    }

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
    plot.plotLayout()->addElement(1, 2, legendPlace);
    legendPlace->addElement(0, 0, p.legend);
    legendPlace->addElement(1, 0, new QCPLayoutElement(&plot));
    legendPlace->setRowStretchFactor(0, 0.001);
    p.legend->setLayer(QStringLiteral("legend"));
    plot.plotLayout()->setColumnStretchFactor(2, 0.001);
    plot.plotLayout()->setRowSpacing(0);
    plot.plotLayout()->setColumnSpacing(0);
    p.top->setMinimumSize(50, Parts::marginalHeight);
    p.top->setMaximumSize(QWIDGETSIZE_MAX, Parts::marginalHeight);
    p.side->setMinimumSize(Parts::marginalHeight, 50);
    p.side->setMaximumSize(Parts::marginalHeight, QWIDGETSIZE_MAX);
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
    p.cloud->setBackground(rasters(), rowsCountedAtOnce);
    p.topBars = new QCPBars(p.top->axis(QCPAxis::atBottom), p.top->axis(QCPAxis::atLeft));
    p.sideBars = new QCPBars(p.side->axis(QCPAxis::atLeft), p.side->axis(QCPAxis::atBottom));
    p.singleBars = new QCPBars(p.xAxis(), p.yAxis());
    for (QCPBars* bars : {p.topBars, p.sideBars, p.singleBars})
        bars->setWidthType(QCPBars::wtPlotCoords);
    connect(&plot, &QCustomPlot::mouseMove, this, [this, &plot](QMouseEvent* event) {
        const Parts& parts = *parts_;
        // Names that the legend cuts are told whole.
        const auto components =
            std::min<qsizetype>(parts.componentNames.size(), parts.legend->itemCount());
        for (int k = 0; k < components; ++k)
            if (parts.legend->visible() &&
                parts.legend->item(k)->outerRect().contains(event->pos())) {
                QToolTip::showText(event->globalPosition().toPoint(),
                                   componentTitle(k, parts.componentNames), &plot);
                return;
            }
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
            text += tr("\n%1, responsibility %2")
                        .arg(componentTitle(component, parts.componentNames),
                             percent(parts.scores->responsibilities(row, component)));
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

void FitPlot::setComponentNames(const QStringList& names) {
    parts_->componentNames = names;
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
    const Eigen::Index groups = parts_->scores ? parts_->scores->responsibilities.cols() : 0;
    if (parts_->scores) {
        text += ",classification,uncertainty";
        for (int k = 1; k <= parts_->scores->component_count(); ++k)
            text += ",responsibility_" + QByteArray::number(k);
        if (parts_->scores->has_noise)
            text += ",responsibility_noise";
    }
    text += '\n';
    if (features.empty())
        return text;
    const auto& observations = parts_->table->observations;
    for (Eigen::Index row = 0; row < observations.rows(); ++row) {
        const auto place = static_cast<std::size_t>(row);
        const std::int64_t dataRow = parts_->table->rows.empty() ? row : parts_->table->rows[place];
        text += QByteArray::number(qlonglong{dataRow} + 1);
        for (const int feature : features) text += ',' + stored(observations(row, feature));
        if (parts_->scores) {
            text += ',' +
                    QByteArray::number(
                        parts_->scores->number_of(parts_->scores->classification[place])) +
                    ',' + stored(parts_->scores->uncertainty[row]);
            for (Eigen::Index k = 0; k < groups; ++k)
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
