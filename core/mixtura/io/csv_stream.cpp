// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_stream.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mixtura/common/cancelled.h"
#include "mixtura/common/error.h"
#include "mixtura/io/crc64.h"
#include "mixtura/io/csv_bytes.h"
#include "mixtura/io/csv_chunk.h"
#include "mixtura/io/csv_encoding.h"
#include "mixtura/io/csv_problems.h"
#include "mixtura/io/csv_sniff.h"
#include "mixtura/io/csv_types.h"

namespace mixtura {

using namespace csv;  // NOLINT(google-build-using-namespace): this is one of its files

namespace {

constexpr std::size_t sample_size = std::size_t{256} << 10U;
constexpr std::size_t block_size = std::size_t{1} << 18U;
constexpr std::size_t tail_limit = 4096;
constexpr int poll_milliseconds = 50;
constexpr int follow_milliseconds = 100;

std::string reason(int error) {
    return std::generic_category().message(error);
}

}  // namespace

/// The bytes that were read and not yet taken stand in `buffer_` from `begin_` on.
class CsvStream::Reader {
  public:
    Reader(std::string path, CsvOptions options, std::stop_token stop, std::int64_t skip_limit,
           bool follows)
        : path_(std::move(path)),
          options_(std::move(options)),
          stop_(std::move(stop)),
          skip_limit_(skip_limit),
          follows_(follows) {
        open_input();
        if (follows_)
            wait_for_first_lines();
        while (!follows_ && !is_at_end_ && buffer_.size() < sample_size) read_more();
        refuse_known_binary(path_, buffer_);
        const TextEncoding encoding = choose_encoding(buffer_, options_);
        if (encoding == TextEncoding::utf16le || encoding == TextEncoding::utf16be)
            fail(path_, shown_path(path_) +
                            " is UTF-16, which cannot be read row by row. Save it as UTF-8.");
        const std::size_t mark = byte_order_mark_length(buffer_, encoding);
        layout_ = sniff_layout(std::string_view(buffer_).substr(mark), encoding, path_, options_,
                               is_at_end_, stop_);
        if (!layout_.dialect.ambiguity.empty())
            fail(path_, shown_path(path_) + ": " + layout_.dialect.ambiguity);
        begin_ = mark + layout_.table_begin;
        line_ = layout_.table_line;
        remember_tail(0, begin_);
    }
    ~Reader() {
        if (descriptor_ >= 0)
            ::close(descriptor_);
    }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    Reader(Reader&&) = delete;
    Reader& operator=(Reader&&) = delete;

    [[nodiscard]] const CsvDialect& dialect() const noexcept { return layout_.dialect; }
    [[nodiscard]] std::uint64_t offset() const noexcept { return buffer_offset_ + begin_; }
    [[nodiscard]] std::uint64_t byte_count() const noexcept { return byte_count_; }

    void choose(const std::vector<std::size_t>& numeric, std::optional<std::size_t> text) {
        numeric_ = numeric;
        text_ = text;
    }

    bool next(StreamBlock& block) {
        block = StreamBlock{};
        for (;;) {
            if (stop_.stop_requested())
                throw Cancelled{};
            const std::size_t size = whole_rows();
            if (size > 0) {
                take(size, block);
                if (block.row_count > 0 || block.failure)
                    return true;
                continue;  // nothing but comments, blank lines and rows left out
            }
            if (is_at_end_)
                return false;
            read_more();
        }
    }

    [[nodiscard]] StreamPosition position() const {
        return {.offset = offset(),
                .line = line_,
                .row = row_,
                .skipped = skipped_,
                .tail_size = tail_.size(),
                .tail_crc = crc64(tail_)};
    }

    void go_back(std::int64_t line, std::int64_t row) {
        std::size_t begin = block_begin_;
        for (std::int64_t at = block_line_; at < line - 1; ++at)
            begin = buffer_.find(layout_.rules.end_of_line, begin) + 1;
        begin_ = begin;
        line_ = line - 1;
        row_ = row - 1;
        skipped_ = block_skipped_ + std::ranges::count_if(block_left_out_, [&](std::int64_t left) {
                       return block_row_ + left < row_;
                   });
        tail_ = block_tail_;
        remember_tail(block_begin_, begin_);
    }

