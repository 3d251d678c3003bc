// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace mixtura {

/// SHA-256 (FIPS 180-4) of the content of a file, 64 lower-case hexadecimal digits; empty for what
/// cannot be read twice: standard input ("-"), a pipe, a device.
/// @throw FileError  names the path and the system's reason
std::string file_sha256(const std::string& path);

}  // namespace mixtura
