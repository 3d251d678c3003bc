// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_signs.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "mixtura/common/cancelled.h"
#include "mixtura/io/csv_types.h"

namespace mixtura::csv {

namespace {

/// What the sampled cells of one column say of the decimal and the grouping sign.
struct SignVotes {
    std::int64_t point = 0;  ///< for a decimal point
    std::int64_t comma = 0;  ///< for a decimal comma
    std::int64_t maybe_point = 0;
    std::int64_t maybe_comma = 0;
    std::int64_t grouped_by_point = 0;
    std::int64_t grouped_by_comma = 0;
    std::int64_t grouped_by_blank = 0;
    std::int64_t grouped_by_apostrophe = 0;
    std::int64_t numbers = 0;
    std::int64_t others = 0;
    std::string open_cell;       ///< the first that may be either
    std::int64_t open_line = 0;  ///< 1-based; 0 if not known

    void add(const std::string& cell, std::int64_t line) {
        const SignReading reading = read_signs(cell);
        (reading.evidence == SignEvidence::not_numeric ? others : numbers) += 1;
        grouped_by_blank += reading.grouping == ' ' ? 1 : 0;
        grouped_by_apostrophe += reading.grouping == '\'' ? 1 : 0;
        grouped_by_point += reading.grouping == '.' ? 1 : 0;
        grouped_by_comma += reading.grouping == ',' ? 1 : 0;
        point += reading.evidence == SignEvidence::decimal_point ||
                         reading.evidence == SignEvidence::grouped_by_comma
                     ? 1
                     : 0;
        comma += reading.evidence == SignEvidence::decimal_comma ||
                         reading.evidence == SignEvidence::grouped_by_point
                     ? 1
                     : 0;
        maybe_point += reading.evidence == SignEvidence::maybe_point ? 1 : 0;
        maybe_comma += reading.evidence == SignEvidence::maybe_comma ? 1 : 0;
        if (maybe_point + maybe_comma == 1 && open_cell.empty()) {
            open_cell = cell;
            open_line = line;
        }
    }
    void add(const SignVotes& other) {
        point += other.point;
        comma += other.comma;
        maybe_point += other.maybe_point;
        maybe_comma += other.maybe_comma;
        grouped_by_point += other.grouped_by_point;
        grouped_by_comma += other.grouped_by_comma;
        grouped_by_blank += other.grouped_by_blank;
        grouped_by_apostrophe += other.grouped_by_apostrophe;
    }
    /// Few numbers among other texts say nothing: "2,5" may be half of a word.
    [[nodiscard]] bool is_heard() const noexcept { return numbers > 0 && numbers >= others; }
};

std::vector<SignVotes> count_votes(const SampleRows& rows, std::size_t column_count,
                                   const MissingCodes& missing, const std::stop_token& stop) {
    std::vector<SignVotes> votes(column_count);
    for (const SampleRow& row : rows) {
        if (stop.stop_requested())
            throw Cancelled{};
        for (std::size_t column = 0; column < std::min(column_count, row.cells.size()); ++column)
            if (!missing.contains(row.cells[column]))
                votes[column].add(row.cells[column], row.line + 1);
    }
    return votes;
}

/// The grouping sign that goes with the decimal sign; '\0' for none.
char grouping_for(char decimal, const SignVotes& votes) {
    if (decimal == ',' && votes.grouped_by_point + votes.maybe_point > 0)
        return '.';
    if (decimal == '.' && votes.grouped_by_comma + votes.maybe_comma > 0)
        return ',';
    if (votes.grouped_by_blank > 0)
        return ' ';
    return votes.grouped_by_apostrophe > 0 ? '\'' : '\0';
}

/// "1,234" in a file that nowhere says what its commas are.
std::string ambiguity_of(const SignVotes& votes, std::size_t column) {
    const std::string& cell = votes.open_cell;
    const std::size_t sign = cell.find_first_of(".,");
    std::string as_decimal = cell;
    as_decimal[sign] = '.';
    std::string as_grouped = cell;
    as_grouped.erase(sign, 1);
    return quoted_cell(cell) + " in " +
           (votes.open_line > 0 ? "line " + std::to_string(votes.open_line) + ", " : "") +
           "column " + std::to_string(column + 1) + " can mean " + as_decimal + " or " +
           as_grouped + ": say whether the decimal sign is a comma or a point.";
}

}  // namespace

SignChoice choose_signs(const SampleRows& rows, std::size_t column_count,
                        const MissingCodes& missing, const CsvOptions& options,
                        const std::stop_token& stop) {
    const std::vector<SignVotes> votes = count_votes(rows, column_count, missing, stop);
    SignChoice choice;
    SignVotes all;
    for (const SignVotes& column : votes)
        if (column.is_heard())
            all.add(column);
    choice.common.decimal = all.comma > all.point ? ',' : '.';
    std::optional<char> told = options.decimal;
    if (!told && options.grouping && (*options.grouping == '.' || *options.grouping == ','))
        told = *options.grouping == '.' ? ',' : '.';
    choice.common.decimal = told.value_or(choice.common.decimal);
    choice.common.grouping = options.grouping.value_or(grouping_for(choice.common.decimal, all));
    choice.signs.assign(votes.size(), choice.common);
    if (told)
        return choice;
    const bool is_contradictory = all.comma > 0 && all.point > 0;
    const bool is_silent = all.comma == 0 && all.point == 0;
    for (std::size_t column = 0; column < votes.size(); ++column) {
        const SignVotes& own = votes[column];
        NumberSigns& signs = choice.signs[column];
        if (!own.is_heard())
            continue;
        if (own.comma != own.point) {
            signs.decimal = own.comma > own.point ? ',' : '.';
            if (signs.decimal != choice.common.decimal && !options.grouping)
                signs.grouping = grouping_for(signs.decimal, own);
        } else if (choice.ambiguity.empty() &&
                   ((own.maybe_comma > 0 && (is_contradictory || is_silent)) ||
                    (own.maybe_point > 0 && is_contradictory))) {
            choice.ambiguity = ambiguity_of(own, column);
        }
    }
    return choice;
}

}  // namespace mixtura::csv