    void go_on_from(const StreamPosition& position) {
        const std::uint64_t tail_begin = position.offset - position.tail_size;
        if (is_seekable_) {
            if (position.offset > byte_count_)
                refuse_resume("is shorter than it was");
            if (::lseek(descriptor_, base_ + static_cast<off_t>(tail_begin), SEEK_SET) < 0)
                throw FileError("Cannot read " + shown_path(path_) + ": " + reason(errno) + ".");
            buffer_.clear();
            buffer_offset_ = tail_begin;
            begin_ = 0;
            is_at_end_ = false;
        }
        while (buffer_offset_ + buffer_.size() < position.offset && !is_at_end_) {
            if (buffer_offset_ + buffer_.size() < tail_begin) {
                buffer_offset_ += buffer_.size();
                buffer_.clear();
                begin_ = 0;
            }
            read_more();
        }
        if (buffer_offset_ + buffer_.size() < position.offset)
            refuse_resume("is shorter than it was");
        if (buffer_offset_ > tail_begin)
            refuse_resume("cannot be read back that far");
        tail_.clear();
        const auto from = static_cast<std::size_t>(tail_begin - buffer_offset_);
        begin_ = static_cast<std::size_t>(position.offset - buffer_offset_);
        remember_tail(from, begin_);
        if (crc64(tail_) != position.tail_crc)
            refuse_resume("is another one than it was");
        line_ = position.line;
        row_ = position.row;
        skipped_ = position.skipped;
    }

  private:
    [[noreturn]] void refuse_resume(const std::string& what) const {
        fail(path_, shown_path(path_) + " " + what +
                        " when the checkpoint was written, so the fit cannot go on from it.");
    }

    void open_input() {
        const bool is_standard_input = path_ == "-";
        const std::string shown = is_standard_input ? "standard input" : path_;
        descriptor_ =
            is_standard_input ? ::dup(STDIN_FILENO) : ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
        if (descriptor_ < 0)
            throw FileError("Cannot open " + shown + ": " + reason(errno) + ".");
        struct stat status {};
        if (::fstat(descriptor_, &status) != 0)
            throw FileError("Cannot read " + shown + ": " + reason(errno) + ".");
        if (S_ISDIR(status.st_mode))
            throw FileError("Cannot read " + shown + ": it is a directory, not a file.");
        is_seekable_ = S_ISREG(status.st_mode);
        inode_ = status.st_ino;
        if (follows_ && (!is_seekable_ || is_standard_input))
            throw InvalidArgument(shown + " cannot be followed: only a file can grow.");
        if (!is_seekable_)
            return;
        base_ = is_standard_input ? ::lseek(descriptor_, 0, SEEK_CUR) : 0;
        byte_count_ = static_cast<std::uint64_t>(std::max<off_t>(status.st_size - base_, 0));
    }

    /// The header and a row below it at least; as much of the usual sample as there is.
    void wait_for_first_lines() {
        constexpr int needed_lines = 2;
        while (buffer_.size() < sample_size &&
               (std::ranges::count(buffer_, '\n') < needed_lines || byte_count_ > buffer_.size()))
            read_more();
    }

    /// Waits a moment for more of a file that is followed.
    void wait_for_growth() {
        ::poll(nullptr, 0, follow_milliseconds);
        struct stat status {};
        const bool is_there = ::stat(path_.c_str(), &status) == 0;
        if (!is_there || status.st_ino != inode_)
            fail(path_, shown_path(path_) +
                            " was replaced while it was followed; begin anew with "
                            "the file that stands there now.");
        byte_count_ = static_cast<std::uint64_t>(status.st_size);
        if (byte_count_ < buffer_offset_ + buffer_.size())
            fail(path_, shown_path(path_) + " became shorter while it was followed; begin anew.");
    }

    /// Appends what there is, at least a byte unless the input ends.
    void read_more() {
        if (begin_ > 0) {
            buffer_.erase(0, begin_);
            buffer_offset_ += begin_;
            begin_ = 0;
        }
        const std::size_t size = buffer_.size();
        if (size > row_size_limit)
            fail(path_, shown_path(path_) + ", line " + std::to_string(line_ + 1) +
                            ": the row that begins here is longer than 64 MiB, too long for a row "
                            "of a table. Add the missing quote, or read without quotes.");
        const std::size_t wanted = std::max(block_size, size);
        buffer_.resize(size + wanted);
        for (;;) {
            if (stop_.stop_requested()) {
                buffer_.resize(size);
                throw Cancelled{};
            }
            pollfd waiting{descriptor_, POLLIN, 0};
            const int ready = ::poll(&waiting, 1, poll_milliseconds);
            if (ready == 0 || (ready < 0 && errno == EINTR))
                continue;
            const ssize_t count = ::read(descriptor_, buffer_.data() + size, wanted);
            if (count < 0 && (errno == EINTR || errno == EAGAIN))
                continue;
            if (count < 0)
                throw FileError("Cannot read " + shown_path(path_) + ": " + reason(errno) + ".");
            if (count == 0 && follows_) {
                buffer_.resize(size);
                wait_for_growth();
                buffer_.resize(size + wanted);
                continue;
            }
            is_at_end_ = count == 0;
            buffer_.resize(size + static_cast<std::size_t>(count));
            return;
        }
    }

