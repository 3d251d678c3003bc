// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/local_optima.h"

#include <algorithm>
#include <cmath>

namespace mixtura {

namespace {

bool is_preferred(const RunEnd& a, const RunEnd& b) {
    return a.is_spurious != b.is_spurious ? b.is_spurious : a.log_likelihood > b.log_likelihood;
}

bool is_of(const RunEnd& end, const LocalOptimum& optimum) {
    return end.is_spurious == optimum.is_spurious &&
           optimum.log_likelihood - end.log_likelihood <=
               same_optimum * (1.0 + std::abs(optimum.log_likelihood));
}

}  // namespace

std::vector<LocalOptimum> local_optima(const std::vector<RunEnd>& ends) {
    std::vector<std::size_t> order;
    for (std::size_t run = 0; run < ends.size(); ++run) {
        if (std::isfinite(ends[run].log_likelihood))
            order.push_back(run);
    }
    std::ranges::stable_sort(
        order, [&](std::size_t a, std::size_t b) { return is_preferred(ends[a], ends[b]); });
    std::vector<LocalOptimum> optima;
    for (const std::size_t run : order) {
        const RunEnd& end = ends[run];
        if (optima.empty() || !is_of(end, optima.back())) {
            optima.push_back({.log_likelihood = end.log_likelihood,
                              .hits = 0,
                              .first_run = run,
                              .is_spurious = end.is_spurious});
        }
        LocalOptimum& optimum = optima.back();
        ++optimum.hits;
        optimum.first_run = std::min(optimum.first_run, run);
    }
    return optima;
}

}  // namespace mixtura
