// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/bic_plot.h"

#include <QCheckBox>
#include <QHelpEvent>
#include <QToolTip>
#include <algorithm>
#include <cmath>
#include <limits>

#include <qcustomplot.h>

#include "mixtura/plan/selection_figures.h"
#include "mixtura/selection/criterion_abbreviation.h"

#include "plots/palette.h"
#include "plots/plot_style.h"
#include "plots/point_cloud.h"

namespace mixtura::app {

namespace {

constexpr double clickReach = 10.0;    // pixels
constexpr double closeUpShare = 0.75;  // part of the models that the close-up shows

const std::array<Qt::PenStyle, 3> lineStyles = {Qt::SolidLine, Qt::DashLine, Qt::DotLine};

}  // namespace

struct BicPlot::Parts {
    std::vector<SelectionRecord> records;
    std::optional<std::size_t> best;
    Criterion criterion = Criterion::bic;
    int current = -1;
    QCheckBox* closeUp = nullptr;
    QStringList structures;  ///< in the order of the records
    struct Line {
        QCPGraph* line = nullptr;
        QCPGraph* hollow = nullptr;
    };
    std::vector<Line> lines;
    QCPGraph* bestMark = nullptr;
    QCPGraph* currentMark = nullptr;
    QCPItemText* bestLabel = nullptr;
    std::vector<QCPItemText*> failures;  ///< one for each count with models that failed
    QCPLegend* legend = nullptr;
    QSharedPointer<QCPAxisTickerFixed> ticker{new QCPAxisTickerFixed};

