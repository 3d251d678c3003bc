// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/project_file.h"

#include <QDataStream>
#include <QFile>
#include <QFileInfo>
#include <QUuid>
#include <algorithm>
#include <cstdio>
#include <exception>

#include <fcntl.h>
#include <unistd.h>

#include "mixtura/common/error.h"
#include "mixtura/common/version.h"

#include "session/project_chunks.h"
#include "session/project_tables.h"
#include "session/sqlite_database.h"

namespace mixtura::app {

namespace {

constexpr const char* schema = R"sql(
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS blob(sha256 TEXT PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS data_set(id TEXT PRIMARY KEY, position INTEGER NOT NULL,
    name TEXT NOT NULL, path TEXT NOT NULL, row_count INTEGER NOT NULL, facts TEXT NOT NULL,
    lines TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS data_column(data_set TEXT NOT NULL, position INTEGER NOT NULL,
    name TEXT NOT NULL, facts TEXT NOT NULL, chunks TEXT NOT NULL,
    PRIMARY KEY(data_set, position));
CREATE TABLE IF NOT EXISTS fit(id TEXT PRIMARY KEY, data_set TEXT NOT NULL,
    position INTEGER NOT NULL, name TEXT NOT NULL, plan TEXT NOT NULL, facts TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS model(fit TEXT NOT NULL, record INTEGER NOT NULL,
    document TEXT NOT NULL, facts TEXT NOT NULL, PRIMARY KEY(fit, record));
CREATE TABLE IF NOT EXISTS trace(fit TEXT NOT NULL, record INTEGER NOT NULL, run INTEGER NOT NULL,
    sha256 TEXT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY(fit, record, run));
CREATE TABLE IF NOT EXISTS view_state(key TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS action(position INTEGER PRIMARY KEY, time TEXT NOT NULL,
    words TEXT NOT NULL, command TEXT NOT NULL);
)sql";

QByteArray variantBytes(const QVariant& value) {
    QByteArray bytes;
    QDataStream stream(&bytes, QIODevice::WriteOnly);
    stream.setVersion(QDataStream::Qt_6_4);
    stream << value;
    return bytes;
}

QVariant variantFrom(const QByteArray& bytes) {
    QDataStream stream(bytes);
    stream.setVersion(QDataStream::Qt_6_4);
    QVariant value;
    stream >> value;
    return value;
}

void writeRest(SqliteDatabase& database, const ProjectContent& content) {
    SqliteStatement action =
        database.prepare("INSERT INTO action(position, time, words, command) VALUES(?, ?, ?, ?)");
    for (std::size_t position = 0; position < content.actions.size(); ++position) {
        const ActionRecord& record = content.actions[position];
        action.bind(0, std::int64_t(position))
            .bind(1, record.time.toUTC().toString(Qt::ISODateWithMs))
            .bind(2, record.words)
            .bind(3, record.command);
        action.run();
    }
    SqliteStatement view =
        database.prepare("INSERT OR REPLACE INTO view_state(key, value) VALUES(?, ?)");
    for (auto it = content.viewState.cbegin(); it != content.viewState.cend(); ++it) {
        const QByteArray bytes = variantBytes(it.value());
        view.bind(0, it.key()).bind(1, bytes.constData(), std::size_t(bytes.size()));
        view.run();
    }
}

void setMeta(SqliteDatabase& database, const char* key, const QString& value) {
    SqliteStatement insert =
        database.prepare("INSERT OR REPLACE INTO meta(key, value) VALUES(?, ?)");
    insert.bind(0, QString::fromLatin1(key)).bind(1, value);
    insert.run();
}

QString meta(SqliteDatabase& database, const char* key) {
    SqliteStatement select = database.prepare("SELECT value FROM meta WHERE key = ?");
    select.bind(0, QString::fromLatin1(key));
    return select.next() ? select.text(0) : QString();
}

void checkIsProject(SqliteDatabase& database, const QString& path) {
    if (database.integer("PRAGMA application_id") != projectApplicationId)
        throw projectError("'%1' is no Mixtura project.", path);
    const std::int64_t version = database.integer("PRAGMA user_version");
    if (version > projectFileVersion)
        throw projectError(
            "'%1' was saved by a newer Mixtura (project version %2); open it with that "
            "program, or update this one.",
            path, QString::number(version));
}

/// All in one transaction. @return the new save's mark
QString writeContent(SqliteDatabase& database, const ProjectContent& content) {
    QString saveId = QUuid::createUuid().toString(QUuid::WithoutBraces);
    database.execute(schema);
    database.execute("CREATE TEMP TABLE used(sha256 TEXT PRIMARY KEY)");
    database.execute(
        "DELETE FROM data_set; DELETE FROM data_column; DELETE FROM fit; DELETE FROM model;"
        "DELETE FROM trace; DELETE FROM action;");
    for (std::size_t position = 0; position < content.data.size(); ++position)
        writeData(database, content.data[position], int(position));
    database.execute("DELETE FROM blob WHERE sha256 NOT IN (SELECT sha256 FROM temp.used)");
    writeRest(database, content);
    setMeta(database, "software", QStringLiteral("mixtura ") + QLatin1String(version));
    setMeta(database, "save_id", saveId);
    setMeta(database, "current_data", QString::number(content.currentData));
    setMeta(database, "current_fit", content.currentFit);
    setMeta(database, "current_record", QString::number(content.currentRecord));
    setMeta(database, "thread_count", QString::number(content.threadCount));
    return saveId;
}

QString writeInPlace(const QString& path, const ProjectContent& content, const QString& known) {
    SqliteDatabase database(path, SqliteDatabase::Mode::readWrite);
    database.execute("PRAGMA synchronous = FULL");
    database.execute("BEGIN IMMEDIATE");
    checkIsProject(database, path);
    if (meta(database, "save_id") != known)
        throw projectError(
            "'%1' has been changed by another program since you opened it. Save under "
            "another name, so that neither version is lost.",
            path);
    QString saveId = writeContent(database, content);
    database.execute("COMMIT");
    return saveId;
}

void flushFolder(const QString& path) {
    const QByteArray folder = QFile::encodeName(QFileInfo(path).absolutePath());
    const int descriptor = ::open(folder.constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    ::fsync(descriptor);
    ::close(descriptor);
}

QString writeBeside(const QString& path, const ProjectContent& content) {
    const QFileInfo target(QFileInfo(path).exists() ? QFileInfo(path).canonicalFilePath() : path);
    const QString beside = target.absolutePath() + QStringLiteral("/.") + target.fileName() + u'.' +
                           QUuid::createUuid().toString(QUuid::Id128).left(8) +
                           QStringLiteral(".part");
    try {
        QString saveId;
        {
            SqliteDatabase database(beside, SqliteDatabase::Mode::create);
            database.execute("PRAGMA synchronous = FULL");
            database.execute(
                QStringLiteral("PRAGMA application_id = %1").arg(projectApplicationId).toLatin1());
            database.execute(
                QStringLiteral("PRAGMA user_version = %1").arg(projectFileVersion).toLatin1());
            database.execute("BEGIN IMMEDIATE");
            saveId = writeContent(database, content);
            database.execute("COMMIT");
        }
        if (std::rename(QFile::encodeName(beside).constData(),
                        QFile::encodeName(target.absoluteFilePath()).constData()) != 0)
            throw projectError(
                "'%1' could not be replaced by the new version. May you write there?", path);
        flushFolder(target.absoluteFilePath());
        return saveId;
    } catch (...) {
        QFile::remove(beside);
        QFile::remove(beside + QStringLiteral("-journal"));
        throw;
    }
}

}  // namespace

LoadedProject readProject(const QString& path) {
    try {
        SqliteDatabase database(path, SqliteDatabase::Mode::readOnly);
        checkIsProject(database, path);
        LoadedProject loaded;
        ProjectContent& content = loaded.content;
        content.data = readAllData(database, path);
        SqliteStatement actions =
            database.prepare("SELECT time, words, command FROM action ORDER BY position");
        while (actions.next())
            content.actions.push_back(
                {QDateTime::fromString(actions.text(0), Qt::ISODateWithMs).toLocalTime(),
                 actions.text(1), actions.text(2)});
        SqliteStatement view = database.prepare("SELECT key, value FROM view_state");
        while (view.next()) content.viewState.insert(view.text(0), variantFrom(view.blob(1)));
        content.currentData =
            std::clamp(meta(database, "current_data").toInt(), -1, int(content.data.size()) - 1);
        content.currentFit = meta(database, "current_fit");
        content.currentRecord = meta(database, "current_record").toInt();
        content.threadCount = meta(database, "thread_count").toInt();
        loaded.saveId = meta(database, "save_id");
        return loaded;
    } catch (const FileError&) {
        throw;
    } catch (const std::exception& error) {  // of JSON or of core: the file's content is wrong
        throw projectError("'%1' is damaged (%2). Open a backup, or the data file itself.", path,
                           QString::fromUtf8(error.what()));
    }
}

QString writeProject(const QString& path, const ProjectContent& content,
                     const QString& knownSaveId) {
    return !knownSaveId.isEmpty() && QFileInfo::exists(path)
               ? writeInPlace(path, content, knownSaveId)
               : writeBeside(path, content);
}

}  // namespace mixtura::app
