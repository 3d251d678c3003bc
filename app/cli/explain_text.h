// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "mixtura/io/model_file.h"
#include "mixtura/plan/explanation.h"

namespace mixtura::cli {

/// Tables for a reader of what was worked out; one section for each part that is there.
std::string explanation_text(const SavedModel& saved, const FeatureTable& table,
                             const Explanation& explanation,
                             const std::optional<LabelComparison>& labels);

}  // namespace mixtura::cli
