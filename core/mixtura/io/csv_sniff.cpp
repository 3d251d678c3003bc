// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_sniff.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "mixtura/common/cancelled.h"
#include "mixtura/common/error.h"
#include "mixtura/io/csv_chunk.h"
#include "mixtura/io/csv_encoding.h"
#include "mixtura/io/csv_number.h"
#include "mixtura/io/csv_types.h"

namespace mixtura::csv {

namespace {

constexpr std::size_t head_size = std::size_t{256} << 10U;
constexpr std::size_t window_size = std::size_t{64} << 10U;
constexpr std::size_t window_count = 4;
constexpr std::size_t line_size_limit = std::size_t{64} << 20U;
constexpr std::size_t head_rows_wanted = 60;
constexpr std::size_t scored_rows = 400;
constexpr std::size_t preview_rows = 50;
constexpr std::size_t preamble_limit = 20;
constexpr double number_share_needed = 0.9;
constexpr std::size_t stop_stride = 10000;  ///< cells between two questions whether to stop
constexpr std::string_view candidates = ",;\t| ";

struct SampleRow {
    std::int64_t line = 0;           ///< 0-based
    std::size_t begin = 0;           ///< offset in the text
    std::size_t end = 0;             ///< offset behind it
    std::vector<std::string> cells;  ///< no more than a table may have, and one
    std::size_t cell_count = 0;
};
using SampleRows = std::vector<SampleRow>;

std::string shown(const std::string& path) {
    return path == "-" ? "Standard input" : path;
}

[[noreturn]] void refuse(const std::string& path, const std::string& what, std::int64_t line = 0) {
    DataLocation location;
    location.file = path;
    location.line = line;
    throw DataError(shown(path) + (line > 0 ? ", line " + std::to_string(line) : "") + " " + what,
                    std::move(location));
}

/// Rows of `text` from `begin` on, up to `end`; one that may go on behind it is left out.
SampleRows sample_rows(std::string_view text, std::size_t begin, std::size_t end,
                       const CellRules& rules, std::size_t row_limit, const std::stop_token& stop,
                       std::int64_t line = 0) {
    SampleRows rows;
    const bool reaches_end = end == text.size();
    const char* const sample_end = text.data() + end;
    const char* p = text.data() + begin;
    std::string storage;
    while (p != sample_end && rows.size() < row_limit) {
        if (line_kind(p, sample_end, rules) != LineKind::row) {
            skip_line(p, sample_end, rules.end_of_line);
            ++line;
            continue;
        }
        SampleRow row;
        row.line = line;
        const char* const row_begin = p;
        AfterCell after = AfterCell::cell;
        while (after == AfterCell::cell) {
            if (row.cell_count % stop_stride == 0 && stop.stop_requested())
                throw Cancelled{};
            const Cell cell = next_cell(p, sample_end, rules);
            if (++row.cell_count <= static_cast<std::size_t>(column_limit) + 1)
                row.cells.emplace_back(cell.text(rules.quote, storage));
            after = cell.after;
        }
        if (after == AfterCell::text_end && !reaches_end)
            break;
        line += std::count(row_begin, p, rules.end_of_line);
        row.begin = static_cast<std::size_t>(row_begin - text.data());
        row.end = static_cast<std::size_t>(p - text.data());
        rows.push_back(std::move(row));
    }
    return rows;
}

std::size_t modal_cell_count(const SampleRows& rows) {
    std::map<std::size_t, std::size_t> frequency;
    for (const SampleRow& row : rows) ++frequency[row.cells.size()];
    std::size_t mode = 0;
    std::size_t most = 0;
    for (const auto& [count, rows_with_it] : frequency)
        if (rows_with_it >= most) {
            most = rows_with_it;
            mode = count;
        }
    return mode;
}

bool looks_numeric(const std::string& cell) {
    return read_signs(cell).evidence != SignEvidence::not_numeric;
}

/// Share of rows with the commonest number of cells x (more than one) x share of numbers.
double delimiter_score(const SampleRows& rows, char delimiter, const MissingCodes& missing) {
    const std::size_t mode = modal_cell_count(rows);
    if (mode < 2)
        return 0.0;
    double modal_rows = 0.0;
    double values = 0.0;
    double numbers = 0.0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        modal_rows += rows[i].cells.size() == mode ? 1.0 : 0.0;
        if (i == 0 && rows.size() > 1)
            continue;  // likely names
        for (const std::string& cell : rows[i].cells)
            if (!missing.contains(cell)) {
                values += 1.0;
                numbers += looks_numeric(cell) ? 1.0 : 0.0;
            }
    }
    const double number_share = values > 0.0 ? numbers / values : 0.0;
    if (delimiter == ' ' && number_share < 0.5)
        return 0.0;  // running text
    return modal_rows / static_cast<double>(rows.size()) * (0.1 + number_share);
}

/// "x", then "1,5", "2,5": one column with decimal commas rather than two columns.
bool is_comma_decimal_column(std::string_view text, std::size_t begin, std::size_t end,
                             CellRules rules, const std::stop_token& stop) {
    rules.delimiter = ';';
    const SampleRows rows = sample_rows(text, begin, end, rules, scored_rows, stop);
    if (rows.size() < 2 || rows[0].cells[0].find(',') != std::string::npos)
        return false;
    return std::all_of(rows.begin() + 1, rows.end(), [](const SampleRow& row) {
        const SignEvidence evidence = read_signs(row.cells[0]).evidence;
        return row.cells.size() == 1 &&
               (evidence == SignEvidence::decimal_comma || evidence == SignEvidence::maybe_comma);
    });
}

char choose_delimiter(std::string_view text, std::size_t begin, std::size_t end, CellRules rules,
                      const MissingCodes& missing, const std::stop_token& stop) {
    if (is_comma_decimal_column(text, begin, end, rules, stop))
        return ';';
    char best = ',';
    double best_score = 0.0;
    for (const char candidate : candidates) {
        rules.delimiter = candidate;
        const double score = delimiter_score(
            sample_rows(text, begin, end, rules, scored_rows, stop), candidate, missing);
        if (score > best_score) {
            best_score = score;
            best = candidate;
        }
    }
    return best;
}

/// What the sampled cells of one column say of the decimal and the grouping sign.
struct SignVotes {
    std::int64_t point = 0;  ///< for a decimal point
    std::int64_t comma = 0;  ///< for a decimal comma
    std::int64_t maybe_point = 0;
    std::int64_t maybe_comma = 0;
    std::int64_t grouped_by_point = 0;
    std::int64_t grouped_by_comma = 0;
    std::int64_t grouped_by_blank = 0;
    std::int64_t grouped_by_apostrophe = 0;
    std::int64_t numbers = 0;
    std::int64_t others = 0;
    std::string open_cell;       ///< the first that may be either
    std::int64_t open_line = 0;  ///< 1-based; 0 if not known

