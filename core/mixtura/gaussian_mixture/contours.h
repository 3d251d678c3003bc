// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mixtura/gaussian_mixture/density_grid.h"

namespace mixtura {

/// A connected piece of a level line; closed where first and last point are equal.
using ContourLine = std::vector<PlanePoint>;

/// The lines on which the grid's density equals `level`, by marching squares: linear interpolation
/// along the cells' edges, a saddle (two opposite corners above) resolved by the mean of its four
/// corners, the segments of neighbouring cells joined. A node counts as above where its density is
/// >= level. Lines end only at the border of the grid.
/// Time O(nodes).
std::vector<ContourLine> contour_lines(const DensityGrid& grid, double level);

}  // namespace mixtura
