// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulation/study_part.h"

#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QStringList>
#include <QVBoxLayout>
#include <algorithm>
#include <limits>

#include "mixtura/common/error.h"
#include "mixtura/io/number_format.h"

#include "plots/plot_style.h"
#include "plots/study_plot.h"
#include "results/save_csv.h"
#include "session/session.h"
#include "simulation/mixture_form.h"

namespace mixtura::app {

namespace {

QString listText(const std::vector<double>& values, const QString& separator) {
    QStringList words;
    for (const double value : values) words << QString::fromStdString(exact_text(value));
    return words.join(separator);
}

}  // namespace

StudyPart::StudyPart(Session& session, const MixtureForm& mixture, QObject* parent)
    : QObject(parent),
      session_(&session),
      mixture_(&mixture),
      fields_(new QWidget),
      signals_(new QLineEdit),
      ratios_(new QLineEdit),
      rows_(new QSpinBox),
      replicates_(new QSpinBox),
      seed_(new QSpinBox),
      run_(new QPushButton(tr("Run stud&y"))),
      stop_(new QPushButton(tr("St&op"))),
      save_(new QPushButton(tr("Sa&ve as CSV ..."))),
      progress_(new QProgressBar),
      view_(new QWidget),
      headline_(new QLabel),
      plot_(new StudyPlot) {
    buildFields();
    buildView();
    connect(run_, &QPushButton::clicked, this, &StudyPart::run);
    connect(stop_, &QPushButton::clicked, &job_, &StudyJob::stop);
    connect(save_, &QPushButton::clicked, this, [this] {
        const QString path =
            saveCsvAs(view_, QStringLiteral("misspecification.csv"), plot_->dataCsv());
        if (!path.isEmpty())
            emit fileWritten(path);
    });
    connect(&job_, &StudyJob::changed, this, &StudyPart::follow);
    connect(&job_, &StudyJob::progressed, this, &StudyPart::showProgress);
    connect(plot_, &PlotView::fileWritten, this, &StudyPart::fileWritten);
    follow();
}

void StudyPart::buildFields() {
    const MisspecificationOptions usual;
    signals_->setObjectName(QStringLiteral("studySignals"));
    signals_->setAccessibleName(tr("Signal-to-noise ratios of the study"));
    signals_->setText(listText(usual.signal_to_noise, QStringLiteral(", ")));
    signals_->setToolTip(
        tr("Mean squared distance of the centres from their mean over the variance of the noise"));
    signals_->setCursorPosition(0);
    ratios_->setObjectName(QStringLiteral("studyRatios"));
    ratios_->setAccessibleName(tr("Ratios tau/sigma of the study"));
    ratios_->setText(listText(usual.deviation_ratios, QStringLiteral(", ")));
    ratios_->setToolTip(
        tr("Standard deviation assumed by the fit over the true one; 0 is hard assignment, "
           "k-means"));
    ratios_->setCursorPosition(0);
    rows_->setObjectName(QStringLiteral("studyRows"));
    rows_->setAccessibleName(tr("Rows of each sample of the study"));
    rows_->setRange(int(study_row_least), int(study_row_limit));
    rows_->setValue(int(usual.row_count));
    rows_->setSingleStep(100);
    replicates_->setObjectName(QStringLiteral("studyReplicates"));
    replicates_->setAccessibleName(tr("Samples of each cell of the study"));
    replicates_->setToolTip(tr("Samples drawn and fitted for each pair of the two ratios"));
    replicates_->setRange(1, study_replicate_limit);
    replicates_->setValue(usual.replicate_count);
    seed_->setObjectName(QStringLiteral("studySeed"));
    seed_->setAccessibleName(tr("Seed of the study"));
    seed_->setToolTip(tr("Equal seed, equal result"));
    seed_->setRange(0, std::numeric_limits<int>::max());
    seed_->setValue(int(usual.seed));
    run_->setObjectName(QStringLiteral("studyRun"));
    stop_->setObjectName(QStringLiteral("studyStop"));
    stop_->setToolTip(tr("End the study; the samples drawn until then are kept"));
    save_->setObjectName(QStringLiteral("studySave"));
    progress_->setObjectName(QStringLiteral("studyProgress"));
    progress_->setAccessibleName(tr("Progress of the study"));
    auto* form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("SN&R:"), signals_);
    form->addRow(tr("&tau / sigma:"), ratios_);
    form->addRow(tr("R&ows:"), rows_);
    form->addRow(tr("Samp&les:"), replicates_);
    form->addRow(tr("See&d:"), seed_);
    auto* layout = new QVBoxLayout(fields_);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(form);
    layout->addWidget(run_);
    layout->addWidget(stop_);
    layout->addWidget(progress_);
    layout->addWidget(save_);
    layout->addStretch(1);
}

