// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_import.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include <sys/mman.h>

#include "mixtura/common/cancelled.h"
#include "mixtura/io/csv_bytes.h"
#include "mixtura/io/csv_chunk.h"
#include "mixtura/io/csv_encoding.h"
#include "mixtura/io/csv_number.h"
#include "mixtura/io/csv_sniff.h"
#include "mixtura/io/csv_split.h"
#include "mixtura/io/csv_types.h"

namespace mixtura::csv {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t row_count_limit = std::numeric_limits<std::int32_t>::max();
constexpr std::size_t huge_page = std::size_t{2} << 20U;
constexpr double counting_share = 0.1;          ///< of the work, beside reading
constexpr std::int64_t usual_cell_lines = 100;  ///< a cell of so many is worth a word
constexpr std::size_t stop_stride = std::size_t{1}
                                    << 16U;  ///< texts looked at between two questions

/// Passes progress on at most every 100 ms, from whichever thread is there.
class ProgressMeter {
  public:
    ProgressMeter(const ImportProgress& progress, std::uint64_t total)
        : progress_(progress), total_(total), last_(Clock::now()) {}

    /// `share` of the bytes were passed over.
    void add(std::size_t bytes, double share) {
        if (!progress_)
            return;
        const double before = done_.fetch_add(static_cast<double>(bytes) * share);
        const std::unique_lock lock(mutex_, std::try_to_lock);
        if (!lock.owns_lock() || Clock::now() - last_ < std::chrono::milliseconds(100))
            return;
        last_ = Clock::now();
        const double done = before + static_cast<double>(bytes) * share;
        reported_ = std::max(reported_, std::min(total_, static_cast<std::uint64_t>(done)));
        progress_(reported_, total_);
    }

    void finish() {
        if (progress_)
            progress_(total_, total_);
    }

  private:
    const ImportProgress& progress_;
    std::uint64_t total_;
    std::atomic<double> done_{0.0};
    std::mutex mutex_;
    Clock::time_point last_;
    std::uint64_t reported_ = 0;
};

/// The text of a file as the reader takes it: without byte-order mark, UTF-8 or Windows-1252.
struct SourceText {
    FileBytes bytes;
    TextEncoding encoding = TextEncoding::utf8;
    std::string converted;  ///< of UTF-16
    std::string_view text;

    SourceText(const std::string& path, const CsvOptions& options, const std::stop_token& stop)
        : bytes(path, stop) {
        refuse_known_binary(path, bytes.text());
        encoding = choose_encoding(bytes.text(), options);
        if (encoding == TextEncoding::utf16le || encoding == TextEncoding::utf16be) {
            convert(stop);
            text = converted;
        } else {
            text = bytes.text().substr(byte_order_mark_length(bytes.text(), encoding));
        }
    }
    SourceText(const SourceText&) = delete;
    SourceText& operator=(const SourceText&) = delete;
    SourceText(SourceText&&) = delete;
    SourceText& operator=(SourceText&&) = delete;
    ~SourceText() = default;

    /// Block by block, so that it can be stopped and the file's pages be given back.
    void convert(const std::stop_token& stop) {
        constexpr std::size_t block = std::size_t{4} << 20U;
        std::string_view rest = bytes.text();
        rest.remove_prefix(byte_order_mark_length(rest, encoding));
        converted.reserve(rest.size() / 2 + rest.size() / 16);
        while (!rest.empty()) {
            if (stop.stop_requested())
                throw Cancelled{};
            std::size_t size = std::min(block, rest.size());
            // A pair of surrogates stays together.
            const auto high_byte = static_cast<unsigned char>(
                rest[size - (encoding == TextEncoding::utf16le || size < 2 ? 1 : 2)]);
            if (size < rest.size() && (high_byte & 0xFCU) == 0xD8U)
                size = std::min(size + 2, rest.size());
            const std::string_view part = rest.substr(0, size);
            bytes.fetch(part);
            converted += utf8_from(part, encoding);
            bytes.release(part);
            rest.remove_prefix(size);
        }
    }

