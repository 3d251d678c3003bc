// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/project_file.h"

#include <QCoreApplication>
#include <QCryptographicHash>
#include <QDataStream>
#include <QFile>
#include <QFileInfo>
#include <QUuid>
#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstring>
#include <exception>
#include <limits>
#include <span>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "mixtura/common/error.h"
#include "mixtura/common/version.h"

#include "session/project_json.h"
#include "session/sqlite_database.h"

namespace mixtura::app {

namespace {

using nlohmann::json;

static_assert(std::endian::native == std::endian::little, "chunks are stored little-endian");

/// Values of a column in one chunk: the block of rows of the compute passes.
constexpr std::size_t chunkValues = 131072;

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

FileError sentence(const char* text, const QString& path, const QString& more = {}) {
    QString message = QCoreApplication::translate("ProjectFile", text).arg(path);
    if (!more.isEmpty())
        message = message.arg(more);
    return FileError(message.toStdString());
}

QString jsonText(const json& document) {
    return QString::fromStdString(document.dump());
}

json jsonFrom(const QString& text) {
    return json::parse(text.toStdString());
}

QString digest(const char* bytes, std::size_t size) {
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(QByteArrayView(bytes, qsizetype(size)));
    return QString::fromLatin1(hash.result().toHex());
}

// --- values in chunks ---

/// Stores values under their checksums. @return the checksums, in order
template <typename Value>
json storeChunks(SqliteDatabase& database, std::span<const Value> values) {
    SqliteStatement known = database.prepare("SELECT 1 FROM blob WHERE sha256 = ?");
    SqliteStatement insert = database.prepare("INSERT INTO blob(sha256, bytes) VALUES(?, ?)");
    SqliteStatement mark = database.prepare("INSERT OR IGNORE INTO temp.used(sha256) VALUES(?)");
    json chunks = json::array();
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
std::vector<Value> loadChunks(SqliteDatabase& database, const json& chunks, const QString& path,
                              const QString& what) {
    SqliteStatement select = database.prepare("SELECT bytes FROM blob WHERE sha256 = ?");
    std::vector<Value> values;
    for (const json& chunk : chunks) {
        const QString hash = QString::fromStdString(chunk.get<std::string>());
        select.bind(0, hash);
        const QByteArray bytes = select.next() ? select.blob(0) : QByteArray();
        if (bytes.isEmpty() || digest(bytes.constData(), std::size_t(bytes.size())) != hash)
            throw sentence(
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

// --- data sets ---

json linesJson(SqliteDatabase& database, const DataSet& data) {
    const std::int64_t rows = data.row_count();
    const std::int64_t first = rows > 0 ? data.line_of_row(0) : 0;
    std::vector<std::int64_t> lines;
    bool isConsecutive = true;
    for (std::int64_t row = 0; row < rows && isConsecutive; ++row)
        isConsecutive = data.line_of_row(row) == first + row;
    if (isConsecutive || first == 0)
        return {{"first", first}};
    for (std::int64_t row = 0; row < rows; ++row) lines.push_back(data.line_of_row(row));
    return {{"first", first}, {"chunks", storeChunks<std::int64_t>(database, lines)}};
}

void writeColumn(SqliteDatabase& database, const QString& dataId, int position,
                 const Column& column) {
    const json facts = {{"label", column.label},
                        {"type", to_string(column.type)},
                        {"missing_count", column.missing_count},
                        {"levels", column.levels}};
    const json chunks = column.is_numeric() ? storeChunks<double>(database, column.numbers)
                                            : storeChunks<std::int32_t>(database, column.codes);
    SqliteStatement insert = database.prepare(
        "INSERT INTO data_column(data_set, position, name, facts, chunks) VALUES(?, ?, ?, ?, ?)");
    insert.bind(0, dataId)
        .bind(1, std::int64_t(position))
        .bind(2, QString::fromStdString(column.name))
        .bind(3, jsonText(facts))
        .bind(4, jsonText(chunks));
    insert.run();
}

ColumnType typeFrom(const std::string& name) {
    for (const ColumnType type :
         {ColumnType::numeric, ColumnType::category, ColumnType::text, ColumnType::date})
        if (name == to_string(type))
            return type;
    throw DataError("The project holds a column of unknown type '" + name + "'.");
}

ColumnRole roleFrom(const std::string& name) {
    for (const ColumnRole role :
         {ColumnRole::none, ColumnRole::feature, ColumnRole::response, ColumnRole::expert_input,
          ColumnRole::gate_input, ColumnRole::weight, ColumnRole::group, ColumnRole::label,
          ColumnRole::id})
        if (name == to_string(role))
            return role;
    throw DataError("The project holds a column of unknown role '" + name + "'.");
}

void writeFits(SqliteDatabase& database, const DataEntry& entry);

void writeData(SqliteDatabase& database, const DataEntry& entry, int position) {
    std::vector<std::string> roles;
    for (const ColumnRole role : entry.roles) roles.emplace_back(to_string(role));
    const json facts = {{"import", to_json(entry.importOptions)},
                        {"dialect", dialectJson(entry.dialect)},
                        {"rows_skipped", entry.rowsSkipped},
                        {"problem_count", entry.problemCount},
                        {"roles", roles},
                        {"source", entry.data->source()},
                        {"setup", to_json(entry.setup)}};
    SqliteStatement insert = database.prepare(
        "INSERT INTO data_set(id, position, name, path, row_count, facts, lines) "
        "VALUES(?, ?, ?, ?, ?, ?, ?)");
    insert.bind(0, entry.id)
        .bind(1, std::int64_t(position))
        .bind(2, entry.name)
        .bind(3, entry.path)
        .bind(4, entry.data->row_count())
        .bind(5, jsonText(facts))
        .bind(6, jsonText(linesJson(database, *entry.data)));
    insert.run();
    const std::vector<Column>& columns = entry.data->columns();
    for (std::size_t column = 0; column < columns.size(); ++column)
        writeColumn(database, entry.id, int(column), columns[column]);
    writeFits(database, entry);
}

Column readColumn(SqliteDatabase& database, const SqliteStatement& row, const QString& path,
                  const QString& dataName) {
    Column column;
    column.name = row.text(0).toStdString();
    const json facts = jsonFrom(row.text(1));
    column.label = facts.at("label").get<std::string>();
    column.type = typeFrom(facts.at("type").get<std::string>());
    column.missing_count = facts.at("missing_count").get<std::int64_t>();
    facts.at("levels").get_to(column.levels);
    const QString what =
        QCoreApplication::translate("ProjectFile", "column '%1' of %2").arg(row.text(0), dataName);
    const json chunks = jsonFrom(row.text(2));
    if (column.is_numeric())
        column.numbers = loadChunks<double>(database, chunks, path, what);
    else
        column.codes = loadChunks<std::int32_t>(database, chunks, path, what);
    return column;
}

DataEntry readData(SqliteDatabase& database, const SqliteStatement& row, const QString& path) {
    DataEntry entry;
    entry.id = row.text(0);
    entry.name = row.text(1);
    entry.path = row.text(2);
    const std::int64_t rowCount = row.integer(3);
    const json facts = jsonFrom(row.text(4));
    const json lines = jsonFrom(row.text(5));
    entry.importOptions = csv_options_from(facts.at("import"));
    entry.dialect = dialectFrom(facts.at("dialect"));
    entry.rowsSkipped = facts.at("rows_skipped").get<std::int64_t>();
    entry.problemCount = facts.at("problem_count").get<std::int64_t>();
    for (const auto& role : facts.at("roles").get<std::vector<std::string>>())
        entry.roles.push_back(roleFrom(role));
    entry.setup = plan_from(facts.at("setup"));

    std::vector<Column> columns;
    SqliteStatement select = database.prepare(
        "SELECT name, facts, chunks FROM data_column WHERE data_set = ? ORDER BY position");
    select.bind(0, entry.id);
    while (select.next()) columns.push_back(readColumn(database, select, path, entry.name));
    auto data =
        std::make_shared<DataSet>(facts.at("source").get<std::string>(), std::move(columns));
    std::vector<std::int64_t> rowLines;
    if (lines.contains("chunks"))
        rowLines = loadChunks<std::int64_t>(
            database, lines["chunks"], path,
            QCoreApplication::translate("ProjectFile", "the line numbers of %1").arg(entry.name));
    data->set_row_lines(std::move(rowLines), lines.at("first").get<std::int64_t>());
    if (data->row_count() != rowCount || entry.roles.size() != data->columns().size())
        throw sentence(
            "'%1' is damaged: %2 is not complete. Open a backup, or read the data file "
            "again.",
            path, entry.name);
    entry.data = std::move(data);
    return entry;
}

// --- fits ---

void writeModel(SqliteDatabase& database, const DataEntry& entry, const FitEntry& fit, int record) {
    const std::optional<SavedModel> saved = modelOf(entry, fit, record);
    if (!saved)
        return;
    const EmFit& em = *fit.result->search.candidates[std::size_t(record)].fit;
    SavedModel alone = *saved;
    alone.selection.clear();  // stored once, with the fit
    SqliteStatement insert =
        database.prepare("INSERT INTO model(fit, record, document, facts) VALUES(?, ?, ?, ?)");
    insert.bind(0, fit.id)
        .bind(1, std::int64_t(record))
        .bind(2, QString::fromStdString(to_json(alone).dump()))
        .bind(3, jsonText(fitJson(em)));
    insert.run();
    SqliteStatement trace = database.prepare(
        "INSERT INTO trace(fit, record, run, sha256, bytes) VALUES(?, ?, ?, ?, ?)");
    for (std::size_t run = 0; run < em.runs.size(); ++run) {
        const std::vector<double>& values = em.runs[run].log_likelihood;
        const auto* bytes = reinterpret_cast<const char*>(values.data());
        const std::size_t size = values.size() * sizeof(double);
        trace.bind(0, fit.id)
            .bind(1, std::int64_t(record))
            .bind(2, std::int64_t(run))
            .bind(3, digest(bytes, size))
            .bind(4, bytes != nullptr ? bytes : "", size);
        trace.run();
    }
}

void writeFits(SqliteDatabase& database, const DataEntry& entry) {
    for (std::size_t position = 0; position < entry.fits.size(); ++position) {
        const FitEntry& fit = entry.fits[position];
        const json facts = {
            {"finished_at", fit.finishedAt.toUTC().toString(Qt::ISODateWithMs).toStdString()},
            {"seconds", fit.seconds},
            {"best", fit.best},
            {"result", resultJson(*fit.result)}};
        SqliteStatement insert = database.prepare(
            "INSERT INTO fit(id, data_set, position, name, plan, facts) VALUES(?, ?, ?, ?, ?, ?)");
        insert.bind(0, fit.id)
            .bind(1, entry.id)
            .bind(2, std::int64_t(position))
            .bind(3, fit.name)
            .bind(4, jsonText(to_json(fit.plan)))
            .bind(5, jsonText(facts));
        insert.run();
        for (std::size_t record = 0; record < fit.result->search.candidates.size(); ++record)
            writeModel(database, entry, fit, int(record));
    }
}

std::vector<std::vector<double>> readTraces(SqliteDatabase& database, const QString& fit,
                                            int record, const QString& path) {
    SqliteStatement select = database.prepare(
        "SELECT sha256, bytes FROM trace WHERE fit = ? AND record = ? ORDER BY run");
    select.bind(0, fit).bind(1, std::int64_t(record));
    std::vector<std::vector<double>> traces;
    while (select.next()) {
        const QByteArray bytes = select.blob(1);
        const auto size = std::size_t(bytes.size());
        if (digest(bytes.constData(), size) != select.text(0))
            throw sentence(
                "'%1' is damaged: a trace of a fit does not match its checksum. Open a "
                "backup.",
                path);
        std::vector<double> values(size / sizeof(double));
        if (!values.empty())
            std::memcpy(values.data(), bytes.constData(), size);
        traces.push_back(std::move(values));
    }
    return traces;
}

/// The rows the fit used, taken out of the data set again; empty where its columns were changed
/// into something that is not a number since.
FeatureTable tableOf(const Plan& plan, const DataSet& data) {
    std::vector<std::size_t> features;
    for (const std::string& name : plan.columns.features)
        features.push_back(data.column_index(name));
    const int weights =
        plan.columns.weights.empty() ? -1 : int(data.column_index(plan.columns.weights));
    try {
        return feature_table(data, features, weights, plan.columns.missing_rows);
    } catch (const DataError&) {
        FeatureTable empty;
        empty.names = plan.columns.features;
        empty.observations.resize(0, Eigen::Index(features.size()));
        return empty;
    }
}

FitEntry readFit(SqliteDatabase& database, const SqliteStatement& row, const DataEntry& entry,
                 const QString& path) {
    FitEntry fit;
    fit.id = row.text(0);
    fit.name = row.text(1);
    fit.plan = plan_from(jsonFrom(row.text(2)));
    const json facts = jsonFrom(row.text(3));
    fit.finishedAt =
        QDateTime::fromString(QString::fromStdString(facts.at("finished_at").get<std::string>()),
                              Qt::ISODateWithMs)
            .toLocalTime();
    fit.seconds = facts.at("seconds").get<double>();
    fit.best = facts.at("best").get<int>();
    auto result = std::make_shared<RunResult>(resultFrom(facts.at("result")));
    result->table = tableOf(fit.plan, *entry.data);
    SqliteStatement select =
        database.prepare("SELECT record, document, facts FROM model WHERE fit = ?");
    select.bind(0, fit.id);
    while (select.next()) {
        const auto record = int(select.integer(0));
        const SavedModel saved = saved_model_from(jsonFrom(select.text(1)));
        result->search.candidates.at(std::size_t(record)).fit =
            fitFrom(saved, jsonFrom(select.text(2)), readTraces(database, fit.id, record, path));
        if (record == fit.best) {
            result->chosen = saved;
            result->chosen->selection = result->selection;
        }
    }
    fit.result = std::move(result);
    return fit;
}

// --- the rest ---

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
        throw sentence("'%1' is no Mixtura project.", path);
    const std::int64_t version = database.integer("PRAGMA user_version");
    if (version > projectFileVersion)
        throw sentence(
            "'%1' was saved by a newer Mixtura (project version %2); open it with that "
            "program, or update this one.",
            path, QString::number(version));
}

/// All in one transaction. @return the new save's mark
QString writeContent(SqliteDatabase& database, const ProjectContent& content) {
    const QString saveId = QUuid::createUuid().toString(QUuid::WithoutBraces);
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
        throw sentence(
            "'%1' has been changed by another program since you opened it. Save under "
            "another name, so that neither version is lost.",
            path);
    const QString saveId = writeContent(database, content);
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
            throw sentence("'%1' could not be replaced by the new version. May you write there?",
                           path);
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
        SqliteStatement data = database.prepare(
            "SELECT id, name, path, row_count, facts, lines FROM data_set ORDER BY position");
        while (data.next()) {
            DataEntry entry = readData(database, data, path);
            SqliteStatement fits = database.prepare(
                "SELECT id, name, plan, facts FROM fit WHERE data_set = ? ORDER BY position");
            fits.bind(0, entry.id);
            while (fits.next()) entry.fits.push_back(readFit(database, fits, entry, path));
            content.data.push_back(std::move(entry));
        }
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
        throw sentence("'%1' is damaged (%2). Open a backup, or the data file itself.", path,
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
