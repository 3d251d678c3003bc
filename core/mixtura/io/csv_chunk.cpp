// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_chunk.h"

#include <algorithm>
#include <limits>

#include "mixtura/io/csv_number.h"
#include "mixtura/io/csv_scan.h"

namespace mixtura::csv {

namespace {

constexpr double missing_number = std::numeric_limits<double>::quiet_NaN();
constexpr std::int32_t missing_code = -1;

/// Reads one chunk, row by row.
class ChunkReader {
  public:
    ChunkReader(const Chunk& chunk, std::int64_t slot, const char* text_end, const ChunkPlan& plan,
                const std::vector<std::int64_t>* left_out)
        : plan_(plan),
          rules_(plan.rules),
          position_(chunk.text.data()),
          end_(chunk.text.data() + chunk.text.size()),
          quick_end_(quick_end(position_, text_end, plan)),
          slot_(slot),
          left_out_(left_out) {
        const std::size_t column_count = plan.columns.size();
        result_.missing_counts.assign(column_count, 0);
        result_.looks.assign(column_count, 0);
        result_.has_bad_cells.assign(column_count, false);
        result_.dictionaries.resize(column_count);
    }

    ChunkResult read() {
        while (position_ != end_ && !result_.has_failed) {
            const char first = *position_;
            // Only these can begin a blank line or a comment.
            if (first == ' ' || first == '\t' || first == '\r' || first == rules_.end_of_line ||
                first == rules_.comment) {
                const LineKind kind = line_kind(position_, end_, rules_);
                if (kind != LineKind::row) {
                    skip_line(position_, end_, rules_.end_of_line);
                    ++line_;
                    if (kind == LineKind::blank) {
                        ++result_.blank_lines;
                        ++result_.last_blank_lines;
                    }
                    continue;
                }
            }
            result_.last_blank_lines = 0;
            read_row();
        }
        return std::move(result_);
    }

  private:
    /// Beyond this the quick way would look past the text. It cannot tell a delimiter from the same
    /// sign inside a number, which only quotes do.
    static const char* quick_end(const char* begin, const char* text_end, const ChunkPlan& plan) {
        const bool is_ambiguous = std::any_of(
            plan.columns.begin(), plan.columns.end(), [&plan](const ColumnTarget& target) {
                return target.signs.decimal == plan.rules.delimiter;
            });
        return is_ambiguous || text_end - begin <= scan_reach ? begin : text_end - scan_reach;
    }

    void read_row() {
        const std::int64_t line = line_;
        const bool is_kept = fill_row(line);
        ++line_;
        ++result_.rows_seen;
        if (result_.has_failed)
            return;
        if (!is_kept) {
            result_.left_out.push_back(result_.rows_seen - 1);
            return;
        }
        if (line != expected_line_)
            result_.line_jumps.emplace_back(result_.row_count, line);
        expected_line_ = line + 1;
        ++result_.row_count;
    }

    /// @return whether the row is kept
    bool fill_row(std::int64_t line) {
        row_missing_.clear();
        row_is_kept_ = !is_left_out();
        const std::size_t column_count = plan_.columns.size();
        const auto row = static_cast<std::size_t>(slot_ + result_.row_count);
        for (std::size_t column = 0; column < column_count; ++column) {
            const ColumnTarget& target = plan_.columns[column];
            const bool is_last = column + 1 == column_count;
            if (target.reading == ColumnReading::number && position_ < quick_end_) {
                double value = 0.0;
                unsigned look = 0;
                const char* next = scan_number(position_, target.signs.decimal, value, look);
                if (next != nullptr && ends_cell(next, is_last)) {
                    if (target.missing->has_numbers() && target.missing->contains(value)) {
                        value = missing_number;
                        look = 0;
                        row_missing_.push_back(column);
                    }
                    target.numbers[row] = value;
                    result_.looks[column] |= look;
                    position_ = next;
                    continue;
                }
            }
            const Cell cell = next_cell(position_, end_, rules_);
            take_cell(cell, column, row, line);
            if (result_.has_failed)
                return false;
            if (is_last ? cell.after == AfterCell::cell : cell.after != AfterCell::cell) {
                if (!end_uneven_row(cell, column, row, line))
                    return false;
                break;
            }
        }
        if (row_is_kept_)
            for (const std::size_t column : row_missing_) ++result_.missing_counts[column];
        return row_is_kept_;
    }

    /// Moves `p` behind the sign that ends the cell, if one stands there and is the one expected.
    bool ends_cell(const char*& p, bool is_last) const noexcept {
        if (!is_last) {
            if (*p != rules_.delimiter)
                return false;
            ++p;
            return !rules_.merges_delimiters() ||
                   (*p != rules_.delimiter && *p != rules_.end_of_line && *p != '\r');
        }
        if (*p == '\r' && rules_.end_of_line == '\n')
            ++p;
        if (*p != rules_.end_of_line)
            return false;
        ++p;
        return true;
    }

