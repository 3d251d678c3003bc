// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

namespace mixtura {

/// SHA-256 (FIPS 180-4) of bytes that come in pieces.
class Sha256 {
  public:
    /// @throw FileError  the library refuses
    Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;
    Sha256(Sha256&&) = delete;
    Sha256& operator=(Sha256&&) = delete;
    ~Sha256();

    Sha256& add(const void* bytes, std::size_t size);
    Sha256& add(std::string_view text) { return add(text.data(), text.size()); }
    /// 64 lower-case hexadecimal digits; once.
    [[nodiscard]] std::string digits();

  private:
    struct Context;
    std::unique_ptr<Context> context_;
};

/// SHA-256 of the content of a file; empty for what cannot be read twice: standard input ("-"), a
/// pipe, a device.
/// Empty also where the stop was requested before the end.
/// @throw FileError  names the path and the system's reason
std::string file_sha256(const std::string& path, const std::stop_token& stop = {});

}  // namespace mixtura
