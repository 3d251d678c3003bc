// SPDX-License-Identifier: Apache-2.0
#include "mixtura/simulation/limit_curves.h"

#include <algorithm>
#include <cmath>

#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "mixtura/common/cancelled.h"
#include "mixtura/simulation/population_limit.h"

namespace mixtura {

namespace {

std::vector<double> abscissae(double least, double greatest, int point_count, double bend) {
    std::vector<double> values;
    values.reserve(static_cast<std::size_t>(point_count));
    for (int i = 0; i < point_count; ++i)
        values.push_back(least * std::pow(greatest / least, i / std::max(point_count - 1.0, 1.0)));
    values.back() = greatest;
    // A curve rises from its bend like a square root.
    for (const double beyond : {0.0, 0.004, 0.012, 0.03}) {
        const double value = bend * (1.0 + beyond);
        if (value > least && value < greatest)
            values.insert(std::upper_bound(values.begin(), values.end(), value), value);
    }
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
}

std::vector<LimitPoint> limit_curve(const CentreArrangement& arrangement, double deviation_ratio,
                                    const std::vector<double>& signal_to_noise,
                                    const std::stop_token& stop) {
    std::vector<LimitPoint> curve;
    for (const double snr : signal_to_noise) {
        if (stop.stop_requested())
            throw Cancelled{};
        const auto limit = population_limit(arrangement, snr, deviation_ratio, stop);
        if (limit && limit->is_converged)
            curve.push_back({snr, limit->separation, limit->mean_distance});
    }
    return curve;
}

}  // namespace

std::vector<std::vector<LimitPoint>> limit_curves(const CentreArrangement& arrangement,
                                                  const std::vector<double>& deviation_ratios,
                                                  double least, double greatest, int point_count,
                                                  const FitControl& control) {
    if (!population_limit(arrangement, 1.0, 1.0, control.stop))
        return {};
    std::vector<std::vector<LimitPoint>> curves(deviation_ratios.size());
    const int cores = tbb::info::default_concurrency();
    tbb::task_arena arena(control.thread_count > 0 ? std::min(control.thread_count, cores) : cores);
    arena.execute([&] {
        tbb::parallel_for(std::size_t{0}, curves.size(), [&](std::size_t r) {
            const double ratio = deviation_ratios[r];
            const double bend = (ratio * ratio - 1.0) / arrangement.leading_share;
            try {
                curves[r] =
                    limit_curve(arrangement, ratio, abscissae(least, greatest, point_count, bend),
                                control.stop);
            } catch (const Cancelled&) {
                return;
            }
        });
    });
    if (control.stop.stop_requested())
        throw Cancelled{};
    return curves;
}

}  // namespace mixtura
