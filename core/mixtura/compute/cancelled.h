// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mixtura/common/cancelled.h"

namespace mixtura::compute {

/// Thrown out of a computation whose control was stopped; estimators turn it into
/// FitStatus::cancelled.
using mixtura::Cancelled;

}  // namespace mixtura::compute
