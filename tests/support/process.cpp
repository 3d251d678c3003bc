// SPDX-License-Identifier: Apache-2.0
#include "support/process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mixtura::test {

namespace {

/// A file in memory: no pipe can fill up and stop the child.
int memory_file(const std::string& content) {
    const int file = ::memfd_create("stream", 0);
    if (file < 0)
        throw std::runtime_error("memfd_create failed");
    std::size_t done = 0;
    while (done < content.size()) {
        const ssize_t written = ::write(file, content.data() + done, content.size() - done);
        if (written <= 0)
            throw std::runtime_error("cannot write to a file in memory");
        done += static_cast<std::size_t>(written);
    }
    ::lseek(file, 0, SEEK_SET);
    return file;
}

std::string content_of(int file) {
    ::lseek(file, 0, SEEK_SET);
    std::string content;
    std::array<char, 65536> block{};
    for (ssize_t count = 0; (count = ::read(file, block.data(), block.size())) > 0;)
        content.append(block.data(), static_cast<std::size_t>(count));
    ::close(file);
    return content;
}

[[noreturn]] void become(const std::vector<std::string>& arguments, const ProcessOptions& options,
                         const std::array<int, 3>& files) {
    for (int stream = 0; stream < 3; ++stream)
        ::dup2(files[static_cast<std::size_t>(stream)], stream);
    for (const auto& [name, value] : options.environment) ::setenv(name.c_str(), value.c_str(), 1);
    if (!options.working_directory.empty() && ::chdir(options.working_directory.c_str()) != 0)
        ::_exit(127);
    if (options.before_exec)
        options.before_exec();
    std::vector<char*> pointers;
    for (const std::string& argument : arguments)
        pointers.push_back(const_cast<char*>(argument.c_str()));
    pointers.push_back(nullptr);
    ::execvp(pointers[0], pointers.data());
    ::_exit(127);
}

}  // namespace

ProcessResult run_process(const std::vector<std::string>& arguments,
                          const ProcessOptions& options) {
    const std::array<int, 3> files = {memory_file(options.input), memory_file(""), memory_file("")};
    const pid_t child = ::fork();
    if (child < 0)
        throw std::runtime_error("fork failed");
    if (child == 0)
        become(arguments, options, files);
    if (options.while_running)
        options.while_running(child);
    int state = 0;
    while (::waitpid(child, &state, 0) < 0 && errno == EINTR) {
    }
    ::close(files[0]);
    return {.status = WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state),
            .out = content_of(files[1]),
            .err = content_of(files[2])};
}

bool has_program(const std::string& program) {
    return run_process({"sh", "-c", "command -v \"$0\" >/dev/null 2>&1", program}).status == 0;
}

}  // namespace mixtura::test
