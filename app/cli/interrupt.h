// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <thread>

namespace mixtura::cli {

/// While it lives, Ctrl-C (SIGINT) requests a stop instead of ending the program; a second Ctrl-C
/// ends it at once. Make it before any other thread: they inherit the blocked signal.
class Interrupt {
  public:
    Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;
    Interrupt(Interrupt&&) = delete;
    Interrupt& operator=(Interrupt&&) = delete;
    ~Interrupt();
    [[nodiscard]] std::stop_token token() const noexcept { return source_.get_token(); }

  private:
    std::stop_source source_;
    std::thread waiter_;
};

}  // namespace mixtura::cli