    void add(const std::string& cell, std::int64_t line) {
        const SignReading reading = read_signs(cell);
        (reading.evidence == SignEvidence::not_numeric ? others : numbers) += 1;
        grouped_by_blank += reading.grouping == ' ' ? 1 : 0;
        grouped_by_apostrophe += reading.grouping == '\'' ? 1 : 0;
        grouped_by_point += reading.grouping == '.' ? 1 : 0;
        grouped_by_comma += reading.grouping == ',' ? 1 : 0;
        point += reading.evidence == SignEvidence::decimal_point ||
                         reading.evidence == SignEvidence::grouped_by_comma
                     ? 1
                     : 0;
        comma += reading.evidence == SignEvidence::decimal_comma ||
                         reading.evidence == SignEvidence::grouped_by_point
                     ? 1
                     : 0;
        maybe_point += reading.evidence == SignEvidence::maybe_point ? 1 : 0;
        maybe_comma += reading.evidence == SignEvidence::maybe_comma ? 1 : 0;
        if (maybe_point + maybe_comma == 1 && open_cell.empty()) {
            open_cell = cell;
            open_line = line;
        }
    }
    void add(const SignVotes& other) {
        point += other.point;
        comma += other.comma;
        maybe_point += other.maybe_point;
        maybe_comma += other.maybe_comma;
        grouped_by_point += other.grouped_by_point;
        grouped_by_comma += other.grouped_by_comma;
        grouped_by_blank += other.grouped_by_blank;
        grouped_by_apostrophe += other.grouped_by_apostrophe;
    }
    /// Few numbers among other texts say nothing: "2,5" may be half of a word.
    [[nodiscard]] bool is_heard() const noexcept { return numbers > 0 && numbers >= others; }
};

std::vector<SignVotes> count_votes(const SampleRows& rows, std::size_t column_count,
                                   const MissingCodes& missing, const std::stop_token& stop) {
    std::vector<SignVotes> votes(column_count);
    for (const SampleRow& row : rows) {
        if (stop.stop_requested())
            throw Cancelled{};
        for (std::size_t column = 0; column < std::min(column_count, row.cells.size()); ++column)
            if (!missing.contains(row.cells[column]))
                votes[column].add(row.cells[column], row.line + 1);
    }
    return votes;
}

/// The grouping sign that goes with the decimal sign; '\0' for none.
char grouping_for(char decimal, const SignVotes& votes) {
    if (decimal == ',' && votes.grouped_by_point + votes.maybe_point > 0)
        return '.';
    if (decimal == '.' && votes.grouped_by_comma + votes.maybe_comma > 0)
        return ',';
    if (votes.grouped_by_blank > 0)
        return ' ';
    return votes.grouped_by_apostrophe > 0 ? '\'' : '\0';
}

/// "1,234" in a file that nowhere says what its commas are.
std::string ambiguity_of(const SignVotes& votes, std::size_t column) {
    const std::string& cell = votes.open_cell;
    const std::size_t sign = cell.find_first_of(".,");
    std::string as_decimal = cell;
    as_decimal[sign] = '.';
    std::string as_grouped = cell;
    as_grouped.erase(sign, 1);
    return quoted_cell(cell) + " in " +
           (votes.open_line > 0 ? "line " + std::to_string(votes.open_line) + ", " : "") +
           "column " + std::to_string(column + 1) + " can mean " + as_decimal + " or " +
           as_grouped + ": say whether the decimal sign is a comma or a point.";
}

/// Column by column: as told, else as the column itself says, else as all the others say together.
/// Where they contradict each other or say nothing, "1,234" is ambiguous (and "1.234" where they
/// contradict each other).
void choose_signs(const std::vector<SignVotes>& votes, const CsvOptions& options, Layout& layout) {
    CsvDialect& dialect = layout.dialect;
    SignVotes all;
    for (const SignVotes& column : votes)
        if (column.is_heard())
            all.add(column);
    dialect.decimal = all.comma > all.point ? ',' : '.';
    std::optional<char> told = options.decimal;
    if (!told && options.grouping && (*options.grouping == '.' || *options.grouping == ','))
        told = *options.grouping == '.' ? ',' : '.';
    dialect.decimal = told.value_or(dialect.decimal);
    dialect.grouping = options.grouping.value_or(grouping_for(dialect.decimal, all));
    layout.signs.assign(votes.size(), {dialect.decimal, dialect.grouping});
    if (told)
        return;
    const bool is_contradictory = all.comma > 0 && all.point > 0;
    const bool is_silent = all.comma == 0 && all.point == 0;
    for (std::size_t column = 0; column < votes.size(); ++column) {
        const SignVotes& own = votes[column];
        NumberSigns& signs = layout.signs[column];
        if (!own.is_heard())
            continue;
        if (own.comma != own.point) {
            signs.decimal = own.comma > own.point ? ',' : '.';
            if (signs.decimal != dialect.decimal && !options.grouping)
                signs.grouping = grouping_for(signs.decimal, own);
        } else if (dialect.ambiguity.empty() &&
                   ((own.maybe_comma > 0 && (is_contradictory || is_silent)) ||
                    (own.maybe_point > 0 && is_contradictory))) {
            dialect.ambiguity = ambiguity_of(own, column);
        }
    }
}

/// First row non-numeric where later rows are numeric; where nothing is numeric, the first row
/// holds names if none of them comes back as a value of its column.
bool first_row_is_header(const SampleRows& rows, const std::vector<NumberSigns>& signs,
                         const MissingCodes& missing) {
    const auto is_number = [&](std::size_t row, std::size_t column) {
        return parse_number(rows[row].cells[column], signs[column]).status !=
               NumberStatus::not_a_number;
    };
    const SampleRow& first = rows[0];
    bool any_value = false;
    for (std::size_t column = 0; column < first.cells.size(); ++column) {
        if (!missing.contains(first.cells[column])) {
            any_value = true;
            if (is_number(0, column) && rows.size() == 1)
                return false;
        }
    }
    if (!any_value)
        return false;
    bool any_numeric_column = false;
    for (std::size_t column = 0; column < first.cells.size(); ++column) {
        std::int64_t numbers = 0;
        std::int64_t values = 0;
        for (std::size_t i = 1; i < rows.size(); ++i) {
            if (column >= rows[i].cells.size() || missing.contains(rows[i].cells[column]))
                continue;
            ++values;
            numbers += is_number(i, column) ? 1 : 0;
        }
        if (values == 0 ||
            static_cast<double>(numbers) < number_share_needed * static_cast<double>(values))
            continue;
        any_numeric_column = true;
        if (!missing.contains(first.cells[column]) && !is_number(0, column))
            return true;
    }
    if (any_numeric_column)
        return false;
    for (std::size_t column = 0; column < first.cells.size(); ++column)
        for (std::size_t i = 1; i < rows.size(); ++i)
            if (column < rows[i].cells.size() && !first.cells[column].empty() &&
                rows[i].cells[column] == first.cells[column])
                return false;
    return true;
}

void check_options(const CsvOptions& options) {
    const auto is_word = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               c == '+' || c == '-' || c == '\n' || c == '\r' || c == '\0' ||
               static_cast<unsigned char>(c) >= 0x80U;
    };
    const auto name = [](char c) { return std::string("'") + c + "'"; };
    if (options.delimiter && is_word(*options.delimiter))
        throw InvalidArgument(
            "The delimiter can't be a letter, a digit, a sign or an end of line.");
    if (options.decimal && *options.decimal != '.' && *options.decimal != ',')
        throw InvalidArgument("The decimal sign must be '.' or ',', not " + name(*options.decimal) +
                              ".");
    if (options.delimiter && options.decimal && *options.delimiter == *options.decimal)
        throw InvalidArgument("The delimiter and the decimal sign can't both be " +
                              name(*options.decimal) + ".");
    if (options.grouping && options.decimal && *options.grouping == *options.decimal)
        throw InvalidArgument("The grouping and the decimal sign can't both be " +
                              name(*options.decimal) + ".");
    if (options.quote && options.delimiter && *options.quote == *options.delimiter)
        throw InvalidArgument("The quote and the delimiter can't both be " + name(*options.quote) +
                              ".");
    if (options.skip_lines < 0)
        throw InvalidArgument("skip_lines is " + std::to_string(options.skip_lines) +
                              " but must be 0 or more.");
}

