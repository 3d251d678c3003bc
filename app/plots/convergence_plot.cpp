// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/convergence_plot.h"

#include <QCheckBox>
#include <QComboBox>
#include <QSignalBlocker>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include <qcustomplot.h>

#include "mixtura/gaussian_mixture/em_run.h"

#include "plots/palette.h"
#include "plots/plot_style.h"

namespace mixtura::app {

namespace {

// Above so many iterations their axis is logarithmic: most happens at the start.
constexpr double longRun = 200.0;
// Smaller distances to the best are rounding and end the line.
constexpr double leastDistance = 1e-9;

struct Run {
    std::string model;
    int run = 0;
    std::vector<QCPGraphData> points;
    std::vector<QCPGraphData> falls;
    double lowest = std::numeric_limits<double>::infinity();
    QCPGraph* line = nullptr;
    bool isDrawn = false;  ///< the line shows all of `points`

    [[nodiscard]] double last() const { return points.back().value; }
};

/// Labels with digits enough to tell neighbouring ticks apart, whatever their common part: the last
/// steps of a run differ in the ninth digit.
class StepTicker final : public QCPAxisTicker {
  protected:
    double getTickStep(const QCPRange& range) override {
        step_ = QCPAxisTicker::getTickStep(range);
        return step_;
    }
    QString getTickLabel(double tick, const QLocale& locale, QChar formatChar,
                         int precision) override {
        constexpr int mostDigits = 15;
        const double ratio = std::abs(tick) / step_;
        const int digits = ratio > 1.0 ? 2 + static_cast<int>(std::log10(ratio)) : precision;
        return QCPAxisTicker::getTickLabel(tick, locale, formatChar,
                                           std::min(mostDigits, std::max(precision, digits)));
    }

  private:
    double step_ = 1.0;
};

/// Keeps the ends and every second point between them, which is every point of even iteration gaps.
void thin(std::vector<QCPGraphData>& points) {
    std::vector<QCPGraphData> kept;
    kept.reserve(points.size() / 2 + 2);
    for (std::size_t i = 0; i + 1 < points.size(); i += 2) kept.push_back(points[i]);
    kept.push_back(points.back());
    points.swap(kept);
}

}  // namespace

struct ConvergencePlot::Parts {
    QComboBox* modelChoice = nullptr;
    QCheckBox* distance = nullptr;
    QCPGraph* best = nullptr;
    QCPGraph* falls = nullptr;
    QCPItemText* bestLabel = nullptr;
    QSharedPointer<QCPAxisTickerLog> logTicker{new QCPAxisTickerLog};
    QSharedPointer<QCPAxisTicker> linearTicker{new StepTicker};
    QSharedPointer<QCPAxisTickerLog> logIterationTicker{new QCPAxisTickerLog};
    QSharedPointer<QCPAxisTicker> iterationTicker{new QCPAxisTicker};
    std::vector<Run> runs;
    std::map<std::pair<std::string, int>, std::size_t> placeOf;
    std::map<std::string, double> bestOf;  ///< greatest log-likelihood of each model
    std::map<std::string, int> keptOf;     ///< run that the fitted model comes from
    int decreases = 0;
    bool userMoved = false;
    bool isBound = false;  ///< of the log evidence, not the log-likelihood
    bool isLong = false;   ///< the iterations stand on a logarithmic axis

