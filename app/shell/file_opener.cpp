// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/file_opener.h"

#include <QApplication>
#include <QClipboard>
#include <QDateTime>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QSettings>
#include <QStandardPaths>
#include <algorithm>
#include <iterator>

#include "data/import_dialog.h"
#include "plots/figure_export.h"
#include "session/import_job.h"
#include "session/session.h"
#include "shell/project_keeper.h"

namespace mixtura::app {

namespace {

constexpr int recentFilesKept = 8;

bool isProjectFile(const QString& path) {
    return path.endsWith(QStringLiteral(".mixtura"), Qt::CaseInsensitive);
}

}  // namespace

FileOpener::FileOpener(Session& session, ProjectKeeper& keeper, QWidget& window, bool remembers)
    : session_(&session), keeper_(&keeper), window_(&window), remembers_(remembers) {
    if (remembers_)
        recent_ = QSettings().value(QStringLiteral("recentFiles")).toStringList();
    connect(&keeper, &ProjectKeeper::opened, this, &FileOpener::remember);
    connect(&keeper, &ProjectKeeper::saved, this, &FileOpener::remember);
}

FileOpener::~FileOpener() = default;

void FileOpener::choose() {
    auto* dialog = new QFileDialog(window_, tr("Open"));
    dialog->setObjectName(QStringLiteral("openDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    dialog->setNameFilters({tr("Data and projects (*.csv *.tsv *.txt *.dat *.mixtura)"),
                            tr("Projects (*.mixtura)"), tr("All files (*)")});
    if (!recent_.isEmpty())
        dialog->setDirectory(QFileInfo(recent_.front()).absolutePath());
    connect(dialog, &QFileDialog::filesSelected, this, [this](const QStringList& paths) {
        for (const QString& path : paths) open(path);
    });
    dialog->open();
}

void FileOpener::open(const QString& path) {
    if (!QFileInfo::exists(path))
        fail(tr("'%1' is not there. Has it been moved or renamed?").arg(path));
    else if (isProjectFile(path))
        keeper_->open(path);
    else if (dialog_ != nullptr)
        waiting_ << path;
    else
        showImportDialog(path);
}

void FileOpener::showImportDialog(const QString& path) {
    dialog_ = new ImportDialog(path, {}, window_);
    dialog_->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog_, &ImportDialog::imported, this,
            [this](const QString& file, const CsvOptions& options,
                   const std::shared_ptr<const ImportResult>& result) {
                session_->addImport(file, options, result);
                remember(file);
                emit imported(file);
            });
    connect(dialog_, &QDialog::finished, this, [this] {
        dialog_ = nullptr;
        window_->activateWindow();  // not every platform gives the focus back by itself
        if (!waiting_.isEmpty())
            open(waiting_.takeFirst());
    });
    dialog_->open();
}

void FileOpener::import(const QString& path, const CsvOptions& options) {
    job_ = std::make_unique<ImportJob>(path, options);
    emit busyWith(tr("Reading %1 ...").arg(QFileInfo(path).fileName()));
    const auto done = [this] {
        emit busyWith({});
        job_.release()->deleteLater();  // it is in the middle of a signal
    };
    connect(job_.get(), &ImportJob::finished, this,
            [this, done, path, options](const std::shared_ptr<ImportResult>& result) {
                done();
                if (!result->dialect.ambiguity.empty() && !options.decimal) {
                    open(path);  // only a person can tell
                    return;
                }
                session_->addImport(path, options, result);
                remember(path);
                emit imported(path);
            });
    connect(job_.get(), &ImportJob::failed, this, [this, done](const QString& message) {
        done();
        fail(message);
    });
    job_->start();
}

void FileOpener::pasteTable() {
    const QString text = QApplication::clipboard()->text();
    if (text.trimmed().isEmpty()) {
        session_->report({Problem::Severity::warning,
                          tr("There is no table on the clipboard. Copy cells in another program "
                             "first."),
                          {},
                          {},
                          -1,
                          -1});
        return;
    }
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) +
                           QStringLiteral("/pasted");
    QDir().mkpath(folder);
    const QString path =
        folder +
        QDateTime::currentDateTime().toString(QStringLiteral("'/pasted-'yyyyMMdd-HHmmss")) +
        QStringLiteral(".tsv");
    const QString failure = writeFileSafely(path, text.toUtf8());
    if (failure.isEmpty())
        open(path);
    else
        fail(failure);
}

void FileOpener::fail(const QString& message) {
    session_->report({Problem::Severity::error, message, {}, {}, -1, -1});
    emit failed(message);
}

QStringList FileOpener::recentFiles() const {
    QStringList existing;
    std::copy_if(recent_.begin(), recent_.end(), std::back_inserter(existing),
                 [](const QString& path) { return QFileInfo::exists(path); });
    return existing;
}

void FileOpener::remember(const QString& path) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    recent_.removeAll(absolute);
    recent_.prepend(absolute);
    while (recent_.size() > recentFilesKept) recent_.removeLast();
    if (remembers_)
        QSettings().setValue(QStringLiteral("recentFiles"), recent_);
    emit recentFilesChanged();
}

}  // namespace mixtura::app
