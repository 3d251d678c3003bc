// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace mixtura::csv {

/// The bytes of a file: mapped into memory where the system can, else (a pipe, standard input)
/// read to the end. Moves, does not copy.
class FileBytes {
  public:
    /// @param path  a file, or "-" for standard input
    /// @throw FileError  cannot be opened or read; a directory @throw Cancelled
    explicit FileBytes(const std::string& path, const std::stop_token& stop = {});
    ~FileBytes();
    FileBytes(FileBytes&& other) noexcept;
    FileBytes(const FileBytes&) = delete;
    FileBytes& operator=(const FileBytes&) = delete;
    FileBytes& operator=(FileBytes&&) = delete;

    [[nodiscard]] std::string_view text() const noexcept { return {data_, size_}; }

    /// Asks the kernel for the pages of `part` of `text()` at once, instead of one fault each.
    /// @throw FileError  the file was cut short since it was opened
    void fetch(std::string_view part) const;
    /// Gives the pages of `part` back, and those around it that looking at it may have mapped
    /// beside: all stays readable, from the system's cache. (Where the cache holds the file in large
    /// pieces, a look at one byte maps up to 2 MiB.)
    void release(std::string_view part) const noexcept;

  private:
    void read_stream(int descriptor, const std::stop_token& stop);

    std::string path_;
    const char* data_ = nullptr;
    std::size_t size_ = 0;
    int descriptor_ = -1;
    void* mapping_ = nullptr;
    std::size_t mapping_size_ = 0;
    std::size_t offset_ = 0;  ///< of `data_` in the mapping and in the file
    std::vector<char> buffer_;
};

/// Refuses files that are known not to be delimited text, by their first bytes: workbooks,
/// archives, databases, pictures. @throw DataError  says what the file is and what to do
void refuse_known_binary(const std::string& path, std::string_view text);

}  // namespace mixtura::csv