    [[nodiscard]] std::string chosenModel() const {
        return modelChoice->currentIndex() <= 0 ? std::string()
                                                : modelChoice->currentText().toStdString();
    }
    [[nodiscard]] bool isShown(const Run& run) const {
        const std::string model = chosenModel();
        return model.empty() || run.model == model;
    }
    Run& runOf(const ConvergencePoint& point, QCustomPlot& plot);
    [[nodiscard]] const Run* bestRun() const;
    [[nodiscard]] bool hasLongRun() const {
        return std::any_of(runs.begin(), runs.end(), [this](const Run& run) {
            return isShown(run) && run.points.back().key > longRun;
        });
    }
    /// A logarithmic axis has no zero: the start stands at the first iteration.
    [[nodiscard]] double place(double iteration) const {
        return isLong ? std::max(iteration, 1.0) : iteration;
    }
    [[nodiscard]] QVector<QCPGraphData> shownPoints(const Run& run) const {
        QVector<QCPGraphData> shownOnes;
        shownOnes.reserve(static_cast<qsizetype>(run.points.size()));
        for (const QCPGraphData& point : run.points) {
            const double y = height(run, point.value);
            if (!distance->isChecked() || y >= leastDistance)
                shownOnes.append({place(point.key), y});
        }
        return shownOnes;
    }
    void drawNothing() {
        for (Run& run : runs) run.isDrawn = false;
    }
    [[nodiscard]] double height(const Run& run, double logLikelihood) const {
        if (!distance->isChecked())
            return logLikelihood;
        return bestOf.at(run.model) - logLikelihood;
    }
};

ConvergencePlot::ConvergencePlot(QWidget* parent)
    : PlotView(parent), parts_(std::make_unique<Parts>()) {
    setObjectName(QStringLiteral("convergencePlot"));
    Parts& p = *parts_;
    p.modelChoice = new QComboBox;
    p.modelChoice->addItem(tr("All models"));
    p.modelChoice->setAccessibleName(tr("Model whose runs are shown"));
    p.modelChoice->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    p.distance = new QCheckBox(tr("&Distance to the best"));
    p.distance->setToolTip(
        tr("How far each run is below the best run of the same model, on a "
           "logarithmic scale: straight lines show linear convergence"));
    addChoice(tr("&Model"), p.modelChoice);
    addChoice(p.distance);
    QCustomPlot& plot = *this->plot();
    plot.setNoAntialiasingOnDrag(true);
    plot.addLayer(QStringLiteral("best"), plot.layer(QStringLiteral("main")),
                  QCustomPlot::limAbove);
    p.best = plot.addGraph();
    p.falls = plot.addGraph();
    p.best->setLayer(QStringLiteral("best"));
    p.falls->setLayer(QStringLiteral("best"));
    p.falls->setLineStyle(QCPGraph::lsNone);
    p.bestLabel = new QCPItemText(&plot);
    p.bestLabel->setLayer(QStringLiteral("best"));
    p.bestLabel->setPositionAlignment(Qt::AlignRight | Qt::AlignTop);
    p.bestLabel->position->setType(QCPItemPosition::ptAxisRectRatio);
    p.bestLabel->position->setCoords(0.99, 0.02);
    plot.setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    plot.axisRect()->setRangeZoomFactor(0.85);
    connect(p.modelChoice, &QComboBox::currentIndexChanged, this, [this] {
        parts_->userMoved = false;
        restyle();
        resetView();
    });
    connect(p.distance, &QCheckBox::toggled, this, [this] {
        parts_->userMoved = false;
        restyle();
        resetView();
    });
    const auto moved = [this] { parts_->userMoved = true; };
    connect(&plot, &QCustomPlot::mouseWheel, this, moved);
    connect(&plot, &QCustomPlot::mouseMove, this, [moved](QMouseEvent* event) {
        if (event->buttons().testFlag(Qt::LeftButton))
            moved();
    });
    clear();
    ConvergencePlot::restyle();
}

ConvergencePlot::~ConvergencePlot() = default;

void ConvergencePlot::clear() {
    Parts& p = *parts_;
    for (const Run& run : p.runs) plot()->removeGraph(run.line);
    p.runs.clear();
    p.placeOf.clear();
    p.bestOf.clear();
    p.keptOf.clear();
    p.decreases = 0;
    p.userMoved = false;
    const QSignalBlocker quiet(p.modelChoice);
    while (p.modelChoice->count() > 1) p.modelChoice->removeItem(1);
    p.best->data()->clear();
    p.falls->data()->clear();
    p.bestLabel->setText(QString());
    describe(tr("Convergence plot"), tr("Log-likelihood by iteration; nothing is fitted yet."));
    scheduleReplot();
}

Run& ConvergencePlot::Parts::runOf(const ConvergencePoint& point, QCustomPlot& plot) {
    const auto [found, isNew] = placeOf.try_emplace({point.model, point.run}, runs.size());
    if (isNew) {
        Run& run = runs.emplace_back();
        run.model = point.model;
        run.run = point.run;
        run.line = plot.addGraph();
        if (bestOf.try_emplace(point.model, -std::numeric_limits<double>::infinity()).second) {
            const QSignalBlocker quiet(modelChoice);
            modelChoice->addItem(QString::fromStdString(point.model));
        }
    }
    return runs[found->second];
}

const Run* ConvergencePlot::Parts::bestRun() const {
    const Run* highest = nullptr;
    for (const Run& run : runs) {
        const auto kept = keptOf.find(run.model);
        if (isShown(run) && (kept == keptOf.end() || kept->second == run.run) &&
            (highest == nullptr || run.last() > highest->last()))
            highest = &run;
    }
    return highest;
}

void ConvergencePlot::setBound(bool isBound) {
    if (std::exchange(parts_->isBound, isBound) != isBound)
        restyle();
}

void ConvergencePlot::append(const std::vector<ConvergencePoint>& points) {
    Parts& p = *parts_;
    for (const ConvergencePoint& point : points) {
        if (!std::isfinite(point.logLikelihood))
            continue;
        const bool isKnown = p.placeOf.contains({point.model, point.run});
        if (!isKnown && static_cast<int>(p.runs.size()) >= runLimit)
            continue;
        Run& run = p.runOf(point, *plot());
        const QCPGraphData added(point.iteration, point.logLikelihood);
        const bool falls = !run.points.empty() &&
                           point.logLikelihood <
                               run.last() - rounding_loss * (1.0 + std::abs(point.logLikelihood));
        if (falls) {
            ++p.decreases;
            if (static_cast<int>(run.falls.size()) < pointLimit)
                run.falls.push_back(added);
        }
        run.points.push_back(added);
        run.lowest = std::min(run.lowest, added.value);
        run.isDrawn = false;
        if (static_cast<int>(run.points.size()) > pointLimit)
            thin(run.points);
        double& best = p.bestOf[point.model];
        best = std::max(best, point.logLikelihood);
    }
    refresh();
    if (!p.userMoved)
        resetView();
    scheduleReplot();
}

void ConvergencePlot::setKeptRuns(std::map<std::string, int> runOfModel) {
    parts_->keptOf = std::move(runOfModel);
    refresh();
    scheduleReplot();
}

void ConvergencePlot::showModel(const QString& model) {
    const int place = model.isEmpty() ? 0 : parts_->modelChoice->findText(model);
    parts_->modelChoice->setCurrentIndex(std::max(place, 0));
}

int ConvergencePlot::pointCount() const {
    std::size_t count = 0;
    for (const Run& run : parts_->runs) count += run.points.size() + run.falls.size();
    return static_cast<int>(count);
}

int ConvergencePlot::decreaseCount() const {
    return parts_->decreases;
}

void ConvergencePlot::restyle() {
    parts_->drawNothing();
    refresh();
}

void ConvergencePlot::refresh() {
    Parts& p = *parts_;
    styleAxisRect(*plot()->axisRect(), theme());
    const bool logarithmic = p.distance->isChecked();
    // A new point may move the best, from which all distances are counted.
    if (logarithmic || p.isLong != p.hasLongRun())
        p.drawNothing();
    p.isLong = p.hasLongRun();
    styleAxes();

    const Run* best = p.bestRun();
    QVector<QCPGraphData> falls;
    QColor colour = theme().muted;
    colour.setAlpha(p.runs.size() > 40 ? 110 : 190);
    for (Run& run : p.runs) {
        const bool isShown = p.isShown(run);
        run.line->setVisible(isShown);
        if (!isShown)
            continue;
        for (const QCPGraphData& fall : run.falls)
            falls.append({p.place(fall.key), p.height(run, fall.value)});
        if (run.isDrawn)
            continue;
        run.line->setPen(QPen(colour, 1.0));
        run.line->data()->set(p.shownPoints(run), true);
        // A run of a single point has no line: show the point.
        run.line->setScatterStyle(run.points.size() == 1
                                      ? QCPScatterStyle(QCPScatterStyle::ssDisc, 4.0)
                                      : QCPScatterStyle(QCPScatterStyle::ssNone));
        run.isDrawn = true;
    }
    p.best->data()->set(best != nullptr ? p.shownPoints(*best) : QVector<QCPGraphData>(), true);
    p.best->setPen(QPen(componentColour(0, theme().dark), 2.6));
    p.best->setScatterStyle(best != nullptr && best->points.size() == 1
                                ? QCPScatterStyle(QCPScatterStyle::ssDisc, 7.0)
                                : QCPScatterStyle(QCPScatterStyle::ssNone));
    p.falls->data()->set(falls);
    p.falls->setPen(QPen(theme().error, 2.0));
    p.falls->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCross, 9.0));
    if (best != nullptr)
        sayBest(QString::fromStdString(best->model), best->run, best->last());
}

