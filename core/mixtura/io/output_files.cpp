// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/output_files.h"

#include <filesystem>
#include <system_error>

#include "mixtura/common/error.h"
#include "mixtura/io/atomic_file.h"

namespace mixtura {

namespace {

bool is_same_file(const std::string& a, const std::string& b) {
    std::error_code ignored;
    return a == b || std::filesystem::equivalent(a, b, ignored) ||
           std::filesystem::weakly_canonical(a, ignored) ==
               std::filesystem::weakly_canonical(b, ignored);
}

}  // namespace

void expect_outputs(const std::vector<std::string>& outputs, const std::vector<InputFile>& inputs) {
    std::vector<std::string> written;
    for (const std::string& path : outputs) {
        if (path.empty() || path == "-" || path == "/dev/null")
            continue;
        for (const auto& [input, what] : inputs) {
            if (!input.empty() && input != "-" && is_same_file(path, input))
                throw InvalidArgument("'" + path + "' is the " + what +
                                      ": writing a result there would overwrite it. Give the "
                                      "result another name.");
        }
        for (const std::string& other : written) {
            if (is_same_file(path, other))
                throw InvalidArgument("Two results would be written to '" + path +
                                      "'; give each its own file.");
        }
        expect_writable(path);
        written.push_back(path);
    }
}

}  // namespace mixtura
