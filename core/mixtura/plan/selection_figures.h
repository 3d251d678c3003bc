// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mixtura/io/model_file.h"
#include "mixtura/selection/criteria.h"

namespace mixtura {

/// The value of a criterion in a line of the table of models tried; NaN where it is not known.
double criterion_value(const SelectionRecord& record, Criterion criterion) noexcept;
/// Fitted, and neither degenerate nor spurious nor cancelled: could be chosen.
bool is_admissible(const SelectionRecord& record);

}  // namespace mixtura
