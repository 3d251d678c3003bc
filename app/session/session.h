// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QUndoStack>
#include <memory>
#include <vector>

#include "session/background_queue.h"
#include "session/fit_job.h"
#include "session/project.h"

namespace mixtura::app {

/// Something the analyst should know: what happened, where, what can be done.
struct Problem {
    enum class Severity { note, warning, error };
    Severity severity = Severity::error;
    QString text;           ///< a sentence
    QString details;        ///< raw text behind a button; may be empty
    QString dataId;         ///< of the data set concerned, or empty
    std::int64_t row = -1;  ///< 0-based, or -1
    int column = -1;        ///< 0-based, or -1
    FailureKind kind = FailureKind::fit;
};

/// One open project: its data sets, their set-ups and fits, undo, what is selected, what is
/// running. The only door between the widgets and the computing core; used from the UI thread.
class Session : public QObject {
    Q_OBJECT
  public:
    explicit Session(QObject* parent = nullptr);
    ~Session() override;

    // --- the project ---
    [[nodiscard]] const ProjectContent& content() const { return content_; }
    /// Replaces everything, without undo and unmodified: after loading, or empty for a new one.
    void setContent(ProjectContent content);
    /// True since the first change after load or save. Views (columns widths and the like) never
    /// count as a change.
    [[nodiscard]] bool isModified() const { return isModified_; }
    void setUnmodified();
    /// Counts the changes so far.
    [[nodiscard]] quint64 revision() const { return revision_; }
    void markModified();
    void setViewState(const QVariantMap& state);
    [[nodiscard]] QUndoStack* undoStack() { return &undoStack_; }

    // --- data ---
    [[nodiscard]] int currentDataIndex() const { return content_.currentData; }
    /// The current data set, or null.
    [[nodiscard]] const DataEntry* currentData() const;
    void setCurrentData(int index);
    /// Adds an imported file and makes it current. @return its index
    int addImport(const QString& path, const CsvOptions& options,
                  const std::shared_ptr<const ImportResult>& result);
    /// The open data set that has the features of the model, the current one first; -1: none.
    [[nodiscard]] int dataFor(const SavedModel& saved) const;
    /// Shows a model that was read from `path`: on the data set `dataIndex`, or alone if that is -1.
    void addModel(const QString& path, const SavedModel& saved, int dataIndex);
    void removeData(int index);
    /// Undoable.
    void setColumnRole(int column, ColumnRole role);
    /// Undoable. @return an empty string, or why the column cannot be of that type
    QString setColumnType(int column, ColumnType type);

    // --- set-up and fit ---
    /// Undoable; edits of the same option (`mergeId` >= 0) that follow each other become one.
    /// @param words  what the undo menu says: "Change seed"
    void setSetup(const Plan& setup, const QString& words, int mergeId = -1);
    [[nodiscard]] int threadCount() const { return content_.threadCount; }
    void setThreadCount(int count);
    /// Takes set-up and columns of the current data set from a plan, as one undoable step. Columns
    /// that the plan leaves open are all numeric ones that have no other task in it.
    /// @throw InvalidArgument  a column that does not exist
    void takePlan(const Plan& plan);
    /// True where the set-up would give another fit than the one shown.
    [[nodiscard]] bool isSetupChanged() const;
    /// Starts the fit of the current data set's set-up; needs `fitJob() == nullptr`.
    void startFit();
    /// The running fit, or null.
    [[nodiscard]] FitJob* fitJob() { return fitJob_.get(); }

    // --- results ---
    /// The fit shown, or null.
    [[nodiscard]] const FitEntry* currentFit() const;
    [[nodiscard]] int currentRecord() const { return content_.currentRecord; }
    /// Shows a fit of the current data set; -1 for none.
    void setCurrentFit(int index);
    /// Shows another model of the fit shown.
    void setCurrentRecord(int record);
    void removeFit(int index);
    /// Writes the files that the plan names of the fit shown, in the background.
    void writeOutputs(const Plan& plan);

    // --- selection of rows ---
    [[nodiscard]] const std::vector<bool>& selectedRows() const { return selectedRows_; }
    void setSelectedRows(std::vector<bool> rows);

    // --- log, problems, background work ---
    void logAction(const QString& words, const QString& command = {});
    [[nodiscard]] const std::vector<Problem>& problems() const { return problems_; }
    void report(Problem problem);
    void clearProblems();
    [[nodiscard]] BackgroundQueue* background() { return &background_; }

  signals:
    void contentReplaced();
    void modifiedChanged(bool isModified);
    /// A change worth an autosave.
    void changed();
    void dataListChanged();
    void currentDataChanged();
    /// Types or roles of the current data set.
    void columnsChanged();
    void setupChanged();
    void fitStarted();
    /// The job has ended in any way and is gone.
    void fitEnded();
    /// A fit came to its end and was added to the current data set.
    void fitAdded(int index);
    void fitListChanged();
    /// Another fit, or another model of it, is shown.
    void currentModelChanged();
    void selectionChanged();
    void actionLogged(const mixtura::app::ActionRecord& action);
    void problemsChanged();
    /// About to do long work from which an interrupted program should be able to return.
    void recoveryPointWanted();

  private:
    friend class RoleCommand;
    friend class TypeCommand;
    friend class SetupCommand;

    DataEntry* entry(const QString& id);
    void applyRole(const QString& id, int column, ColumnRole role);
    void applyColumn(const QString& id, int column, const Column& replacement);
    void applySetup(const QString& id, const Plan& setup);
    void takeResult(const QString& dataId, const FitJob& job,
                    const std::shared_ptr<const RunResult>& result);
    void endFit();

    ProjectContent content_;
    bool isModified_ = false;
    quint64 revision_ = 0;
    QUndoStack undoStack_;
    std::unique_ptr<FitJob> fitJob_;
    std::vector<std::unique_ptr<FitJob>> endingJobs_;  ///< settled, their threads on the way out
    std::vector<bool> selectedRows_;
    std::vector<Problem> problems_;
    BackgroundQueue background_;
};

}  // namespace mixtura::app