    [[nodiscard]] double value(const SelectionRecord& record) const {
        return criterion_value(record, criterion);
    }
    [[nodiscard]] bool hasValue(const SelectionRecord& record) const {
        return record.status != "failed" && record.status != "cancelled" &&
               std::isfinite(value(record)) && record.parameter_count > 0 &&
               record.log_likelihood != 0.0;
    }
    [[nodiscard]] QString criterionName() const {
        return QString::fromStdString(abbreviation(criterion));
    }
    [[nodiscard]] static QString nameOf(const SelectionRecord& record) {
        return QStringLiteral("%1,%2")
            .arg(QString::fromStdString(record.covariance_structure))
            .arg(record.component_count);
    }
    [[nodiscard]] int recordAt(const QCustomPlot& plot, const QPointF& pixel) const;
    [[nodiscard]] QString failuresAt(const QCustomPlot& plot, const QPointF& pixel) const;
};

BicPlot::BicPlot(QWidget* parent) : PlotView(parent), parts_(std::make_unique<Parts>()) {
    setObjectName(QStringLiteral("bicPlot"));
    Parts& p = *parts_;
    p.closeUp = new QCheckBox(tr("&Close-up of the better models"));
    p.closeUp->setToolTip(tr("Leave the worst quarter of the models out of view"));
    p.closeUp->setChecked(true);
    addChoice(p.closeUp);
    connect(p.closeUp, &QCheckBox::toggled, this, [this] { resetView(); });
    QCustomPlot& plot = *this->plot();
    p.legend = new QCPLegend;
    auto* legendPlace = new QCPLayoutGrid;
    plot.plotLayout()->addElement(0, 1, legendPlace);
    legendPlace->addElement(0, 0, p.legend);
    legendPlace->addElement(1, 0, new QCPLayoutElement(&plot));
    legendPlace->setRowStretchFactor(0, 0.001);
    plot.plotLayout()->setColumnStretchFactor(1, 0.001);
    p.legend->setLayer(QStringLiteral("legend"));
    plot.addLayer(QStringLiteral("best"), plot.layer(QStringLiteral("main")),
                  QCustomPlot::limAbove);
    plot.xAxis->setTicker(p.ticker);
    p.ticker->setTickStep(1.0);

    plot.setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    plot.axisRect()->setRangeZoomFactor(0.85);
    connect(&plot, &QCustomPlot::mouseRelease, this, [this](QMouseEvent* event) {
        const int record = parts_->recordAt(*this->plot(), event->position());
        if (event->button() == Qt::LeftButton && record >= 0) {
            setCurrent(record);
            emit candidateSelected(record);
        }
    });
    setRecords({}, std::nullopt);
}

BicPlot::~BicPlot() = default;

void BicPlot::setRecords(const std::vector<SelectionRecord>& records,
                         std::optional<std::size_t> best, Criterion criterion) {
    Parts& p = *parts_;
    const bool sameModels = p.records.size() == records.size() && p.criterion == criterion;
    p.records = records;
    p.best = best && *best < records.size() ? best : std::nullopt;
    p.criterion = criterion;
    if (!sameModels)
        p.current = -1;
    QCustomPlot& plot = *this->plot();
    plot.clearGraphs();
    plot.clearItems();
    p.legend->clearItems();
    p.lines.clear();
    p.failures.clear();
    p.structures.clear();
    for (const SelectionRecord& record : records) {
        const QString structure = QString::fromStdString(record.covariance_structure);
        if (!p.structures.contains(structure))
            p.structures.append(structure);
    }
    for (const QString& structure : p.structures) {
        Parts::Line& line = p.lines.emplace_back();
        line.line = plot.addGraph();
        line.hollow = plot.addGraph();
        line.line->setAdaptiveSampling(false);
        line.hollow->setLineStyle(QCPGraph::lsNone);
        QMap<int, double> values;
        for (const SelectionRecord& record : records) {
            if (QString::fromStdString(record.covariance_structure) != structure ||
                !p.hasValue(record))
                continue;
            if (is_admissible(record)) {
                values.insert(record.component_count, p.value(record));
            } else {
                line.hollow->addData(record.component_count, p.value(record));
            }
        }
        for (auto value = values.cbegin(); value != values.cend(); ++value)
            line.line->addData(value.key(), value.value());
        line.line->setName(structure);
    }
    p.currentMark = plot.addGraph();
    p.bestMark = plot.addGraph();
    for (QCPGraph* marks : {p.currentMark, p.bestMark}) {
        marks->setLineStyle(QCPGraph::lsNone);
        marks->setLayer(QStringLiteral("best"));
    }
    p.bestLabel = nullptr;
    if (p.best && p.hasValue(records[*p.best])) {
        const SelectionRecord& record = records[*p.best];
        p.bestMark->addData(record.component_count, p.value(record));
        p.bestLabel = new QCPItemText(&plot);
        p.bestLabel->setLayer(QStringLiteral("best"));
        p.bestLabel->position->setAxes(plot.xAxis, plot.yAxis);
        p.bestLabel->position->setCoords(record.component_count, p.value(record));
        p.bestLabel->setText(tr("best: %1").arg(Parts::nameOf(record)));
        p.bestLabel->setPositionAlignment(Qt::AlignHCenter | Qt::AlignTop);
        p.bestLabel->setPadding(QMargins(4, 12, 4, 2));
    }
    QMap<int, int> failed;
    for (const SelectionRecord& record : records)
        if (!p.hasValue(record))
            ++failed[record.component_count];
    for (auto count = failed.cbegin(); count != failed.cend(); ++count) {
        auto* text = new QCPItemText(&plot);
        text->setLayer(QStringLiteral("best"));
        text->position->setTypeX(QCPItemPosition::ptPlotCoords);
        text->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
        text->position->setAxes(plot.xAxis, plot.yAxis);
        text->position->setAxisRect(plot.axisRect());
        text->position->setCoords(count.key(), 0.995);
        text->setPositionAlignment(Qt::AlignHCenter | Qt::AlignBottom);
        text->setText(tr("%1 n/a").arg(count.value()));
        p.failures.push_back(text);
    }
    restyle();
    setCurrent(p.current);
    resetView();
}

void BicPlot::setCurrent(int record) {
    Parts& p = *parts_;
    p.current = record >= 0 && record < static_cast<int>(p.records.size()) ? record : -1;
    p.currentMark->data()->clear();
    if (p.current >= 0) {
        const SelectionRecord& chosen = p.records[static_cast<std::size_t>(p.current)];
        if (p.hasValue(chosen))
            p.currentMark->addData(chosen.component_count, p.value(chosen));
    }
    scheduleReplot();
}

int BicPlot::current() const {
    return parts_->current;
}

int BicPlot::Parts::recordAt(const QCustomPlot& plot, const QPointF& pixel) const {
    int nearest = -1;
    double least = clickReach;
    if (!plot.axisRect()->rect().contains(pixel.toPoint()))
        return -1;
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (!hasValue(records[i]))
            continue;
        const double distance =
            std::hypot(plot.xAxis->coordToPixel(records[i].component_count) - pixel.x(),
                       plot.yAxis->coordToPixel(value(records[i])) - pixel.y());
        if (distance < least) {
            least = distance;
            nearest = static_cast<int>(i);
        }
    }
    return nearest;
}

