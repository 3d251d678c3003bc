// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulation/rows_part.h"

#include <QFormLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QSpinBox>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <limits>
#include <utility>

#include "plots/fit_plot.h"
#include "results/save_csv.h"
#include "simulation/mixture_form.h"

namespace mixtura::app {

namespace {

constexpr int rowChoices = 100000;  // more through mixtura-cli
constexpr int typingPause = 150;    // ms

const QString drawKey = QStringLiteral("draw");
const QString figureKey = QStringLiteral("figure");
const QString csvKey = QStringLiteral("csv");

}  // namespace

RowsPart::RowsPart(const MixtureForm& mixture, QObject* parent)
    : QObject(parent),
      mixture_(&mixture),
      fields_(new QWidget),
      rows_(new QSpinBox),
      seed_(new QSpinBox),
      again_(new QPushButton(tr("Draw a&gain"))),
      open_(new QPushButton(tr("&Open as data set"))),
      save_(new QPushButton(tr("Sa&ve as CSV ..."))),
      view_(new QWidget),
      stack_(new QStackedWidget),
      hint_(new QLabel),
      headline_(new QLabel),
      plot_(new FitPlot) {
    buildFields();
    buildView();
    delay_.setSingleShot(true);
    delay_.setInterval(typingPause);
    connect(&delay_, &QTimer::timeout, this, &RowsPart::draw);
    for (QSpinBox* box : {rows_, seed_})
        connect(box, &QSpinBox::valueChanged, this, [this] {
            isStale_ = true;
            refresh();
        });
    connect(again_, &QPushButton::clicked, this, [this] { seed_->setValue(seed_->value() + 1); });
    connect(open_, &QPushButton::clicked, this, &RowsPart::open);
    connect(save_, &QPushButton::clicked, this, &RowsPart::save);
    connect(plot_, &FitPlot::figureRequested, this, &RowsPart::requestFigure);
    connect(plot_, &PlotView::fileWritten, this, &RowsPart::fileWritten);
    connect(&queue_, &BackgroundQueue::failed, this,
            [this](const QString& /*key*/, const QString& message) { showHint(message); });
}

void RowsPart::buildFields() {
    rows_->setObjectName(QStringLiteral("simulationRows"));
    rows_->setAccessibleName(tr("Rows to draw"));
    rows_->setRange(1, rowChoices);
    rows_->setValue(500);
    rows_->setSingleStep(100);
    seed_->setObjectName(QStringLiteral("simulationSeed"));
    seed_->setAccessibleName(tr("Seed of the rows"));
    seed_->setToolTip(tr("Equal seed, equal rows"));
    seed_->setRange(0, std::numeric_limits<int>::max());
    seed_->setValue(1);
    again_->setObjectName(QStringLiteral("simulationAgain"));
    again_->setToolTip(tr("Other rows of the same mixture, with the next seed"));
    open_->setObjectName(QStringLiteral("simulationOpen"));
    open_->setToolTip(
        tr("Adds the rows to the project; their component is a category beside the features"));
    save_->setObjectName(QStringLiteral("simulationSave"));
    auto* form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("&Rows:"), rows_);
    form->addRow(tr("See&d:"), seed_);
    auto* layout = new QVBoxLayout(fields_);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(form);
    layout->addWidget(again_);
    layout->addWidget(open_);
    layout->addWidget(save_);
    layout->addStretch(1);
}

void RowsPart::buildView() {
    plot_->setObjectName(QStringLiteral("simulatedRowsPlot"));
    hint_->setObjectName(QStringLiteral("simulatedRowsHint"));
    hint_->setAlignment(Qt::AlignCenter);
    hint_->setWordWrap(true);
    hint_->setMargin(24);
    headline_->setObjectName(QStringLiteral("simulatedRowsHeadline"));
    headline_->setWordWrap(true);
    headline_->setContentsMargins(8, 6, 8, 0);
    auto* drawn = new QWidget;
    auto* drawnLayout = new QVBoxLayout(drawn);
    drawnLayout->setContentsMargins(0, 0, 0, 0);
    drawnLayout->setSpacing(0);
    drawnLayout->addWidget(headline_);
    drawnLayout->addWidget(plot_, 1);
    stack_->addWidget(hint_);
    stack_->addWidget(drawn);
    auto* layout = new QVBoxLayout(view_);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(stack_);
    showHint(tr("The rows are being drawn."));
}

