// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "mixtura/gaussian_mixture/local_optima.h"
#include "mixtura/io/model_file.h"

namespace mixtura::app {

/// A solution that starts of a fit ended in.
struct SolutionRow {
    LocalOptimum optimum;
    bool isShown = false;     ///< the model is this one
    std::string firstStart;   ///< how the first of its starts began: "hierarchical"
    std::string diagnosis;    ///< of a spurious one: why it is not to be trusted
    double difference = 0.0;  ///< log-likelihood less that of the solution shown, nats
};

/// Where the starts of the model ended, the preferred solution first; starts that were degenerate
/// ended nowhere.
std::vector<SolutionRow> solutionsOf(const SavedModel& saved);

}  // namespace mixtura::app
