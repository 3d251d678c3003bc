// SPDX-License-Identifier: Apache-2.0
#include "mixtura/plan/option_names.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "mixtura/common/brief_text.h"
#include "mixtura/common/error.h"
#include "mixtura/gaussian_mixture/em_fit.h"
#include "mixtura/io/number_format.h"

namespace mixtura {

namespace {

template <class Value, std::size_t count>
using Names = std::array<std::pair<Value, std::string_view>, count>;

constexpr Names<Standardise, 3> standardise_names = {{{Standardise::none, "none"},
                                                      {Standardise::zscore, "zscore"},
                                                      {Standardise::robust, "robust"}}};
constexpr Names<MissingRows, 3> missing_rows_names = {
    {{MissingRows::drop, "drop"}, {MissingRows::error, "error"}, {MissingRows::mar, "mar"}}};
constexpr Names<BadCell, 4> bad_cell_names = {{{BadCell::error, "error"},
                                               {BadCell::missing, "missing"},
                                               {BadCell::skip_row, "skip"},
                                               {BadCell::make_text, "text"}}};
constexpr Names<TextEncoding, 4> encoding_names = {{{TextEncoding::utf8, "utf-8"},
                                                    {TextEncoding::utf16le, "utf-16le"},
                                                    {TextEncoding::utf16be, "utf-16be"},
                                                    {TextEncoding::windows1252, "windows-1252"}}};
constexpr Names<ColumnType, 4> column_type_names = {{{ColumnType::numeric, "numeric"},
                                                     {ColumnType::category, "category"},
                                                     {ColumnType::text, "text"},
                                                     {ColumnType::date, "date"}}};
constexpr Names<char, 7> sign_names = {{{'\t', "tab"},
                                        {' ', "space"},
                                        {'\0', "none"},
                                        {'\0', ""},
                                        {',', "comma"},
                                        {';', "semicolon"},
                                        {'|', "pipe"}}};

template <class Value, std::size_t count>
std::string_view name_in(const Names<Value, count>& names, Value value) noexcept {
    for (const auto& [known, name] : names) {
        if (known == value)
            return name;
    }
    return {};
}

template <class Value, std::size_t count>
Value value_in(const Names<Value, count>& names, std::string_view name, const std::string& what) {
    std::string list;
    for (const auto& [value, known] : names) {
        if (known == name)
            return value;
        list.append(list.empty() ? "" : ", ").append(known);
    }
    throw InvalidArgument("'" + std::string(name) + "' is not " + what + "; the choices are " +
                          list + ".");
}

[[noreturn]] void fail_counts(std::string_view text, std::string_view what) {
    std::string message = "'" + std::string(text) + "' does not say how many ";
    message.append(what).append(
        ": write a count (3), a range (1:9) or a list (2,4,8), each count from 1 to ");
    throw InvalidArgument(message + std::to_string(component_count_limit) + ".");
}

int count_from(std::string_view part, std::string_view text, std::string_view what) {
    int count = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), count);
    if (error != std::errc() || end != part.data() + part.size() || count < 1 ||
        count > component_count_limit)
        fail_counts(text, what);
    return count;
}

/// The structures of a list, each once, or all of them.
template <class Structure, std::size_t count>
std::vector<Structure> structures_from(std::string_view text,
                                       const std::array<Structure, count>& all,
                                       Structure (*read)(std::string_view),
                                       const char* none_named) {
    if (text == "all")
        return {all.begin(), all.end()};
    std::vector<Structure> structures;
    for (const std::string& name : list_from(text)) {
        const Structure structure = read(name);
        if (std::ranges::find(structures, structure) == structures.end())
            structures.push_back(structure);
    }
    if (structures.empty())
        throw InvalidArgument(none_named);
    return structures;
}

}  // namespace

std::string_view to_string(Standardise standardise) noexcept {
    return name_in(standardise_names, standardise);
}

Standardise standardise_from(std::string_view name) {
    return value_in(standardise_names, name, "a way to standardise");
}

std::string_view to_string(MissingRows missing_rows) noexcept {
    return name_in(missing_rows_names, missing_rows);
}

MissingRows missing_rows_from(std::string_view name) {
    return value_in(missing_rows_names, name, "a way to treat rows with missing values");
}

std::string_view bad_cell_name(BadCell bad_cell) noexcept {
    return name_in(bad_cell_names, bad_cell);
}

BadCell bad_cell_from(std::string_view name) {
    return value_in(bad_cell_names, name, "a way to treat cells that cannot be read");
}

std::string_view encoding_name(TextEncoding encoding) noexcept {
    return name_in(encoding_names, encoding);
}

