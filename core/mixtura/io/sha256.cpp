// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/sha256.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <vector>

#include <openssl/evp.h>

#include "mixtura/common/error.h"

namespace mixtura {

struct Sha256::Context {
    std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> digest{EVP_MD_CTX_new(), &EVP_MD_CTX_free};

    static void require(int result) {
        if (result != 1)
            throw FileError("The SHA-256 of the data cannot be computed on this system.");
    }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
    Context::require(
        context_->digest ? EVP_DigestInit_ex(context_->digest.get(), EVP_sha256(), nullptr) : 0);
}

Sha256::~Sha256() = default;

Sha256& Sha256::add(const void* bytes, std::size_t size) {
    Context::require(EVP_DigestUpdate(context_->digest.get(), bytes, size));
    return *this;
}

std::string Sha256::digits() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    Context::require(EVP_DigestFinal_ex(context_->digest.get(), digest.data(), &length));
    constexpr std::string_view hexadecimal = "0123456789abcdef";
    std::string text;
    for (unsigned int i = 0; i < length; ++i) {
        text += hexadecimal[digest[i] >> 4U];
        text += hexadecimal[digest[i] & 15U];
    }
    return text;
}

std::string file_sha256(const std::string& path, const std::stop_token& stop) {
    std::error_code ignored;
    if (path == "-" || !std::filesystem::is_regular_file(path, ignored))
        return {};
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                               &std::fclose);
    if (!file)
        throw FileError("Cannot open '" + path + "': " + std::generic_category().message(errno) +
                        ".");
    Sha256 hash;
    std::vector<unsigned char> block(1U << 20U);
    while (const std::size_t count = std::fread(block.data(), 1, block.size(), file.get())) {
        if (stop.stop_requested())
            return {};
        hash.add(block.data(), count);
    }
    if (std::ferror(file.get()) != 0)
        throw FileError("Cannot read '" + path + "' to the end.");
    return hash.digits();
}

}  // namespace mixtura
