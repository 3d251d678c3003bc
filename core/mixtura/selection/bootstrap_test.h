// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mixtura/gaussian_mixture/em_fit.h"

namespace mixtura {

/// Likelihood-ratio test of K components against K + 1 of the same covariance structure.
struct BootstrapTest {
    int component_count = 0;         ///< K
    double statistic = 0.0;          ///< 2 (log L_{K+1} - log L_K) on the data
    std::vector<double> replicates;  ///< the same on samples from the K-component fit, ascending
    int failure_count = 0;           ///< samples that one of the models could not be fitted to
    /// (1 + how many replicates reach the statistic) / (1 + replicates)
    [[nodiscard]] double p_value() const noexcept;
    /// The value that a part `level` of the replicates exceeds (type-7 quantile).
    [[nodiscard]] double critical_value(double level) const;
};

/// Parametric bootstrap of the likelihood ratio, whose distribution is not chi-square here: draws
/// samples of `row_count` rows from `null_fit` and fits both models to each. A sample's fits start
/// from the two fits given and from the starts of `options`, the better one counts: options that
/// search as the two fits were searched make the comparison fair.
/// Source: McLachlan (1987), Appl. Stat. 36:318.
///
/// @param null_fit, alternative_fit  of K and K + 1 components, without case weights
/// @param options  as the fits had; count and structure are taken from the fits
/// @throw InvalidArgument     the fits are not of K and K + 1 components of one structure
/// @throw NumericalError      no sample could be fitted
/// @throw compute::Cancelled  the stop was requested
/// The same bits for any number of threads. Time that of 4 replicate_count fits.
BootstrapTest bootstrap_test(const EmFit& null_fit, const EmFit& alternative_fit,
                             Eigen::Index row_count, const EmOptions& options, int replicate_count,
                             const FitControl& control = {});

}  // namespace mixtura
