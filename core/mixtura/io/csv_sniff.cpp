// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_sniff.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "mixtura/common/error.h"
#include "mixtura/io/csv_delimiter.h"
#include "mixtura/io/csv_encoding.h"
#include "mixtura/io/csv_header.h"
#include "mixtura/io/csv_sample.h"
#include "mixtura/io/csv_signs.h"
#include "mixtura/io/csv_types.h"

namespace mixtura::csv {

namespace {

constexpr std::size_t head_size = std::size_t{256} << 10U;
constexpr std::size_t line_size_limit = std::size_t{64} << 20U;
constexpr std::size_t head_rows_wanted = 60;
constexpr std::size_t preview_rows = 50;
constexpr std::size_t no_limit = static_cast<std::size_t>(-1);

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

/// One look at a text, step by step.
class Sniffer {
  public:
    Sniffer(std::string_view text, TextEncoding encoding, const std::string& path,
            const CsvOptions& options, bool is_whole, const std::stop_token& stop)
        : text_(text), path_(path), options_(options), is_whole_(is_whole), stop_(stop) {
        dialect_.encoding = encoding;
        dialect_.missing_codes = options.missing_codes.value_or(default_missing_codes());
        missing_ = MissingCodes(dialect_.missing_codes, {});
    }

    Layout run() {
        check_is_text();
        find_start();
        choose_head_end();
        choose_rules();
        leave_out_preamble();
        first_ = rows_[0];
        check_column_count(first_.cell_count, static_cast<std::size_t>(column_limit) + 1);
        gather_sample();
        choose_number_signs();
        take_header();
        settle_column_count();
        name_columns();
        guess_columns();
        choose_types();
        keep_preview();
        return std::move(layout_);
    }

  private:
    [[noreturn]] void refuse(const std::string& what, std::int64_t line = 0) const {
        DataLocation location;
        location.file = path_;
        location.line = line;
        throw DataError(
            shown_path(path_) + (line > 0 ? ", line " + std::to_string(line) : "") + " " + what,
            std::move(location));
    }

    void check_is_text() {
        if (text_.empty())
            refuse("is empty: there is nothing to import.");
        const std::string_view head = text_.substr(0, head_size);
        rules_.end_of_line = choose_end_of_line(head);
        const std::size_t nul = head.find('\0');
        if (nul != std::string_view::npos)
            refuse(
                "holds a NUL byte, so it is not a text file. Export the table as CSV, or choose "
                "its "
                "encoding.",
                1 + std::count(text_.data(), text_.data() + nul, rules_.end_of_line));
        if (is_mostly_binary(head))
            refuse(
                "is full of control characters, so it is not a text file. Export the table as "
                "CSV.");
    }

    /// Behind the lines to skip and one that states the delimiter.
    void find_start() {
        start_ = after_lines(text_, options_.skip_lines, rules_.end_of_line);
        stated_delimiter_ = stated_delimiter(text_.substr(start_.offset));
        if (!stated_delimiter_)
            return;
        start_.offset += after_lines(text_.substr(start_.offset), 1, rules_.end_of_line).offset;
        ++start_.line;
        dialect_.notes.emplace_back("The first line names the delimiter and was left out.");
    }

    [[nodiscard]] bool has_too_few_rows() const {
        const std::size_t wanted = head_end_ > 16 * head_size ? 2 : head_rows_wanted;
        std::size_t found = start_.offset;
        for (std::size_t row = 0; row < wanted; ++row) {
            found = text_.find(rules_.end_of_line, found);
            if (found >= head_end_)
                return true;
            ++found;
        }
        return false;
    }

    /// Few long rows: looks at more of them.
    void choose_head_end() {
        head_end_ = std::min(text_.size(), start_.offset + head_size);
        while (head_end_ < text_.size() && head_end_ - start_.offset < line_size_limit &&
               has_too_few_rows())
            head_end_ = std::min(text_.size(), start_.offset + 2 * (head_end_ - start_.offset));
        if (!is_whole_ && head_end_ == text_.size())
            head_end_ = std::max(start_.offset, text_.rfind(rules_.end_of_line) + 1);
    }

    [[nodiscard]] SampleRows head_rows(std::size_t row_limit) const {
        return sample_rows(text_, start_.offset, head_end_, rules_, row_limit, stop_, start_.line);
    }