    /// A row with more or fewer cells than columns, of which `cell` is the last one read.
    /// @return whether the row may stay
    bool end_uneven_row(const Cell& cell, std::size_t column, std::size_t row, std::int64_t line) {
        auto cell_count = static_cast<std::int64_t>(column) + 1;
        AfterCell after = cell.after;
        bool has_more_text = false;
        while (after == AfterCell::cell) {
            const Cell more = next_cell(position_, end_, rules_);
            line_ += std::count(more.raw.begin(), more.raw.end(), rules_.end_of_line);
            has_more_text = has_more_text || !more.raw.empty();
            ++cell_count;
            after = more.after;
        }
        const auto column_count = static_cast<std::int64_t>(plan_.columns.size());
        if (cell_count == column_count + 1 && !has_more_text && plan_.allows_trailing_delimiter)
            return true;
        if (left_out_ == nullptr) {
            ++result_.problem_count;
            keep_problem({result_.rows_seen, line, -1, cell_count, {}});
        }
        if (plan_.bad_cell == BadCell::missing && cell_count < column_count) {
            for (std::size_t rest = column + 1; rest < plan_.columns.size(); ++rest)
                put_missing(rest, row);
            return true;
        }
        if (plan_.bad_cell == BadCell::skip_row)
            row_is_kept_ = false;
        else
            result_.has_failed = true;
        return false;
    }

    void take_cell(const Cell& cell, std::size_t column, std::size_t row, std::int64_t line) {
        const ColumnTarget& target = plan_.columns[column];
        if (cell.is_quoted || (!cell.raw.empty() && cell.raw.front() == rules_.quote)) {
            const auto lines = std::count(cell.raw.begin(), cell.raw.end(), rules_.end_of_line);
            line_ += lines;
            if (lines > result_.most_cell_lines) {
                result_.most_cell_lines = lines;
                result_.most_cell_lines_row = line;
            }
        }
        if (target.reading == ColumnReading::pass_over)
            return;
        const std::string_view text = cell.text(rules_.quote, storage_);
        if (target.missing->contains(text)) {
            put_missing(column, row);
            return;
        }
        if (target.reading == ColumnReading::dictionary) {
            target.codes[row] =
                row_is_kept_ ? result_.dictionaries[column].code(text) : missing_code;
            return;
        }
        const ParsedNumber number = parse_number(text, target.signs);
        if (number.status == NumberStatus::number) {
            if (target.missing->contains(number.value)) {
                put_missing(column, row);
                return;
            }
            target.numbers[row] = number.value;
            result_.looks[column] |= number.look;
            return;
        }
        target.numbers[row] = missing_number;
        result_.has_bad_cells[column] = true;
        ++result_.problem_count;
        keep_problem({result_.rows_seen, line, static_cast<std::int64_t>(column), 0,
                      std::string(text.substr(0, cell_text_limit))});
        switch (plan_.bad_cell) {
            case BadCell::error:
                result_.has_failed = true;
                break;
            case BadCell::missing:
                row_missing_.push_back(column);
                break;
            case BadCell::skip_row:
                row_is_kept_ = false;
                break;
            case BadCell::make_text:
                break;
        }
    }

    void put_missing(std::size_t column, std::size_t row) {
        const ColumnTarget& target = plan_.columns[column];
        if (target.numbers != nullptr)
            target.numbers[row] = missing_number;
        if (target.codes != nullptr)
            target.codes[row] = missing_code;
        row_missing_.push_back(column);
    }

    void keep_problem(ChunkProblem problem) {
        if (result_.problems.size() < problem_limit)
            result_.problems.push_back(std::move(problem));
    }

    bool is_left_out() {
        if (left_out_ == nullptr || next_left_out_ == left_out_->size() ||
            (*left_out_)[next_left_out_] != result_.rows_seen)
            return false;
        ++next_left_out_;
        return true;
    }

    static constexpr std::size_t cell_text_limit = 1000;

    const ChunkPlan& plan_;
    const CellRules rules_;
    const char* position_;
    const char* const end_;
    const char* const quick_end_;
    const std::int64_t slot_;
    const std::vector<std::int64_t>* left_out_;
    std::size_t next_left_out_ = 0;
    std::int64_t line_ = 0;
    std::int64_t expected_line_ = 0;
    bool row_is_kept_ = true;
    std::vector<std::size_t> row_missing_;  ///< columns missing in this row
    std::string storage_;
    ChunkResult result_;
};

}  // namespace

MissingCodes::MissingCodes(std::vector<std::string> codes, NumberSigns signs)
    : codes_(std::move(codes)) {
    for (const std::string& code : codes_) {
        has_empty_ = has_empty_ || code.empty();
        longest_ = std::max(longest_, code.size());
        const ParsedNumber number = parse_number(code, signs);
        if (number.status == NumberStatus::number)
            numbers_.push_back(number.value);
    }
}

bool MissingCodes::contains(std::string_view text) const noexcept {
    if (text.empty())
        return has_empty_;
    return text.size() <= longest_ && std::find(codes_.begin(), codes_.end(), text) != codes_.end();
}

bool MissingCodes::contains(double value) const noexcept {
    return std::find(numbers_.begin(), numbers_.end(), value) != numbers_.end();
}

ChunkResult read_chunk(const Chunk& chunk, std::int64_t slot, const char* text_end,
                       const ChunkPlan& plan, const std::vector<std::int64_t>* left_out) {
    return ChunkReader(chunk, slot, text_end, plan, left_out).read();
}

}  // namespace mixtura::csv
