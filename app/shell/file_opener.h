// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPointer>
#include <QStringList>
#include <memory>

#include "mixtura/io/csv.h"

class QWidget;

namespace mixtura::app {

class ImportDialog;
class ImportJob;
class ProjectKeeper;
class Session;

/// Opens what the analyst points at: a data file through the import dialog or without one, a
/// project, the table on the clipboard. Remembers the files opened last.
class FileOpener : public QObject {
    Q_OBJECT
  public:
    /// @param window    parent of the dialogs
    /// @param remembers the list of recent files outlives the program
    FileOpener(Session& session, ProjectKeeper& keeper, QWidget& window, bool remembers);
    ~FileOpener() override;

    /// Asks which files to open.
    void choose();
    /// Opens a project, or shows the import dialog for a data file.
    void open(const QString& path);
    /// Reads a data file without a dialog; a cell that cannot be read ends it with a problem.
    void import(const QString& path, const CsvOptions& options);
    void pasteTable();
    [[nodiscard]] bool isBusy() const { return job_ != nullptr; }
    /// Files opened last that are still there, newest first.
    [[nodiscard]] QStringList recentFiles() const;
    void remember(const QString& path);

  signals:
    /// A data file was read into the session.
    void imported(const QString& path);
    void failed(const QString& message);
    void recentFilesChanged();
    /// Reading takes a while; an empty text says that it is over.
    void busyWith(const QString& words);

  private:
    void showImportDialog(const QString& path);
    void fail(const QString& message);

    Session* session_;
    ProjectKeeper* keeper_;
    QWidget* window_;
    bool remembers_;
    QStringList recent_;
    QStringList waiting_;  ///< files whose import dialog is still to come
    QPointer<ImportDialog> dialog_;
    std::unique_ptr<ImportJob> job_;
};

}  // namespace mixtura::app