TextEncoding encoding_from(std::string_view name) {
    return value_in(encoding_names, name, "a text encoding");
}

ColumnType column_type_from(std::string_view name) {
    return value_in(column_type_names, name, "a column type");
}

std::string sign_name(char sign) {
    const std::string_view name =
        sign == '\t' || sign == ' ' || sign == '\0' ? name_in(sign_names, sign) : "";
    return name.empty() ? std::string(1, sign) : std::string(name);
}

char sign_from(std::string_view name) {
    for (const auto& [sign, known] : sign_names) {
        if (known == name)
            return sign;
    }
    if (name.size() != 1 || static_cast<unsigned char>(name[0]) >= 0x80)
        throw InvalidArgument("'" + std::string(name) +
                              "' is not a single ASCII sign; write the sign itself, or tab, space, "
                              "comma, semicolon, pipe or none.");
    return name[0];
}

std::string counts_text(const std::vector<int>& counts) {
    bool is_range = counts.size() > 1;
    for (std::size_t i = 1; i < counts.size(); ++i) is_range &= counts[i] == counts[i - 1] + 1;
    if (is_range)
        return std::to_string(counts.front()) + ":" + std::to_string(counts.back());
    std::string text;
    for (const int count : counts)
        text.append(text.empty() ? "" : ",").append(std::to_string(count));
    return text;
}

std::vector<int> counts_from(std::string_view text, std::string_view what) {
    std::vector<int> counts;
    std::string_view rest = text;
    for (;;) {
        const std::size_t comma = rest.find(',');
        const std::string_view part = rest.substr(0, comma);
        const std::size_t colon = part.find(':');
        const int first = count_from(part.substr(0, colon), text, what);
        const int last = colon == std::string_view::npos
                             ? first
                             : count_from(part.substr(colon + 1), text, what);
        if (last < first)
            fail_counts(text, what);
        for (int count = first; count <= last; ++count) {
            if (std::find(counts.begin(), counts.end(), count) == counts.end())
                counts.push_back(count);
        }
        if (comma == std::string_view::npos)
            return counts;
        rest.remove_prefix(comma + 1);
    }
}

std::string degrees_of_freedom_text(const EmOptions& em) {
    return em.degrees_of_freedom_rule == DegreesOfFreedomRule::fixed
               ? exact_text(em.degrees_of_freedom)
               : std::string(to_string(em.degrees_of_freedom_rule));
}

void set_degrees_of_freedom(std::string_view text, EmOptions& em) {
    for (const DegreesOfFreedomRule rule :
         {DegreesOfFreedomRule::free, DegreesOfFreedomRule::common}) {
        if (text == to_string(rule)) {
            em.degrees_of_freedom_rule = rule;
            return;
        }
    }
    double number = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() ||
        !(number >= degrees_of_freedom_least && number <= degrees_of_freedom_limit))
        throw InvalidArgument("'" + std::string(text) +
                              "' does not say how heavy the tails are: write free, common, or a "
                              "number of degrees of freedom from " +
                              brief_text(degrees_of_freedom_least) + " to " +
                              brief_text(degrees_of_freedom_limit) + ".");
    em.degrees_of_freedom_rule = DegreesOfFreedomRule::fixed;
    em.degrees_of_freedom = number;
}

std::string list_text(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0)
            text += ',';
        // A list of one empty name is told from an empty list by its quotation marks.
        if (!names[i].empty() && names[i].find_first_of(",\"") == std::string::npos) {
            text += names[i];
            continue;
        }
        text += '"';
        for (const char c : names[i]) text += c == '"' ? "\"\"" : std::string(1, c);
        text += '"';
    }
    return text;
}

std::vector<std::string> list_from(std::string_view text) {
    std::vector<std::string> names;
    if (text.empty())
        return names;
    names.emplace_back();
    bool is_quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (is_quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"')
            names.back() += text[i++];
        else if (c == '"' && (is_quoted || names.back().empty()))
            is_quoted = !is_quoted;
        else if (c == ',' && !is_quoted)
            names.emplace_back();
        else
            names.back() += c;
    }
    if (is_quoted)
        throw InvalidArgument("The list '" + std::string(text) +
                              "' has a quotation mark that is not closed.");
    return names;
}

std::vector<CovarianceStructure> covariance_structures_from(std::string_view text) {
    return structures_from(text, all_covariance_structures, covariance_structure_from,
                           "No covariance structure is named; write names such as VVV,EEE or all.");
}

std::vector<FactorStructure> factor_structures_from(std::string_view text) {
    return structures_from(text, all_factor_structures, factor_structure_from,
                           "No factor structure is named; write names such as UCU,CCU or all.");
}

}  // namespace mixtura
