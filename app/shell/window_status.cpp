// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/window_status.h"

#include <QLabel>
#include <QLocale>
#include <QStatusBar>
#include <QThread>
#include <algorithm>
#include <cmath>

#include "session/session.h"

namespace mixtura::app {

namespace {

QString rowWords(const Session& session) {
    const DataEntry* entry = session.currentData();
    if (entry == nullptr)
        return {};
    const QLocale locale;
    QString words =
        WindowStatus::tr("%1 rows").arg(locale.toString(qint64(entry->data->row_count())));
    const auto& chosen = session.selectedRows();
    if (const auto count = std::count(chosen.begin(), chosen.end(), true); count > 0)
        words += WindowStatus::tr(" (%1 selected)").arg(locale.toString(qint64(count)));
    const auto features = featureColumns(*entry).size();
    words += features == 1
                 ? WindowStatus::tr("  |  1 feature")
                 : WindowStatus::tr("  |  %1 features").arg(locale.toString(qint64(features)));
    return words;
}

QString modelWords(const Session& session) {
    const FitEntry* fit = session.currentFit();
    const int record = session.currentRecord();
    if (fit == nullptr || record < 0)
        return {};
    const SelectionRecord& shown = fit->result->selection[std::size_t(record)];
    const QString model = WindowStatus::tr("|  shown: %1, K = %2")
                              .arg(QString::fromStdString(shown.covariance_structure))
                              .arg(shown.component_count);
    if (fit->result->chosen && fit->result->chosen->posterior)
        return model +
               WindowStatus::tr(", lower bound %1")
                   .arg(QLocale().toString(fit->result->chosen->posterior->lower_bound, 'f', 1));
    return std::isfinite(shown.bic)
               ? model + WindowStatus::tr(", BIC %1").arg(QLocale().toString(shown.bic, 'f', 1))
               : model;
}

QString threadWords(const Session& session) {
    const int threads =
        session.threadCount() > 0 ? session.threadCount() : QThread::idealThreadCount();
    return threads == 1 ? WindowStatus::tr("CPU, 1 thread")
                        : WindowStatus::tr("CPU, %1 threads").arg(QLocale().toString(threads));
}

}  // namespace

WindowStatus::WindowStatus(QStatusBar& bar)
    : rows_(new QLabel), model_(new QLabel), device_(new QLabel), saved_(new QLabel) {
    for (QLabel* label : {rows_, model_}) bar.addWidget(label);
    for (QLabel* label : {device_, saved_}) bar.addPermanentWidget(label);
}

void WindowStatus::refresh(const Session& session, const QString& savedWords) const {
    rows_->setText(rowWords(session));
    model_->setText(modelWords(session));
    device_->setText(threadWords(session));
    saved_->setText(savedWords.isEmpty() ? QString() : QStringLiteral("|  ") + savedWords);
}

}  // namespace mixtura::app
