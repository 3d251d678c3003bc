// SPDX-License-Identifier: Apache-2.0
#include "progress.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

#include "mixtura/io/number_format.h"

#include "text_table.h"

namespace mixtura::cli {

namespace {

std::string seconds_text(double seconds) {
    if (seconds < 100.0)
        return fixed_text(seconds, seconds < 10.0 ? 1 : 0) + " s";
    if (seconds < 6000.0)
        return fixed_text(seconds / 60.0, 0) + " min";
    return fixed_text(seconds / 3600.0, 0) + " h";
}

/// A line that is longer than the terminal is wide would not be rewritten but repeated.
std::size_t line_limit() {
    winsize size{};
    const bool is_known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 10;
    return is_known ? size.ws_col - 2U : 78U;
}

}  // namespace

ProgressLine::ProgressLine(bool quiet, std::size_t model_count, const EmOptions& em,
                           std::string climbed)
    : is_active_(!quiet && ::isatty(STDERR_FILENO) == 1),
      model_count_(model_count),
      em_(em),
      climbed_(std::move(climbed)) {}

ProgressLine::~ProgressLine() {
    clear();
}

double ProgressLine::elapsed() const {
    return std::chrono::duration<double>(Clock::now() - start_).count();
}

bool ProgressLine::is_due() {
    using namespace std::chrono_literals;
    const Clock::time_point now = Clock::now();
    if (!is_active_ || now - last_ < 100ms)
        return false;
    last_ = now;
    return true;
}

void ProgressLine::show(const std::string& text) {
    std::cerr << "\r\033[K" << display_text(text, line_limit()) << std::flush;
    is_shown_ = true;
}

void ProgressLine::clear() {
    if (is_shown_)
        std::cerr << "\r\033[K" << std::flush;
    is_shown_ = false;
}

std::optional<double> ProgressLine::seconds_left(const IterationReport& report) {
    const Clock::time_point now = Clock::now();
    const double iterations = report.iteration - last_iteration_;
    const double seconds = std::chrono::duration<double>(now - last_shown_).count();
    const double last_remaining = std::exchange(last_remaining_, report.remaining);
    const bool is_first = std::exchange(last_iteration_, report.iteration) < 0;
    last_shown_ = now;
    if (is_first || iterations <= 0 || em_.run_count != 1)
        return std::nullopt;
    double iterations_left = em_.iteration_limit - report.iteration;
    if (em_.tolerance > 0.0) {
        // Near the end the distance to the limit shrinks by the same factor at every iteration.
        const double rate = std::log(last_remaining / report.remaining) / iterations;
        if (!(rate > 0.0 && std::isfinite(rate)))
            return std::nullopt;
        iterations_left =
            std::clamp(std::log(report.remaining / em_.tolerance) / rate, 0.0, iterations_left);
    }
    return iterations_left * seconds / iterations;
}

void ProgressLine::on_iteration(const IterationReport& report) {
    if (!is_due())
        return;
    std::string text = std::string(report.model) + "  iteration " +
                       std::to_string(report.iteration) + "  " + climbed_ + " " +
                       fixed_text(report.log_likelihood, 3) + "  " + seconds_text(elapsed());
    if (model_count_ > 1) {
        text = std::to_string(models_done_) + "/" + std::to_string(model_count_) + "  " + text;
        if (models_done_ > 0) {
            const double used = std::chrono::duration<double>(Clock::now() - search_start_).count();
            text += ", about " +
                    seconds_text(used * static_cast<double>(model_count_ - models_done_) /
                                 static_cast<double>(models_done_)) +
                    " left";
        }
    } else if (const std::optional<double> left = seconds_left(report)) {
        text += ", about " + seconds_text(*left) + " left";
    }
    show(text);
}

void ProgressLine::on_progress(std::string_view what, double done, double total) {
    if (models_done_ == 0)
        search_start_ = Clock::now();
    if (!is_due())
        return;
    std::string text(what);
    if (total > 0.0)
        text += "  " + fixed_text(100.0 * done / total, 0) + " %";
    show(text + "  " + seconds_text(elapsed()));
}

void ProgressLine::on_candidate(std::size_t /*index*/, const Candidate& /*candidate*/) {
    if (models_done_ < model_count_)
        ++models_done_;
}

}  // namespace mixtura::cli
