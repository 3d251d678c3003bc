// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

#include <nlohmann/json.hpp>

#include "mixtura/common/error.h"

#include "session/sqlite_database.h"

/// Values in a project file: little-endian chunks under their SHA-256, so that a chunk that is
/// already in the file is not written again and damage is found.
namespace mixtura::app {

/// Values of a column in one chunk: the block of rows of the compute passes.
inline constexpr std::size_t chunkValues = 131072;

/// `text` with the path, and what more, in their places; translated.
FileError projectError(const char* text, const QString& path, const QString& more = {});
/// SHA-256 in hexadecimal digits.
QString digest(const char* bytes, std::size_t size);

/// Stores values under their checksums. @return the checksums, in order
template <typename Value>
nlohmann::json storeChunks(SqliteDatabase& database, std::span<const Value> values) {
    SqliteStatement known = database.prepare("SELECT 1 FROM blob WHERE sha256 = ?");
    SqliteStatement insert = database.prepare("INSERT INTO blob(sha256, bytes) VALUES(?, ?)");
    SqliteStatement mark = database.prepare("INSERT OR IGNORE INTO temp.used(sha256) VALUES(?)");
    nlohmann::json chunks = nlohmann::json::array();
    for (std::size_t begin = 0; begin < values.size(); begin += chunkValues) {
        const auto part = values.subspan(begin, std::min(chunkValues, values.size() - begin));
        const auto* bytes = reinterpret_cast<const char*>(part.data());
        const QString hash = digest(bytes, part.size_bytes());
        known.bind(0, hash);
        const bool isKnown = known.next();
        known.run();
        if (!isKnown) {
            insert.bind(0, hash).bind(1, bytes, part.size_bytes());
            insert.run();
        }
        mark.bind(0, hash);
        mark.run();
        chunks.push_back(hash.toStdString());
    }
    return chunks;
}

/// @param what  the thing read, for the message: "column 'x' of iris.csv"
template <typename Value>
std::vector<Value> loadChunks(SqliteDatabase& database, const nlohmann::json& chunks,
                              const QString& path, const QString& what) {
    SqliteStatement select = database.prepare("SELECT bytes FROM blob WHERE sha256 = ?");
    std::vector<Value> values;
    for (const nlohmann::json& chunk : chunks) {
        const QString hash = QString::fromStdString(chunk.get<std::string>());
        select.bind(0, hash);
        const QByteArray bytes = select.next() ? select.blob(0) : QByteArray();
        if (bytes.isEmpty() || digest(bytes.constData(), std::size_t(bytes.size())) != hash)
            throw projectError(
                "'%1' is damaged: %2 does not match its checksum. Open a backup, or "
                "read the data file again.",
                path, what);
        const std::size_t before = values.size();
        values.resize(before + std::size_t(bytes.size()) / sizeof(Value));
        std::memcpy(values.data() + before, bytes.constData(), std::size_t(bytes.size()));
        select.run();
    }
    return values;
}

}  // namespace mixtura::app
