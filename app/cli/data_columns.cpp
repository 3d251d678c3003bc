// SPDX-License-Identifier: Apache-2.0
#include "data_columns.h"

#include <algorithm>

#include "mixtura/common/error.h"
#include "mixtura/plan/option_names.h"
#include "mixtura/plan/plan.h"

#include "text_table.h"

namespace mixtura::cli {

namespace {

std::string listed(const std::vector<std::string>& names) {
    constexpr std::size_t shown = 20;
    std::string text;
    for (std::size_t i = 0; i < std::min(shown, names.size()); ++i)
        text += (i > 0 ? ", '" : "'") + display_text(names[i]) + "'";
    return names.size() > shown ? text + ", ..." : text;
}

[[noreturn]] void refuse_lacking(const DataSet& data, const std::vector<std::string>& lacking) {
    std::vector<std::string> present;
    for (const Column& column : data.columns()) present.push_back(column.name);
    throw DataError("'" + data.source() + "' has no column" + (lacking.size() > 1 ? "s " : " ") +
                        listed(lacking) + ", which the model needs; its columns are " +
                        listed(present) + ".",
                    {.file = data.source(), .column_name = lacking.front(), .cell = {}});
}

/// Name of the column of observation weights of the fit; empty where there was none.
std::string weights_column(const SavedModel& saved) {
    const auto found = saved.options.find("observation_weights");
    return found != saved.options.end() && found->is_string() ? found->get<std::string>()
                                                              : std::string();
}

std::vector<std::size_t> feature_indices(const SavedModel& saved, const DataSet& data) {
    std::vector<std::size_t> indices;
    std::vector<std::string> lacking;
    for (const std::string& name : saved.data.features) {
        const auto& columns = data.columns();
        const auto found = std::find_if(columns.begin(), columns.end(),
                                        [&](const Column& column) { return column.name == name; });
        if (found == columns.end())
            lacking.push_back(name);
        indices.push_back(static_cast<std::size_t>(found - columns.begin()));
    }
    if (!lacking.empty())
        refuse_lacking(data, lacking);
    return indices;
}

/// The rows that are not in the table, 1-based, as far as a line holds them: "2, 7, 9, ...".
std::string rows_left_out(const FeatureTable& table, std::int64_t row_count) {
    constexpr int shown = 10;
    std::string text;
    int count = 0;
    std::size_t next = 0;
    for (std::int64_t row = 0; row < row_count; ++row) {
        if (next < table.rows.size() && table.rows[next] == row) {
            ++next;
            continue;
        }
        if (++count > shown)
            return text + ", ...";
        text += (text.empty() ? "" : ", ") + std::to_string(row + 1);
    }
    return text;
}

}  // namespace

ImportResult import_for_model(const SavedModel& saved, const std::string& path, CsvOptions options,
                              const FitControl& control) {
    const std::vector<std::string>& features = saved.data.features;
    for (;;) {
        try {
            return import_data(path, options, control);
        } catch (const DataError& error) {
            const std::string name = error.location().column_name;
            const bool is_known =
                std::any_of(options.column_types.begin(), options.column_types.end(),
                            [&](const auto& type) { return type.first == name; });
            if (name.empty() || is_known || path == "-" || name == weights_column(saved) ||
                std::find(features.begin(), features.end(), name) != features.end())
                throw;
            options.column_types.emplace_back(name, ColumnType::text);
        }
    }
}

FeatureTable model_features(const SavedModel& saved, const DataSet& data, MissingRows missing) {
    return feature_table(data, feature_indices(saved, data), -1, missing);
}

FeatureTable model_features_and_weights(const SavedModel& saved, const DataSet& data) {
    const std::string weights = weights_column(saved);
    if (weights.empty())
        return model_features(saved, data);
    const auto& columns = data.columns();
    const auto found = std::find_if(columns.begin(), columns.end(),
                                    [&](const Column& column) { return column.name == weights; });
    if (found == columns.end())
        throw DataError("'" + data.source() + "' has no column '" + display_text(weights) +
                            "', which holds the observation weights that the model was fitted "
                            "with; add it.",
                        {.file = data.source(), .column_name = weights, .cell = {}});
    return feature_table(data, feature_indices(saved, data),
                         static_cast<int>(found - columns.begin()));
}

MissingRows complete_rows_from(const std::string& text, const std::string& command) {
    const MissingRows missing = missing_rows_from(text);
    if (missing == MissingRows::mar)
        throw InvalidArgument("--missing-rows mar is not available: " + command +
                              " takes complete rows. Leave the others out (drop) or refuse them "
                              "(error).");
    return missing;
}

std::string left_out_text(const FeatureTable& table, std::int64_t row_count) {
    if (table.rows_dropped == 0)
        return {};
    const bool is_one = table.rows_dropped == 1;
    return "mixtura-cli: " + std::to_string(table.rows_dropped) + " of " +
           std::to_string(row_count) + (is_one ? " rows has" : " rows have") +
           " no result, because a feature is missing: " + (is_one ? "row " : "rows ") +
           rows_left_out(table, row_count) + ".\n";
}

}  // namespace mixtura::cli