PlotView* RowsPart::plot() const {
    return plot_;
}

bool RowsPart::isSettled() const {
    return !delay_.isActive() && queue_.pendingCount() == 0 && plot_->isSettled();
}

void RowsPart::refresh() {
    if (!view_->isVisible()) {
        isStale_ = true;
        return;
    }
    delay_.start();
}

void RowsPart::showHint(const QString& words) {
    sample_.reset();
    hint_->setText(words);
    stack_->setCurrentWidget(hint_);
    for (QPushButton* button : {again_, open_, save_}) button->setEnabled(false);
}

void RowsPart::draw() {
    const std::optional<MixtureForm::Mixture> mixture = mixture_->mixture();
    if (!mixture) {
        queue_.cancel(drawKey);
        isStale_ = false;
        showHint(mixture_->problem());
        return;
    }
    isStale_ = false;
    title_ = mixture->title;
    command_ = mixture->command.isEmpty()
                   ? QString()
                   : QStringLiteral("mixtura-cli simulate rows %1 --rows %2 --seed %3")
                         .arg(mixture->command)
                         .arg(rows_->value())
                         .arg(seed_->value());
    const SampleRequest request{mixture->model, mixture->features, rows_->value(),
                                std::uint64_t(seed_->value())};
    queue_.post(drawKey, [this, request](const std::stop_token& stop) -> BackgroundQueue::Delivery {
        const auto drawn = drawSample(request, stop);
        return [this, drawn] { take(drawn); };
    });
}

void RowsPart::take(const std::shared_ptr<const SimulatedSample>& sample) {
    sample_ = sample;
    headline_->setText(tr("%1 rows of the %2, seed %3")
                           .arg(QLocale().toString(qint64(sample->request.rowCount)), title_)
                           .arg(sample->request.seed));
    plot_->setTable(sample->table);
    plot_->setScores(sample->scores);
    stack_->setCurrentIndex(1);
    for (QPushButton* button : {again_, open_, save_}) button->setEnabled(true);
}

void RowsPart::requestFigure(const std::vector<int>& features) {
    if (!sample_)
        return;
    queue_.post(figureKey,
                [this, sample = sample_,
                 features](const std::stop_token& stop) -> BackgroundQueue::Delivery {
                    auto figure = sampleFigure(*sample, features, stop);
                    return [this, figure] { plot_->setFigure(figure); };
                });
}

void RowsPart::withCsv(const std::function<void(const SimulatedSample&, const QByteArray&)>& use) {
    queue_.post(
        csvKey,
        [sample = sample_, use](const std::stop_token& /*stop*/) -> BackgroundQueue::Delivery {
            return [sample, csv = sampleCsv(*sample), use] { use(*sample, csv); };
        });
}

void RowsPart::open() {
    withCsv([this, title = title_, command = command_](const SimulatedSample& sample,
                                                       const QByteArray& csv) {
        emit openRequested(csv, sampleImport(sample),
                           tr("Drew %1 rows of the %2, seed %3")
                               .arg(QLocale().toString(qint64(sample.request.rowCount)), title)
                               .arg(sample.request.seed),
                           command);
    });
}

void RowsPart::save() {
    withCsv([this](const SimulatedSample& /*sample*/, const QByteArray& csv) {
        const QString path = saveCsvAs(view_, QStringLiteral("simulated.csv"), csv);
        if (!path.isEmpty())
            emit fileWritten(path);
    });
}

}  // namespace mixtura::app
