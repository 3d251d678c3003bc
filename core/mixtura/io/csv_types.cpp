// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_types.h"

#include <algorithm>
#include <unordered_set>

namespace mixtura::csv {

namespace {

constexpr std::int64_t category_limit = 1000;
constexpr std::int64_t sure_category_limit = 20;
constexpr std::size_t shown_bytes = 60;

/// Takes exactly `count` digits off `text`; -1 if they are not there.
int take_number(std::string_view& text, std::size_t count) noexcept {
    if (text.size() < count)
        return -1;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = 10 * value + (text[i] - '0');
    }
    text.remove_prefix(count);
    return value;
}

bool take(std::string_view& text, char c) noexcept {
    if (text.empty() || text[0] != c)
        return false;
    text.remove_prefix(1);
    return true;
}

int days_in_month(int year, int month) noexcept {
    if (month == 2)
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

bool is_within(int value, int low, int high) noexcept {
    return value >= low && value <= high;
}

/// "13:05", "13:05:07", "13:05:07.25", then nothing, "Z" or "+01:00".
bool is_time(std::string_view text) noexcept {
    if (!is_within(take_number(text, 2), 0, 23) || !take(text, ':') ||
        !is_within(take_number(text, 2), 0, 59))
        return false;
    if (take(text, ':')) {
        if (!is_within(take_number(text, 2), 0, 60))
            return false;
        if (take(text, '.')) {
            const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
            if (digits == 0)
                return false;
            text.remove_prefix(digits);
        }
    }
    if (text.empty() || text == "Z")
        return true;
    if (!take(text, '+') && !take(text, '-'))
        return false;
    if (!is_within(take_number(text, 2), 0, 23))
        return false;
    take(text, ':');
    return is_within(take_number(text, 2), 0, 59) && text.empty();
}

std::string trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos)
        return {};
    return std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1));
}

}  // namespace

const std::vector<std::string>& default_missing_codes() {
    static const std::vector<std::string> codes{"",     "NA",   "NaN",  "nan",  "NAN",    "-nan",
                                                "null", "NULL", "Null", "#N/A", "#NULL!", "."};
    return codes;
}

bool is_iso_date(std::string_view text) noexcept {
    const int year = take_number(text, 4);
    if (year < 0 || !take(text, '-'))
        return false;
    const int month = take_number(text, 2);
    if (!is_within(month, 1, 12) || !take(text, '-'))
        return false;
    if (!is_within(take_number(text, 2), 1, days_in_month(year, month)))
        return false;
    return text.empty() || ((take(text, 'T') || take(text, ' ')) && is_time(text));
}

ColumnType text_or_category(std::int64_t level_count, std::int64_t value_count) noexcept {
    const bool repeats = level_count <= sure_category_limit || 2 * level_count <= value_count;
    return level_count <= category_limit && repeats ? ColumnType::category : ColumnType::text;
}

std::vector<std::string> unique_names(const std::vector<std::string>& labels,
                                      std::vector<std::string>& notes) {
    std::unordered_set<std::string> taken;
    for (const std::string& label : labels) taken.insert(trimmed(label));
    std::unordered_set<std::string> used;
    std::vector<std::string> names;
    names.reserve(labels.size());
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const std::string wanted = trimmed(labels[i]);
        const std::string position = std::to_string(i + 1);
        std::string name = wanted.empty() ? "column_" + position : wanted;
        // A made-up name may not take one that the file gives to another column.
        for (int k = 2; used.contains(name) || (name != wanted && taken.contains(name)); ++k)
            name = (wanted.empty() ? "column_" + position : wanted) + "_" + std::to_string(k);
        if (wanted.empty())
            notes.push_back("Column " + position + " has no name: called " + name + ".");
        else if (name != wanted)
            notes.push_back("The name " + quoted_cell(wanted) + " appears more than once: column " +
                            position + " is called " + name + ".");
        used.insert(name);
        names.push_back(std::move(name));
    }
    return names;
}

std::string quoted_cell(std::string_view text) {
    std::string shown(text);
    if (shown.size() > shown_bytes) {
        std::size_t end = shown_bytes;
        while (end > 0 && (static_cast<unsigned char>(shown[end]) & 0xC0U) == 0x80U) --end;
        shown.resize(end);
        shown += "...";
    }
    for (char& c : shown)
        if (static_cast<unsigned char>(c) < 0x20U)
            c = ' ';
    return '"' + shown + '"';
}

std::string shown_path(const std::string& path) {
    return path == "-" ? "Standard input" : path;
}

}  // namespace mixtura::csv
