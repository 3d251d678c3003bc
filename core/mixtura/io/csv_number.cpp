// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_number.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <system_error>

#include <fast_float/fast_float.h>

namespace mixtura::csv {

namespace {

constexpr std::size_t sure_integer_digits = 15;

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// Length of the grouping sign at the beginning of `text`; 0 if there is none.
std::size_t grouping_length(std::string_view text, char grouping) {
    using namespace std::string_view_literals;
    if (text.empty() || grouping == '\0')
        return 0;
    if (text[0] == grouping)
        return 1;
    if (grouping == ' ') {
        if (text[0] == '\xA0')
            return 1;  // Windows-1252
        if (text.substr(0, 2) == "\xC2\xA0"sv)
            return 2;
        if (text.substr(0, 3) == "\xE2\x80\xAF"sv || text.substr(0, 3) == "\xE2\x80\x89"sv)
            return 3;
    }
    return 0;
}

/// Without blanks at both ends, non-breaking and thin ones too.
std::string_view without_blanks(std::string_view text) {
    using namespace std::string_view_literals;
    static constexpr std::array<std::string_view, 6> blanks{
        " "sv,   "\t"sv, "\xC2\xA0"sv, "\xE2\x80\xAF"sv, "\xE2\x80\x89"sv,
        "\xA0"sv};  // the last: Windows-1252
    const auto may_be_blank = [](char c) {
        return c == ' ' || c == '\t' || static_cast<unsigned char>(c) >= 0x80U;
    };
    bool has_changed = true;
    while (has_changed && !text.empty() &&
           (may_be_blank(text.front()) || may_be_blank(text.back()))) {
        const std::size_t before = text.size();
        for (const std::string_view blank : blanks) {
            if (text.substr(0, blank.size()) == blank)
                text.remove_prefix(blank.size());
            if (text.size() >= blank.size() && text.substr(text.size() - blank.size()) == blank)
                text.remove_suffix(blank.size());
        }
        has_changed = text.size() != before;
    }
    return text;
}

/// Takes the sign at the beginning of `text` off. @return whether it was a minus, also U+2212
bool take_sign(std::string_view& text) {
    constexpr std::string_view true_minus = "\xE2\x88\x92";
    if (text.substr(0, true_minus.size()) == true_minus) {
        text.remove_prefix(true_minus.size());
        return true;
    }
    if (text.empty() || (text[0] != '-' && text[0] != '+'))
        return false;
    const bool is_minus = text[0] == '-';
    text.remove_prefix(1);
    return is_minus;
}

/// The integer digits without grouping signs, then the rest; empty if the groups are wrong.
std::string without_grouping(std::string_view text, char grouping) {
    std::string plain;
    std::size_t group = 0;  // digits since the last grouping sign
    bool is_grouped = false;
    std::size_t i = 0;
    for (; i < text.size(); ++i) {
        if (is_digit(text[i])) {
            plain.push_back(text[i]);
            ++group;
            continue;
        }
        const std::size_t length = grouping_length(text.substr(i), grouping);
        if (length == 0)
            break;
        if (is_grouped ? group != 3 : group < 1 || group > 3)
            return {};
        is_grouped = true;
        group = 0;
        i += length - 1;
    }
    if (is_grouped && group != 3)
        return {};
    plain.append(text.substr(i));
    return plain;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
    if (text.size() != lower.size())
        return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != lower[i])
            return false;
    }
    return true;
}

unsigned look_of(std::string_view digits) {
    const bool is_integer =
        !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos;
    if (!is_integer)
        return look_has_point_or_exponent;
    unsigned look = 0;
    if (digits.size() > 1 && digits[0] == '0')
        look |= look_has_leading_zero;
    if (digits.size() > sure_integer_digits)
        look |= look_is_long_integer;
    return look;
}

/// The text of a number, cut into runs of digits and the signs between them.
struct DigitRuns {
    static constexpr std::size_t limit = 16;
    std::array<std::size_t, limit> lengths{};
    std::array<char, limit> signs{};  ///< behind each run but the last
    std::size_t sign_count = 0;
    bool has_exponent = false;

    [[nodiscard]] bool has_digits() const noexcept {
        return std::any_of(lengths.begin(), lengths.end(), [](std::size_t n) { return n > 0; });
    }
    [[nodiscard]] bool begins_group() const noexcept { return lengths[0] >= 1 && lengths[0] <= 3; }
    [[nodiscard]] bool is_group_of_three(std::size_t k) const noexcept { return lengths[k] == 3; }
};

