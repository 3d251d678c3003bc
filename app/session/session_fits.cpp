// SPDX-License-Identifier: GPL-3.0-or-later
/// Fits of the session: run, taken over, opened from a file, shown.
#include <QLocale>
#include <QUuid>
#include <algorithm>
#include <utility>

#include "session/model_entry.h"
#include "session/session.h"

namespace mixtura::app {

namespace {

/// The record of the model that the run chose, or -1.
int chosenRecord(const RunResult& result) {
    if (!result.chosen)
        return -1;
    const GaussianMixture& model = result.chosen->model;
    for (std::size_t i = 0; i < result.search.candidates.size(); ++i) {
        const Candidate& candidate = result.search.candidates[i];
        if (candidate.fit && candidate.component_count == model.component_count() &&
            candidate.covariance_form == model.covariance_form())
            return int(i);
    }
    return -1;
}

}  // namespace

void Session::startFit() {
    const DataEntry* now = currentData();
    if (now == nullptr || fitJob_)
        return;
    const Plan plan = planOf(*now);
    if (plan.columns.features.empty()) {
        report(
            {Problem::Severity::error,
             tr("No column is chosen as a feature. Tick at least one numeric column in the model "
                "set-up."),
             {},
             now->id,
             -1,
             -1,
             FailureKind::data});
        return;
    }
    emit recoveryPointWanted();
    logAction(tr("Fit of %1").arg(now->name), QString::fromStdString(command_line(plan)));
    fitJob_ = std::make_unique<FitJob>(plan, now->data, content_.threadCount);
    const QString dataId = now->id;
    connect(fitJob_.get(), &FitJob::finished, this,
            [this, dataId](const std::shared_ptr<const RunResult>& result) {
                takeResult(dataId, *fitJob_, result);
                endFit();
            });
    connect(fitJob_.get(), &FitJob::failed, this,
            [this, dataId](const QString& message, FailureKind kind) {
                report({Problem::Severity::error, message, {}, dataId, -1, -1, kind});
                endFit();
            });
    connect(fitJob_.get(), &FitJob::discarded, this, [this] {
        logAction(tr("Fit cancelled; nothing of it is kept"));
        endFit();
    });
    fitJob_->start();
    emit fitStarted();
}

void Session::endFit() {
    // The job is in the middle of a signal, and its thread may still be on its way out of the
    // computation: it goes when that has ended, so that the window never waits for it.
    FitJob* job = endingJobs_.emplace_back(std::move(fitJob_)).get();
    connect(job, &FitJob::threadEnded, this, [this, job] {
        std::erase_if(endingJobs_, [job](std::unique_ptr<FitJob>& ending) {
            if (ending.get() != job)
                return false;
            ending.release()->deleteLater();
            return true;
        });
    });
    emit fitEnded();
}

void Session::takeResult(const QString& dataId, const FitJob& job,
                         const std::shared_ptr<const RunResult>& result) {
    DataEntry* target = entry(dataId);
    if (target == nullptr)
        return;
    FitEntry fit;
    fit.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    fit.finishedAt = QDateTime::currentDateTime();
    fit.seconds = job.progress().elapsedSeconds;
    fit.plan = job.plan();
    fit.result = result;
    fit.best = chosenRecord(*result);
    const bool hasAny =
        std::any_of(result->search.candidates.begin(), result->search.candidates.end(),
                    [](const Candidate& c) { return c.fit.has_value(); });
    if (result->search.cancelled && !hasAny) {
        report({Problem::Severity::warning,
                tr("The fit was stopped before the first model was complete, so there is nothing "
                   "to keep."),
                {},
                dataId,
                -1,
                -1});
        return;
    }
    fit.name = nameOf(fit);
    if (fit.best < 0)
        report({Problem::Severity::error,
                tr("None of the %1 models can be recommended: each failed or is spurious. The "
                   "Compare tab says why for each. Try fewer components or simpler covariances.")
                    .arg(QLocale().toString(qint64(result->selection.size()))),
                {},
                dataId,
                -1,
                -1});
    logAction(
        fit.best < 0 ? tr("Fit finished without a model to recommend")
        : result->search.candidates[std::size_t(fit.best)].posterior
            ? tr("Fit finished: %1, lower bound %2")
                  .arg(fit.name,
                       QLocale().toString(
                           result->search.candidates[std::size_t(fit.best)].posterior->lower_bound,
                           'f', 3))
            : tr("Fit finished: %1, %2 %3")
                  .arg(fit.name,
                       QString::fromLatin1(to_string(fit.plan.search.criterion).data()).toUpper(),
                       QLocale().toString(
                           result->search.candidates[std::size_t(fit.best)].criteria->value(
                               fit.plan.search.criterion),
                           'f', 3)));
    target->fits.push_back(std::move(fit));
    if (target == currentData()) {
        content_.currentFit = target->fits.back().id;
        content_.currentRecord = target->fits.back().best;
        emit fitListChanged();
        emit currentModelChanged();
        emit fitAdded(int(target->fits.size()) - 1);
    } else {
        emit fitListChanged();
    }
    markModified();
}

const FitEntry* Session::currentFit() const {
    const DataEntry* now = currentData();
    if (now == nullptr)
        return nullptr;
    for (const FitEntry& fit : now->fits)
        if (fit.id == content_.currentFit)
            return &fit;
    return nullptr;
}

void Session::setCurrentFit(int index) {
    const DataEntry* now = currentData();
    if (now == nullptr || index >= int(now->fits.size()))
        return;
    const QString id = index < 0 ? QString() : now->fits[std::size_t(index)].id;
    if (id == content_.currentFit)
        return;
    content_.currentFit = id;
    content_.currentRecord = index < 0 ? -1 : now->fits[std::size_t(index)].best;
    emit currentModelChanged();
}

void Session::setCurrentRecord(int record) {
    const FitEntry* fit = currentFit();
    if (fit == nullptr || record == content_.currentRecord || record < -1 ||
        record >= int(fit->result->selection.size()))
        return;
    content_.currentRecord = record;
    emit currentModelChanged();
}

void Session::removeFit(int index) {
    if (content_.currentData < 0)
        return;
    std::vector<FitEntry>& fits = content_.data[std::size_t(content_.currentData)].fits;
    if (index < 0 || index >= int(fits.size()))
        return;
    const bool wasShown = fits[std::size_t(index)].id == content_.currentFit;
    logAction(tr("Removed the fit %1").arg(fits[std::size_t(index)].name));
    fits.erase(fits.begin() + index);
    if (wasShown) {
        content_.currentFit = fits.empty() ? QString() : fits.back().id;
        content_.currentRecord = fits.empty() ? -1 : fits.back().best;
    }
    emit fitListChanged();
    if (wasShown)
        emit currentModelChanged();
    markModified();
}

void Session::writeOutputs(const Plan& plan) {
    const FitEntry* fit = currentFit();
    if (fit == nullptr)
        return;
    background_.post(QStringLiteral("outputs"),
                     [plan, result = fit->result, threads = content_.threadCount](
                         const std::stop_token& stop) -> BackgroundQueue::Delivery {
                         write_outputs(plan, *result, {.stop = stop, .thread_count = threads});
                         return {};
                     });
}

int Session::dataFor(const SavedModel& saved) const {
    const auto has = [&](int index) {
        return index >= 0 && content_.data[std::size_t(index)].data->row_count() > 0 &&
               columnsOf(saved, *content_.data[std::size_t(index)].data).has_value();
    };
    if (has(content_.currentData))
        return content_.currentData;
    for (int index = 0; index < int(content_.data.size()); ++index)
        if (has(index))
            return index;
    return -1;
}

void Session::addModel(const QString& path, const SavedModel& saved, int dataIndex) {
    if (dataIndex < 0) {
        DataEntry alone = dataWithoutRows(path, saved);
        alone.name = uniqueName(alone.name, content_.data);
        content_.data.push_back(std::move(alone));
        dataIndex = int(content_.data.size()) - 1;
        emit dataListChanged();
    }
    setCurrentData(dataIndex);
    DataEntry& target = content_.data[std::size_t(dataIndex)];
    target.fits.push_back(fitOf(path, saved, *target.data));
    content_.currentFit = target.fits.back().id;
    content_.currentRecord = target.fits.back().best;
    logAction(tr("Opened the model %1").arg(originWords(path, saved)));
    emit fitListChanged();
    emit currentModelChanged();
    emit fitAdded(int(target.fits.size()) - 1);
    markModified();
}

}  // namespace mixtura::app
