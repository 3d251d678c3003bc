// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "mixtura/gaussian_mixture/gaussian_mixture.h"

namespace mixtura {

/// A name for the column of components that is not one of the features.
std::string component_column(const std::vector<std::string>& features);
/// "x1", "x2", ...: names of the features of a mixture that has none.
std::vector<std::string> plain_feature_names(int feature_count);
/// Rows drawn from a mixture as CSV: the features, then the component of each row from 1.
/// @param features  d names
std::string sample_csv(const std::vector<std::string>& features, const Sample& drawn);
/// The same as one document: features, observations row by row, components from 1.
nlohmann::json sample_json(const std::vector<std::string>& features, const Sample& drawn);

}  // namespace mixtura
