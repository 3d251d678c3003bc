// SPDX-License-Identifier: Apache-2.0
#include "mixtura/data/row_filter.h"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "mixtura/common/error.h"

namespace mixtura {

namespace {

/// Longer signs first, so that "<=" is not read as "<".
constexpr std::array<std::pair<std::string_view, Comparison>, 8> spellings{{
    {"<=", Comparison::less_or_equal},
    {">=", Comparison::greater_or_equal},
    {"!=", Comparison::not_equal},
    {"==", Comparison::equal},
    {"=", Comparison::equal},
    {"<", Comparison::less},
    {">", Comparison::greater},
    {"is missing", Comparison::is_missing},
}};
constexpr std::string_view present_words = "is present";

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

template <typename T>
bool holds(Comparison comparison, const T& value, const T& bound) {
    switch (comparison) {
        case Comparison::equal:
            return value == bound;
        case Comparison::not_equal:
            return value != bound;
        case Comparison::less:
            return value < bound;
        case Comparison::less_or_equal:
            return value <= bound;
        case Comparison::greater:
            return value > bound;
        case Comparison::greater_or_equal:
            return value >= bound;
        case Comparison::is_present:
            return true;
        case Comparison::is_missing:
            return false;
    }
    return false;
}

double number_of(const RowCondition& condition) {
    double bound = 0.0;
    const char* const end = condition.value.data() + condition.value.size();
    const auto [stop, error] = std::from_chars(condition.value.data(), end, bound);
    if (error != std::errc{} || stop != end || !std::isfinite(bound))
        throw InvalidArgument("The condition \"" + to_string(condition) +
                              "\" compares the numeric "
                              "column \"" +
                              condition.column + "\" with \"" + condition.value +
                              "\", which is not a number.");
    return bound;
}

}  // namespace

RowCondition row_condition_from(std::string_view text) {
    const std::string_view all = trimmed(text);
    for (const auto& [words, comparison] :
         {std::pair{std::string_view("is missing"), Comparison::is_missing},
          std::pair{present_words, Comparison::is_present}})
        if (all.size() > words.size() && all.substr(all.size() - words.size()) == words)
            return {std::string(trimmed(all.substr(0, all.size() - words.size()))), comparison, {}};
    const std::size_t sign = all.find_first_of("<>=!");
    if (sign != std::string_view::npos && sign > 0)
        for (const auto& [words, comparison] : spellings)
            if (all.substr(sign, words.size()) == words)
                return {std::string(trimmed(all.substr(0, sign))), comparison,
                        std::string(trimmed(all.substr(sign + words.size())))};
    throw InvalidArgument(
        "\"" + std::string(text) +
        "\" is not a row condition. Write it like \"waiting >= 60\", \"species != "
        "setosa\" or \"Ozone is missing\".");
}

std::string to_string(const RowCondition& condition) {
    if (condition.comparison == Comparison::is_present)
        return condition.column + " " + std::string(present_words);
    for (const auto& [words, comparison] : spellings)
        if (comparison == condition.comparison)
            return condition.column + " " + std::string(words) +
                   (comparison == Comparison::is_missing ? "" : " " + condition.value);
    return {};
}

std::vector<bool> rows_where(const DataSet& data, const std::vector<RowCondition>& conditions) {
    std::vector<bool> is_used(static_cast<std::size_t>(data.row_count()), true);
    for (const RowCondition& condition : conditions) {
        const Column& column = data.column(data.column_index(condition.column));
        const bool asks_missing = condition.comparison == Comparison::is_missing;
        const bool asks_value = !asks_missing && condition.comparison != Comparison::is_present;
        if (column.is_numeric()) {
            const double bound = asks_value ? number_of(condition) : 0.0;
            for (std::size_t row = 0; row < is_used.size(); ++row) {
                const double value = column.numbers[row];
                const bool meets =
                    std::isnan(value) ? asks_missing : holds(condition.comparison, value, bound);
                is_used[row] = is_used[row] && meets;
            }
            continue;
        }
        std::vector<bool> level_meets(column.levels.size());
        for (std::size_t level = 0; level < column.levels.size(); ++level)
            level_meets[level] = holds(condition.comparison, column.levels[level], condition.value);
        for (std::size_t row = 0; row < is_used.size(); ++row) {
            const std::int32_t code = column.codes[row];
            is_used[row] = is_used[row] &&
                           (code < 0 ? asks_missing : level_meets[static_cast<std::size_t>(code)]);
        }
    }
    return is_used;
}

}  // namespace mixtura
