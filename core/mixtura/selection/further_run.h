// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <vector>

#include "mixtura/gaussian_mixture/em_problem.h"
#include "mixtura/selection/search.h"

namespace mixtura {

/// The candidates of more than one component, by count, those of fewer parameters first.
std::map<int, std::vector<Candidate*>> by_component_count(std::vector<Candidate>& candidates);

/// One run more of `candidate`, begun at the fit of `source`, which has as many components: it
/// stands behind the other runs under the name of the source's structure, and its solution is
/// taken where it is the better one. A run that fails changes nothing. Its iterations are not reported.
/// @return false where it was cancelled; nothing has changed then
bool run_further(const Candidate& source, const EmProblem& problem, const EmOptions& options,
                 const FitControl& control, Candidate& candidate);

}  // namespace mixtura