    [[nodiscard]] bool has_mark() const noexcept {
        return byte_order_mark_length(bytes.text(), encoding) > 0;
    }
    [[nodiscard]] bool is_converted() const noexcept { return text.data() == converted.data(); }
};

std::string shown(const std::string& path) {
    return path == "-" ? "Standard input" : path;
}

/// One import, step by step.
class Importer {
  public:
    Importer(const std::string& path, const CsvOptions& options, const ImportControl& control)
        : path_(path),
          options_(options),
          control_(control),
          begin_(Clock::now()),
          threads_(usable_threads(control.thread_count)),
          source_(path, options, control.stop),
          layout_(sniff_layout(source_.text, source_.encoding, path, options, true, control.stop)),
          table_(source_.text.substr(layout_.table_begin)),
          meter_(control.progress, source_.text.size()) {}

    ImportResult run() {
        if (!layout_.dialect.ambiguity.empty())
            fail(shown(path_) + ": " + layout_.dialect.ambiguity, {});
        release(source_.text);  // a look at a few windows can map most of a file that is cached
        split_ = split_rows(table_, layout_.rules, control_.chunk_size, threads_, control_.stop,
                            {[this](std::string_view part) { fetch(part); },
                             [this](std::string_view part) {
                                 release(part);
                                 meter_.add(part.size(), counting_share);
                             },
                             [this](std::string_view part) { release(part); }});
        check_split();
        tighten_row_limits();
        check_row_limit();
        choose_readings();
        allocate();
        read();
        throw_first_failure();
        reread_columns();
        close_gaps();
        settle_encoding();
        finish_columns();
        ImportResult result;
        collect_problems(result);
        add_notes(result);
        DataSet data(path_, std::move(columns_));
        set_lines(data);
        for (std::size_t i = 0; i < data.columns().size(); ++i)
            layout_.dialect.column_types[i] = data.columns()[i].type;
        result.data = std::move(data);
        result.dialect = std::move(layout_.dialect);
        result.bytes = source_.bytes.text().size();
        meter_.finish();
        result.seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
        return result;
    }

  private:
    void stop_if_asked() const {
        if (control_.stop.stop_requested())
            throw Cancelled{};
    }
    void fetch(std::string_view part) const {
        if (!source_.is_converted())
            source_.bytes.fetch(part);
    }
    void release(std::string_view part) const {
        if (!source_.is_converted())
            source_.bytes.release(part);
    }

    [[noreturn]] void fail(const std::string& message, DataLocation location) const {
        location.file = path_;
        throw DataError(message, std::move(location));
    }

    void check_split() const {
        DataLocation location;
        if (split_.nul_line >= 0) {
            location.line = file_line(split_.nul_line);
            fail(shown(path_) + ", line " + std::to_string(location.line) +
                     " holds a NUL byte, so the file is damaged or not text. Export the table as "
                     "CSV again.",
                 location);
        }
        if (split_.overlong_line >= 0) {
            location.line = file_line(split_.overlong_line);
            fail(shown(path_) + ", line " + std::to_string(location.line) +
                     " is longer than 64 MiB, too long for a row of a table.",
                 location);
        }
        if (split_.overlong_quote >= 0) {
            location.line = file_line(split_.overlong_quote);
            fail(shown(path_) + ", line " + std::to_string(location.line) +
                     ": a quoted cell begins here and runs over more than 64 MiB, too long for a "
                     "row of a table. Add the missing quote, or import without quotes.",
                 location);
        }
        if (split_.unclosed_line >= 0) {
            location.line = file_line(split_.unclosed_line);
            fail(shown(path_) + ", line " + std::to_string(location.line) +
                     ": a quoted cell begins here and is never closed. Add the missing quote, or "
                     "import without quotes.",
                 location);
        }
    }

    /// Lines were counted for rows, each of which will get its place in memory. Where a row has fewer
    /// bytes than one digit and one delimiter a cell take, most lines may be blank or comments.
    void tighten_row_limits() {
        const auto usual_row_size = 2 * static_cast<std::int64_t>(layout_.guesses.size());
        if ((split_.row_limit - 1) * usual_row_size <= static_cast<std::int64_t>(table_.size()))
            return;
        for_each_index(split_.chunks.size(), threads_, control_.stop, [this](std::size_t i) {
            Chunk& chunk = split_.chunks[i];
            fetch(chunk.text);
            chunk.row_limit = std::min(chunk.row_limit, count_rows(chunk.text, layout_.rules));
            release(chunk.text);
        });
        split_.row_limit = 0;
        for (const Chunk& chunk : split_.chunks) split_.row_limit += chunk.row_limit;
    }

