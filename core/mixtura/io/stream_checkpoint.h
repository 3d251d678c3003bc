// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mixtura/incremental/stream_learner.h"
#include "mixtura/io/csv_stream.h"

namespace mixtura {

/// How far a stream was learned, and of what: enough to go on to the same bits.
struct StreamCheckpoint {
    std::string provenance;  ///< JSON: the choices that must be the same to go on
    StreamPosition position;
    std::int64_t rows_dropped = 0;
    StreamState state;
};

/// The bytes of a checkpoint file: a magic word, the numbers by their bits (little-endian), and a
/// CRC-64 of it all.
std::string checkpoint_bytes(const StreamCheckpoint& checkpoint);
/// @throw DataError  not such a file, a newer version, damaged
StreamCheckpoint stream_checkpoint_from(std::string_view bytes);

/// Writes the file; the one that was there stays as `path`.1. After a kill at any moment one of the two
/// is whole. @throw FileError  names the path and the system's reason
void write_stream_checkpoint(const std::string& path, const StreamCheckpoint& checkpoint);
/// Reads the file; where it is not there or damaged, `path`.1.
/// @throw FileError  neither can be read @throw DataError  as above, with the file's name
StreamCheckpoint read_stream_checkpoint(const std::string& path);

}  // namespace mixtura
