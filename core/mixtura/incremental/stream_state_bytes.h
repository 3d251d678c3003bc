// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "mixtura/incremental/stream_learner.h"

namespace mixtura {

/// Every number of the state by its own bits, little-endian, pending changes as they are.
std::string state_bytes(const StreamState& state);
/// @throw DataError  bytes that are not those of a state: too few, too many, sizes that contradict
///                   each other
StreamState state_from_bytes(std::string_view bytes);

}  // namespace mixtura