    void check_row_limit() const {
        if (split_.row_limit > row_count_limit)
            fail(shown(path_) + " has more than " + std::to_string(row_count_limit) +
                     " rows, which is the most that can be read. Split the file.",
                 {});
    }

    /// 1-based line of the file for a 0-based line of the table.
    [[nodiscard]] std::int64_t file_line(std::int64_t table_line) const {
        return layout_.table_line + table_line + 1;
    }

    [[nodiscard]] std::optional<ColumnType> wanted_type(std::size_t column) const {
        for (const auto& [name, type] : options_.column_types)
            if (name == layout_.dialect.column_names[column])
                return type;
        return std::nullopt;
    }

    void choose_readings() {
        const std::size_t count = layout_.guesses.size();
        plan_.rules = layout_.rules;
        plan_.allows_trailing_delimiter = layout_.allows_trailing_delimiter;
        plan_.bad_cell = options_.bad_cell;
        plan_.columns.resize(count);
        columns_.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            const auto wanted = wanted_type(i);
            const bool is_number =
                wanted ? *wanted == ColumnType::numeric : layout_.guesses[i] == ColumnGuess::number;
            plan_.columns[i].reading =
                is_number ? ColumnReading::number : ColumnReading::dictionary;
            plan_.columns[i].signs = layout_.signs[i];
            plan_.columns[i].missing = &layout_.missing[i];
            columns_[i].name = layout_.dialect.column_names[i];
            columns_[i].label = layout_.dialect.column_labels[i];
        }
    }

    /// A zeroed array on large pages where the system has them: a fault each 2 MiB, not each 4 KiB.
    template <typename T>
    void make_array(std::vector<T>& array, std::size_t size) const {
        constexpr std::size_t step = std::size_t{4} << 20U;
        array = {};
        array.reserve(size);
        void* first = array.data();
        std::size_t bytes = size * sizeof(T);
        if (std::align(huge_page, huge_page, first, bytes) != nullptr)
            madvise(first, bytes / huge_page * huge_page, MADV_HUGEPAGE);
        for (std::size_t made = 0; made < size; made = array.size()) {
            stop_if_asked();
            array.resize(std::min(size, made + step));
        }
    }

    void allocate_column(std::size_t i) {
        const auto size = static_cast<std::size_t>(split_.row_limit);
        ColumnTarget& target = plan_.columns[i];
        if (target.reading == ColumnReading::number) {
            make_array(columns_[i].numbers, size);
            target.numbers = columns_[i].numbers.data();
        } else if (target.reading == ColumnReading::dictionary) {
            make_array(columns_[i].codes, size);
            target.codes = columns_[i].codes.data();
        }
    }

    void allocate() {
        try {
            for_each_index(columns_.size(), threads_, control_.stop,
                           [this](std::size_t i) { allocate_column(i); });
        } catch (const std::bad_alloc&) {
            const double gigabytes = static_cast<double>(split_.row_limit) *
                                     static_cast<double>(columns_.size()) * 8.0 / 1e9;
            fail("Not enough memory for " + shown(path_) + ": its table of about " +
                     std::to_string(split_.row_limit) + " rows and " +
                     std::to_string(columns_.size()) + " columns needs " +
                     std::to_string(static_cast<std::int64_t>(std::ceil(gigabytes))) +
                     " GB. Close other programs or import fewer rows.",
                 {});
        }
    }

    void read() {
        const std::size_t count = split_.chunks.size();
        slots_.resize(count);
        std::int64_t slot = 0;
        for (std::size_t i = 0; i < count; ++i) {
            slots_[i] = slot;
            slot += split_.chunks[i].row_limit;
        }
        results_.resize(count);
        // After a failure the chunks behind it need not be read, those before it must be.
        std::atomic<std::size_t> first_failed{count};
        for_each_index(count, threads_, control_.stop, [&](std::size_t i) {
            if (i > first_failed)
                return;
            const Chunk& chunk = split_.chunks[i];
            fetch(chunk.text);
            results_[i] =
                read_chunk(chunk, slots_[i], source_.text.data() + source_.text.size(), plan_);
            release(chunk.text);
            meter_.add(chunk.text.size(), 1.0 - counting_share);
            std::size_t failed = first_failed;
            while (results_[i].has_failed && i < failed &&
                   !first_failed.compare_exchange_weak(failed, i)) {
            }
        });
    }

