// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mixtura/plan/plan.h"

namespace mixtura {

/// Whether a plan can be run, as far as it can be told without the data.
/// @throw InvalidArgument  an option out of range, options that exclude each other; what to do
void check_plan(const Plan& plan);

}  // namespace mixtura
