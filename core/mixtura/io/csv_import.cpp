// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_import.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <optional>

#include <sys/mman.h>

#include "mixtura/common/cancelled.h"
#include "mixtura/io/csv_chunk.h"
#include "mixtura/io/csv_encoding.h"
#include "mixtura/io/csv_merge.h"
#include "mixtura/io/csv_problems.h"
#include "mixtura/io/csv_progress.h"
#include "mixtura/io/csv_rows.h"
#include "mixtura/io/csv_sniff.h"
#include "mixtura/io/csv_source.h"
#include "mixtura/io/csv_split.h"
#include "mixtura/io/csv_texts.h"
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
          layout_(
              sniff_layout(source_.text(), source_.encoding(), path, options, true, control.stop)),
          table_(source_.text().substr(layout_.table_begin)),
          meter_(control.progress, source_.text().size()) {
        rows_.table_line = layout_.table_line;
    }

    ImportResult run() {
        if (!layout_.dialect.ambiguity.empty())
            fail(path_, shown_path(path_) + ": " + layout_.dialect.ambiguity);
        // A look at a few windows can map most of a file that is cached.
        source_.release(source_.text());
        rows_.split =
            split_rows(table_, layout_.rules, control_.chunk_size, threads_, control_.stop,
                       {[this](std::string_view part) { source_.fetch(part); },
                        [this](std::string_view part) {
                            source_.release(part);
                            meter_.add(part.size(), counting_share);
                        },
                        [this](std::string_view part) { source_.release(part); }});
        check_split(path_, rows_);
        tighten_row_limits();
        check_row_limit();
        choose_readings();
        allocate();
        read();
        throw_first_failure();
        reread_columns();
        join_chunks();
        settle_encoding();
        finish_columns();
        ImportResult result;
        collect_problems(result);
        add_notes(result);
        DataSet data(path_, std::move(columns_));
        RowLines lines = lines_of_rows(rows_, control_.stop);
        data.set_row_lines(std::move(lines.lines), lines.first);
        for (std::size_t i = 0; i < data.columns().size(); ++i)
            layout_.dialect.column_types[i] = data.columns()[i].type;
        result.data = std::move(data);
        result.dialect = std::move(layout_.dialect);
        result.bytes = source_.byte_count();
        meter_.finish();
        result.seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
        return result;
    }

  private:
    void stop_if_asked() const {
        if (control_.stop.stop_requested())
            throw Cancelled{};
    }

    /// Lines were counted for rows, each of which will get its place in memory. Where a row has fewer
    /// bytes than one digit and one delimiter a cell take, most lines may be blank or comments.
    void tighten_row_limits() {
        const auto usual_row_size = 2 * static_cast<std::int64_t>(layout_.guesses.size());
        if ((rows_.split.row_limit - 1) * usual_row_size <=
            static_cast<std::int64_t>(table_.size()))
            return;
        for_each_index(rows_.split.chunks.size(), threads_, control_.stop, [this](std::size_t i) {
            Chunk& chunk = rows_.split.chunks[i];
            source_.fetch(chunk.text);
            chunk.row_limit = std::min(chunk.row_limit, count_rows(chunk.text, layout_.rules));
            source_.release(chunk.text);
        });
        rows_.split.row_limit = 0;
        for (const Chunk& chunk : rows_.split.chunks) rows_.split.row_limit += chunk.row_limit;
    }

    void check_row_limit() const {
        if (rows_.split.row_limit > row_count_limit)
            fail(path_, shown_path(path_) + " has more than " + std::to_string(row_count_limit) +
                            " rows, which is the most that can be read. Split the file.");
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
        const auto size = static_cast<std::size_t>(rows_.split.row_limit);
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
            const double gigabytes = static_cast<double>(rows_.split.row_limit) *
                                     static_cast<double>(columns_.size()) * 8.0 / 1e9;
            fail(path_, "Not enough memory for " + shown_path(path_) + ": its table of about " +
                            std::to_string(rows_.split.row_limit) + " rows and " +
                            std::to_string(columns_.size()) + " columns needs " +
                            std::to_string(static_cast<std::int64_t>(std::ceil(gigabytes))) +
                            " GB. Close other programs or import fewer rows.");
        }
    }

    void read() {
        const std::size_t count = rows_.split.chunks.size();
        rows_.slots.resize(count);
        std::int64_t slot = 0;
        for (std::size_t i = 0; i < count; ++i) {
            rows_.slots[i] = slot;
            slot += rows_.split.chunks[i].row_limit;
        }
        rows_.results.resize(count);
        // After a failure the chunks behind it need not be read, those before it must be.
        std::atomic<std::size_t> first_failed{count};
        for_each_index(count, threads_, control_.stop, [&](std::size_t i) {
            if (i > first_failed)
                return;
            const Chunk& chunk = rows_.split.chunks[i];
            source_.fetch(chunk.text);
            rows_.results[i] =
                read_chunk(chunk, rows_.slots[i], table_.data() + table_.size(), plan_);
            source_.release(chunk.text);
            meter_.add(chunk.text.size(), 1.0 - counting_share);
            std::size_t failed = first_failed;
            while (rows_.results[i].has_failed && i < failed &&
                   !first_failed.compare_exchange_weak(failed, i)) {
            }
        });
    }

    void throw_first_failure() const {
        std::int64_t rows_before = 0;
        for (std::size_t i = 0; i < rows_.results.size(); ++i) {
            if (rows_.results[i].has_failed) {
                const CellProblem problem =
                    cell_problem(i, rows_.results[i].problems.back(), rows_before);
                throw DataError(problem.message, problem.location);
            }
            rows_before += rows_.results[i].rows_seen;
        }
        if (rows_before == 0) {
            fail(path_, shown_path(path_) +
                            (layout_.dialect.has_header
                                 ? " has a header but no rows below it: there is nothing to "
                                   "import."
                                 : " has no rows: there is nothing to import."));
        }
    }

    [[nodiscard]] CellProblem cell_problem(std::size_t chunk, const ChunkProblem& problem,
                                           std::int64_t rows_before) const {
        DataLocation location;
        location.file = path_;
        location.line = rows_.file_line(rows_.split.chunks[chunk].first_line + problem.line);
        location.row = rows_before + problem.row + 1;
        if (problem.column < 0)
            return uneven_row(path_, location.line, location.row, problem.cell_count,
                              static_cast<std::int64_t>(columns_.size()));
        const auto column = static_cast<std::size_t>(problem.column);
        location.column = problem.column + 1;
        location.column_name = columns_[column].name;
        return unreadable_cell(std::move(location), problem.cell, plan_.columns[column].signs,
                               layout_.dialect.encoding);
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
            for (const ChunkResult& result : rows_.results) {
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
        for_each_index(rows_.results.size(), threads_, control_.stop, [&](std::size_t i) {
            const Chunk& chunk = rows_.split.chunks[i];
            source_.fetch(chunk.text);
            ChunkResult result = read_chunk(chunk, rows_.slots[i], table_.data() + table_.size(),
                                            plan, &rows_.results[i].left_out);
            source_.release(chunk.text);
            for (const std::size_t column : again) {
                rows_.results[i].missing_counts[column] = result.missing_counts[column];
                rows_.results[i].dictionaries[column] = std::move(result.dictionaries[column]);
            }
        });
    }

    void set_identifier(std::size_t i, unsigned looks) {
        columns_[i].role = ColumnRole::id;
        layout_.dialect.notes.push_back("Column " + quoted_cell(columns_[i].name) +
                                        " was read as text, an identifier: it has " +
                                        ((looks & look_has_leading_zero) != 0
                                             ? "integers with leading zeros."
                                             : "integers of more than 15 digits."));
    }

    /// Makes one array of each column of what the chunks hold.
    void join_chunks() {
        row_count_ = kept_row_count(rows_);
        for_each_index(columns_.size(), threads_, control_.stop, [this](std::size_t i) {
            for (const ChunkResult& result : rows_.results)
                columns_[i].missing_count += result.missing_counts[i];
            if (plan_.columns[i].reading == ColumnReading::dictionary)
                merge_dictionaries(columns_[i], i, rows_, control_.stop);
            close_gaps(columns_[i].numbers, rows_, control_.stop);
            close_gaps(columns_[i].codes, rows_, control_.stop);
        });
    }

    /// The samples may have missed all that is not ASCII: a file of which not one such text is valid
    /// UTF-8 is Windows-1252. Where some are, the file is damaged, which `decode_levels` says.
    void settle_encoding() {
        CsvDialect& dialect = layout_.dialect;
        if (dialect.encoding != TextEncoding::utf8 || options_.encoding ||
            source_.has_byte_order_mark() ||
            !has_only_invalid_utf8(dialect.column_labels, columns_, control_.stop))
            return;
        dialect.encoding = TextEncoding::windows1252;
        dialect.notes.emplace_back(
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
            const bool all_dates = are_dates(column.levels);
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
        const LevelNumbers numbers = numbers_of(columns_[i].levels, plan_.columns[i].signs);
        if (!numbers.are_all)
            return false;
        if (is_identifier(numbers.looks)) {
            set_identifier(i, numbers.looks);
            return false;
        }
        make_numeric(columns_[i], numbers.values, layout_.missing[i]);
        return true;
    }

    void decode_levels(std::size_t i) {
        Column& column = columns_[i];
        for (std::size_t level = 0; level < column.levels.size(); ++level) {
            if (level % stop_stride == 0)
                stop_if_asked();
            std::string& text = column.levels[level];
            if (layout_.dialect.encoding == TextEncoding::windows1252) {
                text = utf8_from(text, TextEncoding::windows1252);
                continue;
            }
            if (is_utf8(text))
                continue;
            const auto row = std::find(column.codes.begin(), column.codes.end(),
                                       static_cast<std::int32_t>(level)) -
                             column.codes.begin();
            DataLocation location;
            location.line = line_of_row(rows_, row);
            location.row = row + 1;
            location.column = static_cast<std::int64_t>(i) + 1;
            location.column_name = column.name;
            location.cell = utf8_from(text, TextEncoding::utf8);
            fail(path_,
                 shown_path(path_) + ", line " + std::to_string(location.line) + ", column " +
                     quoted_cell(column.name) + ": " + quoted_cell(location.cell) +
                     " is not valid UTF-8. Import the file as Windows-1252, or save it as UTF-8.",
                 location);
        }
    }

    void collect_problems(ImportResult& result) const {
        std::int64_t rows_before = 0;
        for (std::size_t c = 0; c < rows_.results.size(); ++c) {
            const ChunkResult& chunk = rows_.results[c];
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
        for (std::size_t c = 1; c < rows_.results.size(); ++c)
            if (rows_.results[c].most_cell_lines > rows_.results[chunk].most_cell_lines)
                chunk = c;
        const ChunkResult& longest = rows_.results[chunk];
        if (longest.most_cell_lines >= usual_cell_lines)
            layout_.dialect.notes.push_back(
                "The row that begins in line " +
                std::to_string(rows_.file_line(rows_.split.chunks[chunk].first_line +
                                               longest.most_cell_lines_row)) +
                " has a cell of " + std::to_string(longest.most_cell_lines + 1) +
                " lines between quotes: if it should not, a quote is missing there.");
    }

    void add_notes(ImportResult& result) {
        auto& notes = layout_.dialect.notes;
        std::int64_t blank_lines = 0;
        std::int64_t last_blank_lines = 0;
        for (const ChunkResult& chunk : rows_.results) {
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

    const std::string& path_;
    const CsvOptions& options_;
    const ImportControl& control_;
    Clock::time_point begin_;
    int threads_;
    SourceText source_;
    Layout layout_;
    std::string_view table_;
    ProgressMeter meter_;
    ChunkPlan plan_;
    std::vector<Column> columns_;
    ChunkedRows rows_;
    std::int64_t row_count_ = 0;
};

}  // namespace

ImportResult import_file(const std::string& path, const CsvOptions& options,
                         const ImportControl& control) {
    return Importer(path, options, control).run();
}

}  // namespace mixtura::csv
