// SPDX-License-Identifier: GPL-3.0-or-later
#include "fit/jobs_panel.h"

#include <QGridLayout>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <cmath>

#include "session/session.h"

namespace mixtura::app {

QString durationText(double seconds) {
    const QLocale locale;
    if (seconds < 9.95)
        return JobsPanel::tr("%1 s").arg(locale.toString(seconds, 'f', 1));
    const auto whole = qint64(std::llround(seconds));
    if (whole < 60)
        return JobsPanel::tr("%1 s").arg(whole);
    if (whole < 3600)
        return JobsPanel::tr("%1 min %2 s").arg(whole / 60).arg(whole % 60, 2, 10, QChar(u'0'));
    return JobsPanel::tr("%1 h %2 min")
        .arg(whole / 3600)
        .arg(whole % 3600 / 60, 2, 10, QChar(u'0'));
}

/// How much was fitted and when; a model file need not say how long it took.
QString endWords(const FitEntry& fit) {
    const auto count = qint64(fit.result->selection.size());
    const QString models = count == 1 ? JobsPanel::tr("1 model")
                                      : JobsPanel::tr("%1 models").arg(QLocale().toString(count));
    const QString end = QLocale().toString(fit.finishedAt, QLocale::ShortFormat);
    return std::isfinite(fit.seconds)
               ? JobsPanel::tr("%1 in %2, finished %3.").arg(models, durationText(fit.seconds), end)
               : JobsPanel::tr("%1, finished %2.").arg(models, end);
}

struct JobsPanel::Parts {
    Session* session = nullptr;
    QLabel* title = nullptr;
    QProgressBar* bar = nullptr;
    QLabel* details = nullptr;
    QPushButton* pause = nullptr;
    QPushButton* keep = nullptr;
    QPushButton* cancel = nullptr;
};

JobsPanel::JobsPanel(Session& session, QWidget* parent)
    : QWidget(parent), parts_(std::make_unique<Parts>()) {
    Parts& p = *parts_;
    p.session = &session;
    p.title = new QLabel;
    p.title->setTextFormat(Qt::PlainText);
    p.bar = new QProgressBar;
    p.bar->setObjectName(QStringLiteral("progressBar"));
    p.bar->setAccessibleName(tr("Progress of the fit"));
    p.bar->setRange(0, 1000);
    p.details = new QLabel;
    p.details->setObjectName(QStringLiteral("progressDetails"));
    p.details->setTextFormat(Qt::PlainText);
    p.details->setWordWrap(true);
    p.details->setMinimumHeight(fontMetrics().lineSpacing() * 2);
    p.details->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    p.pause = new QPushButton(tr("Pause"));
    p.pause->setToolTip(tr("Hold the fit, or let it go on (F6)"));
    p.keep = new QPushButton(tr("Stop and keep best so far"));
    p.cancel = new QPushButton(tr("Cancel"));
    p.cancel->setToolTip(tr("End the fit and keep nothing of it (Shift+F5)"));
    connect(p.pause, &QPushButton::clicked, this, &JobsPanel::pauseRequested);
    connect(p.keep, &QPushButton::clicked, this, &JobsPanel::keepRequested);
    connect(p.cancel, &QPushButton::clicked, this, &JobsPanel::cancelRequested);
    auto* layout = new QGridLayout(this);
    layout->addWidget(p.title, 0, 0);
    layout->addWidget(p.bar, 0, 1);
    layout->addWidget(p.pause, 0, 2);
    layout->addWidget(p.keep, 0, 3);
    layout->addWidget(p.cancel, 0, 4);
    layout->addWidget(p.details, 1, 0, 1, 5);
    layout->setColumnStretch(1, 1);
    layout->setRowStretch(2, 1);
    connect(&session, &Session::fitStarted, this, [this] {
        connect(parts_->session->fitJob(), &FitJob::progressed, this, &JobsPanel::showProgress);
        showProgress(parts_->session->fitJob()->progress());
    });
    connect(&session, &Session::fitEnded, this, &JobsPanel::showIdle);
    connect(&session, &Session::currentModelChanged, this, &JobsPanel::showIdle);
    showIdle();
}

JobsPanel::~JobsPanel() = default;

void JobsPanel::showProgress(const FitProgress& progress) {
    Parts& p = *parts_;
    const QLocale locale;
    const auto number = [&](double value) { return locale.toString(value, 'g', 2); };
    for (QPushButton* button : {p.pause, p.keep, p.cancel}) button->setEnabled(true);
    p.bar->setVisible(true);
    p.bar->setValue(int(progress.fraction * 1000.0));
    p.pause->setText(progress.isPaused ? tr("Resume") : tr("Pause"));
    p.title->setText(
        tr("Model %1 of %2")
            .arg(locale.toString(std::min(progress.modelsDone + 1, progress.modelCount)),
                 locale.toString(progress.modelCount)));
    QStringList parts;
    if (progress.isPaused)
        parts << tr("paused");
    if (!progress.stage.isEmpty()) {
        parts << progress.stage;
    } else if (!progress.model.isEmpty()) {
        parts << tr("%1, start %2 of %3, iteration %4")
                     .arg(progress.model)
                     .arg(progress.run + 1)
                     .arg(progress.runCount)
                     .arg(locale.toString(progress.iteration));
        if (std::isfinite(progress.gain))
            parts << tr("gain %1 nats").arg(number(progress.gain));
        if (std::isfinite(progress.remaining))
            parts << tr("%1 nats to its limit").arg(number(progress.remaining));
    }
    parts << tr("%1 so far").arg(durationText(progress.elapsedSeconds));
    if (std::isfinite(progress.remainingSeconds))
        parts << tr("about %1 left").arg(durationText(progress.remainingSeconds));
    p.details->setText(parts.join(QStringLiteral("  \u00b7  ")));
}

void JobsPanel::showIdle() {
    Parts& p = *parts_;
    if (p.session->fitJob() != nullptr && p.session->fitJob()->isRunning())
        return;
    for (QPushButton* button : {p.pause, p.keep, p.cancel}) button->setEnabled(false);
    p.pause->setText(tr("Pause"));
    p.bar->setVisible(false);
    const FitEntry* fit = p.session->currentFit();
    p.title->setText(fit == nullptr ? tr("No fit is running.") : tr("Last fit: %1").arg(fit->name));
    p.details->setText(fit == nullptr
                           ? tr("Choose columns and models in the set-up, then press F5.")
                           : endWords(*fit));
}

}  // namespace mixtura::app
