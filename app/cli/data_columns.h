// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "mixtura/data/data_set.h"
#include "mixtura/io/model_file.h"

namespace mixtura::cli {

/// The features of a model found by name in other data, rows with a missing feature left out.
/// @throw DataError  names the first column that is missing or not numeric
FeatureTable model_features(const SavedModel& saved, const DataSet& data);

}  // namespace mixtura::cli
