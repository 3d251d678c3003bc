// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "mixtura/simulation/misspecification_study.h"

namespace mixtura {

/// One line for each cell, with a header; a figure that is not known is empty.
std::string study_csv(const MisspecificationStudy& study);
/// Arrangement, options and cells; a figure that is not known is null.
nlohmann::json to_json(const MisspecificationStudy& study);

}  // namespace mixtura