    void throw_first_failure() const {
        std::int64_t rows_before = 0;
        for (std::size_t i = 0; i < results_.size(); ++i) {
            if (results_[i].has_failed) {
                const CellProblem problem =
                    cell_problem(i, results_[i].problems.back(), rows_before);
                throw DataError(problem.message, problem.location);
            }
            rows_before += results_[i].rows_seen;
        }
        if (rows_before == 0) {
            DataLocation location;
            fail(shown(path_) + (layout_.dialect.has_header
                                     ? " has a header but no rows below it: there is nothing to "
                                       "import."
                                     : " has no rows: there is nothing to import."),
                 location);
        }
    }

    [[nodiscard]] CellProblem cell_problem(std::size_t chunk, const ChunkProblem& problem,
                                           std::int64_t rows_before) const {
        CellProblem result;
        DataLocation& location = result.location;
        location.file = path_;
        location.line = file_line(split_.chunks[chunk].first_line + problem.line);
        location.row = rows_before + problem.row + 1;
        const std::string place = shown(path_) + ", line " + std::to_string(location.line);
        if (problem.column < 0) {
            const auto column_count = static_cast<std::int64_t>(columns_.size());
            result.message =
                place + " (row " + std::to_string(location.row) + ") has " +
                std::to_string(problem.cell_count) +
                (problem.cell_count == 1 ? " cell" : " cells") + " where the table has " +
                std::to_string(column_count) + (column_count == 1 ? " column" : " columns") +
                ". Correct the line (a delimiter or a quote is missing or too many), or check the "
                "delimiter.";
            return result;
        }
        const auto column = static_cast<std::size_t>(problem.column);
        location.column = problem.column + 1;
        location.column_name = columns_[column].name;
        const std::string cell = source_.encoding == TextEncoding::windows1252
                                     ? utf8_from(problem.cell, TextEncoding::windows1252)
                                     : utf8_from(problem.cell, TextEncoding::utf8);
        location.cell = cell;
        const NumberStatus status = parse_number(problem.cell, plan_.columns[column].signs).status;
        result.message = place + ", column " + quoted_cell(location.column_name) + " (row " +
                         std::to_string(location.row) + "): " + quoted_cell(cell);
        if (status == NumberStatus::infinite)
            result.message +=
                " is infinite, which no fit can use. Correct the cell, or treat it as missing.";
        else if (status == NumberStatus::too_large)
            result.message +=
                " is beyond the largest number that can be stored (about 1.8e308). "
                "Correct the cell, or treat it as missing.";
        else
            result.message +=
                " is not a number. Correct the cell, treat it as missing, or read "
                "the column as text.";
        return result;
    }

