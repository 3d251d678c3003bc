// SPDX-License-Identifier: Apache-2.0
#include "arguments.h"

#include <charconv>
#include <limits>
#include <type_traits>

#include "mixtura/common/error.h"
#include "mixtura/compute/backend_list.h"
#include "mixtura/io/number_format.h"
#include "mixtura/plan/option_names.h"

#include "text_table.h"

namespace mixtura::cli {

namespace {

constexpr const char* group = "Reading the data (default: as detected)";

std::optional<char> sign(const std::optional<std::string>& text) {
    return text ? std::optional<char>(sign_from(*text)) : std::nullopt;
}

/// Cuts "NAME=VALUE"; a name may hold an equals sign, a value not.
std::pair<std::string, std::string> name_and_value(const std::string& item,
                                                   const std::string& advice) {
    const std::size_t equals = item.rfind('=');
    if (equals == std::string::npos || equals == 0)
        throw InvalidArgument("'" + item + "' " + advice);
    return {item.substr(0, equals), item.substr(equals + 1)};
}

std::vector<std::pair<std::string, ColumnType>> column_types(const std::string& text) {
    std::vector<std::pair<std::string, ColumnType>> types;
    for (const std::string& item : list_from(text)) {
        const auto [name, type] = name_and_value(
            item,
            "does not give a column its type; write NAME=numeric, NAME=category, NAME=text or "
            "NAME=date.");
        types.emplace_back(name, column_type_from(type));
    }
    return types;
}

std::vector<std::pair<std::string, std::vector<std::string>>> column_missing_codes(
    const std::string& text) {
    std::vector<std::pair<std::string, std::vector<std::string>>> codes;
    for (const std::string& item : list_from(text)) {
        const auto [name, code] =
            name_and_value(item, "does not give a column a missing code; write NAME=CODE.");
        if (codes.empty() || codes.back().first != name)
            codes.emplace_back(name, std::vector<std::string>{});
        codes.back().second.push_back(code);
    }
    return codes;
}

/// "a whole number from 1 to 100000", "a number, 0 or more"
template <class Number>
std::string range_text(Number least, Number greatest) {
    std::string text = std::is_integral_v<Number> ? "a whole number" : "a number";
    const auto number = [](Number value) {
        if constexpr (std::is_integral_v<Number>)
            return std::to_string(value);
        else
            return exact_text(value);
    };
    if (greatest == std::numeric_limits<Number>::max())
        return text + ", " + number(least) + " or more";
    return text + " from " + number(least) + " to " + number(greatest);
}

template <class Number>
Number number_from(const std::string& name, const std::string& text, Number least,
                   Number greatest) {
    Number value{};
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end || !(value >= least && value <= greatest))
        throw InvalidArgument(name + " is '" + display_text(text) + "'; it must be " +
                              range_text(least, greatest) + ".");
    return value;
}

/// "-o,--output" is called --output in messages.
std::string long_name(const std::string& names) {
    return names.substr(names.rfind(',') + 1);
}

}  // namespace

template <class Number>
CLI::Option* add_number(CLI::App& command, const std::string& name, Number& target, Number least,
                        Number greatest, const std::string& description) {
    return command
        .add_option_function<std::string>(
            name,
            [&target, name, least, greatest](const std::string& text) {
                target = number_from(long_name(name), text, least, greatest);
            },
            description)
        ->type_name("NUMBER");
}
template CLI::Option* add_number(CLI::App&, const std::string&, int&, int, int, const std::string&);
template CLI::Option* add_number(CLI::App&, const std::string&, std::int64_t&, std::int64_t,
                                 std::int64_t, const std::string&);
template CLI::Option* add_number(CLI::App&, const std::string&, std::uint64_t&, std::uint64_t,
                                 std::uint64_t, const std::string&);
template CLI::Option* add_number(CLI::App&, const std::string&, double&, double, double,
                                 const std::string&);

CLI::Option* add_file(CLI::App& command, const std::string& name, std::string& target,
                      const std::string& description) {
    return command
        .add_option_function<std::string>(
            name,
            [&target, name](const std::string& text) {
                if (text.empty())
                    throw InvalidArgument(long_name(name) + " needs the name of a file.");
                target = text;
            },
            description)
        ->type_name("FILE");
}

void add_refused(CLI::App& command, const std::string& name, const std::string& sentence) {
    command
        .add_option_function<std::string>(
            name, [sentence](const std::string& /*value*/) { throw InvalidArgument(sentence); })
        ->expected(0, 1)
        ->group("");
}

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
    command
        .add_option("--column-missing", arguments.column_missing,
                    "Texts that mean a missing value in one column, beside those: NAME=CODE,...")
        ->group(group);
    add_number(command, "--skip", arguments.skip, 0, std::numeric_limits<int>::max(),
               "Lines left out before anything else")
        ->group(group);
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
    if (arguments.column_missing)
        options.column_missing_codes = column_missing_codes(*arguments.column_missing);
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
    add_number(command, "--threads", arguments.threads, 1, 4096,
               "Threads; the result does not depend on them [all cores]")
        ->group(run_group);
    command.add_option("--precision", arguments.precision, "double [double]")->group(run_group);
    command.add_flag("--quiet", arguments.quiet, "No progress line")->group(run_group);
}

RunControl run_control(const RunArguments& arguments) {
    if (arguments.precision == "single")
        throw InvalidArgument(
            "--precision single is not available: every fit computes in double precision.");
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
