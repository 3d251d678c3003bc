// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/json_reader.h"

#include <algorithm>
#include <cmath>

#include "mixtura/common/error.h"

namespace mixtura {

namespace {

/// A key as a step of a JSON pointer.
std::string step(std::string_view key) {
    std::string text = "/";
    for (const char c : key) {
        if (c == '~')
            text += "~0";
        else if (c == '/')
            text += "~1";
        else
            text += c;
    }
    return text;
}

}  // namespace

std::string JsonReader::place() const {
    return path_.empty() ? "the document" : path_;
}

void JsonReader::fail(const std::string& what) const {
    throw DataError(place() + " " + what + ".");
}

const JsonReader& JsonReader::expect_object() const {
    if (!value_->is_object())
        fail("must be an object");
    return *this;
}

bool JsonReader::has(std::string_view key) const {
    return value_->is_object() && value_->contains(key);
}

JsonReader JsonReader::at(std::string_view key) const {
    expect_object();
    const auto found = value_->find(key);
    if (found == value_->end())
        throw DataError(path_ + step(key) + " is missing.");
    return JsonReader(*found, path_ + step(key));
}

JsonReader JsonReader::at(std::size_t index) const {
    if (index >= array_size())
        throw DataError(path_ + "/" + std::to_string(index) + " is missing.");
    return JsonReader((*value_)[index], path_ + "/" + std::to_string(index));
}

const JsonReader& JsonReader::expect_keys(std::initializer_list<std::string_view> keys) const {
    expect_object();
    for (const auto& [key, unused] : value_->items()) {
        if (std::find(keys.begin(), keys.end(), key) == keys.end())
            throw DataError(path_ + step(key) + " is not known here.");
    }
    return *this;
}

std::size_t JsonReader::array_size() const {
    if (!value_->is_array())
        fail("must be an array");
    return value_->size();
}

const JsonReader& JsonReader::expect_size(std::size_t size, const std::string& what) const {
    if (!value_->is_array() || value_->size() != size)
        fail("must be an array of " + std::to_string(size) + " " + what +
             (value_->is_array() ? "; it has " + std::to_string(value_->size()) : ""));
    return *this;
}

double JsonReader::number() const {
    if (!value_->is_number())
        fail("must be a number");
    const double number = value_->get<double>();
    if (!std::isfinite(number))
        fail("must be a finite number");
    return number;
}

double JsonReader::number_or_null() const {
    return value_->is_null() ? std::numeric_limits<double>::quiet_NaN() : number();
}

std::int64_t JsonReader::integer(std::int64_t least, std::int64_t largest) const {
    const bool fits = value_->is_number_integer() &&
                      (!value_->is_number_unsigned() ||
                       value_->get<std::uint64_t>() <=
                           static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
    if (!fits)
        fail("must be a whole number");
    const auto number = value_->get<std::int64_t>();
    if (number < least || number > largest)
        fail("is " + std::to_string(number) + "; it must lie between " + std::to_string(least) +
             " and " + std::to_string(largest));
    return number;
}

int JsonReader::count() const {
    return static_cast<int>(integer(0, std::numeric_limits<int>::max()));
}

std::uint64_t JsonReader::unsigned_integer() const {
    if (!value_->is_number_unsigned() &&
        !(value_->is_number_integer() && value_->get<std::int64_t>() >= 0))
        fail("must be a whole number, zero or more");
    return value_->get<std::uint64_t>();
}

bool JsonReader::boolean() const {
    if (!value_->is_boolean())
        fail("must be true or false");
    return value_->get<bool>();
}

std::string JsonReader::text() const {
    if (!value_->is_string())
        fail("must be a text");
    return value_->get<std::string>();
}

std::vector<double> JsonReader::numbers() const {
    std::vector<double> result;
    for (std::size_t i = 0; i < array_size(); ++i) result.push_back(at(i).number());
    return result;
}

std::vector<std::string> JsonReader::texts() const {
    std::vector<std::string> result;
    for (std::size_t i = 0; i < array_size(); ++i) result.push_back(at(i).text());
    return result;
}

}  // namespace mixtura
