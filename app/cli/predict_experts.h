// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "mixtura/io/csv.h"

#include "arguments.h"

namespace mixtura::cli {

/// `predict` for a model file of a mixture of experts: mean, variance and interval of each row, and
/// where the data has the response, also classification, log density and responsibilities.
int predict_experts(const std::string& model_path, const std::string& data_path,
                    const CsvOptions& options, const std::string& output, bool as_json,
                    const RunArguments& run);

}  // namespace mixtura::cli
