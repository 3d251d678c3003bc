// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace mixtura::test {

struct ProcessOptions {
    std::string input = {};  ///< standard input
    std::vector<std::pair<std::string, std::string>> environment = {};
    std::string working_directory = {};
    std::function<void()> before_exec = {};               ///< in the child
    std::function<void(pid_t child)> while_running = {};  ///< in the parent
};

struct ProcessResult {
    int status = 0;  ///< exit status, or 128 + the signal that ended it
    std::string out;
    std::string err;
};

/// Runs a program (found in PATH) and waits for its end. Throws where it cannot be started.
ProcessResult run_process(const std::vector<std::string>& arguments,
                          const ProcessOptions& options = {});

/// Whether `program` can be found in PATH, or is the path of an executable file.
bool has_program(const std::string& program);

}  // namespace mixtura::test