/// Carriage returns alone end lines where there are more of them than line feeds.
char choose_end_of_line(std::string_view head) {
    std::size_t feeds = 0;
    std::size_t lone_returns = 0;
    for (std::size_t i = 0; i < head.size(); ++i) {
        feeds += head[i] == '\n' ? 1 : 0;
        lone_returns += head[i] == '\r' && (i + 1 == head.size() || head[i + 1] != '\n') ? 1 : 0;
    }
    return lone_returns > feeds ? '\r' : '\n';
}

/// More than one in twenty characters, and not just one or two, are such as texts do not use.
bool is_mostly_binary(std::string_view head) {
    constexpr std::ptrdiff_t strays = 2;
    const auto is_control = [](char c) {
        return static_cast<unsigned char>(c) < 0x20U && c != '\t' && c != '\n' && c != '\r' &&
               c != '\f' && c != '\v';
    };
    const auto count = std::count_if(head.begin(), head.end(), is_control);
    return count > strays && 20 * count > static_cast<std::ptrdiff_t>(head.size());
}

struct Position {
    std::size_t offset = 0;
    std::int64_t line = 0;
};

Position after_lines(std::string_view text, int count, char end_of_line) {
    const char* p = text.data();
    const char* const end = p + text.size();
    for (int i = 0; i < count && p != end; ++i) skip_line(p, end, end_of_line);
    return {static_cast<std::size_t>(p - text.data()), count};
}

