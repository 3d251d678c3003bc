// SPDX-License-Identifier: Apache-2.0
#include "mixtura/linalg/student_t.h"

#include <cmath>
#include <numbers>

#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/trigamma.hpp>

namespace mixtura {

using boost::math::digamma;
using boost::math::trigamma;

namespace {

/// What Stirling's formula leaves out of log Gamma(x), to 1e-16 for x >= 50.
double stirling_remainder(double x) {
    const double inverse = 1.0 / x;
    const double square = inverse * inverse;
    return inverse * (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0)));
}

/// Where the two log Gammas are large and nearly equal, their difference loses a digit with each
/// power of ten: beyond here it is taken by Stirling's formula.
constexpr double stirling_from = 200.0;

}  // namespace

double student_log_centre(double nu, double d) {
    if (nu > stirling_from) {
        const double half = 0.5 * nu;
        const double rise = 0.5 * d;
        return (half + rise - 0.5) * std::log1p(rise / half) - rise -
               rise * std::log(2.0 * std::numbers::pi) + stirling_remainder(half + rise) -
               stirling_remainder(half);
    }
    return std::lgamma(0.5 * (nu + d)) - std::lgamma(0.5 * nu) -
           0.5 * d * std::log(nu * std::numbers::pi);
}

double student_log_centre_slope(double nu, double d) {
    return 0.5 * (digamma(0.5 * (nu + d)) - digamma(0.5 * nu) - d / nu);
}

double student_log_centre_curvature(double nu, double d) {
    return 0.25 * (trigamma(0.5 * (nu + d)) - trigamma(0.5 * nu)) + 0.5 * d / (nu * nu);
}

double student_squared_radius(double probability, double nu, int d) {
    return d * boost::math::quantile(boost::math::fisher_f(d, nu), probability);
}

double student_tail_probability(double squared_distance, double nu, int d) {
    return boost::math::cdf(
        boost::math::complement(boost::math::fisher_f(d, nu), squared_distance / d));
}

}  // namespace mixtura
