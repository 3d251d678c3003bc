// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/solutions.h"

#include <cmath>

#include "mixtura/plan/summary.h"

namespace mixtura::app {

std::vector<SolutionRow> solutionsOf(const SavedModel& saved) {
    const std::vector<StartRecord>& starts = saved.fit.starts;
    const std::vector<RunEnd> ends = run_ends(starts);
    std::vector<SolutionRow> rows;
    for (const LocalOptimum& optimum : local_optima(ends)) {
        SolutionRow row;
        row.optimum = optimum;
        const StartRecord& first = starts[optimum.first_run];
        row.firstStart = first.start;
        row.diagnosis = first.diagnosis;
        if (saved.fit.best_start < ends.size()) {
            const RunEnd& best = ends[saved.fit.best_start];
            row.difference = optimum.log_likelihood - best.log_likelihood;
            row.isShown = best.is_spurious == optimum.is_spurious && row.difference >= 0.0 &&
                          row.difference <= same_optimum * (1.0 + std::abs(optimum.log_likelihood));
        }
        rows.push_back(row);
    }
    return rows;
}

}  // namespace mixtura::app
