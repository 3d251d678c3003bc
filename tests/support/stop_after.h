// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>

#include "mixtura/selection/search.h"

namespace mixtura::test {

/// Requests a stop when `limit` iterates have been reported.
class StopAfter final : public SearchObserver {
  public:
    explicit StopAfter(int limit) : limit_(limit) {}
    void on_iteration(const IterationReport& /*report*/) override {
        if (++seen_ == limit_)
            source_.request_stop();
    }
    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

  private:
    int limit_;
    int seen_ = 0;
    std::stop_source source_;
};

}  // namespace mixtura::test
