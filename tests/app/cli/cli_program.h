// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "support/data_file.h"
#include "support/process.h"
#include "support/temporary_folder.h"

namespace mixtura::test {

/// Runs the built mixtura-cli.
ProcessResult cli(const std::vector<std::string>& arguments, const ProcessOptions& options = {});

/// Fits a model to `data` and writes it to the file `name` of the folder; returns its path.
std::string fitted_model(const TemporaryFolder& folder, const std::string& name,
                         const std::string& data, const std::vector<std::string>& options);

/// The fields of simple CSV text (no quotes), row by row.
std::vector<std::vector<std::string>> fields(const std::string& csv);

/// `document` without the times, which differ from run to run.
nlohmann::json without_seconds(nlohmann::json document);

/// Why a model file does not fit the JSON Schema; empty where it does. "skip: ..." where there is
/// no validator on this machine.
std::string schema_problem(const std::string& model_path);

}  // namespace mixtura::test