    /// How the cells of the head are told apart, and its rows.
    void choose_rules() {
        rules_.quote = options_.quote.value_or('"');
        rules_.comment = options_.comment.value_or('\0');
        rules_.delimiter = options_.delimiter.value_or(stated_delimiter_.value_or(','));
        if (head_end_ < text_.size() && head_rows(1).empty())
            refuse("is longer than 64 MiB, too long for a row of a table.", start_.line + 1);
        if (!options_.delimiter && !stated_delimiter_)
            rules_.delimiter =
                choose_delimiter(text_, start_.offset, head_end_, rules_, missing_, stop_);
        rows_ = head_rows(no_limit);
        if (!options_.comment && !rows_.empty()) {
            rules_.comment = choose_comment(rows_);
            if (rules_.comment != '\0') {
                rows_ = head_rows(no_limit);
                dialect_.notes.emplace_back("Lines that begin with # were taken for comments.");
            }
        }
        if (rows_.empty())
            refuse("holds no row: only blank lines or comments.");
        dialect_.delimiter = rules_.delimiter;
        dialect_.quote = rules_.quote;
        dialect_.comment = rules_.comment;
    }

    void leave_out_preamble() {
        dialect_.skip_lines = static_cast<int>(start_.line);
        const std::int64_t preamble = preamble_lines(rows_, start_.line);
        if (preamble == 0)
            return;
        const auto first_kept = std::find_if(rows_.begin(), rows_.end(), [&](const SampleRow& row) {
            return row.line >= start_.line + preamble;
        });
        rows_.erase(rows_.begin(), first_kept);
        dialect_.skip_lines += static_cast<int>(preamble);
        dialect_.notes.push_back(preamble == 1 ? "The first line holds no table and was left out."
                                               : "The first " + std::to_string(preamble) +
                                                     " lines hold no table and were left out.");
    }

    void check_column_count(std::size_t count, std::size_t limit) const {
        if (count > limit)
            refuse("has " + std::to_string(count) + " columns; at most " +
                       std::to_string(column_limit) + " can be read.",
                   first_.line + 1);
    }

    /// Rows from inside the file vote on signs and types too, where they have the usual cells.
    void gather_sample() {
        mode_ = modal_cell_count(rows_);
        sample_ = rows_;
        std::erase_if(sample_, [&](const SampleRow& row) { return row.cells.size() != mode_; });
        if (!is_whole_)
            return;
        for (const auto& [begin, end] : windows(text_, head_end_)) {
            const std::size_t line_begin =
                begin == head_end_ ? begin : text_.find(rules_.end_of_line, begin);
            if (line_begin == std::string_view::npos || line_begin >= end)
                continue;
            for (SampleRow& row : sample_rows(text_, line_begin, end, rules_, no_limit, stop_)) {
                row.line = -1;  // not known
                if (row.cells.size() == mode_)
                    sample_.push_back(std::move(row));
            }
        }
    }

    void choose_number_signs() {
        SignChoice choice =
            choose_signs(sample_, std::max(mode_, first_.cells.size()), missing_, options_, stop_);
        dialect_.decimal = choice.common.decimal;
        dialect_.grouping = choice.common.grouping;
        dialect_.ambiguity = std::move(choice.ambiguity);
        layout_.signs = std::move(choice.signs);
    }

    /// Takes the row of names, if there is one, from the others.
    void take_header() {
        dialect_.has_header =
            options_.has_header.value_or(first_row_is_header(rows_, layout_.signs, missing_));
        if (!dialect_.has_header) {
            labels_.assign(mode_, "");
            layout_.table_begin = first_.begin;
            layout_.table_line = first_.line;
            return;
        }
        labels_ = first_.cells;
        layout_.table_begin = first_.end;
        layout_.table_line =
            first_.line +
            std::count(text_.data() + first_.begin, text_.data() + first_.end, rules_.end_of_line);
        if (first_.cells.size() == mode_)
            sample_.erase(sample_.begin());
        rows_.erase(rows_.begin());
    }

    /// A delimiter at the end of every row makes no column; row names may have no name themselves.
    void settle_column_count() {
        const bool last_is_empty =
            mode_ > 1 && !sample_.empty() &&
            std::all_of(sample_.begin(), sample_.end(),
                        [](const SampleRow& row) { return row.cells.back().empty(); });
        if (last_is_empty &&
            ((labels_.size() == mode_ && labels_.back().empty()) || labels_.size() + 1 == mode_)) {
            layout_.allows_trailing_delimiter = true;
            labels_.resize(mode_ - 1);
        } else if (dialect_.has_header && labels_.size() + 1 == mode_ && !sample_.empty()) {
            labels_.insert(labels_.begin(), "row_name");
            dialect_.notes.emplace_back(
                "Rows have one cell more than the header has names: the first column is called "
                "row_name.");
        }
        check_column_count(labels_.size(), static_cast<std::size_t>(column_limit));
    }

