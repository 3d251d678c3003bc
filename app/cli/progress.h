// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "mixtura/selection/search.h"

namespace mixtura::cli {

/// One line on standard error that is rewritten while the work goes on: what, iteration,
/// log-likelihood, elapsed time, estimate of what is left. Silent unless standard error is a
/// terminal.
class ProgressLine final : public SearchObserver {
  public:
    /// @param model_count  models a search will fit, 0 if there is no search
    /// @param em           when each of them stops
    /// @param climbed      what the iterations raise
    explicit ProgressLine(bool quiet, std::size_t model_count = 0, const EmOptions& em = {},
                          std::string climbed = "log-likelihood");
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;
    ProgressLine(ProgressLine&&) = delete;
    ProgressLine& operator=(ProgressLine&&) = delete;
    ~ProgressLine() override;

    void on_iteration(const IterationReport& report) override;
    void on_progress(std::string_view what, double done, double total) override;
    void on_candidate(std::size_t index, const Candidate& candidate) override;
    /// Wipes the line.
    void clear();

  private:
    using Clock = std::chrono::steady_clock;
    /// True at most ten times a second.
    bool is_due();
    void show(const std::string& text);
    [[nodiscard]] double elapsed() const;
    /// What is left of the only run there is, in seconds, from the pace between the last two
    /// reports shown; nothing while it cannot be known.
    std::optional<double> seconds_left(const IterationReport& report);

    bool is_active_;
    bool is_shown_ = false;
    std::size_t model_count_;
    std::size_t models_done_ = 0;
    EmOptions em_;
    std::string climbed_;
    int last_iteration_ = -1;
    double last_remaining_ = 0.0;
    Clock::time_point last_shown_ = Clock::now();
    Clock::time_point start_ = Clock::now();
    Clock::time_point last_ = start_;
    Clock::time_point search_start_ = start_;
};

}  // namespace mixtura::cli
