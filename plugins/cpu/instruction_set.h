// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gaussian_kernels.h"

namespace mixtura_cpu {

/// The kernels of `level` ("base", "v3", "v4"), or null where this machine or this build lacks
/// them or the name is unknown.
const GaussianKernels* kernels_of(const char* level);

/// The kernels used by this process: the level named by the environment variable MIXTURA_ISA
/// where this machine has it, otherwise the highest it has. Chosen once.
const GaussianKernels& chosen_kernels();

}  // namespace mixtura_cpu