/// The delimiter of a first line "sep=;", as spreadsheets write it.
std::optional<char> stated_delimiter(std::string_view text) {
    if (text.size() < 6 || text.substr(0, 4) != "sep=" || (text[5] != '\n' && text[5] != '\r'))
        return std::nullopt;
    return candidates.find(text[4]) == std::string_view::npos ? std::nullopt
                                                              : std::optional<char>(text[4]);
}

/// Comment lines and lines of one cell above a table of several columns, if there are any.
/// @return number of lines to leave out
std::int64_t preamble_lines(const SampleRows& rows, std::int64_t first_line) {
    const std::size_t mode = modal_cell_count(rows);
    std::size_t k = 0;
    while (k < rows.size() && k < preamble_limit && rows[k].cells.size() == 1) ++k;
    if (mode < 2 || k == 0 || k >= rows.size() || k >= preamble_limit ||
        rows[k].cells.size() != mode)
        return 0;
    const bool is_followed_by_names =
        std::none_of(rows[k].cells.begin(), rows[k].cells.end(), looks_numeric);
    return mode >= 3 || is_followed_by_names ? rows[k].line - first_line : 0;
}

/// '#' where it begins lines near the top that have another number of cells than the rest.
char choose_comment(const SampleRows& rows) {
    const std::size_t mode = modal_cell_count(rows);
    for (std::size_t i = 0; i < rows.size() && i < preamble_limit; ++i)
        if (!rows[i].cells[0].empty() && rows[i].cells[0][0] == '#' && rows[i].cells.size() != mode)
            return '#';
    return '\0';
}

