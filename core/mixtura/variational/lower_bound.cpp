// SPDX-License-Identifier: Apache-2.0
#include "mixtura/variational/lower_bound.h"

#include <cmath>

#include "mixtura/common/error.h"
#include "mixtura/linalg/cholesky.h"

namespace mixtura {

using Eigen::Index;

namespace {

constexpr double log_two = 0.69314718055994530941723212145818;
constexpr double log_two_pi = 1.8378770664093454835606594728112;

}  // namespace

double log_wishart_normaliser(const MatrixRef& scale_matrix, double degrees_of_freedom) {
    const Index d = scale_matrix.rows();
    Eigen::MatrixXd factor = scale_matrix;
    if (!cholesky_in_place(factor))
        throw NumericalError(
            "A scale matrix is not positive definite: the features are nearly dependent. Leave one "
            "of them out.");
    double log_normaliser = degrees_of_freedom *
                            (half_log_determinant(factor) - 0.5 * static_cast<double>(d) * log_two);
    for (Index j = 0; j < d; ++j)
        log_normaliser -= std::lgamma(0.5 * (degrees_of_freedom - static_cast<double>(j)));
    return log_normaliser;
}

double lower_bound(const VariationalPrior& prior, const VariationalPosterior& posterior,
                   double entropy) {
    const auto d = static_cast<double>(prior.mean.size());
    const double of_prior = log_wishart_normaliser(prior.scale_matrix, prior.degrees_of_freedom);
    double bound = entropy - 0.5 * d * log_two_pi * posterior.masses.sum() +
                   log_weight_evidence(posterior.weights);
    for (Index k = 0; k < posterior.masses.size(); ++k)
        bound += of_prior -
                 log_wishart_normaliser(posterior.scale_matrices[static_cast<std::size_t>(k)],
                                        posterior.degrees_of_freedom[k]) +
                 0.5 * d * std::log(prior.mean_precision / posterior.mean_precisions[k]);
    return bound;
}

}  // namespace mixtura
