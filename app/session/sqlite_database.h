// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>
#include <cstdint>
#include <memory>
#include <string>

struct sqlite3;
struct sqlite3_stmt;

namespace mixtura::app {

/// One prepared statement of a database; columns and parameters are numbered from 0.
class SqliteStatement {
  public:
    ~SqliteStatement();
    SqliteStatement(SqliteStatement&&) noexcept;
    SqliteStatement& operator=(SqliteStatement&&) = delete;

    SqliteStatement& bind(int parameter, std::int64_t value);
    SqliteStatement& bind(int parameter, const QString& value);
    /// A blob; the bytes must live until the next `run` or `next` returns.
    SqliteStatement& bind(int parameter, const char* bytes, std::size_t size);
    /// @return true while there is a row. @throw FileError
    bool next();
    /// Runs to the end and makes the statement ready to be bound again. @throw FileError
    void run();

    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] QString text(int column) const;
    /// Shares the statement's memory: valid until the next step.
    [[nodiscard]] QByteArray blob(int column) const;

  private:
    friend class SqliteDatabase;
    SqliteStatement(sqlite3* database, sqlite3_stmt* statement, std::string path);
    sqlite3* database_;
    sqlite3_stmt* statement_;
    std::string path_;
};

/// An open SQLite file. Every failure is a FileError that names the path and SQLite's reason.
class SqliteDatabase {
  public:
    enum class Mode { readOnly, readWrite, create };
    SqliteDatabase(const QString& path, Mode mode);
    ~SqliteDatabase();
    SqliteDatabase(const SqliteDatabase&) = delete;
    SqliteDatabase& operator=(const SqliteDatabase&) = delete;

    /// One or more statements without parameters or answers.
    void execute(const char* sql);
    SqliteStatement prepare(const char* sql);
    /// The first column of the first row, or 0.
    std::int64_t integer(const char* sql);

  private:
    sqlite3* database_ = nullptr;
    std::string path_;
};

}  // namespace mixtura::app
