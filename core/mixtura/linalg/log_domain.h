// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mixtura/common/matrix.h"

namespace mixtura {

/// log sum_i exp(v_i) without overflow or underflow of the sum; -inf for an empty vector or where
/// every entry is -inf.
double log_sum_exp(const VectorRef& values) noexcept;

/// (prod_i v_i)^(1/size), by logarithms: no overflow, whatever the size. Zero if an entry is zero.
/// @param values  non-negative, at least one
double geometric_mean(const VectorRef& values) noexcept;

}  // namespace mixtura
