// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace mixtura {

/// log density of a d-variate Student-t distribution of unit scale at its centre:
/// log Gamma((nu + d) / 2) - log Gamma(nu / 2) - d/2 log(nu pi). At squared Mahalanobis distance D
/// the density is lower by (nu + d) / 2 log(1 + D / nu).
/// @param nu  degrees of freedom > 0 @param d  dimension >= 1
double student_log_centre(double nu, double d);
/// Its derivative by nu ...
double student_log_centre_slope(double nu, double d);
/// ... and its second derivative.
double student_log_centre_curvature(double nu, double d);

/// The squared Mahalanobis distance that a row of the distribution stays below with `probability`
/// in [0, 1): d times a quantile of F(d, nu).
double student_squared_radius(double probability, double nu, int d);
/// Probability that a row lies beyond `squared_distance` >= 0.
double student_tail_probability(double squared_distance, double nu, int d);

}  // namespace mixtura
