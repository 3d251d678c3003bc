// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace mixtura::compute {

/// Thrown out of a computation whose control was stopped; estimators turn it into
/// FitStatus::cancelled.
struct Cancelled {};

}  // namespace mixtura::compute