    void name_columns() {
        for (std::string& label : labels_) {
            if (dialect_.encoding == TextEncoding::windows1252)
                label = utf8_from(label, dialect_.encoding);
            else if (!is_utf8(label))
                refuse(
                    "holds a column name that is not valid UTF-8. Import it as Windows-1252, or "
                    "save it as UTF-8.",
                    first_.line + 1);
        }
        if (dialect_.has_header) {
            dialect_.column_names = unique_names(labels_, dialect_.notes);
        } else {
            for (std::size_t column = 0; column < labels_.size(); ++column)
                dialect_.column_names.push_back("column_" + std::to_string(column + 1));
            dialect_.notes.emplace_back(
                "No header line was found: columns are called column_1, column_2, "
                "and so on.");
        }
        dialect_.column_labels = labels_;
    }

    void guess_columns() {
        const std::size_t column_count = labels_.size();
        layout_.signs.resize(column_count, {dialect_.decimal, dialect_.grouping});
        for (std::size_t column = 0; column < column_count; ++column)
            if (layout_.signs[column].decimal != dialect_.decimal)
                dialect_.notes.push_back(
                    "Column " + quoted_cell(dialect_.column_names[column]) + " has a decimal " +
                    (dialect_.decimal == '.' ? "comma" : "point") + ", unlike the others.");
        for (std::size_t column = 0; column < column_count; ++column)
            layout_.missing.push_back(missing_codes_of(column, options_, layout_));
        layout_.guesses.assign(column_count, ColumnGuess::unknown);
        for (std::size_t column = 0; column < column_count && column_count <= mode_; ++column)
            guess_column(column);
    }

    void guess_column(std::size_t column) {
        const ColumnReadings readings =
            read_column(sample_, column, layout_.signs[column], layout_.missing[column]);
        layout_.guesses[column] = guess_of(readings);
        if (layout_.guesses[column] == ColumnGuess::text && 2 * readings.numbers >= readings.values)
            dialect_.notes.push_back(
                "Column " + quoted_cell(dialect_.column_names[column]) +
                " was read as text, though most of its cells are numbers: " +
                quoted_cell(utf8_from(readings.first_text, dialect_.encoding)) + " is not one.");
    }

    /// As told, else as guessed.
    void choose_types() {
        for (const ColumnGuess guess : layout_.guesses)
            dialect_.column_types.push_back(guess == ColumnGuess::text   ? ColumnType::category
                                            : guess == ColumnGuess::date ? ColumnType::date
                                                                         : ColumnType::numeric);
        for (const auto& [name, type] : options_.column_types)
            dialect_.column_types[column_called(name, dialect_, path_, "set the type of")] = type;
        for (const auto& told : options_.column_missing_codes)
            column_called(told.first, dialect_, path_, "give missing codes to");
    }

    void keep_preview() {
        for (std::size_t i = 0; i < rows_.size() && i < preview_rows; ++i) {
            if (dialect_.encoding == TextEncoding::windows1252)
                for (std::string& cell : rows_[i].cells) cell = utf8_from(cell, dialect_.encoding);
            dialect_.preview.push_back(std::move(rows_[i].cells));
        }
    }

    std::string_view text_;
    const std::string& path_;
    const CsvOptions& options_;
    bool is_whole_;
    const std::stop_token& stop_;
    Layout layout_;
    CsvDialect& dialect_ = layout_.dialect;
    CellRules& rules_ = layout_.rules;
    MissingCodes missing_;  ///< in every column
    Position start_;
    std::optional<char> stated_delimiter_;
    std::size_t head_end_ = 0;
    SampleRows rows_;    ///< of the head
    SampleRows sample_;  ///< with `mode_` cells, of head and windows
    SampleRow first_;
    std::size_t mode_ = 0;             ///< the usual number of cells
    std::vector<std::string> labels_;  ///< of the columns
};

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
    return Sniffer(text, encoding, path, options, is_whole, stop).run();
}

}  // namespace mixtura::csv
