// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <vector>

#include "mixtura/common/matrix.h"

namespace mixtura {

/// Which rows look like scattered noise beside denser groups, as a start for a fit with a noise
/// component: the distances to the kth nearest row are split into those of two Poisson processes of
/// different intensity by EM. At least one row and at most half of them are.
///
/// Distances are taken in standardised features, to all rows or, of many, to an evenly spaced
/// subset. Deterministic. Time O(n m d) with m = n up to 5,000 rows and O(1e8 / n) beyond, not
/// below 500.
/// Source: Byers & Raftery (1998), J. Am. Stat. Assoc. 93:577.
/// @param observations  n x d, n >= 2, finite, no constant feature
/// @return row indices, ascending
/// @throw compute::Cancelled  the stop was requested
std::vector<Eigen::Index> clutter_rows(const MatrixRef& observations, const std::stop_token& stop);

}  // namespace mixtura