QString BicPlot::Parts::failuresAt(const QCustomPlot& plot, const QPointF& pixel) const {
    constexpr int shownFailures = 6;
    for (const QCPItemText* text : failures) {
        const QRectF place(text->topLeft->pixelPosition(), text->bottomRight->pixelPosition());
        if (!place.adjusted(-3, -3, 3, 3).contains(pixel))
            continue;
        QStringList reasons;
        int left = 0;
        for (const SelectionRecord& record : records) {
            if (hasValue(record) ||
                record.component_count != std::lround(plot.xAxis->pixelToCoord(pixel.x())))
                continue;
            if (reasons.size() < shownFailures)
                reasons.append(nameOf(record) + QStringLiteral(": ") +
                               QString::fromStdString(record.message.empty() ? record.status
                                                                             : record.message));
            else
                ++left;
        }
        if (left > 0)
            reasons.append(BicPlot::tr("... and %n more", nullptr, left));
        return reasons.join(QLatin1Char('\n'));
    }
    return {};
}

bool BicPlot::eventFilter(QObject* watched, QEvent* event) {
    if (watched == plot() && event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int place = parts_->recordAt(*plot(), help->pos());
        QString text = parts_->failuresAt(*plot(), help->pos());
        if (place >= 0) {
            const SelectionRecord& record = parts_->records[static_cast<std::size_t>(place)];
            text = tr("%1: %2 %3\n%4 parameters, log-likelihood %5\n%6")
                       .arg(Parts::nameOf(record), parts_->criterionName(),
                            QLocale().toString(parts_->value(record), 'f', 3))
                       .arg(record.parameter_count)
                       .arg(QLocale().toString(record.log_likelihood, 'f', 3),
                            QString::fromStdString(record.status));
            if (!record.message.empty())
                text += QLatin1Char('\n') + QString::fromStdString(record.message);
            if (parts_->best && *parts_->best == static_cast<std::size_t>(place))
                text += QLatin1Char('\n') + tr("Best of the admissible models");
        }
        if (text.isEmpty())
            QToolTip::hideText();
        else
            QToolTip::showText(help->globalPos(), text, plot());
        return true;
    }
    return PlotView::eventFilter(watched, event);
}

void BicPlot::restyle() {
    Parts& p = *parts_;
    styleAxisRect(*plot()->axisRect(), theme());
    plot()->xAxis->setLabel(tr("Number of components"));
    plot()->yAxis->setLabel(tr("%1 (smaller is better)").arg(p.criterionName()));
    plot()->yAxis->setNumberFormat(QStringLiteral("gb"));
    plot()->yAxis->setNumberPrecision(6);
    p.legend->clearItems();
    styleLegend(*p.legend, theme());
    p.legend->setBrush(Qt::NoBrush);
    p.legend->setMargins(QMargins(4, 8, 8, 4));
    for (std::size_t i = 0; i < p.lines.size(); ++i) {
        const auto place = static_cast<int>(i);
        const QColor colour = readableColour(componentColour(place, theme().dark), theme().dark);
        const Qt::PenStyle style = lineStyles.at(i / componentColourCount % lineStyles.size());
        const auto shape = std::array{QCPScatterStyle::ssDisc,
                                      QCPScatterStyle::ssSquare,
                                      QCPScatterStyle::ssTriangle,
                                      QCPScatterStyle::ssDiamond,
                                      QCPScatterStyle::ssTriangleInverted,
                                      QCPScatterStyle::ssPlusCircle,
                                      QCPScatterStyle::ssCrossSquare}
                               .at(i % 7);
        Parts::Line& line = p.lines[i];
        line.line->setPen(QPen(colour, 1.5, style));
        line.line->setScatterStyle(QCPScatterStyle(shape, QPen(colour, 1.2), QBrush(colour), 6.0));
        line.hollow->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(colour, 1.3),
                                                     QBrush(theme().background), 7.0));
        p.legend->addItem(new QCPPlottableLegendItem(p.legend, line.line));
    }
    p.legend->setVisible(!p.lines.empty());
    p.legend->setFillOrder(QCPLegend::foRowsFirst);
    p.legend->setIconSize(34, 16);
    p.legend->setRowSpacing(1);
    for (int i = 0; i < p.legend->itemCount(); ++i) {
        p.legend->item(i)->setFont(theme().font);
        p.legend->item(i)->setTextColor(theme().text);
    }
    p.currentMark->setScatterStyle(
        QCPScatterStyle(QCPScatterStyle::ssSquare, QPen(theme().text, 1.6), Qt::NoBrush, 16.0));
    p.bestMark->setScatterStyle(
        QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(theme().text, 2.2), Qt::NoBrush, 14.0));
    QFont bold = theme().font;
    bold.setBold(true);
    if (p.bestLabel != nullptr) {
        p.bestLabel->setFont(bold);
        p.bestLabel->setColor(theme().text);
    }
    QFont small = theme().font;
    small.setPointSizeF(0.85 * small.pointSizeF());
    QColor veil = theme().background;
    veil.setAlpha(205);
    for (QCPItemText* text : p.failures) {
        text->setFont(small);
        text->setColor(theme().text);
        text->setBrush(veil);
        text->setPadding(QMargins(2, 1, 2, 1));
    }
    if (p.records.empty()) {
        describe(
            tr("Model comparison plot"),
            tr("%1 over the number of components; nothing is fitted yet.").arg(p.criterionName()));
        return;
    }
    QString sentence = tr("%1 of %2 models over the number of components")
                           .arg(p.criterionName())
                           .arg(p.records.size());
    if (p.best)
        sentence += tr("; the best is %1 with %2")
                        .arg(Parts::nameOf(p.records[*p.best]),
                             QLocale().toString(p.value(p.records[*p.best]), 'f', 3));
    describe(tr("Model comparison plot"), sentence + QLatin1Char('.'));
}

