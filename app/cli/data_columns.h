// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mixtura/common/fit_control.h"
#include "mixtura/data/data_set.h"
#include "mixtura/io/csv.h"
#include "mixtura/io/model_file.h"

namespace mixtura::cli {

/// Reads data for a model. A cell that cannot be read in a column that the model does not need is no
/// reason to stop: that column is read as text.
/// @throw DataError, FileError, compute::Cancelled  as import_data
ImportResult import_for_model(const SavedModel& saved, const std::string& path, CsvOptions options,
                              const FitControl& control);

/// The features of a model found by name in other data.
/// @throw DataError  names the first column that is missing or not numeric
FeatureTable model_features(const SavedModel& saved, const DataSet& data,
                            MissingRows missing = MissingRows::drop);
/// The same with the observation weights that the model was fitted with, if any.
FeatureTable model_features_and_weights(const SavedModel& saved, const DataSet& data);

/// The value of --missing-rows of a command that takes complete rows alone.
/// @throw InvalidArgument  any other text than drop and error
MissingRows complete_rows_from(const std::string& text, const std::string& command);

/// For standard error: how many rows have no result and which, as far as a line holds them; empty
/// where every row has one.
std::string left_out_text(const FeatureTable& table, std::int64_t row_count);

}  // namespace mixtura::cli