/// Index of the column called `name`. @throw InvalidArgument  none to do `what` with
std::size_t column_called(const std::string& name, const CsvDialect& dialect,
                          const std::string& path, const std::string& what) {
    const auto found = std::find(dialect.column_names.begin(), dialect.column_names.end(), name);
    if (found == dialect.column_names.end())
        throw InvalidArgument("There is no column " + quoted_cell(name) + " in " + path + " to " +
                              what + ".");
    return static_cast<std::size_t>(found - dialect.column_names.begin());
}

MissingCodes missing_codes_of(std::size_t column, const CsvOptions& options, const Layout& layout) {
    std::vector<std::string> codes = layout.dialect.missing_codes;
    for (const auto& [name, own] : options.column_missing_codes)
        if (name == layout.dialect.column_names[column])
            codes.insert(codes.end(), own.begin(), own.end());
    return {std::move(codes), layout.signs[column]};
}

/// What the cells of a column are, and one that keeps a column of mostly numbers from being numeric.
struct ColumnReadings {
    std::int64_t values = 0;
    std::int64_t numbers = 0;
    std::int64_t dates = 0;
    std::string first_text;
};

ColumnReadings read_column(const SampleRows& rows, std::size_t column, NumberSigns signs,
                           const MissingCodes& missing) {
    ColumnReadings readings;
    for (const SampleRow& row : rows) {
        const std::string& cell = row.cells[column];
        if (missing.contains(cell))
            continue;
        ++readings.values;
        if (parse_number(cell, signs).status != NumberStatus::not_a_number) {
            ++readings.numbers;
            continue;
        }
        if (readings.first_text.empty())
            readings.first_text = cell;
        readings.dates += is_iso_date(cell) ? 1 : 0;
    }
    return readings;
}

