// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/project_tables.h"

#include <QCoreApplication>
#include <cstring>
#include <utility>

#include "mixtura/common/error.h"

#include "session/project_chunks.h"
#include "session/project_json.h"

namespace mixtura::app {

namespace {

using nlohmann::json;

QString jsonText(const json& document) {
    return QString::fromStdString(document.dump());
}

json jsonFrom(const QString& text) {
    return json::parse(text.toStdString());
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
        throw projectError(
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
            {"seconds", numberJson(fit.seconds)},
            {"best", fit.best},
            {"model_path", fit.modelPath.toStdString()},
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
            throw projectError(
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
    fit.seconds = numberFrom(facts.at("seconds"));
    fit.best = facts.at("best").get<int>();
    fit.modelPath = QString::fromStdString(facts.value("model_path", ""));
    auto result = std::make_shared<RunResult>(resultFrom(facts.at("result")));
    result->table = tableOf(fit.plan, *entry.data);
    SqliteStatement select =
        database.prepare("SELECT record, document, facts FROM model WHERE fit = ?");
    select.bind(0, fit.id);
    while (select.next()) {
        const auto record = int(select.integer(0));
        const SavedModel saved = saved_model_from(jsonFrom(select.text(1)));
        Candidate& candidate = result->search.candidates.at(std::size_t(record));
        candidate.fit =
            fitFrom(saved, jsonFrom(select.text(2)), readTraces(database, fit.id, record, path));
        candidate.posterior = saved.posterior;
        if (record == fit.best) {
            result->chosen = saved;
            result->chosen->selection = result->selection;
        }
    }
    fit.result = std::move(result);
    return fit;
}

}  // namespace

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

std::vector<DataEntry> readAllData(SqliteDatabase& database, const QString& path) {
    std::vector<DataEntry> entries;
    SqliteStatement data = database.prepare(
        "SELECT id, name, path, row_count, facts, lines FROM data_set ORDER BY position");
    while (data.next()) {
        DataEntry entry = readData(database, data, path);
        SqliteStatement fits = database.prepare(
            "SELECT id, name, plan, facts FROM fit WHERE data_set = ? ORDER BY position");
        fits.bind(0, entry.id);
        while (fits.next()) entry.fits.push_back(readFit(database, fits, entry, path));
        entries.push_back(std::move(entry));
    }
    return entries;
}

}  // namespace mixtura::app
