// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace mixtura {

/// `document` for people and programs: two spaces of indentation, arrays of plain values on one
/// line, the keys of our files in the order of their description, every other key after them by
/// name. Numbers read back exactly; what is not finite becomes null; text that is not UTF-8 is
/// written with replacement characters. Ends with a line feed.
std::string json_text(const nlohmann::json& document);

/// @param source  name of the file for the message
/// @throw DataError  not JSON: line and column
nlohmann::json parse_json(std::string_view text, const std::string& source);

}  // namespace mixtura