void ConvergencePlot::styleAxes() {
    Parts& p = *parts_;
    const bool logarithmic = p.distance->isChecked();
    plot()->xAxis->setLabel(p.isLong ? tr("Iteration (logarithmic)") : tr("Iteration"));
    plot()->xAxis->setScaleType(p.isLong ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    plot()->yAxis->setLabel(logarithmic ? tr("Nats below the best")
                            : p.isBound ? tr("Lower bound (nats)")
                                        : tr("log L (nats)"));
    plot()->yAxis->setScaleType(logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    if (p.isLong)
        plot()->xAxis->setTicker(p.logIterationTicker);
    else
        plot()->xAxis->setTicker(p.iterationTicker);
    if (logarithmic)
        plot()->yAxis->setTicker(p.logTicker);
    else
        plot()->yAxis->setTicker(p.linearTicker);
    plot()->yAxis->setNumberFormat(logarithmic ? QStringLiteral("eb") : QStringLiteral("gb"));
    plot()->yAxis->setNumberPrecision(logarithmic ? 0 : 6);
}

void ConvergencePlot::sayBest(const QString& model, int run, double logLikelihood) {
    Parts& p = *parts_;
    const bool isKept = p.keptOf.contains(model.toStdString());
    QString text = (isKept ? tr("Kept: %1, start %2, %3 nats") : tr("Best: %1, start %2, %3 nats"))
                       .arg(model)
                       .arg(run + 1)
                       .arg(QLocale().toString(logLikelihood, 'f', 3));
    if (p.decreases > 0)
        text += QLatin1Char('\n') +
                tr("Decreased %n time(s): marked with a cross", nullptr, p.decreases);
    QColor veil = theme().background;
    veil.setAlpha(205);
    p.bestLabel->setText(text);
    p.bestLabel->setFont(theme().font);
    p.bestLabel->setBrush(veil);
    p.bestLabel->setPadding(QMargins(4, 2, 4, 2));
    p.bestLabel->setTextAlignment(Qt::AlignRight);
    p.bestLabel->setColor(p.decreases > 0 ? theme().error : theme().text);
    const auto runCount = static_cast<int>(p.runs.size());
    describe(tr("Convergence plot"),
             (p.isBound ? tr("Lower bound by iteration of %n run(s). ", nullptr, runCount)
                        : tr("Log-likelihood by iteration of %n run(s). ", nullptr, runCount)) +
                 text + QLatin1Char('.'));
}

void ConvergencePlot::resetView() {
    Parts& p = *parts_;
    p.userMoved = false;
    double lower = std::numeric_limits<double>::infinity();
    double upper = -lower;
    double last = 1.0;
    for (const Run& run : p.runs) {
        if (!p.isShown(run))
            continue;
        last = std::max(last, run.points.back().key);
        // Far from the best where the run began, nearest where it ended.
        upper = std::max(upper, p.height(run, p.distance->isChecked() ? run.lowest : run.last()));
        lower = std::min(lower, p.distance->isChecked() ? leastDistance : run.lowest);
    }
    if (lower <= upper) {
        if (p.distance->isChecked()) {
            setRange(*plot()->yAxis, {lower / 2.0, std::max(upper * 2.0, lower * 4.0)});
        } else {
            const double margin = std::max(0.05 * (upper - lower), 1e-9 * std::abs(upper) + 1e-9);
            setRange(*plot()->yAxis, {lower - margin, upper + 3.0 * margin});
        }
        setRange(*plot()->xAxis,
                 p.hasLongRun() ? AxisRange{1.0, 1.2 * last} : AxisRange{0.0, 1.03 * last});
    }
    scheduleReplot();
}

QByteArray ConvergencePlot::dataCsv() const {
    QByteArray text = "model,start,iteration,log_likelihood\n";
    for (const Run& run : parts_->runs)
        for (const QCPGraphData& point : run.points)
            text += csvField(QString::fromStdString(run.model)) + ',' +
                    QByteArray::number(run.run + 1) + ',' +
                    QByteArray::number(static_cast<qlonglong>(point.key)) + ',' +
                    stored(point.value) + '\n';
    return text;
}

QString ConvergencePlot::fileStem() const {
    return QStringLiteral("convergence");
}

}  // namespace mixtura::app
