// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/sqlite_database.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <limits>
#include <utility>

#include <sqlite3.h>

#include "mixtura/common/error.h"

namespace mixtura::app {

namespace {

[[noreturn]] void fail(sqlite3* database, int code, const std::string& path) {
    const int primary = code & 0xff;
    const QString file = QString::fromStdString(path);
    const auto sentence = [&](const char* text) {
        return FileError(QCoreApplication::translate("Sqlite", text).arg(file).toStdString());
    };
    if (primary == SQLITE_NOTADB || primary == SQLITE_CORRUPT)
        throw sentence(
            "'%1' is damaged or is no Mixtura project. Open a backup, or the data file itself.");
    if (primary == SQLITE_FULL)
        throw sentence(
            "'%1' could not be written: the disk is full. What was saved before is intact.");
    if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED)
        throw sentence(
            "'%1' is being written by another program. Try again, or save under another name.");
    if (primary == SQLITE_READONLY)
        throw sentence("'%1' may not be written. Save under another name.");
    if (primary == SQLITE_CANTOPEN)
        throw sentence("'%1' could not be opened. Is it still there, and may you read it?");
    throw FileError("'" + path + "': " +
                    (database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code)));
}

}  // namespace

SqliteStatement::SqliteStatement(sqlite3* database, sqlite3_stmt* statement, std::string path)
    : database_(database), statement_(statement), path_(std::move(path)) {}

SqliteStatement::SqliteStatement(SqliteStatement&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      path_(std::move(other.path_)) {}

SqliteStatement::~SqliteStatement() {
    sqlite3_finalize(statement_);
}

SqliteStatement& SqliteStatement::bind(int parameter, std::int64_t value) {
    sqlite3_bind_int64(statement_, parameter + 1, value);
    return *this;
}

SqliteStatement& SqliteStatement::bind(int parameter, const QString& value) {
    const QByteArray bytes = value.toUtf8();
    sqlite3_bind_text64(statement_, parameter + 1, bytes.constData(),
                        static_cast<sqlite3_uint64>(bytes.size()), SQLITE_TRANSIENT, SQLITE_UTF8);
    return *this;
}

SqliteStatement& SqliteStatement::bind(int parameter, const char* bytes, std::size_t size) {
    sqlite3_bind_blob64(statement_, parameter + 1, bytes, size, SQLITE_STATIC);
    return *this;
}

bool SqliteStatement::next() {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE)
        fail(database_, code, path_);
    return false;
}

void SqliteStatement::run() {
    while (next()) {
    }
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

std::int64_t SqliteStatement::integer(int column) const {
    return sqlite3_column_int64(statement_, column);
}

QString SqliteStatement::text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return QString::fromUtf8(bytes, sqlite3_column_bytes(statement_, column));
}

QByteArray SqliteStatement::blob(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    return QByteArray::fromRawData(bytes, sqlite3_column_bytes(statement_, column));
}

SqliteDatabase::SqliteDatabase(const QString& path, Mode mode) : path_(path.toStdString()) {
    const int flags = mode == Mode::readOnly    ? SQLITE_OPEN_READONLY
                      : mode == Mode::readWrite ? SQLITE_OPEN_READWRITE
                                                : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    const int code =
        sqlite3_open_v2(path_.c_str(), &database_, flags | SQLITE_OPEN_NOMUTEX, nullptr);
    if (code != SQLITE_OK) {
        sqlite3_close_v2(std::exchange(database_, nullptr));
        fail(nullptr, code, path_);
    }
    sqlite3_busy_timeout(database_, 2000);
}

SqliteDatabase::~SqliteDatabase() {
    sqlite3_close_v2(database_);
}

void SqliteDatabase::execute(const char* sql) {
    const int code = sqlite3_exec(database_, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        fail(database_, code, path_);
}

SqliteStatement SqliteDatabase::prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr);
    if (code != SQLITE_OK)
        fail(database_, code, path_);
    return {database_, statement, path_};
}

std::int64_t SqliteDatabase::integer(const char* sql) {
    SqliteStatement statement = prepare(sql);
    return statement.next() ? statement.integer(0) : 0;
}

}  // namespace mixtura::app
