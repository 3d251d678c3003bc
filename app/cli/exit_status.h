// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace mixtura::cli {

inline constexpr int exit_done = 0;
inline constexpr int exit_fit_failed = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_data = 3;
inline constexpr int exit_resource = 4;  ///< backend, file, memory
inline constexpr int exit_cancelled = 130;

/// Runs `action`; turns an exception into one sentence on standard error and its exit status.
int guarded(const std::function<int()>& action);

}  // namespace mixtura::cli
