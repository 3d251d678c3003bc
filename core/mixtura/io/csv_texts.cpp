// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_texts.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "mixtura/common/cancelled.h"
#include "mixtura/io/csv_encoding.h"
#include "mixtura/io/csv_types.h"

namespace mixtura::csv {

namespace {

constexpr std::size_t stop_stride = std::size_t{1}
                                    << 16U;  ///< texts looked at between two questions

}  // namespace

bool has_only_invalid_utf8(const std::vector<std::string>& labels,
                           const std::vector<Column>& columns, const std::stop_token& stop) {
    bool has_other = false;
    for (const std::string& label : labels)
        if (!is_ascii(label))
            return false;
    for (const Column& column : columns)
        for (std::size_t level = 0; level < column.levels.size(); ++level) {
            if (level % stop_stride == 0 && stop.stop_requested())
                throw Cancelled{};
            if (is_ascii(column.levels[level]))
                continue;
            has_other = true;
            if (is_utf8(column.levels[level]))
                return false;
        }
    return has_other;
}

bool is_identifier(unsigned looks) noexcept {
    return (looks & (look_has_leading_zero | look_is_long_integer)) != 0 &&
           (looks & look_has_point_or_exponent) == 0;
}

LevelNumbers numbers_of(const std::vector<std::string>& levels, NumberSigns signs) {
    LevelNumbers result;
    result.values.reserve(levels.size());
    for (const std::string& level : levels) {
        const ParsedNumber number = parse_number(level, signs);
        if (number.status != NumberStatus::number) {
            result.are_all = false;
            break;
        }
        result.looks |= number.look;
        result.values.push_back(number.value);
    }
    return result;
}

void make_numeric(Column& column, const std::vector<double>& level_values,
                  const MissingCodes& missing) {
    constexpr double no_value = std::numeric_limits<double>::quiet_NaN();
    column.numbers.resize(column.codes.size());
    for (std::size_t row = 0; row < column.codes.size(); ++row)
        column.numbers[row] = column.codes[row] < 0
                                  ? no_value
                                  : level_values[static_cast<std::size_t>(column.codes[row])];
    column.missing_count = 0;
    for (double& value : column.numbers) {
        if (missing.has_numbers() && missing.contains(value))
            value = no_value;
        column.missing_count += std::isnan(value) ? 1 : 0;
    }
    column.codes = {};
    column.levels = {};
    column.type = ColumnType::numeric;
}

bool are_dates(const std::vector<std::string>& levels) noexcept {
    return !levels.empty() && std::all_of(levels.begin(), levels.end(),
                                          [](const std::string& s) { return is_iso_date(s); });
}

}  // namespace mixtura::csv
