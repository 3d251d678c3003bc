// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/sha256.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>
#include <vector>

#include <openssl/evp.h>

#include "mixtura/common/error.h"

namespace mixtura {

std::string file_sha256(const std::string& path) {
    std::error_code ignored;
    if (path == "-" || !std::filesystem::is_regular_file(path, ignored))
        return {};
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                               &std::fclose);
    if (!file)
        throw FileError("Cannot open '" + path + "': " + std::generic_category().message(errno) +
                        ".");
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                     &EVP_MD_CTX_free);
    bool succeeded = context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
    std::vector<unsigned char> block(1U << 20U);
    while (succeeded) {
        const std::size_t count = std::fread(block.data(), 1, block.size(), file.get());
        if (count == 0)
            break;
        succeeded = EVP_DigestUpdate(context.get(), block.data(), count) == 1;
    }
    if (std::ferror(file.get()) != 0)
        throw FileError("Cannot read '" + path + "' to the end.");
    std::vector<unsigned char> digest(EVP_MAX_MD_SIZE);
    unsigned int length = 0;
    if (!succeeded || EVP_DigestFinal_ex(context.get(), digest.data(), &length) != 1)
        throw FileError("Cannot compute the SHA-256 of '" + path + "'.");
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (unsigned int i = 0; i < length; ++i) {
        text += digits[digest[i] >> 4U];
        text += digits[digest[i] & 15U];
    }
    return text;
}

}  // namespace mixtura
