// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace mixtura::cli {

/// Writes to the file `path`, all or nothing; to standard output where it is empty or "-".
/// @throw FileError  names the path and the system's reason
void write_output(const std::string& path, const std::string& content);

/// "-" as an output of core: standard output.
std::string output_path(const std::string& path);

}  // namespace mixtura::cli
