// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "mixtura/io/csv.h"

namespace mixtura::csv {

/// Passes progress on at most every 100 ms, from whichever thread is there.
class ProgressMeter {
  public:
    /// @param progress  not owned; may be empty @param total  bytes
    ProgressMeter(const ImportProgress& progress, std::uint64_t total);

    /// `share` of the bytes were passed over.
    void add(std::size_t bytes, double share);
    void finish();

  private:
    using Clock = std::chrono::steady_clock;

    const ImportProgress& progress_;
    std::uint64_t total_;
    std::atomic<double> done_{0.0};
    std::mutex mutex_;
    Clock::time_point last_;
    std::uint64_t reported_ = 0;
};

}  // namespace mixtura::csv
