// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "mixtura/common/matrix.h"
#include "mixtura/io/json_reader.h"

namespace mixtura {

/// What the model file of an incremental mixture holds beyond that of another mixture.
struct IncrementalRecord {
    static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

    std::vector<Eigen::MatrixXd> precisions;  ///< K of d x d
    std::vector<double> masses;               ///< K
    std::vector<std::int64_t> ages;           ///< K, rows
    std::vector<std::int64_t> component_ids;  ///< K, numbers of their births

    std::string target;       ///< its column; empty: none
    std::string target_kind;  ///< "classification" or "regression"
    std::string class_model;  ///< of a classification: "tagged" or "joint"
    std::vector<std::string> classes;
    std::vector<int> component_classes;  ///< K, 0-based, of a tagged classification

    std::int64_t rows_seen = 0;
    double prequential_log_likelihood = unknown;  ///< mean, nats a row
    double prequential_accuracy = unknown;
    double prequential_rmse = unknown;
    nlohmann::json counters = nlohmann::json::object();
    nlohmann::json history = nlohmann::json::array();
};

/// Adds the record to the document of a model file.
void add_incremental(nlohmann::json& document, const IncrementalRecord& record);
/// @throw DataError  a missing key, a wrong shape; names the key's path
IncrementalRecord read_incremental(const JsonReader& root, std::size_t component_count,
                                   std::size_t feature_count);

}  // namespace mixtura
