// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_bytes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mixtura/common/cancelled.h"
#include "mixtura/common/error.h"

namespace mixtura::csv {

namespace {

constexpr int stream_poll_milliseconds = 50;
constexpr std::size_t stream_block = std::size_t{1} << 20;

std::string reason(int error) {
    return std::generic_category().message(error);
}

std::string shown(const std::string& path) {
    return path == "-" ? "standard input" : path;
}

std::size_t page_size() {
    static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    return size;
}

/// A fault may map everything around it that one page of the page table holds: 512 entries.
std::size_t mapped_around() {
    return 512 * page_size();
}

}  // namespace

FileBytes::FileBytes(const std::string& path, const std::stop_token& stop) : path_(shown(path)) {
    const bool is_standard_input = path == "-";
    const int descriptor =
        is_standard_input ? dup(STDIN_FILENO) : open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        throw FileError("Cannot open " + path_ + ": " + reason(errno) + ".");
    struct stat status {};
    try {
        if (fstat(descriptor, &status) != 0)
            throw FileError("Cannot read " + path_ + ": " + reason(errno) + ".");
        if (S_ISDIR(status.st_mode))
            throw FileError("Cannot read " + path_ + ": it is a directory, not a file.");
        if (!S_ISREG(status.st_mode)) {
            read_stream(descriptor, stop);
            close(descriptor);
            return;
        }
    } catch (...) {
        close(descriptor);
        throw;
    }
    descriptor_ = descriptor;
    const off_t begin = is_standard_input ? lseek(descriptor, 0, SEEK_CUR) : 0;
    if (begin < 0 || begin >= status.st_size)
        return;  // nothing left to read
    mapping_size_ = static_cast<std::size_t>(status.st_size);
    void* mapping = mmap(nullptr, mapping_size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (mapping == MAP_FAILED) {
        const int error = errno;
        close(std::exchange(descriptor_, -1));
        throw FileError("Cannot map " + path_ + " into memory: " + reason(error) + ".");
    }
    mapping_ = mapping;
    offset_ = static_cast<std::size_t>(begin);
    data_ = static_cast<const char*>(mapping) + offset_;
    size_ = mapping_size_ - offset_;
    madvise(mapping, mapping_size_, MADV_SEQUENTIAL);
}

FileBytes::FileBytes(FileBytes&& other) noexcept
    : path_(std::move(other.path_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      mapping_(std::exchange(other.mapping_, nullptr)),
      mapping_size_(std::exchange(other.mapping_size_, 0)),
      offset_(other.offset_),
      buffer_(std::move(other.buffer_)) {}

FileBytes::~FileBytes() {
    if (mapping_ != nullptr)
        munmap(mapping_, mapping_size_);
    if (descriptor_ >= 0)
        close(descriptor_);
}

void FileBytes::read_stream(int descriptor, const std::stop_token& stop) {
    std::size_t used = 0;
    for (;;) {
        if (stop.stop_requested())
            throw Cancelled{};
        pollfd waiting{descriptor, POLLIN, 0};
        const int ready = poll(&waiting, 1, stream_poll_milliseconds);
        if (ready == 0 || (ready < 0 && errno == EINTR))
            continue;
        if (buffer_.size() - used < stream_block)
            buffer_.resize(std::max(2 * buffer_.size(), 4 * stream_block));
        const ssize_t count = read(descriptor, buffer_.data() + used, stream_block);
        if (count < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (count < 0)
            throw FileError("Cannot read " + path_ + ": " + reason(errno) + ".");
        if (count == 0)
            break;
        used += static_cast<std::size_t>(count);
    }
    buffer_.resize(used);
    data_ = buffer_.data();
    size_ = used;
}

void FileBytes::fetch(std::string_view part) const {
    if (mapping_ == nullptr || part.empty())
        return;
    // Reading beyond the end of a file that shrank would kill the program: look before.
    struct stat status {};
    if (fstat(descriptor_, &status) != 0 ||
        static_cast<std::size_t>(status.st_size) < mapping_size_)
        throw FileError(path_ +
                        " was changed by another program while it was read. Import it again.");
#ifdef MADV_POPULATE_READ
    char* const base = static_cast<char*>(mapping_);
    const auto begin = static_cast<std::size_t>(part.data() - base) / page_size() * page_size();
    const auto end = static_cast<std::size_t>(part.data() + part.size() - base);
    // Refused by old kernels: then the pages come in one by one.
    madvise(base + begin, end - begin, MADV_POPULATE_READ);
#endif
}

void FileBytes::release(std::string_view part) const noexcept {
    if (mapping_ == nullptr)
        return;
    // Addresses, not offsets: page tables know nothing of the file.
    const std::size_t step = mapped_around();
    const auto base = std::bit_cast<std::uintptr_t>(mapping_);
    const auto first = std::bit_cast<std::uintptr_t>(part.data());
    const std::uintptr_t begin = std::max(base, first / step * step);
    const std::uintptr_t end =
        std::min(base + mapping_size_, (first + part.size() + step - 1) / step * step);
    if (begin < end)
        madvise(static_cast<char*>(mapping_) + (begin - base), end - begin, MADV_DONTNEED);
}

void refuse_known_binary(const std::string& path, std::string_view text) {
    struct Signature {
        std::string_view bytes;
        std::string_view what;
    };
    using namespace std::string_view_literals;
    static constexpr std::array<Signature, 9> signatures{{
        {"PK\x03\x04"sv,
         "a spreadsheet workbook or a zip archive: export its table as CSV first"sv},
        {"\xD0\xCF\x11\xE0"sv, "an old spreadsheet or document: export its table as CSV first"sv},
        {"\x1F\x8B"sv, "compressed by gzip: unpack it first"sv},
        {"\xFD\x37\x7A\x58\x5A\x00"sv, "compressed by xz: unpack it first"sv},
        {"\x28\xB5\x2F\xFD"sv, "compressed by zstd: unpack it first"sv},
        {"SQLite format 3\0"sv, "a database: export its table as CSV first"sv},
        {"%PDF-"sv, "a PDF document: export its table as CSV first"sv},
        {"\x89PNG"sv, "a picture: open a text file instead"sv},
        {"PAR1"sv, "a Parquet file: export its table as CSV first"sv},
    }};
    for (const Signature& signature : signatures)
        if (text.substr(0, signature.bytes.size()) == signature.bytes)
            throw DataError(
                shown(path) + " is not delimited text but " + std::string(signature.what) + ".",
                {.file = path, .line = 0, .row = 0, .column = 0, .column_name = {}, .cell = {}});
}

}  // namespace mixtura::csv
