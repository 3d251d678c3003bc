// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/parameter_errors_page.h"

#include <QComboBox>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <limits>

#include "results/parameter_error_model.h"
#include "results/result_table.h"
#include "session/current_errors.h"

namespace mixtura::app {

namespace {

QString sourceName(ErrorSource source) {
    switch (source) {
        case ErrorSource::hessian:
            return ParameterErrorsPage::tr("Observed information");
        case ErrorSource::opg:
            return ParameterErrorsPage::tr("Outer product of scores");
        case ErrorSource::sandwich:
            return ParameterErrorsPage::tr("Sandwich");
        case ErrorSource::bootstrap:
            return ParameterErrorsPage::tr("Bootstrap");
        case ErrorSource::weighted_bootstrap:
            return ParameterErrorsPage::tr("Weighted bootstrap");
        case ErrorSource::parametric_bootstrap:
            return ParameterErrorsPage::tr("Parametric bootstrap");
    }
    return {};
}

QString sourceTip(ErrorSource source) {
    switch (source) {
        case ErrorSource::hessian:
            return ParameterErrorsPage::tr(
                "From the curvature of the log-likelihood (hessian); right where the model is");
        case ErrorSource::opg:
            return ParameterErrorsPage::tr(
                "From the gradients of the rows (opg); close to the observed information where "
                "rows are many");
        case ErrorSource::sandwich:
            return ParameterErrorsPage::tr(
                "From curvature and gradients; holds even where the model is only an "
                "approximation");
        case ErrorSource::bootstrap:
            return ParameterErrorsPage::tr("Refits to rows drawn from the rows, with replacement");
        case ErrorSource::weighted_bootstrap:
            return ParameterErrorsPage::tr("Refits to the rows with random weights");
        case ErrorSource::parametric_bootstrap:
            return ParameterErrorsPage::tr("Refits to rows drawn from the model");
    }
    return {};
}

QString sourceIn(const QComboBox& combo) {
    return sourceTip(static_cast<ErrorSource>(combo.currentData().toInt()));
}

}  // namespace

ParameterErrorsPage::ParameterErrorsPage(CurrentErrors& errors, QWidget* parent)
    : TablePage(QStringLiteral("parameterErrors"), tr("Standard errors of the parameters"),
                QStringLiteral("standard-errors.csv"), new ParameterErrorModel, parent),
      errors_(&errors),
      model_(qobject_cast<ParameterErrorModel*>(table()->model())),
      source_(new QComboBox),
      replicates_(new QSpinBox),
      seed_(new QSpinBox),
      run_(new QPushButton(tr("Work out"))),
      stop_(new QPushButton(tr("Stop"))),
      progress_(new QProgressBar) {
    build();
    connect(source_, &QComboBox::currentIndexChanged, this, &ParameterErrorsPage::refresh);
    connect(run_, &QPushButton::clicked, this, &ParameterErrorsPage::ask);
    connect(stop_, &QPushButton::clicked, errors_, &CurrentErrors::stop);
    connect(errors_, &CurrentErrors::changed, this, &ParameterErrorsPage::refresh);
    connect(errors_, &CurrentErrors::progressed, this, &ParameterErrorsPage::showProgress);
    refresh();
}

void ParameterErrorsPage::build() {
    source_->setObjectName(QStringLiteral("errorSource"));
    source_->setAccessibleName(tr("Method of the standard errors"));
    for (const ErrorSource source :
         {ErrorSource::hessian, ErrorSource::opg, ErrorSource::sandwich, ErrorSource::bootstrap,
          ErrorSource::weighted_bootstrap, ErrorSource::parametric_bootstrap}) {
        source_->addItem(sourceName(source), static_cast<int>(source));
        source_->setItemData(source_->count() - 1, sourceTip(source), Qt::ToolTipRole);
    }
    replicates_->setObjectName(QStringLiteral("errorReplicates"));
    replicates_->setAccessibleName(tr("Replicates of the bootstrap"));
    replicates_->setToolTip(tr("Refits of the bootstrap"));
    replicates_->setRange(2, replicate_count_limit);
    replicates_->setValue(ErrorRequest().replicateCount);
    seed_->setObjectName(QStringLiteral("errorSeed"));
    seed_->setAccessibleName(tr("Seed of the bootstrap"));
    seed_->setToolTip(tr("Equal seed, equal result"));
    seed_->setRange(0, std::numeric_limits<int>::max());
    seed_->setValue(static_cast<int>(ErrorRequest().seed));
    run_->setObjectName(QStringLiteral("errorRun"));
    run_->setAccessibleName(tr("Work out standard errors"));
    stop_->setObjectName(QStringLiteral("errorStop"));
    stop_->setAccessibleName(tr("Stop working out standard errors"));
    stop_->setToolTip(tr("End the work; refits of a bootstrap made until then are kept"));
    progress_->setObjectName(QStringLiteral("errorProgress"));
    progress_->setAccessibleName(tr("Progress of the standard errors"));
    progress_->setFixedWidth(fontMetrics().averageCharWidth() * 24);
    addChoice(tr("Method:"), source_);
    addChoice(tr("Replicates:"), replicates_);
    addChoice(tr("Seed:"), seed_);
    addChoice(run_);
    addChoice(stop_);
    addChoice(progress_);
}

void ParameterErrorsPage::ask() {
    ErrorRequest request;
    request.source = static_cast<ErrorSource>(source_->currentData().toInt());
    request.replicateCount = replicates_->value();
    request.seed = static_cast<std::uint64_t>(seed_->value());
    errors_->start(request);
}

void ParameterErrorsPage::refresh() {
    ErrorRequest chosen;
    chosen.source = static_cast<ErrorSource>(source_->currentData().toInt());
    const QString obstacle = errors_->obstacle();
    const bool isRunning = errors_->isRunning();
    source_->setToolTip(sourceIn(*source_));
    replicates_->setEnabled(chosen.isBootstrap());
    seed_->setEnabled(chosen.isBootstrap());
    run_->setVisible(!isRunning);
    run_->setEnabled(obstacle.isEmpty());
    stop_->setVisible(isRunning);
    progress_->setVisible(isRunning);
    if (isRunning) {
        showHint(tr("Standard errors are being worked out: %1.")
                     .arg(sourceName(errors_->request().source)));
        showProgress();
    } else if (errors_->result()) {
        showResult();
    } else if (!errors_->failure().isEmpty()) {
        showHint(errors_->failure());
    } else {
        showHint(!obstacle.isEmpty()
                     ? obstacle
                     : tr("Choose a method and press Work out to see how well the mixing weights, "
                          "means and covariances of this model are known."));
    }
}

void ParameterErrorsPage::showProgress() {
    const LongTask::Progress progress = errors_->progress();
    const bool isCounted = progress.total > 0 && errors_->request().isBootstrap();
    // Rows of the derivatives say little: the factorisation follows after the last.
    progress_->setRange(0, isCounted ? static_cast<int>(progress.total) : 0);
    progress_->setValue(isCounted ? static_cast<int>(progress.done) : 0);
    progress_->setFormat(
        tr("%1 of %2 refits")
            .arg(QLocale().toString(progress.done), QLocale().toString(progress.total)));
}

void ParameterErrorsPage::showResult() {
    const ModelErrors& result = *errors_->result();
    QStringList names;
    for (const std::string& name : result.saved->labels.names)
        names << QString::fromStdString(name);
    model_->setRows(parameterRows(result.saved->model, result.errors), result.saved->data.features,
                    names);
    table()->fitColumns();
    showTable(headline(), remark());
}

QString ParameterErrorsPage::headline() const {
    const ModelErrors& result = *errors_->result();
    const SavedModel& saved = *result.saved;
    const std::string structure = to_string(saved.model.covariance_form());
    const QString model = QStringLiteral("%1,%2")
                              .arg(QString::fromStdString(structure))
                              .arg(saved.model.component_count());
    if (!result.errors.replicates)
        return tr("Standard errors of %1: %2").arg(model, sourceName(result.request.source));
    return tr("Standard errors of %1: %2, replicates: %3, seed: %4")
        .arg(model, sourceName(result.request.source),
             QLocale().toString(result.errors.replicates->replicates_done),
             QString::number(result.request.seed));
}

QString ParameterErrorsPage::remark() const {
    constexpr double noticeableGain = 0.01;  // nats
    const ModelErrors& result = *errors_->result();
    QStringList sentences;
    if (const auto& replicates = result.errors.replicates) {
        sentences << tr("The intervals are percentiles of the refits.");
        if (replicates->cancelled)
            sentences << tr("Stopped before the other %1 were made.")
                             .arg(QLocale().toString(result.request.replicateCount -
                                                     replicates->replicates_done -
                                                     replicates->failure_count));
        if (replicates->failure_count > 0)
            sentences << tr("Refits that failed and are left out: %1, the first because: %2")
                             .arg(QLocale().toString(replicates->failure_count),
                                  QString::fromStdString(replicates->first_failure));
    } else {
        sentences << tr("The intervals reach 1.96 standard errors to either side.");
        if (result.errors.remaining_gain > noticeableGain)
            sentences << tr("The log-likelihood of these rows is %1 nats below the next maximum: "
                            "were these the rows of the fit, had it converged, and without a "
                            "prior? If not, use a bootstrap.")
                             .arg(QLocale().toString(result.errors.remaining_gain, 'g', 3));
    }
    return sentences.join(u' ');
}

}  // namespace mixtura::app