    /// Columns that turned out not to be numbers are read again as texts: identifiers, and under
    /// BadCell::make_text those with a bad cell.
    void reread_columns() {
        std::vector<std::size_t> again;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (plan_.columns[i].reading != ColumnReading::number)
                continue;
            unsigned looks = 0;
            bool has_bad_cells = false;
            for (const ChunkResult& result : results_) {
                looks |= result.looks[i];
                has_bad_cells = has_bad_cells || result.has_bad_cells[i];
            }
            const bool is_id = !wanted_type(i) && is_identifier(looks);
            const bool is_text = has_bad_cells && options_.bad_cell == BadCell::make_text;
            if (!is_id && !is_text)
                continue;
            again.push_back(i);
            if (is_id)
                set_identifier(i, looks);
            else
                layout_.dialect.notes.push_back("Column " + quoted_cell(columns_[i].name) +
                                                " holds cells that are not numbers and was read "
                                                "as text.");
        }
        if (again.empty())
            return;
        ChunkPlan plan = plan_;
        for (ColumnTarget& target : plan.columns) {
            target.reading = ColumnReading::pass_over;
            target.numbers = nullptr;
            target.codes = nullptr;
        }
        for (const std::size_t i : again) {
            columns_[i].numbers = {};
            plan_.columns[i].reading = ColumnReading::dictionary;
            plan_.columns[i].numbers = nullptr;
            allocate_column(i);
            plan.columns[i] = plan_.columns[i];
        }
        for_each_index(results_.size(), threads_, control_.stop, [&](std::size_t i) {
            const Chunk& chunk = split_.chunks[i];
            fetch(chunk.text);
            ChunkResult result =
                read_chunk(chunk, slots_[i], source_.text.data() + source_.text.size(), plan,
                           &results_[i].left_out);
            release(chunk.text);
            for (const std::size_t column : again) {
                results_[i].missing_counts[column] = result.missing_counts[column];
                results_[i].dictionaries[column] = std::move(result.dictionaries[column]);
            }
        });
    }

    static bool is_identifier(unsigned looks) noexcept {
        return (looks & (look_has_leading_zero | look_is_long_integer)) != 0 &&
               (looks & look_has_point_or_exponent) == 0;
    }

    void set_identifier(std::size_t i, unsigned looks) {
        columns_[i].role = ColumnRole::id;
        layout_.dialect.notes.push_back("Column " + quoted_cell(columns_[i].name) +
                                        " was read as text, an identifier: it has " +
                                        ((looks & look_has_leading_zero) != 0
                                             ? "integers with leading zeros."
                                             : "integers of more than 15 digits."));
    }

    /// Chunks were given room for every line; moves their rows together.
    void close_gaps() {
        std::int64_t row_count = 0;
        for (const ChunkResult& result : results_) row_count += result.row_count;
        row_count_ = row_count;
        const auto close = [&](auto& array) {
            if (array.empty())
                return;
            std::int64_t to = 0;
            for (std::size_t c = 0; c < results_.size(); ++c) {
                stop_if_asked();
                const auto from = array.begin() + slots_[c];
                if (to != slots_[c])
                    std::move(from, from + results_[c].row_count, array.begin() + to);
                to += results_[c].row_count;
            }
            array.resize(static_cast<std::size_t>(row_count));
            if (array.capacity() > array.size() + array.size() / 4)
                array.shrink_to_fit();
        };
        merge_dictionaries();
        for_each_index(columns_.size(), threads_, control_.stop, [&](std::size_t i) {
            close(columns_[i].numbers);
            close(columns_[i].codes);
        });
    }

    /// Turns the chunks' own codes into common ones, in order of first appearance in the file.
    void merge_dictionaries() {
        for_each_index(columns_.size(), threads_, control_.stop, [&](std::size_t i) {
            Column& column = columns_[i];
            for (const ChunkResult& result : results_)
                column.missing_count += result.missing_counts[i];
            if (plan_.columns[i].reading != ColumnReading::dictionary)
                return;
            Dictionary all;
            for (std::size_t c = 0; c < results_.size(); ++c) {
                stop_if_asked();
                const std::vector<std::string> levels =
                    std::move(results_[c].dictionaries[i]).take_levels();
                std::vector<std::int32_t> common(levels.size(), -1);
                std::int32_t* const codes = column.codes.data() + slots_[c];
                for (std::int64_t row = 0; row < results_[c].row_count; ++row) {
                    if (codes[row] < 0)
                        continue;
                    std::int32_t& code = common[static_cast<std::size_t>(codes[row])];
                    if (code < 0)
                        code = all.code(levels[static_cast<std::size_t>(codes[row])]);
                    codes[row] = code;
                }
            }
            column.levels = std::move(all).take_levels();
        });
    }

    /// The samples may have missed all that is not ASCII: a file of which not one such text is valid
    /// UTF-8 is Windows-1252. Where some are, the file is damaged, which `decode_levels` says.
    void settle_encoding() {
        if (source_.encoding != TextEncoding::utf8 || options_.encoding || source_.has_mark())
            return;
        bool has_other = false;
        for (const std::string& name : layout_.dialect.column_labels)
            if (!is_ascii(name))
                return;
        for (const Column& column : columns_)
            for (std::size_t level = 0; level < column.levels.size(); ++level) {
                if (level % stop_stride == 0)
                    stop_if_asked();
                if (is_ascii(column.levels[level]))
                    continue;
                has_other = true;
                if (is_utf8(column.levels[level]))
                    return;
            }
        if (!has_other)
            return;
        source_.encoding = layout_.dialect.encoding = TextEncoding::windows1252;
        layout_.dialect.notes.push_back(
            "The file holds characters that are not valid UTF-8 and was read as Windows-1252.");
    }

    void finish_columns() {
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            stop_if_asked();
            Column& column = columns_[i];
            if (plan_.columns[i].reading == ColumnReading::number) {
                column.type = ColumnType::numeric;
                continue;
            }
            const auto wanted = wanted_type(i);
            if (!wanted && layout_.guesses[i] == ColumnGuess::unknown && become_numbers(i))
                continue;
            decode_levels(i);
            // Texts are no dates from the first one on: this ends soon.
            const bool all_dates = !column.levels.empty() &&
                                   std::all_of(column.levels.begin(), column.levels.end(),
                                               [](const std::string& s) { return is_iso_date(s); });
            if (wanted)
                column.type = *wanted;
            else if (column.role == ColumnRole::id)
                column.type = ColumnType::text;
            else if (all_dates)
                column.type = ColumnType::date;
            else
                column.type = text_or_category(static_cast<std::int64_t>(column.levels.size()),
                                               row_count_ - column.missing_count);
            if (column.type == ColumnType::numeric)  // asked for, but not all are numbers
                column.type = ColumnType::text;
            if (layout_.guesses[i] == ColumnGuess::date && !all_dates && !wanted)
                layout_.dialect.notes.push_back("Column " + quoted_cell(column.name) +
                                                " holds dates and other texts and was read as "
                                                "text.");
        }
    }

    /// A column without a value among the samples, read as texts, is numeric if all its texts are
    /// numbers (or it has none). @return whether it became so
    bool become_numbers(std::size_t i) {
        Column& column = columns_[i];
        std::vector<double> values;
        values.reserve(column.levels.size());
        unsigned looks = 0;
        for (const std::string& level : column.levels) {
            const ParsedNumber number = parse_number(level, plan_.columns[i].signs);
            if (number.status != NumberStatus::number)
                return false;
            looks |= number.look;
            values.push_back(number.value);
        }
        if (is_identifier(looks)) {
            set_identifier(i, looks);
            return false;
        }
        column.numbers.resize(column.codes.size());
        for (std::size_t row = 0; row < column.codes.size(); ++row)
            column.numbers[row] = column.codes[row] < 0
                                      ? std::numeric_limits<double>::quiet_NaN()
                                      : values[static_cast<std::size_t>(column.codes[row])];
        column.missing_count = 0;
        for (double& value : column.numbers) {
            if (layout_.missing[i].has_numbers() && layout_.missing[i].contains(value))
                value = std::numeric_limits<double>::quiet_NaN();
            column.missing_count += std::isnan(value) ? 1 : 0;
        }
        column.codes = {};
        column.levels = {};
        column.type = ColumnType::numeric;
        return true;
    }

    void decode_levels(std::size_t i) {
        Column& column = columns_[i];
        for (std::size_t level = 0; level < column.levels.size(); ++level) {
            if (level % stop_stride == 0)
                stop_if_asked();
            std::string& text = column.levels[level];
            if (source_.encoding == TextEncoding::windows1252) {
                text = utf8_from(text, TextEncoding::windows1252);
                continue;
            }
            if (is_utf8(text))
                continue;
            const auto row = std::find(column.codes.begin(), column.codes.end(),
                                       static_cast<std::int32_t>(level)) -
                             column.codes.begin();
            DataLocation location;
            location.line = line_of_row(row);
            location.row = row + 1;
            location.column = static_cast<std::int64_t>(i) + 1;
            location.column_name = column.name;
            location.cell = utf8_from(text, TextEncoding::utf8);
            fail(shown(path_) + ", line " + std::to_string(location.line) + ", column " +
                     quoted_cell(column.name) + ": " + quoted_cell(location.cell) +
                     " is not valid UTF-8. Import the file as Windows-1252, or save it as UTF-8.",
                 location);
        }
    }

    void collect_problems(ImportResult& result) const {
        std::int64_t rows_before = 0;
        for (std::size_t c = 0; c < results_.size(); ++c) {
            const ChunkResult& chunk = results_[c];
            result.problem_count += chunk.problem_count;
            result.rows_skipped += static_cast<std::int64_t>(chunk.left_out.size());
            for (const ChunkProblem& problem : chunk.problems)
                if (result.problems.size() < problem_limit)
                    result.problems.push_back(cell_problem(c, problem, rows_before));
            rows_before += chunk.rows_seen;
        }
    }

    /// Two lone quotes make one cell of all that stands between them.
    void add_note_of_long_cell() {
        std::size_t chunk = 0;
        for (std::size_t c = 1; c < results_.size(); ++c)
            if (results_[c].most_cell_lines > results_[chunk].most_cell_lines)
                chunk = c;
        const ChunkResult& longest = results_[chunk];
        if (longest.most_cell_lines >= usual_cell_lines)
            layout_.dialect.notes.push_back(
                "The row that begins in line " +
                std::to_string(
                    file_line(split_.chunks[chunk].first_line + longest.most_cell_lines_row)) +
                " has a cell of " + std::to_string(longest.most_cell_lines + 1) +
                " lines between quotes: if it should not, a quote is missing there.");
    }

    void add_notes(ImportResult& result) {
        auto& notes = layout_.dialect.notes;
        std::int64_t blank_lines = 0;
        std::int64_t last_blank_lines = 0;
        for (const ChunkResult& chunk : results_) {
            if (chunk.rows_seen > 0) {
                blank_lines += last_blank_lines;
                last_blank_lines = 0;
            }
            blank_lines += chunk.blank_lines - chunk.last_blank_lines;
            last_blank_lines += chunk.last_blank_lines;
        }
        if (blank_lines > 0)
            notes.push_back(blank_lines == 1 ? "1 blank line between rows was passed over."
                                             : std::to_string(blank_lines) +
                                                   " blank lines between rows were passed over.");
        add_note_of_long_cell();
        if (result.rows_skipped > 0)
            notes.push_back(std::to_string(result.rows_skipped) +
                            " rows with unreadable cells were left out.");
    }

    /// 1-based line of the file on which the kept row begins.
    [[nodiscard]] std::int64_t line_of_row(std::int64_t row) const {
        for (std::size_t c = 0; c < results_.size(); ++c) {
            const ChunkResult& chunk = results_[c];
            if (row < chunk.row_count) {
                std::int64_t line = row;
                for (const auto& [first_row, first_line] : chunk.line_jumps)
                    if (first_row <= row)
                        line = first_line + (row - first_row);
                return file_line(split_.chunks[c].first_line + line);
            }
            row -= chunk.row_count;
        }
        return 0;
    }

    void set_lines(DataSet& data) const {
        std::vector<std::int64_t> lines;
        lines.reserve(static_cast<std::size_t>(row_count_));
        bool is_consecutive = true;
        std::int64_t first = file_line(0);
        std::int64_t row = 0;
        for (std::size_t c = 0; c < results_.size() && is_consecutive; ++c) {
            const ChunkResult& chunk = results_[c];
            if (chunk.row_count == 0)
                continue;
            const std::int64_t begin = file_line(split_.chunks[c].first_line) +
                                       (chunk.line_jumps.empty() || chunk.line_jumps[0].first > 0
                                            ? 0
                                            : chunk.line_jumps[0].second);
            if (row == 0)
                first = begin;
            const std::size_t inner_jumps =
                chunk.line_jumps.size() -
                (!chunk.line_jumps.empty() && chunk.line_jumps[0].first == 0 ? 1 : 0);
            is_consecutive = begin == first + row && inner_jumps == 0;
            row += chunk.row_count;
        }
        if (!is_consecutive) {
            for (std::size_t c = 0; c < results_.size(); ++c) {
                stop_if_asked();
                const ChunkResult& chunk = results_[c];
                std::size_t jump = 0;
                std::int64_t line = 0;
                for (std::int64_t k = 0; k < chunk.row_count; ++k, ++line) {
                    if (jump < chunk.line_jumps.size() && chunk.line_jumps[jump].first == k)
                        line = chunk.line_jumps[jump++].second;
                    lines.push_back(file_line(split_.chunks[c].first_line + line));
                }
            }
        }
        data.set_row_lines(is_consecutive ? std::vector<std::int64_t>{} : std::move(lines), first);
    }

    const std::string& path_;
    const CsvOptions& options_;
    const ImportControl& control_;
    Clock::time_point begin_;
    int threads_;
    SourceText source_;
    Layout layout_;
    std::string_view table_;
    ProgressMeter meter_;
    Split split_;
    ChunkPlan plan_;
    std::vector<Column> columns_;
    std::vector<std::int64_t> slots_;  ///< first row of each chunk in the arrays
    std::vector<ChunkResult> results_;
    std::int64_t row_count_ = 0;
};

}  // namespace

ImportResult import_file(const std::string& path, const CsvOptions& options,
                         const ImportControl& control) {
    return Importer(path, options, control).run();
}

}  // namespace mixtura::csv
