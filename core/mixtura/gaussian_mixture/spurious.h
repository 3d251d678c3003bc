// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "mixtura/gaussian_mixture/gaussian_mixture.h"

namespace mixtura {

/// Why a fitted model is not to be trusted, in a sentence, or nothing: a floor acts, a component
/// has a smaller mass than a covariance needs, or its covariance is nearly flat.
/// @param weight_sum      sum of the case weights
/// @param floors_applied  eigenvalues that the last M-step held at their floor
/// @param has_prior       covariances have a prior, which small masses leave them to
std::string spurious_reason(const GaussianMixture& model, double weight_sum, int floors_applied,
                            bool has_prior);

/// Least mass of a component, in rows, below which a covariance of this structure is taken for an
/// accident of the rows. Where all components share one covariance it is 1: no component can
/// collapse onto its rows. Axis-aligned ones need enough rows for a variance; for all others d + 1
/// rows make a covariance positive definite.
int rows_for_covariance(CovarianceStructure structure, int feature_count);

/// "component 2 of 3" of the 0-based component k.
std::string component_of(Eigen::Index k, Eigen::Index component_count);

}  // namespace mixtura
