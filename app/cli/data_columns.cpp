// SPDX-License-Identifier: Apache-2.0
#include "data_columns.h"

#include <algorithm>

#include "mixtura/common/error.h"

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

}  // namespace

FeatureTable model_features(const SavedModel& saved, const DataSet& data) {
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
    return feature_table(data, indices);
}

}  // namespace mixtura::cli
