// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/column_conversion.h"

#include <QCoreApplication>
#include <QString>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <string>

#include "mixtura/common/error.h"

namespace mixtura::app {

namespace {

/// Parses all of `text`, which has the decimal sign `decimal`; false where it is not a number.
bool parseNumber(std::string text, char decimal, double& value) {
    if (decimal != '.')
        std::replace(text.begin(), text.end(), decimal, '.');
    const char* first = text.c_str();
    const char* last = first + text.size();
    if (first != last && *first == '+')
        ++first;
    const auto [end, error] = std::from_chars(first, last, value);
    return error == std::errc() && end == last && std::isfinite(value);
}

Column toNumeric(const Column& column, char decimal) {
    std::vector<double> levelValues(column.levels.size());
    std::vector<bool> isNumber(column.levels.size());
    for (std::size_t level = 0; level < column.levels.size(); ++level)
        isNumber[level] = parseNumber(column.levels[level], decimal, levelValues[level]);
    Column result;
    result.numbers.reserve(column.codes.size());
    for (std::size_t row = 0; row < column.codes.size(); ++row) {
        const std::int32_t code = column.codes[row];
        if (code < 0) {
            result.numbers.push_back(std::numeric_limits<double>::quiet_NaN());
            continue;
        }
        const auto level = std::size_t(code);
        if (!isNumber[level])
            throw DataError(
                QCoreApplication::translate(
                    "ColumnConversion",
                    "Column '%1' cannot be numeric: row %2 holds \"%3\". Leave it as it is, or "
                    "open the file again and name \"%3\" as a missing code.")
                    .arg(QString::fromStdString(column.name))
                    .arg(row + 1)
                    .arg(QString::fromStdString(column.levels[level]))
                    .toStdString(),
                {.file = {},
                 .row = std::int64_t(row) + 1,
                 .column_name = column.name,
                 .cell = column.levels[level]});
        result.numbers.push_back(levelValues[level]);
    }
    return result;
}

Column toLevels(const Column& column) {
    Column result;
    std::map<std::string, std::int32_t> codeOf;
    for (std::int64_t row = 0; row < std::int64_t(column.numbers.size()); ++row) {
        if (std::isnan(column.numbers[std::size_t(row)])) {
            result.codes.push_back(-1);
            continue;
        }
        const auto [found, isNew] =
            codeOf.emplace(column.text(row), std::int32_t(result.levels.size()));
        if (isNew)
            result.levels.push_back(found->first);
        result.codes.push_back(found->second);
    }
    return result;
}

}  // namespace

Column converted(const Column& column, ColumnType type, char decimal) {
    Column result;
    if (column.is_numeric() == (type == ColumnType::numeric))
        result = column;
    else
        result = type == ColumnType::numeric ? toNumeric(column, decimal) : toLevels(column);
    result.name = column.name;
    result.label = column.label;
    result.role = column.role;
    result.missing_count = column.missing_count;
    result.type = type;
    return result;
}

}  // namespace mixtura::app
