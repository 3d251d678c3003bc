// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mixtura/gaussian_mixture/em_problem.h"
#include "mixtura/selection/search.h"

namespace mixtura {

/// Sees to it that no model has a lower log-likelihood than one that is nested in it. A structure
/// nested in another is a special case of it, and so is its best fit; where EM from its own starts
/// ended the richer structure lower, or in nothing admissible, one run more begins at the best
/// nested fit of the same component count and can only climb from there (where it climbs into a
/// spurious solution, the model keeps what it had).
///
/// Structures are taken from the simplest to the richest, so that one improvement leads to the
/// next; component counts side by side. @return whether the stop was requested on the way; what was
/// reached is complete
bool raise_above_nested_fits(std::vector<Candidate>& candidates, const EmProblem& problem,
                             const EmOptions& options, const FitControl& control);

/// One run more of each model from the most promising fit of another structure with as many
/// components: the one from which a few iterations lead highest. Groups that one structure found
/// are starts for the others that no partition of the rows alone would suggest.
/// Both report the stage "sharing starts", from any thread: the observer takes calls one at a time.
/// @return as `raise_above_nested_fits`
bool exchange_starts(std::vector<Candidate>& candidates, const EmProblem& problem,
                     const EmOptions& options, const FitControl& control);

}  // namespace mixtura
