// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/json_text.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "mixtura/common/error.h"

namespace mixtura {

namespace {

using nlohmann::json;

/// Keys in the order a reader expects them; JSON itself gives the order no meaning.
// clang-format off
constexpr std::array<std::string_view, 53> key_order = {
    "format", "name", "version", "kind", "software", "source", "sha256", "data", "rows",
    "rows_used", "features", "start", "component_count", "covariance_structure", "initialisation",
    "run_count", "short_run_count", "seed", "tolerance", "iteration_limit", "covariance_floor", "options",
    "mixing_weights", "means", "covariances", "parameters", "status", "message", "log_likelihood",
    "parameter_count", "bic", "icl", "aic", "nec", "cv", "cv_standard_error", "entropy", "iterations", "trace", "rows_dropped",
    "floors_applied", "seconds", "spurious", "diagnosis", "starts", "best_start", "fit",
    "selection", "component_tests", "statistic", "backend", "transform", "import"};
// clang-format on

std::size_t rank(const std::string& key) {
    return static_cast<std::size_t>(std::find(key_order.begin(), key_order.end(), key) -
                                    key_order.begin());
}

std::string scalar(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

void write(const json& value, const std::string& indent, std::string& out) {
    const std::string inner = indent + "  ";
    if (value.is_object() && !value.empty()) {
        std::vector<std::pair<std::size_t, std::string>> keys;
        for (const auto& [key, unused] : value.items()) keys.emplace_back(rank(key), key);
        std::sort(keys.begin(), keys.end());
        const char* separator = "{\n";
        for (const auto& [unused, key] : keys) {
            out += separator + inner + scalar(json(key)) + ": ";
            write(value.at(key), inner, out);
            separator = ",\n";
        }
        out += "\n" + indent + "}";
        return;
    }
    if (!value.is_array() || value.empty()) {
        out += scalar(value);
        return;
    }
    const bool is_plain = std::none_of(value.begin(), value.end(),
                                       [](const json& item) { return item.is_structured(); });
    const char* separator = is_plain ? "[" : "[\n";
    for (const json& item : value) {
        out += separator;
        if (!is_plain)
            out += inner;
        write(item, inner, out);
        separator = is_plain ? ", " : ",\n";
    }
    out += is_plain ? "]" : "\n" + indent + "]";
}

}  // namespace

std::string json_text(const json& document) {
    std::string out;
    write(document, "", out);
    return out + "\n";
}

json parse_json(std::string_view text, const std::string& source) {
    try {
        return json::parse(text.begin(), text.end());
    } catch (const json::parse_error& error) {
        const std::string_view before =
            text.substr(0, std::min(text.size(), error.byte > 0 ? error.byte - 1 : 0));
        const auto line = 1 + std::count(before.begin(), before.end(), '\n');
        const std::size_t start = before.rfind('\n');
        const std::size_t column =
            start == std::string_view::npos ? before.size() + 1 : before.size() - start;
        throw DataError("'" + source + "' is not a JSON document: line " + std::to_string(line) +
                            ", column " + std::to_string(column) + " cannot be read.",
                        {.file = source,
                         .line = line,
                         .column = static_cast<std::int64_t>(column),
                         .column_name = {},
                         .cell = {}});
    } catch (const json::exception&) {
        throw DataError("'" + source + "' holds a number that is too large to be read.",
                        {.file = source, .column_name = {}, .cell = {}});
    }
}

}  // namespace mixtura
