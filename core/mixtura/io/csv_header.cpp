// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_header.h"

#include <algorithm>

namespace mixtura::csv {

namespace {

constexpr std::size_t preamble_limit = 20;
constexpr double number_share_needed = 0.9;

}  // namespace

char choose_comment(const SampleRows& rows) {
    const std::size_t mode = modal_cell_count(rows);
    for (std::size_t i = 0; i < rows.size() && i < preamble_limit; ++i)
        if (!rows[i].cells[0].empty() && rows[i].cells[0][0] == '#' && rows[i].cells.size() != mode)
            return '#';
    return '\0';
}

std::int64_t preamble_lines(const SampleRows& rows, std::int64_t first_line) {
    const std::size_t mode = modal_cell_count(rows);
    std::size_t k = 0;
    while (k < rows.size() && k < preamble_limit && rows[k].cells.size() == 1) ++k;
    if (mode < 2 || k == 0 || k >= rows.size() || k >= preamble_limit ||
        rows[k].cells.size() != mode)
        return 0;
    const bool is_followed_by_names =
        std::none_of(rows[k].cells.begin(), rows[k].cells.end(), looks_numeric);
    return mode >= 3 || is_followed_by_names ? rows[k].line - first_line : 0;
}

bool first_row_is_header(const SampleRows& rows, const std::vector<NumberSigns>& signs,
                         const MissingCodes& missing) {
    const auto is_number = [&](std::size_t row, std::size_t column) {
        return parse_number(rows[row].cells[column], signs[column]).status !=
               NumberStatus::not_a_number;
    };
    const SampleRow& first = rows[0];
    bool any_value = false;
    for (std::size_t column = 0; column < first.cells.size(); ++column) {
        if (!missing.contains(first.cells[column])) {
            any_value = true;
            if (is_number(0, column) && rows.size() == 1)
                return false;
        }
    }
    if (!any_value)
        return false;
    bool any_numeric_column = false;
    for (std::size_t column = 0; column < first.cells.size(); ++column) {
        std::int64_t numbers = 0;
        std::int64_t values = 0;
        for (std::size_t i = 1; i < rows.size(); ++i) {
            if (column >= rows[i].cells.size() || missing.contains(rows[i].cells[column]))
                continue;
            ++values;
            numbers += is_number(i, column) ? 1 : 0;
        }
        if (values == 0 ||
            static_cast<double>(numbers) < number_share_needed * static_cast<double>(values))
            continue;
        any_numeric_column = true;
        if (!missing.contains(first.cells[column]) && !is_number(0, column))
            return true;
    }
    if (any_numeric_column)
        return false;
    for (std::size_t column = 0; column < first.cells.size(); ++column)
        for (std::size_t i = 1; i < rows.size(); ++i)
            if (column < rows[i].cells.size() && !first.cells[column].empty() &&
                rows[i].cells[column] == first.cells[column])
                return false;
    return true;
}

}  // namespace mixtura::csv
