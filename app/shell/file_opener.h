// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPointer>
#include <QStringList>
#include <functional>
#include <memory>

#include "mixtura/io/csv.h"
#include "mixtura/io/model_file.h"

#include "session/background_queue.h"
#include "session/failure.h"

class QWidget;

namespace mixtura::app {

class ImportDialog;
class ImportJob;
class ProjectKeeper;
class Session;

/// Opens what the analyst points at: a data file through the import dialog or without one, a
/// project, a saved model, the table on the clipboard. Remembers the files opened last.
class FileOpener : public QObject {
    Q_OBJECT
  public:
    /// @param window    parent of the dialogs
    /// @param remembers the list of recent files outlives the program
    FileOpener(Session& session, ProjectKeeper& keeper, QWidget& window, bool remembers);
    ~FileOpener() override;

    /// A table, not a project or a saved model, by the path's ending.
    static bool isDataFile(const QString& path);
    /// Asks which files to open.
    void choose();
    /// Opens a project or a saved model, or shows the import dialog for a data file.
    void open(const QString& path);
    /// Reads a data file without a dialog; a cell that cannot be read ends it with a problem.
    void import(const QString& path, const CsvOptions& options);
    void pasteTable();
    /// Keeps a table that was made here as a file among the program's own, and reads that.
    /// @param kind  first word of the file's name
    void importTable(const QString& kind, const QByteArray& csv, const CsvOptions& options);
    /// Nobody is there to be asked.
    void setAnswersItself(bool answersItself) { answersItself_ = answersItself; }
    [[nodiscard]] bool isBusy() const { return job_ != nullptr || reader_.pendingCount() > 0; }
    /// Files opened last that are still there, newest first.
    [[nodiscard]] QStringList recentFiles() const;
    void remember(const QString& path);

  signals:
    /// A data file was read into the session.
    void imported(const QString& path);
    /// A saved model is shown.
    void modelOpened(const QString& path);
    void failed(const QString& message, mixtura::app::FailureKind kind);
    void recentFilesChanged();
    /// Reading takes a while; an empty text says that it is over.
    void busyWith(const QString& words);

  private:
    void showImportDialog(const QString& path);
    void openModel(const QString& path);
    void placeModel(const QString& path, const SavedModel& saved);
    void showModel(const QString& path, const SavedModel& saved, const QString& whyAlone);
    void startReading(const QString& path, const CsvOptions& options,
                      const std::function<void(const std::shared_ptr<ImportResult>&)>& then,
                      const std::function<void(const QString&, FailureKind)>& otherwise);
    void fail(const QString& message, FailureKind kind);

    Session* session_;
    ProjectKeeper* keeper_;
    QWidget* window_;
    bool remembers_;
    bool answersItself_ = false;
    QStringList recent_;
    QStringList waiting_;  ///< files whose import dialog is still to come
    QPointer<ImportDialog> dialog_;
    std::unique_ptr<ImportJob> job_;
    BackgroundQueue reader_;
};

}  // namespace mixtura::app
