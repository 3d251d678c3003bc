// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_number.h"

#include <array>
#include <cstddef>
#include <cstring>
#include <limits>
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
    // Cut into runs of digits and the signs between them; what follows must be an exponent.
    constexpr std::size_t run_limit = 16;
    std::array<std::size_t, run_limit> runs{};
    std::array<char, run_limit> signs{};
    std::size_t sign_count = 0;
    std::size_t i = 0;
    const bool starts_with_zero = !text.empty() && text[0] == '0';
    for (; i < text.size(); ++i) {
        if (is_digit(text[i])) {
            ++runs[sign_count];
            continue;
        }
        const std::size_t blank = grouping_length(text.substr(i), ' ');
        const char sign = blank > 0 ? ' ' : text[i];
        if (sign != '.' && sign != ',' && sign != ' ' && sign != '\'')
            break;
        if (sign_count + 1 == run_limit)
            return {};
        signs[sign_count++] = sign;
        if (blank > 0)
            i += blank - 1;
    }
    bool has_exponent = false;
    if (i < text.size()) {
        if (text[i] != 'e' && text[i] != 'E')
            return {};
        ++i;
        if (i < text.size() && (text[i] == '-' || text[i] == '+'))
            ++i;
        if (i == text.size() || text.find_first_not_of("0123456789", i) != std::string_view::npos)
            return {};
        has_exponent = true;
    }
    std::size_t digit_count = 0;
    for (std::size_t k = 0; k <= sign_count; ++k) digit_count += runs[k];
    if (digit_count == 0)
        return {};
    if (sign_count == 0)
        return {SignEvidence::neutral, '\0'};

    // All signs but the last must be one grouping sign between groups of three.
    const auto is_group_of_three = [&](std::size_t k) { return runs[k] == 3; };
    const char last = signs[sign_count - 1];
    if (sign_count == 1 && (last == '.' || last == ',')) {
        const bool may_group = is_group_of_three(1) && runs[0] >= 1 && runs[0] <= 3 &&
                               !starts_with_zero && !has_exponent;
        if (last == '.')
            return {may_group ? SignEvidence::maybe_point : SignEvidence::decimal_point, '\0'};
        return {may_group ? SignEvidence::maybe_comma : SignEvidence::decimal_comma, '\0'};
    }
    const char group = signs[0];
    if (runs[0] < 1 || runs[0] > 3)
        return {};
    for (std::size_t k = 1; k < sign_count; ++k)
        if (!is_group_of_three(k) || (k + 1 < sign_count && signs[k] != group))
            return {};
    if (last == group) {
        if (!is_group_of_three(sign_count))
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

}  // namespace mixtura::csv
