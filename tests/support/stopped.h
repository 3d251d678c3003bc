// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <stop_token>

namespace mixtura::test {

/// A stop that has been asked for. (Its source lies on the heap: for one on the stack g++ 12 warns of
/// memory that is not initialised.)
inline std::stop_token stopped() {
    const auto source = std::make_unique<std::stop_source>();
    source->request_stop();
    return source->get_token();
}

}  // namespace mixtura::test
