// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/atomic_file.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <optional>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mixtura/common/error.h"

namespace mixtura {

namespace {

std::string reason(int code) {
    return std::generic_category().message(code);
}

[[noreturn]] void fail(const std::string& doing, const std::string& path, int code) {
    throw FileError("Cannot " + doing + " '" + path + "': " + reason(code) + ".");
}

/// A file descriptor that is closed at the end of its scope.
class Descriptor {
  public:
    explicit Descriptor(int number) noexcept : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    Descriptor(Descriptor&&) = delete;
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() {
        if (number_ >= 0)
            ::close(number_);
    }
    [[nodiscard]] int number() const noexcept { return number_; }
    /// Closes now. @return 0, or the error number: some file systems report a full disk only here
    int close() noexcept {
        const int closed = ::close(number_);
        number_ = -1;
        return closed == 0 ? 0 : errno;
    }

  private:
    int number_;
};

/// @return 0, or the error number
int write_all(int descriptor, std::string_view content) noexcept {
    while (!content.empty()) {
        const ssize_t written = ::write(descriptor, content.data(), content.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return errno;
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

/// The descriptor that `path` stands for: /dev/stdout, /dev/stderr, /dev/fd/N, /proc/self/fd/N.
std::optional<int> named_descriptor(const std::string& path) {
    if (path == "/dev/stdout")
        return STDOUT_FILENO;
    if (path == "/dev/stderr")
        return STDERR_FILENO;
    for (const std::string_view prefix : {"/dev/fd/", "/proc/self/fd/"}) {
        if (!path.starts_with(prefix))
            continue;
        int number = 0;
        const char* end = path.data() + path.size();
        const auto [stop, error] = std::from_chars(path.data() + prefix.size(), end, number);
        if (error == std::errc() && stop == end && number >= 0)
            return number;
    }
    return std::nullopt;
}

/// The file behind `path` when it is a symbolic link: the link itself must survive.
std::string link_target(const std::string& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0 || !S_ISLNK(status.st_mode))
        return path;
    const std::unique_ptr<char, decltype(&::free)> resolved(::realpath(path.c_str(), nullptr),
                                                            &::free);
    if (resolved == nullptr)
        fail("follow the link", path, errno);
    return resolved.get();
}

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos)
        return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

/// A new, empty file beside `path`; sets `name` to its path.
int open_beside(const std::string& path, std::string& name) {
    static std::atomic<unsigned> counter{0};
    for (int attempt = 0;; ++attempt) {
        name = path + ".part-" + std::to_string(::getpid()) + "-" + std::to_string(counter++);
        const int number = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (number >= 0 || errno != EEXIST || attempt == 100)
            return number;
    }
}

}  // namespace

void write_file_atomically(const std::string& path, std::string_view content) {
    if (path.empty())
        throw FileError("Cannot write a file without a name.");
    if (const auto number = named_descriptor(path)) {
        if (const int error = write_all(*number, content); error != 0)
            fail("write to", path, error);
        return;
    }
    const std::string target = link_target(path);
    struct stat status {};
    const bool exists = ::stat(target.c_str(), &status) == 0;
    if (exists && S_ISDIR(status.st_mode))
        fail("write", path, EISDIR);
    if (exists && !S_ISREG(status.st_mode)) {
        const Descriptor file(::open(target.c_str(), O_WRONLY | O_CLOEXEC));
        if (file.number() < 0)
            fail("write to", path, errno);
        if (const int error = write_all(file.number(), content); error != 0)
            fail("write to", path, error);
        return;
    }
    if (exists && ::access(target.c_str(), W_OK) != 0)
        fail("replace", path, errno);

    std::string name;
    Descriptor file(open_beside(target, name));
    if (file.number() < 0)
        fail("write", path, errno);
    int error = 0;
    if (exists && ::fchmod(file.number(), status.st_mode & 07777U) != 0)
        error = errno;
    if (error == 0)
        error = write_all(file.number(), content);
    if (error == 0 && ::fsync(file.number()) != 0)
        error = errno;
    if (const int closed = file.close(); error == 0)
        error = closed;
    if (error == 0 && ::rename(name.c_str(), target.c_str()) != 0)
        error = errno;
    if (error != 0) {
        ::unlink(name.c_str());
        fail("write", path, error);
    }
    // The rename itself reaches the disk with the folder; not every file system can sync one.
    const Descriptor folder(::open(folder_of(target).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.number() >= 0)
        ::fsync(folder.number());
}

void expect_writable(const std::string& path) {
    if (named_descriptor(path))
        return;
    const std::string target = link_target(path);
    struct stat status {};
    const bool exists = ::stat(target.c_str(), &status) == 0;
    if (exists && S_ISDIR(status.st_mode))
        fail("write", path, EISDIR);
    if (exists && ::access(target.c_str(), W_OK) != 0)
        fail("write", path, errno);
    if (exists && !S_ISREG(status.st_mode))
        return;
    const std::string folder = folder_of(target);
    if (::stat(folder.c_str(), &status) != 0) {
        if (errno == ENOENT)
            throw FileError("Cannot write '" + path + "': there is no folder '" + folder + "'.");
        fail("write", path, errno);
    }
    if (!S_ISDIR(status.st_mode))
        fail("write", path, ENOTDIR);
    if (::access(folder.c_str(), W_OK | X_OK) != 0)
        fail("write", path, errno);
}

std::string read_file(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.number() < 0)
        fail("open", path, errno);
    std::string content;
    std::array<char, 65536> block{};
    for (;;) {
        const ssize_t count = ::read(file.number(), block.data(), block.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            fail("read", path, errno);
        if (count == 0)
            return content;
        content.append(block.data(), static_cast<std::size_t>(count));
    }
}

}  // namespace mixtura
