// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mixtura/gaussian_mixture/em_fit.h"
#include "mixtura/gaussian_mixture/em_problem.h"

namespace mixtura {

/// Iterations of a short run.
inline constexpr int short_run_iterations = 5;

/// The starts 1 to `options.short_run_count`, the most promising first: by the log-likelihood after
/// a few EM iterations, those that degenerate or are spurious last; equal ones in their order.
/// Source: Biernacki, Celeux & Govaert (2003), Comput. Stat. Data Anal. 41:561.
/// @throw compute::Cancelled  the stop was requested
/// Time that of short_run_count * short_run_iterations EM iterations, in parallel; keeps no model.
std::vector<int> rank_starts(const EmProblem& problem, const EmOptions& options,
                             const FitControl& control);

}  // namespace mixtura
