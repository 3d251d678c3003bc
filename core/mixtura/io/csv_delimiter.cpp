// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_delimiter.h"

#include <algorithm>
#include <string>

#include "mixtura/io/csv_number.h"
#include "mixtura/io/csv_sample.h"

namespace mixtura::csv {

namespace {

constexpr std::size_t scored_rows = 400;
constexpr std::string_view candidates = ",;\t| ";

/// Share of rows with the commonest number of cells x (more than one) x share of numbers.
double delimiter_score(const SampleRows& rows, char delimiter, const MissingCodes& missing) {
    const std::size_t mode = modal_cell_count(rows);
    if (mode < 2)
        return 0.0;
    double modal_rows = 0.0;
    double values = 0.0;
    double numbers = 0.0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        modal_rows += rows[i].cells.size() == mode ? 1.0 : 0.0;
        if (i == 0 && rows.size() > 1)
            continue;  // likely names
        for (const std::string& cell : rows[i].cells)
            if (!missing.contains(cell)) {
                values += 1.0;
                numbers += looks_numeric(cell) ? 1.0 : 0.0;
            }
    }
    const double number_share = values > 0.0 ? numbers / values : 0.0;
    if (delimiter == ' ' && number_share < 0.5)
        return 0.0;  // running text
    return modal_rows / static_cast<double>(rows.size()) * (0.1 + number_share);
}

/// "x", then "1,5", "2,5": one column with decimal commas rather than two columns.
bool is_comma_decimal_column(std::string_view text, std::size_t begin, std::size_t end,
                             CellRules rules, const std::stop_token& stop) {
    rules.delimiter = ';';
    const SampleRows rows = sample_rows(text, begin, end, rules, scored_rows, stop);
    if (rows.size() < 2 || rows[0].cells[0].find(',') != std::string::npos)
        return false;
    return std::all_of(rows.begin() + 1, rows.end(), [](const SampleRow& row) {
        const SignEvidence evidence = read_signs(row.cells[0]).evidence;
        return row.cells.size() == 1 &&
               (evidence == SignEvidence::decimal_comma || evidence == SignEvidence::maybe_comma);
    });
}

}  // namespace

std::optional<char> stated_delimiter(std::string_view text) {
    if (text.size() < 6 || text.substr(0, 4) != "sep=" || (text[5] != '\n' && text[5] != '\r'))
        return std::nullopt;
    return candidates.find(text[4]) == std::string_view::npos ? std::nullopt
                                                              : std::optional<char>(text[4]);
}

char choose_delimiter(std::string_view text, std::size_t begin, std::size_t end, CellRules rules,
                      const MissingCodes& missing, const std::stop_token& stop) {
    if (is_comma_decimal_column(text, begin, end, rules, stop))
        return ';';
    char best = ',';
    double best_score = 0.0;
    for (const char candidate : candidates) {
        rules.delimiter = candidate;
        const double score = delimiter_score(
            sample_rows(text, begin, end, rules, scored_rows, stop), candidate, missing);
        if (score > best_score) {
            best_score = score;
            best = candidate;
        }
    }
    return best;
}

}  // namespace mixtura::csv
