// SPDX-License-Identifier: Apache-2.0
#include "arguments.h"

#include "mixtura/common/error.h"
#include "mixtura/compute/backend_list.h"
#include "mixtura/plan/option_names.h"

namespace mixtura::cli {

namespace {

constexpr const char* group = "Reading the data (default: as detected)";

std::optional<char> sign(const std::optional<std::string>& text) {
    return text ? std::optional<char>(sign_from(*text)) : std::nullopt;
}

std::vector<std::pair<std::string, ColumnType>> column_types(const std::string& text) {
    std::vector<std::pair<std::string, ColumnType>> types;
    for (const std::string& item : list_from(text)) {
        const std::size_t equals = item.rfind('=');
        if (equals == std::string::npos || equals == 0)
            throw InvalidArgument("'" + item +
                                  "' does not give a column its type; write NAME=numeric, "
                                  "NAME=category, NAME=text or NAME=date.");
        types.emplace_back(item.substr(0, equals), column_type_from(item.substr(equals + 1)));
    }
    return types;
}

}  // namespace

void add_import_options(CLI::App& command, ImportArguments& arguments) {
    command
        .add_option("--delimiter", arguments.delimiter,
                    "Sign between fields: the sign itself, or comma, semicolon, tab, pipe, space")
        ->group(group);
    command.add_option("--decimal", arguments.decimal, "Decimal sign: . or ,")->group(group);
    command.add_option("--grouping", arguments.grouping, "Thousands separator, or none")
        ->group(group);
    command.add_option("--quote", arguments.quote, "Quotation mark, or none")->group(group);
    command.add_option("--comment", arguments.comment, "Sign that begins a comment line, or none")
        ->group(group);
    command
        .add_option("--encoding", arguments.encoding, "utf-8, utf-16le, utf-16be or windows-1252")
        ->group(group);
    auto* header =
        command.add_flag("--header", arguments.header, "The first line holds names")->group(group);
    command.add_flag("--no-header", arguments.no_header, "The first line holds data")
        ->group(group)
        ->excludes(header);
    command
        .add_option("--missing", arguments.missing,
                    "Texts that mean a missing value, instead of the usual ones (NA,NaN,null,...)")
        ->group(group);
    command.add_option("--skip", arguments.skip, "Lines left out before anything else")
        ->group(group)
        ->check(CLI::NonNegativeNumber);
    command
        .add_option("--types", arguments.types,
                    "Types of columns: NAME=numeric|category|text|date,...")
        ->group(group);
    command
        .add_option("--bad-cells", arguments.bad_cells,
                    "A cell that is not a number in a numeric column: error, missing, skip (the "
                    "row) or text (the column) [error]")
        ->group(group);
}

CsvOptions csv_options(const ImportArguments& arguments) {
    CsvOptions options;
    options.delimiter = sign(arguments.delimiter);
    options.decimal = sign(arguments.decimal);
    options.grouping = sign(arguments.grouping);
    options.quote = sign(arguments.quote);
    options.comment = sign(arguments.comment);
    if (options.decimal && *options.decimal != '.' && *options.decimal != ',')
        throw InvalidArgument("'" + *arguments.decimal +
                              "' is not a decimal sign; write --decimal . or --decimal ,");
    if (options.delimiter && options.delimiter == options.decimal)
        throw InvalidArgument(
            "The same sign cannot stand between fields and in numbers; change "
            "--delimiter or --decimal.");
    if (arguments.encoding)
        options.encoding = encoding_from(*arguments.encoding);
    if (arguments.header)
        options.has_header = true;
    if (arguments.no_header)
        options.has_header = false;
    if (arguments.missing)
        options.missing_codes = list_from(*arguments.missing);
    if (arguments.types)
        options.column_types = column_types(*arguments.types);
    options.skip_lines = arguments.skip;
    options.bad_cell = bad_cell_from(arguments.bad_cells);
    return options;
}

void add_run_options(CLI::App& command, RunArguments& arguments) {
    constexpr const char* run_group = "Running";
    command
        .add_option("--backend", arguments.backend,
                    "Where to compute; see mixtura-cli backends [cpu]")
        ->group(run_group);
    command
        .add_option("--threads", arguments.threads,
                    "Threads; the result does not depend on them [all cores]")
        ->group(run_group)
        ->check(CLI::Range(1, 4096));
    command.add_option("--precision", arguments.precision, "double [double]")->group(run_group);
    command.add_flag("--quiet", arguments.quiet, "No progress line")->group(run_group);
}

RunControl run_control(const RunArguments& arguments) {
    if (arguments.precision == "single")
        throw InvalidArgument(
            "Single precision is not offered: every fit computes in double precision.");
    if (arguments.precision != "double")
        throw InvalidArgument("'" + arguments.precision +
                              "' is not a precision; the choice is double.");
    RunControl result;
    result.backend = std::make_unique<compute::Backend>(compute::backend_named(arguments.backend));
    result.control.backend = result.backend.get();
    result.control.thread_count = arguments.threads;
    return result;
}

void set_example(CLI::App& command, const std::string& example) {
    command.footer("Example:\n  " + example);
}

}  // namespace mixtura::cli
