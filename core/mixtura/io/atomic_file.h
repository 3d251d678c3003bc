// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace mixtura {

/// Writes `content` beside `path`, flushes it to the disk and renames it: after a crash, a full
/// disk or a kill, `path` holds either its old content or all of the new. A symbolic link is
/// followed and kept, the permissions of an existing file too. What is not a regular file (a
/// pipe, /dev/null) is written straight, and so are /dev/stdout, /dev/stderr and /dev/fd/N.
/// @throw FileError  names the path and the system's reason
void write_file_atomically(const std::string& path, std::string_view content);

/// Says now what would be said when `path` is written after long work: its folder is not there or
/// may not be written, it is a folder. Writes nothing.
/// @throw FileError  names the path and the system's reason
void expect_writable(const std::string& path);

/// @throw FileError  names the path and the system's reason
std::string read_file(const std::string& path);

}  // namespace mixtura
