// SPDX-License-Identifier: Apache-2.0
#include "data_columns.h"

#include <algorithm>

#include "mixtura/common/error.h"

namespace mixtura::cli {

FeatureTable model_features(const SavedModel& saved, const DataSet& data) {
    std::vector<std::size_t> indices;
    for (const std::string& name : saved.data.features) {
        const auto& columns = data.columns();
        const auto found = std::find_if(columns.begin(), columns.end(),
                                        [&](const Column& column) { return column.name == name; });
        if (found == columns.end())
            throw DataError(
                "'" + data.source() + "' has no column '" + name + "', which the model needs.",
                {.file = data.source(), .column_name = name, .cell = {}});
        indices.push_back(static_cast<std::size_t>(found - columns.begin()));
    }
    return feature_table(data, indices);
}

}  // namespace mixtura::cli
