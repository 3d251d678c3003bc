// SPDX-License-Identifier: Apache-2.0
#include "output.h"

#include "mixtura/io/atomic_file.h"

namespace mixtura::cli {

std::string output_path(const std::string& path) {
    return path == "-" ? "/dev/stdout" : path;
}

void write_output(const std::string& path, const std::string& content) {
    write_file_atomically(path.empty() ? "/dev/stdout" : output_path(path), content);
}

}  // namespace mixtura::cli
