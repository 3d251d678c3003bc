// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/session.h"

#include <QFileInfo>
#include <QLocale>
#include <QUuid>
#include <algorithm>
#include <exception>
#include <set>
#include <utility>

#include "session/column_conversion.h"
#include "session/session_commands.h"

namespace mixtura::app {

namespace {

QString newId() {
    return QUuid::createUuid().toString(QUuid::WithoutBraces);
}

bool isSamePlan(const Plan& left, const Plan& right) {
    return to_json(left) == to_json(right);
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
    endingJobs_.clear();
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
                       const std::shared_ptr<const ImportResult>& result) {
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

void Session::takePlan(const Plan& plan) {
    const DataEntry* now = currentData();
    if (now == nullptr)
        return;
    const DataSet& data = *now->data;
    const int weights =
        plan.columns.weights.empty() ? -1 : int(data.column_index(plan.columns.weights));
    std::set<std::size_t> taken;  // by another task, or left out
    for (const std::string& name : plan.columns.excluded) taken.insert(data.column_index(name));
    if (weights >= 0)
        taken.insert(std::size_t(weights));
    if (!plan.start_labels.empty())
        taken.insert(data.column_index(plan.start_labels));
    if (!plan.columns.labels.empty())
        taken.insert(data.column_index(plan.columns.labels));
    if (!plan.columns.classes.empty())
        taken.insert(data.column_index(plan.columns.classes));
    std::set<std::size_t> named;
    for (const std::string& name : plan.columns.features) named.insert(data.column_index(name));
    undoStack_.beginMacro(tr("Take the set-up from a plan"));
    for (std::size_t column = 0; column < now->roles.size(); ++column) {
        const bool isFeature =
            !taken.contains(column) &&
            (named.empty() ? data.column(column).is_numeric() : named.contains(column));
        setColumnRole(int(column), int(column) == weights ? ColumnRole::weight
                                   : isFeature            ? ColumnRole::feature
                                                          : ColumnRole::none);
    }
    Plan setup = plan;
    setup.model_output.clear();  // written when they are asked for, not after every run
    setup.assignments_output.clear();
    setup.trace_output.clear();
    setSetup(setup, tr("Take the set-up from a plan"));
    undoStack_.endMacro();
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
    return now != nullptr && fit != nullptr && fit->modelPath.isEmpty() &&
           !isSamePlan(planOf(*now), fit->plan);
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
