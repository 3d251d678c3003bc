// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/session.h"

#include <QFileInfo>
#include <QLocale>
#include <QUuid>
#include <algorithm>
#include <exception>
#include <utility>

#include "session/column_conversion.h"
#include "session/session_commands.h"

namespace mixtura::app {

namespace {

QString newId() {
    return QUuid::createUuid().toString(QUuid::WithoutBraces);
}

/// `wanted`, or `wanted (2)` ... where it is taken.
QString uniqueName(const QString& wanted, const std::vector<DataEntry>& entries) {
    const auto isTaken = [&](const QString& name) {
        return std::any_of(entries.begin(), entries.end(),
                           [&](const DataEntry& entry) { return entry.name == name; });
    };
    QString name = wanted;
    for (int number = 2; isTaken(name); ++number)
        name = QStringLiteral("%1 (%2)").arg(wanted).arg(number);
    return name;
}

bool isSamePlan(const Plan& left, const Plan& right) {
    return to_json(left) == to_json(right);
}

/// The record of the model that the run chose, or -1.
int chosenRecord(const RunResult& result) {
    if (!result.chosen)
        return -1;
    const GaussianMixture& model = result.chosen->model;
    for (std::size_t i = 0; i < result.search.candidates.size(); ++i) {
        const Candidate& candidate = result.search.candidates[i];
        if (candidate.fit && candidate.component_count == model.component_count() &&
            candidate.covariance_structure == model.covariance_structure())
            return int(i);
    }
    return -1;
}

}  // namespace

Session::Session(QObject* parent) : QObject(parent) {
    undoStack_.setUndoLimit(200);
    connect(&undoStack_, &QUndoStack::indexChanged, this, &Session::markModified);
    connect(&background_, &BackgroundQueue::failed, this,
            [this](const QString& /*key*/, const QString& message) {
                report({Problem::Severity::error, message, {}, {}, -1, -1});
            });
}

Session::~Session() {
    // Widgets may already be gone: nothing may be heard of the ending fit.
    disconnect(&undoStack_, nullptr, this, nullptr);
    fitJob_.reset();
}

void Session::setContent(ProjectContent content) {
    if (fitJob_)
        fitJob_->discard();
    content_ = std::move(content);
    selectedRows_.clear();
    problems_.clear();
    {
        const QSignalBlocker quiet(undoStack_);
        undoStack_.clear();
    }
    emit contentReplaced();
    emit dataListChanged();
    emit currentDataChanged();
    emit setupChanged();
    emit fitListChanged();
    emit currentModelChanged();
    emit selectionChanged();
    emit problemsChanged();
    setUnmodified();
}

void Session::setUnmodified() {
    isModified_ = false;
    emit modifiedChanged(false);
}

void Session::markModified() {
    ++revision_;
    if (!isModified_) {
        isModified_ = true;
        emit modifiedChanged(true);
    }
    emit changed();
}

void Session::setViewState(const QVariantMap& state) {
    for (auto it = state.cbegin(); it != state.cend(); ++it)
        content_.viewState.insert(it.key(), it.value());
}

const DataEntry* Session::currentData() const {
    const int index = content_.currentData;
    return index < 0 ? nullptr : &content_.data.at(std::size_t(index));
}

DataEntry* Session::entry(const QString& id) {
    for (DataEntry& candidate : content_.data)
        if (candidate.id == id)
            return &candidate;
    return nullptr;
}

void Session::setCurrentData(int index) {
    if (index == content_.currentData || index < -1 || index >= int(content_.data.size()))
        return;
    content_.currentData = index;
    content_.currentFit.clear();
    content_.currentRecord = -1;
    selectedRows_.clear();
    if (const DataEntry* now = currentData(); now != nullptr && !now->fits.empty()) {
        content_.currentFit = now->fits.back().id;
        content_.currentRecord = now->fits.back().best;
    }
    emit currentDataChanged();
    emit setupChanged();
    emit fitListChanged();
    emit currentModelChanged();
    emit selectionChanged();
}

int Session::addImport(const QString& path, const CsvOptions& options,
                       std::shared_ptr<const ImportResult> result) {
    DataEntry added;
    added.id = newId();
    added.name = uniqueName(QFileInfo(path).fileName(), content_.data);
    added.path = path;
    added.importOptions = options;
    added.dialect = result->dialect;
    added.rowsSkipped = result->rows_skipped;
    added.problemCount = result->problem_count;
    added.data = std::shared_ptr<const DataSet>(result, &result->data);
    for (const Column& column : added.data->columns())
        added.roles.push_back(column.role != ColumnRole::none ? column.role
                              : column.is_numeric()           ? ColumnRole::feature
                                                              : ColumnRole::none);
    added.setup = defaultSetup(path, options, added.data->row_count());
    const QLocale locale;
    for (const CellProblem& problem : result->problems)
        problems_.push_back({Problem::Severity::warning,
                             QString::fromStdString(problem.message),
                             {},
                             added.id,
                             problem.location.row - 1,
                             int(problem.location.column) - 1});
    for (const std::string& note : result->dialect.notes)
        problems_.push_back(
            {Problem::Severity::note, QString::fromStdString(note), {}, added.id, -1, -1});
    content_.data.push_back(std::move(added));
    const int index = int(content_.data.size()) - 1;
    const DataEntry& entry = content_.data.back();
    emit dataListChanged();
    setCurrentData(index);
    emit problemsChanged();
    QString words = tr("Opened %1: %2 rows, %3 columns")
                        .arg(entry.name, locale.toString(qint64(entry.data->row_count())),
                             locale.toString(qint64(entry.data->columns().size())));
    if (entry.rowsSkipped > 0)
        words += tr(", %1 rows skipped").arg(locale.toString(qint64(entry.rowsSkipped)));
    if (entry.problemCount > 0)
        words += tr(", %1 unreadable cells").arg(locale.toString(qint64(entry.problemCount)));
    logAction(words, QString::fromStdString(inspect_command_line(planOf(entry))));
    markModified();
    return index;
}

void Session::removeData(int index) {
    if (index < 0 || index >= int(content_.data.size()) || fitJob_)
        return;
    logAction(tr("Removed %1 from the project").arg(content_.data[std::size_t(index)].name));
    const int next = std::min(index, int(content_.data.size()) - 2);
    content_.data.erase(content_.data.begin() + index);
    content_.currentData = -2;  // differs from any index: the next line always announces
    emit dataListChanged();
    if (next < 0) {
        content_.currentData = -1;
        content_.currentFit.clear();
        content_.currentRecord = -1;
        emit currentDataChanged();
        emit setupChanged();
        emit fitListChanged();
        emit currentModelChanged();
    } else {
        setCurrentData(next);
    }
    undoStack_.clear();
    markModified();
}

void Session::setColumnRole(int column, ColumnRole role) {
    const DataEntry* now = currentData();
    if (now == nullptr || column < 0 || column >= int(now->roles.size()))
        return;
    const ColumnRole before = now->roles[std::size_t(column)];
    if (before == role)
        return;
    // Only one column can hold the case weights.
    const int weights = role == ColumnRole::weight ? weightColumn(*now) : -1;
    if (weights >= 0) {
        undoStack_.beginMacro(tr("Change column role"));
        undoStack_.push(
            new RoleCommand(*this, now->id, weights, ColumnRole::weight, ColumnRole::feature));
    }
    undoStack_.push(new RoleCommand(*this, now->id, column, before, role));
    if (weights >= 0)
        undoStack_.endMacro();
}

QString Session::setColumnType(int column, ColumnType type) {
    const DataEntry* now = currentData();
    if (now == nullptr || column < 0 || column >= int(now->roles.size()))
        return {};
    const Column& before = now->data->column(std::size_t(column));
    if (before.type == type)
        return {};
    try {
        Column after = converted(before, type, now->dialect.decimal);
        const ColumnRole role = now->roles[std::size_t(column)];
        const bool losesRole = type != ColumnType::numeric &&
                               (role == ColumnRole::feature || role == ColumnRole::weight);
        undoStack_.beginMacro(tr("Change column type"));
        if (losesRole)
            undoStack_.push(new RoleCommand(*this, now->id, column, role, ColumnRole::none));
        undoStack_.push(new TypeCommand(*this, now->id, column, before, std::move(after)));
        undoStack_.endMacro();
        return {};
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
}

void Session::applyRole(const QString& id, int column, ColumnRole role) {
    DataEntry* target = entry(id);
    if (target == nullptr)
        return;
    target->roles[std::size_t(column)] = role;
    if (target == currentData()) {
        emit columnsChanged();
        emit setupChanged();
    }
}

void Session::applyColumn(const QString& id, int column, const Column& replacement) {
    DataEntry* target = entry(id);
    if (target == nullptr)
        return;
    auto edited = std::make_shared<DataSet>(*target->data);
    edited->column(std::size_t(column)) = replacement;
    target->data = std::move(edited);
    if (target == currentData()) {
        emit columnsChanged();
        emit setupChanged();
    }
}

void Session::applySetup(const QString& id, const Plan& setup) {
    DataEntry* target = entry(id);
    if (target == nullptr)
        return;
    target->setup = setup;
    if (target == currentData())
        emit setupChanged();
}

void Session::setSetup(const Plan& setup, const QString& words, int mergeId) {
    const DataEntry* now = currentData();
    if (now == nullptr || isSamePlan(now->setup, setup))
        return;
    undoStack_.push(new SetupCommand(*this, now->id, now->setup, setup, words, mergeId));
}

void Session::setThreadCount(int count) {
    if (count == content_.threadCount)
        return;
    content_.threadCount = count;
    emit setupChanged();
}

bool Session::isSetupChanged() const {
    const DataEntry* now = currentData();
    const FitEntry* fit = currentFit();
    return now != nullptr && fit != nullptr && !isSamePlan(planOf(*now), fit->plan);
}

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
             -1});
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
    connect(fitJob_.get(), &FitJob::failed, this, [this, dataId](const QString& message) {
        report({Problem::Severity::error, message, {}, dataId, -1, -1});
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
    // The job is in the middle of a signal: it goes when control is back in the event loop. Its
    // thread may still be on its way out of the computation, at most for a block of rows.
    fitJob_.release()->deleteLater();
    emit fitEnded();
}

void Session::takeResult(const QString& dataId, const FitJob& job,
                         const std::shared_ptr<const RunResult>& result) {
    DataEntry* target = entry(dataId);
    if (target == nullptr)
        return;
    FitEntry fit;
    fit.id = newId();
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
        fit.best < 0
            ? tr("Fit finished without a model to recommend")
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

void Session::setSelectedRows(std::vector<bool> rows) {
    if (rows == selectedRows_)
        return;
    selectedRows_ = std::move(rows);
    emit selectionChanged();
}

void Session::logAction(const QString& words, const QString& command) {
    content_.actions.push_back({QDateTime::currentDateTime(), words, command});
    emit actionLogged(content_.actions.back());
}

void Session::report(Problem problem) {
    problems_.push_back(std::move(problem));
    emit problemsChanged();
}

void Session::clearProblems() {
    problems_.clear();
    emit problemsChanged();
}

}  // namespace mixtura::app
