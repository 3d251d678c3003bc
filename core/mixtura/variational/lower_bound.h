// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mixtura/variational/variational_posterior.h"

namespace mixtura {

/// Lower bound of the log evidence log p(X), nats, all constants kept, of the posterior that is the
/// best for the responsibilities whose entropy is given:
///
///     -sum r log r - N d/2 log 2 pi + log C(alpha_0) / C(alpha)
///     + sum_k [log B(W_0, nu_0) - log B(W_k, nu_k) + d/2 log(beta_0 / beta_k)]
///
/// with the normalising constants C of the weights and B of the Wishart distributions. Bounds of
/// different K, priors and starts may be compared; a K! of equivalent numberings is not counted.
/// Source: Bishop (2006), PRML, eqs. 10.70 to 10.77, with the optimum of M put in.
///
/// @param entropy     of the responsibilities that `posterior` was updated from
/// @throw NumericalError  a scale matrix is not positive definite
/// Time O(K d^3).
double lower_bound(const VariationalPrior& prior, const VariationalPosterior& posterior,
                   double entropy);

/// log B(W, nu) of a Wishart distribution without the part -d(d - 1)/4 log pi, which no posterior
/// changes. @param scale_matrix  W^-1
double log_wishart_normaliser(const MatrixRef& scale_matrix, double degrees_of_freedom);

}  // namespace mixtura
