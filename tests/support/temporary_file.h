// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <stdlib.h>
#include <unistd.h>

namespace mixtura::test {

/// A file with the given bytes, gone at the end of the scope.
class TemporaryFile {
  public:
    explicit TemporaryFile(std::string_view content) {
        path_ = (std::filesystem::temp_directory_path() / "mixtura-test-XXXXXX").string();
        const int descriptor = mkstemp(path_.data());
        if (descriptor < 0)
            throw std::runtime_error("cannot make a temporary file");
        close(descriptor);
        std::ofstream(path_, std::ios::binary) << content;
    }
    ~TemporaryFile() { std::filesystem::remove(path_); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    TemporaryFile(TemporaryFile&&) = delete;
    TemporaryFile& operator=(TemporaryFile&&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

}  // namespace mixtura::test
