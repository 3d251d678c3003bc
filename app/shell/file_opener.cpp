// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/file_opener.h"

#include <QApplication>
#include <QClipboard>
#include <QDateTime>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QLocale>
#include <QSettings>
#include <QStandardPaths>
#include <algorithm>
#include <iterator>

#include "mixtura/common/error.h"
#include "mixtura/plan/plan.h"

#include "data/import_dialog.h"
#include "plots/figure_export.h"
#include "session/import_job.h"
#include "session/model_entry.h"
#include "session/session.h"
#include "shell/project_keeper.h"

namespace mixtura::app {

namespace {

constexpr int recentFilesKept = 8;

bool isProjectFile(const QString& path) {
    return path.endsWith(QStringLiteral(".mixtura"), Qt::CaseInsensitive);
}

bool isModelFile(const QString& path) {
    return path.endsWith(QStringLiteral(".json"), Qt::CaseInsensitive);
}

/// How the data were read that the model was fitted to.
CsvOptions importOptionsOf(const SavedModel& saved) {
    const auto found = saved.options.find("import");
    try {
        return found == saved.options.end() ? CsvOptions() : csv_options_from(*found);
    } catch (const Error&) {
        return {};  // of another program: as detected
    }
}

/// "'a', 'b' and 12 more"
QString featureWords(const SavedModel& saved) {
    constexpr std::size_t named = 6;
    const std::vector<std::string>& features = saved.data.features;
    QStringList words;
    for (std::size_t i = 0; i < std::min(named, features.size()); ++i)
        words << QStringLiteral("'%1'").arg(QString::fromStdString(features[i]));
    const QString list = words.join(QStringLiteral(", "));
    return features.size() <= named
               ? list
               : FileOpener::tr("%1 and %2 more").arg(list).arg(features.size() - named);
}

/// A name that is free, for a table that comes from nowhere: "pasted/pasted-20260102-030405.tsv" in
/// the program's own folder, which is made if it is not there.
QString newTablePath(const QString& kind, const QString& ending) {
    const QString folder =
        QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + u'/' + kind;
    QDir().mkpath(folder);
    const QString stem = folder + u'/' + kind +
                         QDateTime::currentDateTime().toString(QStringLiteral("-yyyyMMdd-HHmmss"));
    QString path = stem + ending;
    for (int number = 2; QFileInfo::exists(path); ++number)
        path = QStringLiteral("%1-%2%3").arg(stem).arg(number).arg(ending);
    return path;
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

bool FileOpener::isDataFile(const QString& path) {
    return !isProjectFile(path) && !isModelFile(path);
}

void FileOpener::choose() {
    auto* dialog = new QFileDialog(window_, tr("Open"));
    dialog->setObjectName(QStringLiteral("openDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    dialog->setNameFilters(
        {tr("Data, projects and models (*.csv *.tsv *.txt *.dat *.mixtura *.json)"),
         tr("Projects (*.mixtura)"), tr("Saved models (*.json)"), tr("All files (*)")});
    if (!recent_.isEmpty())
        dialog->setDirectory(QFileInfo(recent_.front()).absolutePath());
    connect(dialog, &QFileDialog::filesSelected, this, [this](const QStringList& paths) {
        for (const QString& path : paths) open(path);
    });
    dialog->open();
}

void FileOpener::open(const QString& path) {
    if (!QFileInfo::exists(path))
        fail(tr("'%1' is not there. Has it been moved or renamed?").arg(path),
             FailureKind::resource);
    else if (isProjectFile(path))
        keeper_->open(path);
    else if (isModelFile(path))
        openModel(path);
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

void FileOpener::startReading(const QString& path, const CsvOptions& options,
                              const std::function<void(const std::shared_ptr<ImportResult>&)>& then,
                              const std::function<void(const QString&, FailureKind)>& otherwise) {
    job_ = std::make_unique<ImportJob>(path, options);
    emit busyWith(tr("Reading %1 ...").arg(QFileInfo(path).fileName()));
    const auto done = [this] {
        emit busyWith({});
        job_.release()->deleteLater();  // it is in the middle of a signal
    };
    connect(job_.get(), &ImportJob::finished, this,
            [done, then](const std::shared_ptr<ImportResult>& result) {
                done();
                then(result);
            });
    connect(job_.get(), &ImportJob::failed, this,
            [done, otherwise](const QString& message, FailureKind kind) {
                done();
                otherwise(message, kind);
            });
    job_->start();
}

void FileOpener::import(const QString& path, const CsvOptions& options) {
    startReading(
        path, options,
        [this, path, options](const std::shared_ptr<ImportResult>& result) {
            if (!result->dialect.ambiguity.empty() && !options.decimal) {
                if (answersItself_)
                    fail(QString::fromStdString(result->dialect.ambiguity), FailureKind::data);
                else
                    open(path);  // only a person can tell
                return;
            }
            session_->addImport(path, options, result);
            remember(path);
            emit imported(path);
        },
        [this](const QString& message, FailureKind kind) { fail(message, kind); });
}

// --- saved models ---

void FileOpener::openModel(const QString& path) {
    reader_.post(QStringLiteral("model"),
                 [this, path](const std::stop_token& /*stop*/) -> BackgroundQueue::Delivery {
                     try {
                         const auto saved = std::make_shared<const SavedModel>(
                             read_model_file(QFile::encodeName(path).toStdString()));
                         return [this, path, saved] { placeModel(path, *saved); };
                     } catch (const Error& error) {
                         return [this, message = QString::fromUtf8(error.what()),
                                 kind = kindOf(error)] { fail(message, kind); };
                     }
                 });
}

/// On open data that have the model's features; else on the data it was fitted to, where they are
/// found; else alone.
void FileOpener::placeModel(const QString& path, const SavedModel& saved) {
    if (session_->dataFor(saved) >= 0) {
        showModel(path, saved, {});
        return;
    }
    const QString source = sourceFileOf(path, saved);
    if (source.isEmpty()) {
        showModel(path, saved, tr("The data are not there"));
        return;
    }
    startReading(
        source, importOptionsOf(saved),
        [this, path, saved, source](const std::shared_ptr<ImportResult>& result) {
            session_->addImport(source, importOptionsOf(saved), result);
            remember(source);
            showModel(path, saved,
                      tr("'%1' has no such columns any more").arg(QFileInfo(source).fileName()));
        },
        [this, path, saved](const QString& message, FailureKind /*kind*/) {
            showModel(path, saved, tr("The data could not be read (%1)").arg(message));
        });
}

void FileOpener::showModel(const QString& path, const SavedModel& saved, const QString& whyAlone) {
    const int index = session_->dataFor(saved);
    session_->addModel(path, saved, index);
    const DataEntry& entry = *session_->currentData();
    const QString origin = originWords(path, saved);
    if (index < 0)
        session_->report({Problem::Severity::warning,
                          tr("%1: the model %2 is shown by itself. Open data with the columns %3, "
                             "and then the model again, to see it on them.")
                              .arg(whyAlone, origin, featureWords(saved)),
                          {},
                          entry.id,
                          -1,
                          -1,
                          FailureKind::data});
    else if (entry.data->row_count() != saved.data.rows ||
             entry.name != QFileInfo(QString::fromStdString(saved.data.source)).fileName())
        session_->report(
            {Problem::Severity::warning,
             tr("The model %1, is shown on the %2 rows of %3. Its log-likelihood and criteria are "
                "those of the fit.")
                 .arg(origin, QLocale().toString(qint64(entry.data->row_count())), entry.name),
             {},
             entry.id,
             -1,
             -1,
             FailureKind::data});
    remember(path);
    emit modelOpened(path);
}

// --- the clipboard ---

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
    const QString path = newTablePath(QStringLiteral("pasted"), QStringLiteral(".tsv"));
    const QString failure = writeFileSafely(path, text.toUtf8());
    if (failure.isEmpty())
        open(path);
    else
        fail(failure, FailureKind::resource);
}

void FileOpener::importTable(const QString& kind, const QByteArray& csv,
                             const CsvOptions& options) {
    const QString path = newTablePath(kind, QStringLiteral(".csv"));
    const QString failure = writeFileSafely(path, csv);
    if (failure.isEmpty())
        import(path, options);
    else
        fail(failure, FailureKind::resource);
}

void FileOpener::fail(const QString& message, FailureKind kind) {
    session_->report({Problem::Severity::error, message, {}, {}, -1, -1, kind});
    emit failed(message, kind);
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
