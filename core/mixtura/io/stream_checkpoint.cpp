// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/stream_checkpoint.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

#include <unistd.h>

#include "mixtura/common/error.h"
#include "mixtura/incremental/stream_state_bytes.h"
#include "mixtura/io/atomic_file.h"
#include "mixtura/io/crc64.h"

namespace mixtura {

namespace {

constexpr std::string_view magic = "mixtura-stream\n";
constexpr std::uint32_t format_version = 1;

void append(std::string& bytes, const auto& number) {
    bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void append_text(std::string& bytes, std::string_view text) {
    append(bytes, static_cast<std::uint64_t>(text.size()));
    bytes.append(text);
}

template <class Number>
Number take(std::string_view& bytes) {
    if (bytes.size() < sizeof(Number))
        throw DataError("it ends too early.");
    Number number{};
    std::memcpy(&number, bytes.data(), sizeof number);
    bytes.remove_prefix(sizeof number);
    return number;
}

std::string_view take_text(std::string_view& bytes) {
    const auto size = take<std::uint64_t>(bytes);
    if (size > bytes.size())
        throw DataError("it ends too early.");
    const std::string_view text = bytes.substr(0, static_cast<std::size_t>(size));
    bytes.remove_prefix(text.size());
    return text;
}

/// The file stays under its own name until the new one takes it.
void keep_previous(const std::string& path) {
    const std::string kept = path + ".1";
    const std::string beside = path + ".1.part";
    ::unlink(beside.c_str());
    if (::link(path.c_str(), beside.c_str()) != 0) {
        if (errno == ENOENT)
            return;                                    // there is none yet
        write_file_atomically(kept, read_file(path));  // a file system without links
        return;
    }
    if (::rename(beside.c_str(), kept.c_str()) != 0) {
        const int code = errno;
        ::unlink(beside.c_str());
        throw FileError("Cannot write '" + kept + "': " + std::generic_category().message(code) +
                        ".");
    }
    // Where both names are already of one file, the rename leaves both.
    ::unlink(beside.c_str());
}

}  // namespace

std::string checkpoint_bytes(const StreamCheckpoint& checkpoint) {
    std::string bytes(magic);
    append(bytes, format_version);
    append_text(bytes, checkpoint.provenance);
    append(bytes, checkpoint.position.offset);
    append(bytes, checkpoint.position.line);
    append(bytes, checkpoint.position.row);
    append(bytes, checkpoint.position.skipped);
    append(bytes, checkpoint.position.tail_size);
    append(bytes, checkpoint.position.tail_crc);
    append(bytes, checkpoint.rows_dropped);
    append_text(bytes, state_bytes(checkpoint.state));
    append(bytes, crc64(bytes));
    return bytes;
}

StreamCheckpoint stream_checkpoint_from(std::string_view bytes) {
    if (!bytes.starts_with(magic))
        throw DataError("it is not the checkpoint of an incremental mixture.");
    if (bytes.size() < magic.size() + sizeof(std::uint64_t))
        throw DataError("it ends too early.");
    std::string_view seal = bytes.substr(bytes.size() - sizeof(std::uint64_t));
    bytes.remove_suffix(seal.size());
    const std::uint64_t expected = crc64(bytes);
    bytes.remove_prefix(magic.size());
    const auto version = take<std::uint32_t>(bytes);
    if (version > format_version)
        throw DataError("it was written by a newer program than this one.");
    if (take<std::uint64_t>(seal) != expected)
        throw DataError("its content has been changed or damaged since it was written.");
    StreamCheckpoint checkpoint;
    checkpoint.provenance = take_text(bytes);
    checkpoint.position.offset = take<std::uint64_t>(bytes);
    checkpoint.position.line = take<std::int64_t>(bytes);
    checkpoint.position.row = take<std::int64_t>(bytes);
    checkpoint.position.skipped = take<std::int64_t>(bytes);
    checkpoint.position.tail_size = take<std::uint64_t>(bytes);
    checkpoint.position.tail_crc = take<std::uint64_t>(bytes);
    checkpoint.rows_dropped = take<std::int64_t>(bytes);
    checkpoint.state = state_from_bytes(take_text(bytes));
    if (!bytes.empty() || checkpoint.position.tail_size > checkpoint.position.offset)
        throw DataError("its parts do not fit together.");
    return checkpoint;
}

void write_stream_checkpoint(const std::string& path, const StreamCheckpoint& checkpoint) {
    keep_previous(path);
    write_file_atomically(path, checkpoint_bytes(checkpoint));
}

StreamCheckpoint read_stream_checkpoint(const std::string& path) {
    const auto read = [](const std::string& name) {
        try {
            return stream_checkpoint_from(read_file(name));
        } catch (const DataError& error) {
            throw DataError("'" + name + "' is not a usable checkpoint: " + error.what(),
                            {.file = name, .column_name = {}, .cell = {}});
        }
    };
    const std::string previous = path + ".1";
    if (::access(previous.c_str(), R_OK) != 0)
        return read(path);
    try {
        return read(path);
    } catch (const Error&) {
        try {
            return read(previous);
        } catch (const Error&) {
        }
        throw;
    }
}

}  // namespace mixtura