/// "e5", "E-05", "e+5"
bool is_exponent(std::string_view text) {
    if (text.empty() || (text[0] != 'e' && text[0] != 'E'))
        return false;
    text.remove_prefix(1);
    if (!text.empty() && (text[0] == '-' || text[0] == '+'))
        text.remove_prefix(1);
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// @return nothing where `text` holds anything else
std::optional<DigitRuns> digit_runs(std::string_view text) {
    DigitRuns runs;
    std::size_t i = 0;
    for (; i < text.size(); ++i) {
        if (is_digit(text[i])) {
            ++runs.lengths[runs.sign_count];
            continue;
        }
        const std::size_t blank = grouping_length(text.substr(i), ' ');
        const char sign = blank > 0 ? ' ' : text[i];
        if (sign != '.' && sign != ',' && sign != ' ' && sign != '\'')
            break;
        if (runs.sign_count + 1 == DigitRuns::limit)
            return std::nullopt;
        runs.signs[runs.sign_count++] = sign;
        if (blank > 0)
            i += blank - 1;
    }
    runs.has_exponent = i < text.size();
    if (runs.has_exponent && !is_exponent(text.substr(i)))
        return std::nullopt;
    return runs.has_digits() ? std::optional(runs) : std::nullopt;
}

/// One point or comma between two runs of digits.
SignEvidence evidence_of_single(const DigitRuns& runs, bool starts_with_zero) {
    const bool may_group =
        runs.is_group_of_three(1) && runs.begins_group() && !starts_with_zero && !runs.has_exponent;
    if (runs.signs[0] == '.')
        return may_group ? SignEvidence::maybe_point : SignEvidence::decimal_point;
    return may_group ? SignEvidence::maybe_comma : SignEvidence::decimal_comma;
}

/// All signs but the last are one grouping sign between groups of three.
bool is_grouped_before_last(const DigitRuns& runs) {
    if (!runs.begins_group())
        return false;
    for (std::size_t k = 1; k < runs.sign_count; ++k)
        if (!runs.is_group_of_three(k) ||
            (k + 1 < runs.sign_count && runs.signs[k] != runs.signs[0]))
            return false;
    return true;
}

}  // namespace

ParsedNumber parse_number(std::string_view text, NumberSigns signs) {
    const auto [decimal, grouping] = signs;
    ParsedNumber result;
    text = without_blanks(text);
    if (text.empty())
        return result;
    const bool is_negative = take_sign(text);
    if (equals_ignoring_case(text, "inf") || equals_ignoring_case(text, "infinity")) {
        result.status = NumberStatus::infinite;
        return result;
    }
    std::string plain;
    if (grouping != '\0') {
        plain = without_grouping(text, grouping);
        text = plain;
    }
    // from_chars takes "nan" and "inf" as well, which are not numbers here.
    if (text.empty() || !(is_digit(text[0]) || text[0] == decimal))
        return result;
    double value = 0.0;
    const char* const end = text.data() + text.size();
    const fast_float::parse_options options{fast_float::chars_format::general, decimal};
    const auto [stop, error] = fast_float::from_chars_advanced(text.data(), end, value, options);
    if (stop != end || error == std::errc::invalid_argument)
        return result;
    if (value > std::numeric_limits<double>::max()) {
        result.status = NumberStatus::too_large;
        return result;
    }
    result.status = NumberStatus::number;
    result.value = is_negative ? -value : value;
    result.look = look_of(text);
    return result;
}

SignReading read_signs(std::string_view text) {
    text = without_blanks(text);
    take_sign(text);
    const std::optional<DigitRuns> runs = digit_runs(text);
    if (!runs)
        return {};
    if (runs->sign_count == 0)
        return {SignEvidence::neutral, '\0'};
    const char group = runs->signs[0];
    const char last = runs->signs[runs->sign_count - 1];
    if (runs->sign_count == 1 && (last == '.' || last == ','))
        return {evidence_of_single(*runs, text[0] == '0'), '\0'};
    if (!is_grouped_before_last(*runs))
        return {};
    if (last == group) {
        if (!runs->is_group_of_three(runs->sign_count))
            return {};
        if (group == '.')
            return {SignEvidence::grouped_by_point, '.'};
        if (group == ',')
            return {SignEvidence::grouped_by_comma, ','};
        return {SignEvidence::neutral, group};
    }
    if (last == '.')
        return {SignEvidence::decimal_point, group};
    if (last == ',')
        return {SignEvidence::decimal_comma, group};
    return {};
}

bool looks_numeric(std::string_view text) {
    return read_signs(text).evidence != SignEvidence::not_numeric;
}

}  // namespace mixtura::csv
