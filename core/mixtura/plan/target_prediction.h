// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mixtura/common/matrix.h"
#include "mixtura/data/data_set.h"
#include "mixtura/io/model_file.h"

namespace mixtura {

/// Whether the model predicts a column from its other features.
bool has_target(const SavedModel& saved) noexcept;

/// The model of what a target is predicted from: features that are the target itself, or indicate its
/// classes, are integrated out. The model as it is where it has none such.
SavedModel input_model(const SavedModel& saved);

/// What a model says of its target, row by row.
struct TargetPrediction {
    std::vector<std::string> classes;          ///< C of a classification, else empty
    std::vector<std::int32_t> classification;  ///< n, most probable class, 0-based
    Eigen::MatrixXd probabilities;             ///< n x C
    Eigen::VectorXd mean;                      ///< n of a regression
    Eigen::VectorXd variance;                  ///< n
    Eigen::VectorXd lower;                     ///< n, 2.5 % point of the predictive mixture
    Eigen::VectorXd upper;                     ///< n, 97.5 % point
};

/// @param saved   a model that has a target
/// @param inputs  n x d, the features of its input model
TargetPrediction predict_target(const SavedModel& saved, const MatrixRef& inputs);

/// How good the predictions are on rows whose target `data` knows.
struct TargetScore {
    std::int64_t row_count = 0;
    double accuracy = 0.0;  ///< of a classification; a class that the model does not know is wrong
    double rmse = 0.0;      ///< of a regression
};
/// No rows where the data have no such column.
TargetScore score_target(const SavedModel& saved, const TargetPrediction& prediction,
                         const FeatureTable& table, const DataSet& data);

/// `assignments`, the CSV of `row_count` rows, with columns of the prediction behind its own.
std::string with_target_columns(const std::string& assignments, const FeatureTable& table,
                                const TargetPrediction& prediction, std::int64_t row_count);

}  // namespace mixtura
