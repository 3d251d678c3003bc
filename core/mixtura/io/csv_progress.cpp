// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_progress.h"

#include <algorithm>

namespace mixtura::csv {

ProgressMeter::ProgressMeter(const ImportProgress& progress, std::uint64_t total)
    : progress_(progress), total_(total), last_(Clock::now()) {}

void ProgressMeter::add(std::size_t bytes, double share) {
    if (!progress_)
        return;
    const double before = done_.fetch_add(static_cast<double>(bytes) * share);
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock.owns_lock() || Clock::now() - last_ < std::chrono::milliseconds(100))
        return;
    last_ = Clock::now();
    const double done = before + static_cast<double>(bytes) * share;
    reported_ = std::max(reported_, std::min(total_, static_cast<std::uint64_t>(done)));
    progress_(reported_, total_);
}

void ProgressMeter::finish() {
    if (progress_)
        progress_(total_, total_);
}

}  // namespace mixtura::csv