/// A column is numeric if most of its cells are numbers and the others few enough to be mistakes,
/// which are then named one by one: at most two, or a tenth.
ColumnGuess guess_of(const ColumnReadings& readings) {
    constexpr std::int64_t few = 2;
    if (readings.values == 0)
        return ColumnGuess::unknown;
    const std::int64_t others = readings.values - readings.numbers;
    if (readings.numbers > others && (others <= few || 10 * others <= readings.values))
        return ColumnGuess::number;
    return readings.dates == readings.values ? ColumnGuess::date : ColumnGuess::text;
}

/// Offsets of the windows inside and at the end of `text`, behind the head of `head_end` bytes.
std::vector<std::pair<std::size_t, std::size_t>> windows(std::string_view text,
                                                         std::size_t head_end) {
    std::vector<std::pair<std::size_t, std::size_t>> found;
    const std::size_t rest = text.size() - head_end;
    if (rest <= window_size * (window_count + 1)) {
        if (rest > 0)
            found.emplace_back(head_end, text.size());
        return found;
    }
    for (std::size_t k = 0; k < window_count; ++k) {
        const std::size_t begin = head_end + (rest - 2 * window_size) / window_count * k;
        found.emplace_back(begin, begin + window_size);
    }
    found.emplace_back(text.size() - window_size, text.size());
    return found;
}

}  // namespace

TextEncoding choose_encoding(std::string_view bytes, const CsvOptions& options) {
    if (options.encoding)
        return *options.encoding;
    const std::string_view head = bytes.substr(0, head_size);
    const TextEncoding encoding = detect_encoding(head);
    if (encoding != TextEncoding::utf8 || byte_order_mark_length(head, encoding) > 0)
        return encoding;
    for (const auto& [begin, end] : windows(bytes, head.size())) {
        std::string_view window = bytes.substr(begin, end - begin);
        // The first character may have begun before the window.
        for (int k = 0;
             k < 3 && !window.empty() && (static_cast<unsigned char>(window[0]) & 0xC0U) == 0x80U;
             ++k)
            window.remove_prefix(1);
        if (!is_utf8(window, end != bytes.size()))
            return TextEncoding::windows1252;
    }
    return encoding;
}

