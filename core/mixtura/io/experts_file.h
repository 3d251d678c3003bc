// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mixtura/experts/experts_inference.h"
#include "mixtura/experts/experts_model.h"
#include "mixtura/io/model_file.h"

namespace mixtura {

/// Standard errors as they were asked for.
struct ExpertsErrorRecord {
    std::string kind;               ///< "observed", "opg" or "sandwich"
    experts::ExpertsErrors errors;  ///< nothing where there is a failure
    std::string failure;            ///< not empty: why there are none
};

/// A fitted mixture of experts with its provenance: the content of a model file of the kind
/// `mixture_of_experts`. The selection's structure is the family of the experts.
struct SavedExperts {
    DataProvenance data;  ///< `features`: the covariates, expert covariates first, each once
    std::string response;
    std::vector<std::string> expert_covariates;  ///< (p - 1) / degree columns
    int degree = 1;  ///< each expert covariate has its powers up to this one as terms
    std::vector<std::string> gate_covariates;  ///< q - 1 columns
    nlohmann::json options = nlohmann::json::object();
    experts::ExpertsModel model;
    FitRecord fit;
    std::vector<SelectionRecord> selection;
    std::optional<ExpertsErrorRecord> standard_errors;  ///< written, not read
};

/// Highest degree that a command takes and a reader believes.
inline constexpr int degree_limit = 10;
/// The terms of the covariates: "x", "x^2", ... of each. @param degree  >= 1
std::vector<std::string> power_names(const std::vector<std::string>& covariates, int degree);

/// Whether the file at `path` says that it holds a mixture of experts; false for what is no JSON.
/// @throw FileError  the file cannot be read
bool is_experts_file(const std::string& path);
/// The text of the model file.
std::string experts_file_text(const SavedExperts& saved);
/// @throw FileError  the file cannot be read
/// @throw DataError  a newer version, a missing key, a wrong shape or value; names the key's path
SavedExperts read_experts_file(const std::string& path);

}  // namespace mixtura
