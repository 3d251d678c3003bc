// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mixtura/common/matrix.h"
#include "mixtura/gaussian_mixture/gaussian_mixture.h"

namespace mixtura {

/// Bhattacharyya distance of component `a` of one mixture and `b` of another, mixing weights apart:
/// -log of the integral of the root of the product of the two densities. 0 where they are equal.
double bhattacharyya_distance(const GaussianMixture& first, int a, const GaussianMixture& second,
                              int b);

/// For each row of the square `costs`, finite, its own column, so that the sum of the costs is least.
/// Source: Kuhn (1955), Nav. Res. Logist. Q. 2:83, with potentials, O(K^3).
std::vector<int> least_cost_assignment(const MatrixRef& costs);

/// The order of the components of `model` in which they lie nearest to those of `reference`, one for
/// one: component order[k] of `model` is component k of `reference`. For `reordered`.
/// @throw InvalidArgument  different numbers of components or features
std::vector<int> matching_order(const GaussianMixture& model, const GaussianMixture& reference);

}  // namespace mixtura
