// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace mixtura::csv {

/// What a cell says as a number.
enum class NumberStatus {
    number,
    not_a_number,  ///< other text
    infinite,      ///< "inf", "Infinity"
    too_large      ///< beyond the largest double, about 1.8e308
};

/// How the text of a number looked; joined by `|` over a column.
enum NumberLook : unsigned {
    look_has_point_or_exponent = 1,  ///< not an integer
    look_has_leading_zero = 2,       ///< "007": an integer that begins with a needless zero
    look_is_long_integer = 4,        ///< more than 15 digits, beyond what a double is sure to keep
};

/// The signs inside numbers; `grouping` '\0' where there is none.
struct NumberSigns {
    char decimal = '.';
    char grouping = '\0';
};

struct ParsedNumber {
    NumberStatus status = NumberStatus::not_a_number;
    double value = 0.0;
    unsigned look = 0;
};

/// Digits with an optional sign (+, - or the minus U+2212), decimal sign, exponent and, where there is one, a
/// grouping sign between every three digits before the decimal sign (a blank stands for
/// non-breaking ones too). Correctly rounded to nearest; below the least double gives zero or the
/// nearest denormal. Blanks at both ends are passed over. Never looks at the locale.
ParsedNumber parse_number(std::string_view text, NumberSigns signs);

/// What the text of a number tells about the signs used in it.
enum class SignEvidence {
    not_numeric,
    neutral,           ///< digits alone
    decimal_point,     ///< "1.5", "0.123": the point cannot be grouping
    decimal_comma,     ///< "1,5", "1.234,5" (see also grouping)
    maybe_point,       ///< "1.234": a decimal point, or grouping
    maybe_comma,       ///< "1,234": a decimal comma, or grouping
    grouped_by_point,  ///< "1.234.567"
    grouped_by_comma   ///< "1,234,567"
};
struct SignReading {
    SignEvidence evidence = SignEvidence::not_numeric;
    char grouping = '\0';  ///< seen beyond doubt: '.', ',', ' ' or '\''
};
SignReading read_signs(std::string_view text);
/// Whether `text` is a number under some signs.
bool looks_numeric(std::string_view text);

}  // namespace mixtura::csv
