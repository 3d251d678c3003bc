// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "mixtura/experts/experts_model.h"
#include "mixtura/io/model_file.h"

namespace mixtura {

/// A fitted mixture of experts with its provenance: the content of a model file of the kind
/// `mixture_of_experts`. The selection's structure is the family of the experts.
struct SavedExperts {
    DataProvenance data;  ///< `features`: the covariates, expert covariates first, each once
    std::string response;
    std::vector<std::string> expert_covariates;  ///< p - 1 columns
    std::vector<std::string> gate_covariates;    ///< q - 1 columns
    nlohmann::json options = nlohmann::json::object();
    experts::ExpertsModel model;
    FitRecord fit;
    std::vector<SelectionRecord> selection;
};

/// Whether the file at `path` says that it holds a mixture of experts; false for what is no JSON.
/// @throw FileError  the file cannot be read
bool is_experts_file(const std::string& path);
/// The text of the model file.
std::string experts_file_text(const SavedExperts& saved);
/// @throw FileError  the file cannot be read
/// @throw DataError  a newer version, a missing key, a wrong shape or value; names the key's path
SavedExperts read_experts_file(const std::string& path);

}  // namespace mixtura
