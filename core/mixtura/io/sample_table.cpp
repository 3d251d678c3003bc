// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/sample_table.h"

#include <algorithm>
#include <utility>

#include "mixtura/io/csv.h"
#include "mixtura/io/number_format.h"

namespace mixtura {

std::string component_column(const std::vector<std::string>& features) {
    std::string name = "component";
    while (std::find(features.begin(), features.end(), name) != features.end()) name += "_";
    return name;
}

std::vector<std::string> plain_feature_names(int feature_count) {
    std::vector<std::string> names;
    for (int j = 1; j <= feature_count; ++j)
        names.push_back(std::string("x").append(std::to_string(j)));
    return names;
}

std::string sample_csv(const std::vector<std::string>& features, const Sample& drawn) {
    std::string text;
    for (const std::string& name : features) text += csv_field(name) + ",";
    text += csv_field(component_column(features)) + "\n";
    for (Eigen::Index i = 0; i < drawn.observations.rows(); ++i) {
        for (Eigen::Index j = 0; j < drawn.observations.cols(); ++j)
            text += exact_text(drawn.observations(i, j)) + ",";
        text += std::to_string(drawn.number_of(static_cast<std::size_t>(i))) + "\n";
    }
    return text;
}

nlohmann::json sample_json(const std::vector<std::string>& features, const Sample& drawn) {
    nlohmann::json observations = nlohmann::json::array();
    nlohmann::json components = nlohmann::json::array();
    for (Eigen::Index i = 0; i < drawn.observations.rows(); ++i) {
        nlohmann::json row = nlohmann::json::array();
        for (const double value : drawn.observations.row(i)) row.push_back(value);
        observations.push_back(std::move(row));
        components.push_back(drawn.number_of(static_cast<std::size_t>(i)));
    }
    return {{"features", features},
            {"observations", std::move(observations)},
            {"components", std::move(components)}};
}

}  // namespace mixtura
