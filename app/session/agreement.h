// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "mixtura/data/data_set.h"
#include "mixtura/io/model_file.h"
#include "mixtura/plan/explanation.h"

namespace mixtura::app {

/// A column of more different values than this names no groups.
inline constexpr std::size_t labelLimit = 200;

/// Names of the columns that can hold labels: categories and whole numbers of at most `labelLimit`
/// different values.
std::vector<std::string> labelColumns(const DataSet& data, const std::stop_token& stop = {});

/// A classification held against a column of the data.
struct Agreement {
    std::vector<std::string> columns;           ///< that can hold labels
    std::string column;                         ///< the one compared; empty: none suggests itself
    std::optional<LabelComparison> comparison;  ///< none where there is no column, or a failure
    std::string failure;                        ///< why the column could not be compared
    /// Of the model, where the column is that of its known labels or classes.
    std::optional<LabelRecord> labels;
};

/// @param wanted  the column, where it can hold labels; else the first that is neither a feature nor
///                a number
/// @param table   the classified rows
Agreement agreementOf(const DataSet& data, const FeatureTable& table, const Scores& scores,
                      const std::string& wanted, const std::stop_token& stop = {});

}  // namespace mixtura::app
