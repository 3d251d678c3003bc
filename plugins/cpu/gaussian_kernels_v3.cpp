// SPDX-License-Identifier: Apache-2.0
#define MIXTURA_LANES 4
#define MIXTURA_VECTORS 2
#define MIXTURA_COLUMNS 2
#define MIXTURA_LEVEL v3
#include "gaussian_kernels.inc"
