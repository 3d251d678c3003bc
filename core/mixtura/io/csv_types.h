// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mixtura/data/data_set.h"

namespace mixtura::csv {

/// The texts that mean "no value" unless the analyst says otherwise.
const std::vector<std::string>& default_missing_codes();

/// ISO 8601 calendar date that exists, alone or with a time: "2024-02-29", "2024-02-29T13:05:07.5Z".
bool is_iso_date(std::string_view text) noexcept;

/// Category where texts repeat, text where they tell rows apart: at most 1000 different ones, and
/// at most 20 or half as many as there are values.
ColumnType text_or_category(std::int64_t level_count, std::int64_t value_count) noexcept;

/// Names made of `labels`: blanks around them cut, empty ones called "column_<position>", repeated
/// ones given "_2", "_3", ... What was changed is said in `notes`.
std::vector<std::string> unique_names(const std::vector<std::string>& labels,
                                      std::vector<std::string>& notes);

/// `text` in quotes, cut after 60 bytes at a character's end, control characters as blanks.
std::string quoted_cell(std::string_view text);

/// `path` as it begins a sentence: standard input for "-".
std::string shown_path(const std::string& path);

}  // namespace mixtura::csv
