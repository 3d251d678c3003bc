// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <memory>

#include "mixtura/data/column_summary.h"
#include "mixtura/io/json_text.h"
#include "mixtura/io/number_format.h"
#include "mixtura/plan/option_names.h"
#include "mixtura/plan/plan.h"

#include "arguments.h"
#include "commands.h"
#include "exit_status.h"
#include "interrupt.h"
#include "output.h"
#include "progress.h"
#include "text_table.h"

namespace mixtura::cli {

namespace {

using nlohmann::json;

struct InspectArguments {
    std::string data;
    ImportArguments import;
    RunArguments run;
    bool json = false;
};

std::string figure(double value) {
    return std::isnan(value) ? "" : rounded_text(value, 6);
}

std::string dialect_text(const CsvDialect& dialect) {
    std::string text = "Encoding " + std::string(encoding_name(dialect.encoding)) + ", delimiter " +
                       sign_name(dialect.delimiter) + ", decimal sign " +
                       sign_name(dialect.decimal) + ", quotation mark " + sign_name(dialect.quote) +
                       (dialect.has_header ? ", first line holds names" : ", no header");
    if (dialect.grouping != '\0')
        text += ", thousands separator " + sign_name(dialect.grouping);
    if (dialect.comment != '\0')
        text += ", comment sign " + sign_name(dialect.comment);
    if (dialect.skip_lines > 0)
        text += ", " + std::to_string(dialect.skip_lines) + " lines skipped";
    return text + "\n";
}

std::string report_text(const std::string& path, const ImportResult& import,
                        const DataSummary& summary) {
    const DataSet& data = import.data;
    std::string text = display_text(path, 200) + ": " + std::to_string(data.row_count()) +
                       " rows, " + std::to_string(data.columns().size()) + " columns\n" +
                       dialect_text(import.dialect);
    for (const std::string& note : import.dialect.notes) text += display_text(note, 400) + "\n";
    if (import.rows_skipped > 0)
        text += std::to_string(import.rows_skipped) +
                " rows left out, because a cell could not be "
                "read.\n";
    TextTable table({{"#"},
                     {"column", TextTable::Align::left},
                     {"type", TextTable::Align::left},
                     {"missing"},
                     {"distinct"},
                     {"minimum"},
                     {"median"},
                     {"mean"},
                     {"maximum"},
                     {"std. dev."},
                     {"most frequent", TextTable::Align::left}});
    for (std::size_t j = 0; j < summary.columns.size(); ++j) {
        const ColumnSummary& column = summary.columns[j];
        table.add_row(
            {std::to_string(j + 1), display_text(column.name, 40),
             std::string(to_string(column.type)), std::to_string(column.missing_count),
             (column.distinct_is_exact ? "" : ">= ") + std::to_string(column.distinct_count),
             figure(column.minimum), figure(column.median), figure(column.mean),
             figure(column.maximum), figure(column.standard_deviation),
             column.most_frequent.empty()
                 ? ""
                 : display_text(column.most_frequent[0].level, 24) + " (" +
                       std::to_string(column.most_frequent[0].count) + ")"});
    }
    text += "\n" + table.text("");
    for (const DataAdvice& advice : summary.advice)
        text += display_text(advice.message, 400) + "\n";
    return text;
}

json number_or_null(double value) {
    return std::isfinite(value) ? json(value) : json(nullptr);
}

json report_json(const std::string& path, const ImportResult& import, const DataSummary& summary) {
    const CsvDialect& dialect = import.dialect;
    json columns = json::array();
    for (std::size_t j = 0; j < summary.columns.size(); ++j) {
        const ColumnSummary& column = summary.columns[j];
        json entry = {{"name", column.name},
                      {"label", import.data.column(j).label},
                      {"type", std::string(to_string(column.type))},
                      {"missing", column.missing_count},
                      {"distinct", column.distinct_count},
                      {"distinct_is_exact", column.distinct_is_exact}};
        if (column.type == ColumnType::numeric)
            entry.update({{"minimum", number_or_null(column.minimum)},
                          {"lower_quartile", number_or_null(column.lower_quartile)},
                          {"median", number_or_null(column.median)},
                          {"upper_quartile", number_or_null(column.upper_quartile)},
                          {"maximum", number_or_null(column.maximum)},
                          {"mean", number_or_null(column.mean)},
                          {"standard_deviation", number_or_null(column.standard_deviation)}});
        json levels = json::array();
        for (const LevelCount& level : column.most_frequent)
            levels.push_back({{"level", level.level}, {"count", level.count}});
        if (column.type != ColumnType::numeric)
            entry["most_frequent"] = std::move(levels);
        columns.push_back(std::move(entry));
    }
    json advice = json::array();
    for (const DataAdvice& item : summary.advice) advice.push_back(item.message);
    return {{"source", path},
            {"rows", import.data.row_count()},
            {"rows_skipped", import.rows_skipped},
            {"dialect",
             {{"encoding", std::string(encoding_name(dialect.encoding))},
              {"delimiter", sign_name(dialect.delimiter)},
              {"decimal", sign_name(dialect.decimal)},
              {"grouping", sign_name(dialect.grouping)},
              {"quote", sign_name(dialect.quote)},
              {"comment", sign_name(dialect.comment)},
              {"has_header", dialect.has_header},
              {"skip_lines", dialect.skip_lines},
              {"missing_codes", dialect.missing_codes}}},
            {"notes", dialect.notes},
            {"advice", std::move(advice)},
            {"columns", std::move(columns)}};
}

int inspect(const InspectArguments& arguments) {
    const CsvOptions options = csv_options(arguments.import);
    const Interrupt interrupt;
    RunControl run_with = run_control(arguments.run);
    run_with.control.stop = interrupt.token();
    ProgressLine progress(arguments.run.quiet);
    run_with.control.observer = &progress;
    const ImportResult import = import_data(arguments.data, options, run_with.control);
    const DataSummary summary =
        summarise_data(import.data, {}, run_with.control.stop, run_with.control.thread_count);
    progress.clear();
    write_output("-", arguments.json ? json_text(report_json(arguments.data, import, summary))
                                     : report_text(arguments.data, import, summary));
    return exit_done;
}

}  // namespace

void add_inspect(CLI::App& app, Action& action) {
    auto arguments = std::make_shared<InspectArguments>();
    CLI::App* command = app.add_subcommand(
        "inspect", "How a data file is read: dialect, columns, types, missing cells, statistics");
    command->add_option("DATA", arguments->data, "CSV file, or - for standard input")->required();
    command->add_flag("--json", arguments->json, "Print a JSON document");
    add_import_options(*command, arguments->import);
    add_run_options(*command, arguments->run);
    set_example(*command, "mixtura-cli inspect survey.csv --decimal ,");
    command->callback(
        [arguments, &action] { action = [arguments] { return inspect(*arguments); }; });
}

}  // namespace mixtura::cli
