// SPDX-License-Identifier: Apache-2.0
#define MIXTURA_LANES 8
#define MIXTURA_VECTORS 4
#define MIXTURA_COLUMNS 4
#define MIXTURA_LEVEL v4
#include "gaussian_kernels.inc"
