// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace mixtura {

/// Thrown out of work whose stop was requested. Not an Error: the analyst asked for it.
struct Cancelled {};

}  // namespace mixtura
