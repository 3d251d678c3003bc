// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mixtura/compute/backend_abi.h"

namespace mixtura_cpu {

/// The CPU engine at an instruction set level ("base", "v3", "v4"), or null where this machine
/// lacks it. Tests compare the levels through it.
const mxt_api* backend_at_level(const char* level);

}  // namespace mixtura_cpu

/// The CPU engine at the level chosen for this process, linked into the core.
extern "C" const mxt_api* mixtura_cpu_backend_entry_v1(uint32_t host_abi_major);