    /// Bytes at the front of the buffer that hold whole rows.
    [[nodiscard]] std::size_t whole_rows() const {
        const char* first = buffer_.data() + begin_;
        const std::size_t size = buffer_.size() - begin_;
        if (is_at_end_ || size == 0)
            return size;
        const CellRules& rules = layout_.rules;
        if (rules.quote == '\0' || std::memchr(first, rules.quote, size) == nullptr) {
            const std::size_t last = std::string_view(first, size).rfind(rules.end_of_line);
            return last == std::string_view::npos ? 0 : last + 1;
        }
        const char* position = first;
        const char* const end = first + size;
        const char* row = first;
        while (position < end) {
            if (line_kind(position, end, rules) != LineKind::row) {
                if (std::memchr(position, rules.end_of_line,
                                static_cast<std::size_t>(end - position)) == nullptr)
                    break;
                skip_line(position, end, rules.end_of_line);
            } else {
                AfterCell after = AfterCell::cell;
                while (after == AfterCell::cell) after = next_cell(position, end, rules).after;
                if (after == AfterCell::text_end)
                    break;
            }
            row = position;
        }
        return static_cast<std::size_t>(row - first);
    }

    [[nodiscard]] ChunkPlan plan_for(StreamBlock& block, std::size_t row_limit) const {
        ChunkPlan plan;
        plan.rules = layout_.rules;
        plan.allows_trailing_delimiter = layout_.allows_trailing_delimiter;
        plan.bad_cell = skip_limit_ > 0                           ? BadCell::skip_row
                        : options_.bad_cell == BadCell::make_text ? BadCell::error
                                                                  : options_.bad_cell;
        block.numbers.assign(numeric_.size(), {});
        for (std::size_t column = 0; column < layout_.guesses.size(); ++column)
            plan.columns.push_back({.reading = ColumnReading::pass_over,
                                    .signs = layout_.signs[column],
                                    .missing = &layout_.missing[column],
                                    .numbers = nullptr,
                                    .codes = nullptr});
        for (std::size_t i = 0; i < numeric_.size(); ++i) {
            block.numbers[i].resize(row_limit);
            plan.columns[numeric_[i]].reading = ColumnReading::number;
            plan.columns[numeric_[i]].numbers = block.numbers[i].data();
        }
        if (text_) {
            block.codes.resize(row_limit);
            plan.columns[*text_].reading = ColumnReading::dictionary;
            plan.columns[*text_].codes = block.codes.data();
        }
        return plan;
    }

    void take(std::size_t size, StreamBlock& block) {
        const std::string_view text(buffer_.data() + begin_, size);
        if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
            fail(path_, shown_path(path_) + ", line " +
                            std::to_string(line_ + 1 + lines_of(text.substr(0, nul))) +
                            " holds a NUL byte, so the file is damaged or not text. Export the "
                            "table as CSV again.");
        const std::int64_t line_count = lines_of(text);
        const auto row_limit = static_cast<std::size_t>(line_count) + 1;
        const ChunkPlan plan = plan_for(block, row_limit);
        const Chunk chunk{
            .text = text, .first_line = 0, .row_limit = static_cast<std::int64_t>(row_limit)};
        ChunkResult result = read_chunk(chunk, 0, buffer_.data() + buffer_.size(), plan);
        block.row_count = result.row_count;
        block.rows_skipped = static_cast<std::int64_t>(result.left_out.size());
        number_rows(result, block);
        if (text_)
            take_levels(result, block);
        if (result.has_failed) {
            block.failure = problem(result.problems.back());
        } else if (skipped_ + block.rows_skipped > skip_limit_ && skip_limit_ > 0) {
            end_at_skip_limit(result, block);
        }
        block_begin_ = begin_;
        block_line_ = line_;
        block_row_ = row_;
        block_skipped_ = skipped_;
        block_left_out_ = result.left_out;
        block_tail_ = tail_;
        skipped_ += block.rows_skipped;
        line_ += line_count;
        row_ += result.rows_seen;
        remember_tail(begin_, begin_ + size);
        begin_ += size;
    }

    [[nodiscard]] std::int64_t lines_of(std::string_view text) const {
        return std::count(text.begin(), text.end(), layout_.rules.end_of_line);
    }

