// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/solutions.h"

#include <cmath>
#include <limits>

#include "mixtura/common/fit_control.h"

namespace mixtura::app {

std::vector<SolutionRow> solutionsOf(const SavedModel& saved) {
    const std::vector<StartRecord>& starts = saved.fit.starts;
    std::vector<RunEnd> ends;
    for (const StartRecord& start : starts) {
        const bool isDegenerate = start.status == to_string(FitStatus::degenerate);
        ends.push_back({.log_likelihood = isDegenerate ? std::numeric_limits<double>::quiet_NaN()
                                                       : start.log_likelihood,
                        .is_spurious = !start.diagnosis.empty()});
    }
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