void BicPlot::resetView() {
    Parts& p = *parts_;
    std::vector<double> values;
    std::vector<double> admissible;
    int fewest = std::numeric_limits<int>::max();
    int most = 0;
    for (const SelectionRecord& record : p.records) {
        fewest = std::min(fewest, record.component_count);
        most = std::max(most, record.component_count);
        if (p.hasValue(record))
            values.push_back(p.value(record));
        if (p.hasValue(record) && is_admissible(record))
            admissible.push_back(p.value(record));
    }
    // A spurious model's criterion may lie thousands below those that can be chosen.
    if (p.closeUp->isChecked() && !admissible.empty())
        values = admissible;
    // Every count has its tick while they fit.
    p.ticker->setScaleStrategy(most - fewest > 20 ? QCPAxisTickerFixed::ssMultiples
                                                  : QCPAxisTickerFixed::ssNone);
    if (most > 0)
        setRange(*plot()->xAxis, {fewest - 0.5, most + 0.5});
    if (!values.empty()) {
        std::sort(values.begin(), values.end());
        const double lower = values.front();
        double upper = values.back();
        if (p.closeUp->isChecked())
            upper = values[static_cast<std::size_t>(closeUpShare *
                                                    static_cast<double>(values.size() - 1))];
        const double width = std::max(upper - lower, 1e-6 * std::abs(lower) + 1e-6);
        setRange(*plot()->yAxis, {lower - 0.2 * width, upper + 0.05 * width});
    }
    scheduleReplot();
}

QByteArray BicPlot::dataCsv() const {
    QByteArray text =
        "covariance_structure,component_count,parameter_count,log_likelihood,bic,icl,aic,nec,cv,"
        "cv_standard_error,status,message\n";
    for (const SelectionRecord& record : parts_->records) {
        const auto figure = [&](double value) {
            return parts_->hasValue(record) && std::isfinite(value) ? stored(value) : QByteArray();
        };
        text += csvField(QString::fromStdString(record.covariance_structure)) + ',' +
                QByteArray::number(record.component_count) + ',' +
                QByteArray::number(record.parameter_count) + ',' + figure(record.log_likelihood) +
                ',' + figure(record.bic) + ',' + figure(record.icl) + ',' + figure(record.aic) +
                ',' + figure(record.nec) + ',' + figure(record.cv) + ',' +
                figure(record.cv_standard_error) + ',' +
                csvField(QString::fromStdString(record.status)) + ',' +
                csvField(QString::fromStdString(record.message)) + '\n';
    }
    return text;
}

QString BicPlot::fileStem() const {
    return QStringLiteral("model-comparison");
}

}  // namespace mixtura::app