    void number_rows(const ChunkResult& result, StreamBlock& block) const {
        std::size_t jump = 0;
        std::size_t left_out = 0;
        std::int64_t line = 0;
        std::int64_t seen = 0;
        for (std::int64_t row = 0; row < result.row_count; ++row, ++line, ++seen) {
            if (jump < result.line_jumps.size() && result.line_jumps[jump].first == row)
                line = result.line_jumps[jump++].second;
            while (left_out < result.left_out.size() && result.left_out[left_out] == seen) {
                ++left_out;
                ++seen;
            }
            block.lines.push_back(line_ + line + 1);
            block.row_numbers.push_back(row_ + seen + 1);
        }
    }

    void take_levels(ChunkResult& result, StreamBlock& block) const {
        for (const std::string& level : std::move(result.dictionaries[*text_]).take_levels())
            block.levels.push_back(layout_.dialect.encoding == TextEncoding::windows1252
                                       ? utf8_from(level, TextEncoding::windows1252)
                                       : level);
    }

    [[nodiscard]] CellProblem problem(const ChunkProblem& found) const {
        DataLocation location;
        location.file = path_;
        location.line = line_ + found.line + 1;
        location.row = row_ + found.row + 1;
        if (found.column < 0)
            return uneven_row(path_, location.line, location.row, found.cell_count,
                              static_cast<std::int64_t>(layout_.guesses.size()));
        const auto column = static_cast<std::size_t>(found.column);
        location.column = found.column + 1;
        location.column_name = layout_.dialect.column_names[column];
        return unreadable_cell(std::move(location), found.cell, layout_.signs[column],
                               layout_.dialect.encoding);
    }

    /// More rows had to be left out than may be: the first beyond is the failure, and the rows behind
    /// it are not given.
    void end_at_skip_limit(const ChunkResult& result, StreamBlock& block) const {
        const auto allowed = static_cast<std::size_t>(skip_limit_ - skipped_);
        const std::int64_t failed_row = result.left_out[allowed];
        block.row_count = failed_row - static_cast<std::int64_t>(allowed);
        block.rows_skipped = static_cast<std::int64_t>(allowed);
        const auto found = std::ranges::find(result.problems, failed_row, &ChunkProblem::row);
        block.failure = problem(found != result.problems.end() ? *found : result.problems.back());
        block.failure->message += " (" + std::to_string(skip_limit_) +
                                  " such rows were left out before, as many as may be.)";
    }

    /// Keeps the last 4 KiB before `end` of what was taken, of which `begin` to `end` is new.
    void remember_tail(std::size_t begin, std::size_t end) {
        tail_.append(buffer_, begin, end - begin);
        if (tail_.size() > tail_limit)
            tail_.erase(0, tail_.size() - tail_limit);
    }

    std::string path_;
    CsvOptions options_;
    std::stop_token stop_;
    std::int64_t skip_limit_;
    bool follows_;
    ino_t inode_ = 0;
    std::int64_t skipped_ = 0;
    int descriptor_ = -1;
    bool is_seekable_ = false;
    off_t base_ = 0;  ///< where standard input stood
    std::uint64_t byte_count_ = 0;
    std::string buffer_;
    std::uint64_t buffer_offset_ = 0;
    std::size_t begin_ = 0;
    bool is_at_end_ = false;
    std::string tail_;
    std::size_t block_begin_ = 0;  ///< of the last block, in the buffer
    std::int64_t block_line_ = 0;  ///< lines before it
    std::int64_t block_row_ = 0;
    std::int64_t block_skipped_ = 0;
    std::vector<std::int64_t> block_left_out_;  ///< rows of it, from its first on
    std::string block_tail_;                    ///< before it
    Layout layout_;
    std::int64_t line_ = 0;
    std::int64_t row_ = 0;
    std::vector<std::size_t> numeric_;
    std::optional<std::size_t> text_;
};

CsvStream::CsvStream(const std::string& path, const CsvOptions& options,
                     const std::stop_token& stop, std::int64_t skip_limit, bool follows)
    : reader_(std::make_unique<Reader>(path, options, stop, skip_limit, follows)) {}

CsvStream::~CsvStream() = default;

const CsvDialect& CsvStream::dialect() const noexcept {
    return reader_->dialect();
}

void CsvStream::choose(const std::vector<std::size_t>& numeric, std::optional<std::size_t> text) {
    reader_->choose(numeric, text);
}

bool CsvStream::next(StreamBlock& block) {
    return reader_->next(block);
}

void CsvStream::go_back(std::int64_t line, std::int64_t row) {
    reader_->go_back(line, row);
}

StreamPosition CsvStream::position() const {
    return reader_->position();
}

void CsvStream::go_on_from(const StreamPosition& position) {
    reader_->go_on_from(position);
}

std::uint64_t CsvStream::bytes_read() const noexcept {
    return reader_->offset();
}

std::uint64_t CsvStream::byte_count() const noexcept {
    return reader_->byte_count();
}

}  // namespace mixtura
