// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace mixtura {

/// A value inside a JSON document together with its path (a JSON pointer, RFC 6901). Every access
/// checks what it finds and throws a DataError that names the path.
class JsonReader {
  public:
    /// The root of `document`, which must outlive the reader and all it gives.
    explicit JsonReader(const nlohmann::json& document, std::string path = {})
        : value_(&document), path_(std::move(path)) {}

    [[nodiscard]] const nlohmann::json& value() const noexcept { return *value_; }
    /// "/fit/bic"; "the document" for the root.
    [[nodiscard]] std::string place() const;
    [[nodiscard]] bool has(std::string_view key) const;
    /// The member `key` of this object; it must be there.
    [[nodiscard]] JsonReader at(std::string_view key) const;
    /// The element `index` of this array.
    [[nodiscard]] JsonReader at(std::size_t index) const;
    /// This must be an object.
    const JsonReader& expect_object() const;
    /// This must be an object with no other key than these.
    const JsonReader& expect_keys(std::initializer_list<std::string_view> keys) const;
    /// Number of elements of this array.
    [[nodiscard]] std::size_t array_size() const;
    /// This must be an array of `size` elements; `what` tells what they are.
    const JsonReader& expect_size(std::size_t size, const std::string& what) const;

    [[nodiscard]] double number() const;          ///< finite
    [[nodiscard]] double number_or_null() const;  ///< NaN for null
    [[nodiscard]] std::int64_t integer(
        std::int64_t least = std::numeric_limits<std::int64_t>::min(),
        std::int64_t largest = std::numeric_limits<std::int64_t>::max()) const;
    [[nodiscard]] int count() const;  ///< an int >= 0
    [[nodiscard]] std::uint64_t unsigned_integer() const;
    [[nodiscard]] bool boolean() const;
    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::vector<double> numbers() const;
    [[nodiscard]] std::vector<std::string> texts() const;

    /// Throws the DataError "<place> <what>."
    [[noreturn]] void fail(const std::string& what) const;

  private:
    const nlohmann::json* value_;
    std::string path_;
};

}  // namespace mixtura