Layout sniff_layout(std::string_view text, TextEncoding encoding, const std::string& path,
                    const CsvOptions& options, bool is_whole, const std::stop_token& stop) {
    check_options(options);
    Layout layout;
    CsvDialect& dialect = layout.dialect;
    dialect.encoding = encoding;
    dialect.missing_codes = options.missing_codes.value_or(default_missing_codes());
    const MissingCodes missing(dialect.missing_codes, {});

    if (text.empty())
        refuse(path, "is empty: there is nothing to import.");
    std::size_t head_end = std::min(text.size(), head_size);
    layout.rules.end_of_line = choose_end_of_line(text.substr(0, head_end));
    layout.rules.quote = options.quote.value_or('"');
    layout.rules.comment = options.comment.value_or('\0');
    layout.rules.delimiter = options.delimiter.value_or(',');
    const std::size_t nul = text.substr(0, head_end).find('\0');
    if (nul != std::string_view::npos)
        refuse(path,
               "holds a NUL byte, so it is not a text file. Export the table as CSV, or choose its "
               "encoding.",
               1 + std::count(text.data(), text.data() + nul, layout.rules.end_of_line));

    if (is_mostly_binary(text.substr(0, head_end)))
        refuse(path,
               "is full of control characters, so it is not a text file. Export the table as "
               "CSV.");

    Position start = after_lines(text, options.skip_lines, layout.rules.end_of_line);
    const std::optional<char> stated = stated_delimiter(text.substr(start.offset));
    if (stated) {
        start.offset += after_lines(text.substr(start.offset), 1, layout.rules.end_of_line).offset;
        ++start.line;
        layout.rules.delimiter = options.delimiter.value_or(*stated);
        dialect.notes.push_back("The first line names the delimiter and was left out.");
    }
    head_end = std::max(head_end, std::min(text.size(), start.offset + head_size));
    // Few long rows: look at more of them.
    const auto has_too_few_rows = [&] {
        const std::size_t wanted = head_end > 16 * head_size ? 2 : head_rows_wanted;
        std::size_t found = start.offset;
        for (std::size_t row = 0; row < wanted; ++row) {
            found = text.find(layout.rules.end_of_line, found);
            if (found >= head_end)
                return true;
            ++found;
        }
        return false;
    };
    while (head_end < text.size() && head_end - start.offset < line_size_limit &&
           has_too_few_rows())
        head_end = std::min(text.size(), start.offset + 2 * (head_end - start.offset));
    if (!is_whole && head_end == text.size())
        head_end = std::max(start.offset, text.rfind(layout.rules.end_of_line) + 1);
    if (head_end < text.size() &&
        sample_rows(text, start.offset, head_end, layout.rules, 1, stop).empty())
        refuse(path, "is longer than 64 MiB, too long for a row of a table.", start.line + 1);

    if (!options.delimiter && !stated)
        layout.rules.delimiter =
            choose_delimiter(text, start.offset, head_end, layout.rules, missing, stop);
    dialect.delimiter = layout.rules.delimiter;
    dialect.quote = layout.rules.quote;

    constexpr std::size_t no_limit = static_cast<std::size_t>(-1);
    SampleRows rows =
        sample_rows(text, start.offset, head_end, layout.rules, no_limit, stop, start.line);
    if (!options.comment && !rows.empty()) {
        layout.rules.comment = choose_comment(rows);
        if (layout.rules.comment != '\0') {
            rows =
                sample_rows(text, start.offset, head_end, layout.rules, no_limit, stop, start.line);
            dialect.notes.push_back("Lines that begin with # were taken for comments.");
        }
    }
    dialect.comment = layout.rules.comment;
    if (rows.empty())
        refuse(path, "holds no row: only blank lines or comments.");
    dialect.skip_lines = static_cast<int>(start.line);
    if (const std::int64_t preamble = preamble_lines(rows, start.line); preamble > 0) {
        const auto first_kept = std::find_if(rows.begin(), rows.end(), [&](const SampleRow& row) {
            return row.line >= start.line + preamble;
        });
        rows.erase(rows.begin(), first_kept);
        dialect.skip_lines += static_cast<int>(preamble);
        dialect.notes.push_back(preamble == 1 ? "The first line holds no table and was left out."
                                              : "The first " + std::to_string(preamble) +
                                                    " lines hold no table and were left out.");
    }
    const SampleRow first = rows[0];
    if (first.cell_count > static_cast<std::size_t>(column_limit) + 1)
        refuse(path,
               "has " + std::to_string(first.cell_count) + " columns; at most " +
                   std::to_string(column_limit) + " can be read.",
               first.line + 1);

    // Rows from inside the file vote on signs and types too, where they have the usual cells.
    const std::size_t mode = modal_cell_count(rows);
    SampleRows sample = rows;
    std::erase_if(sample, [&](const SampleRow& row) { return row.cells.size() != mode; });
    const bool first_is_modal = first.cells.size() == mode;
    if (is_whole)
        for (const auto& [begin, end] : windows(text, head_end)) {
            const std::size_t line_begin =
                begin == head_end ? begin : text.find(layout.rules.end_of_line, begin);
            if (line_begin == std::string_view::npos || line_begin >= end)
                continue;
            for (SampleRow& row :
                 sample_rows(text, line_begin, end, layout.rules, no_limit, stop)) {
                row.line = -1;  // not known
                if (row.cells.size() == mode)
                    sample.push_back(std::move(row));
            }
        }
    choose_signs(count_votes(sample, std::max(mode, first.cells.size()), missing, stop), options,
                 layout);
    dialect.has_header =
        options.has_header.value_or(first_row_is_header(rows, layout.signs, missing));
    std::size_t column_count = dialect.has_header ? first.cells.size() : mode;
    std::vector<std::string> labels;
    if (dialect.has_header) {
        labels = first.cells;
        layout.table_begin = first.end;
        layout.table_line =
            first.line + std::count(text.data() + first.begin, text.data() + first.end,
                                    layout.rules.end_of_line);
        if (first_is_modal)
            sample.erase(sample.begin());
        rows.erase(rows.begin());
    } else {
        labels.assign(column_count, "");
        layout.table_begin = first.begin;
        layout.table_line = first.line;
    }
    // A delimiter at the end of every row makes no column.
    const bool last_is_empty = mode > 1 && !sample.empty() &&
                               std::all_of(sample.begin(), sample.end(), [](const SampleRow& row) {
                                   return row.cells.back().empty();
                               });
    if (last_is_empty &&
        ((column_count == mode && labels.back().empty()) || column_count + 1 == mode)) {
        layout.allows_trailing_delimiter = true;
        column_count = mode - 1;
        labels.resize(column_count);
    } else if (dialect.has_header && column_count + 1 == mode && !sample.empty()) {
        labels.insert(labels.begin(), "row_name");
        ++column_count;
        dialect.notes.push_back(
            "Rows have one cell more than the header has names: the first column is called "
            "row_name.");
    }
    if (column_count > static_cast<std::size_t>(column_limit))
        refuse(path,
               "has " + std::to_string(column_count) + " columns; at most " +
                   std::to_string(column_limit) + " can be read.",
               first.line + 1);

    for (std::string& label : labels) {
        if (encoding == TextEncoding::windows1252)
            label = utf8_from(label, encoding);
        else if (!is_utf8(label))
            refuse(path,
                   "holds a column name that is not valid UTF-8. Import it as Windows-1252, or "
                   "save it as UTF-8.",
                   first.line + 1);
    }
    if (dialect.has_header) {
        dialect.column_names = unique_names(labels, dialect.notes);
    } else {
        for (std::size_t column = 0; column < column_count; ++column)
            dialect.column_names.push_back("column_" + std::to_string(column + 1));
        dialect.notes.push_back(
            "No header line was found: columns are called column_1, column_2, "
            "and so on.");
    }
    dialect.column_labels = std::move(labels);

    layout.signs.resize(column_count, {dialect.decimal, dialect.grouping});
    for (std::size_t column = 0; column < column_count; ++column)
        if (layout.signs[column].decimal != dialect.decimal)
            dialect.notes.push_back(
                "Column " + quoted_cell(dialect.column_names[column]) + " has a decimal " +
                (dialect.decimal == '.' ? "comma" : "point") + ", unlike the others.");
    for (std::size_t column = 0; column < column_count; ++column)
        layout.missing.push_back(missing_codes_of(column, options, layout));
    layout.guesses.assign(column_count, ColumnGuess::unknown);
    for (std::size_t column = 0; column < column_count && column_count <= mode; ++column) {
        const ColumnReadings readings =
            read_column(sample, column, layout.signs[column], layout.missing[column]);
        layout.guesses[column] = guess_of(readings);
        if (layout.guesses[column] == ColumnGuess::text && 2 * readings.numbers >= readings.values)
            dialect.notes.push_back("Column " + quoted_cell(dialect.column_names[column]) +
                                    " was read as text, though most of its cells are numbers: " +
                                    quoted_cell(utf8_from(readings.first_text, encoding)) +
                                    " is not one.");
    }
    for (const ColumnGuess guess : layout.guesses)
        dialect.column_types.push_back(guess == ColumnGuess::text   ? ColumnType::category
                                       : guess == ColumnGuess::date ? ColumnType::date
                                                                    : ColumnType::numeric);
    for (const auto& [name, type] : options.column_types)
        dialect.column_types[column_called(name, dialect, path, "set the type of")] = type;
    for (const auto& told : options.column_missing_codes)
        column_called(told.first, dialect, path, "give missing codes to");
    for (std::size_t i = 0; i < rows.size() && i < preview_rows; ++i) {
        if (encoding == TextEncoding::windows1252)
            for (std::string& cell : rows[i].cells) cell = utf8_from(cell, encoding);
        dialect.preview.push_back(std::move(rows[i].cells));
    }
    return layout;
}

}  // namespace mixtura::csv