void StudyPart::buildView() {
    headline_->setObjectName(QStringLiteral("studyHeadline"));
    headline_->setWordWrap(true);
    headline_->setContentsMargins(8, 6, 8, 0);
    auto* layout = new QVBoxLayout(view_);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(headline_);
    layout->addWidget(plot_, 1);
}

PlotView* StudyPart::plot() const {
    return plot_;
}

bool StudyPart::isSettled() const {
    return !job_.isRunning();
}

void StudyPart::refresh() {
    if (!hasRun_ && view_->isVisible() && mixture_->mixture())
        run();
}

void StudyPart::say(const QString& words) {
    headline_->setText(words);
    headline_->setVisible(!words.isEmpty());
}

std::optional<MisspecificationOptions> StudyPart::options() {
    MisspecificationOptions options;
    const auto signalToNoise = numbersFrom(signals_->text());
    const auto ratios = numbersFrom(ratios_->text());
    if (!signalToNoise || !ratios) {
        QLineEdit* wrong = signalToNoise ? ratios_ : signals_;
        say(tr("'%1' is no list of numbers; write them with commas between them.")
                .arg(wrong->text()));
        wrong->setFocus();
        return std::nullopt;
    }
    options.signal_to_noise = *signalToNoise;
    options.deviation_ratios = *ratios;
    options.row_count = rows_->value();
    options.replicate_count = replicates_->value();
    options.seed = std::uint64_t(seed_->value());
    try {
        validate(options);
    } catch (const Error& error) {
        say(QString::fromUtf8(error.what()));
        return std::nullopt;
    }
    return options;
}

void StudyPart::run() {
    hasRun_ = true;
    const auto mixture = mixture_->mixture();
    if (!mixture) {
        say(mixture_->problem());
        return;
    }
    const auto chosen = options();
    if (!chosen)
        return;
    title_ = mixture->title;
    command_ = mixture->command.isEmpty()
                   ? QString()
                   : QStringLiteral(
                         "mixtura-cli simulate misspecification %1 --signal-to-noise %2 "
                         "--deviation-ratios %3 --rows %4 --replicates %5 --seed %6")
                         .arg(mixture->command, listText(chosen->signal_to_noise, QString(u',')),
                              listText(chosen->deviation_ratios, QString(u',')))
                         .arg(chosen->row_count)
                         .arg(chosen->replicate_count)
                         .arg(chosen->seed);
    job_.start(mixture->model, *chosen, session_->threadCount());
}

void StudyPart::follow() {
    const bool isRunning = job_.isRunning();
    run_->setVisible(!isRunning);
    stop_->setVisible(isRunning);
    progress_->setVisible(isRunning);
    save_->setVisible(!isRunning);
    save_->setEnabled(job_.result() != nullptr);
    if (isRunning) {
        say(tr("The study of the %1 is running.").arg(title_));
        showProgress();
        return;
    }
    if (!job_.failure().isEmpty()) {
        say(job_.failure());
        return;
    }
    if (!job_.result()) {
        say({});
        return;
    }
    plot_->setStudy(job_.result());
    session_->logAction(tr("Ran the study of a wrong variance for the %1").arg(title_), command_);
    sayResult();
}

void StudyPart::sayResult() {
    const MisspecificationStudy& study = job_.result()->study;
    const double share = study.arrangement.leading_share;
    const QString factor =
        share > 1.0 - 1e-9 ? QString() : QLocale().toString(share, 'g', 3) + u' ';
    QString words =
        tr("%1, its own SNR %2; %3 samples of %4 rows in each cell. From tau/sigma = \u221a(1 + "
           "%5SNR) on, centres that have come together do not part again.")
            .arg(title_.left(1).toUpper() + title_.mid(1), shown(study.arrangement.signal_to_noise),
                 QLocale().toString(study.options.replicate_count),
                 QLocale().toString(qint64(study.options.row_count)), factor);
    const auto unconverged = std::ranges::count_if(
        study.cells, [](const StudyCell& cell) { return cell.unconverged_count > 0; });
    if (study.cancelled)
        words += u' ' + tr("Stopped early: some samples were not drawn.");
    if (unconverged > 0)
        words += u' ' + tr("Cells in which some fits had not converged: %1.").arg(unconverged);
    say(words);
}

void StudyPart::showProgress() {
    const LongTask::Progress progress = job_.progress();
    progress_->setRange(0, int(progress.total));
    progress_->setValue(int(progress.done));
}

}  // namespace mixtura::app
