// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <Eigen/Core>

#include "mixtura/common/matrix.h"
#include "mixtura/incremental/incremental_options.h"
#include "mixtura/incremental/tiled_triangle.h"

namespace mixtura {

/// One component of an incremental mixture: C = (kappa V0 + S) / nu, where S is the weighted scatter
/// of what it learned about its mean, kept as the precision C^-1.
///
/// The last change of the precision may be pending: it is applied in the pass that computes the next
/// row's distance, which halves the traffic of memory. Vectors beside `initial_variances` and
/// `variances` are padded to whole tiles, with zeros at their end.
struct IncrementalComponent {
    std::int64_t id = 0;                 ///< number of the birth, never used again
    std::int64_t born_at = 0;            ///< 1-based row
    int class_index = -1;                ///< 0-based; -1: of no class
    Eigen::VectorXd mean;                ///< mu, padded
    TiledTriangle precision;             ///< C^-1, but for the pending change
    double log_det = 0.0;                ///< log |C|
    double mass = 1.0;                   ///< n: responsibilities, decayed
    double covariance_mass = 1.0;        ///< nu
    double prior_mass = 1.0;             ///< kappa
    std::int64_t age = 1;                ///< rows that it had a part in
    std::int64_t refactor_count = 0;     ///< rows since the last factorisation
    std::int64_t refactor_interval = 0;  ///< rows between two
    Eigen::VectorXd initial_variances;   ///< d, the diagonal of V0
    Eigen::VectorXd variances;           ///< d, the diagonal of C
    bool has_pending = false;
    double pending_scale = 1.0;        ///< C^-1 is pending_scale (precision - ...
    double pending_coefficient = 0.0;  ///< ... pending_coefficient v v')
    Eigen::VectorXd pending_vector;    ///< v, padded
};

/// A component at `x` (padded) that has learned nothing but it.
IncrementalComponent component_at(const VectorRef& x, const VectorRef& initial_variances,
                                  double weight, double prior_strength);

/// Distance of a row from a component.
struct ComponentDistance {
    Eigen::VectorXd difference;  ///< e = x - mu, padded; unknown cells hold their expectation
    Eigen::VectorXd image;       ///< y = C^-1 e, padded
    double squared = 0.0;        ///< e' C^-1 e, of the known cells
    double log_det = 0.0;        ///< log |C|, of the known cells
};

/// e = x - mu, y and e' y for a complete row `x` (padded); applies the pending change.
void measure(IncrementalComponent& component, const VectorRef& x, ComponentDistance& distance);
/// Applies the pending change, if there is one, to the same bits as `measure`.
void apply_pending(IncrementalComponent& component) noexcept;
/// The precision with the pending change applied, d x d.
Eigen::MatrixXd precision_matrix(const IncrementalComponent& component);

/// How one row changes a component of decayed masses, for a share p of it.
struct UpdateCoefficients {
    double mean_step = 0.0;  ///< omega = p / n'
    double shrinkage = 1.0;  ///< a = nu / nu'
    double log_shrinkage = 0.0;
    double rank_one = 0.0;  ///< theta: C' = a (C + theta e e')
};
UpdateCoefficients exact_coefficients(double mass, double covariance_mass, double share) noexcept;
/// As printed: theta (1 - omega) = omega (1 - 3 omega + omega^2), which is negative for large omega.
UpdateCoefficients published_coefficients(double mass, double share) noexcept;

/// Where omega (1 + d^2) is below this, a row moves mean and covariance by less than their rounding:
/// then it changes masses alone. (A bound on omega alone would lose what far rows add up to.)
inline constexpr double negligible_step = 0x1p-53;
/// Whether a row at a squared distance moves more than masses.
bool moves_component(double mass_after, double share, double squared_distance) noexcept;

/// mu' = mu + omega e, C' = a (C + theta e e'), by the identities of Sherman-Morrison and of the
/// determinant. Leaves the change of the precision pending, and takes the distance's image for it.
void take_step(IncrementalComponent& component, ComponentDistance& distance,
               const UpdateCoefficients& coefficients);

/// Learns a share of a row: n' and nu' from masses that have already decayed, then a step.
/// @return false if the published rule would have lost positive definiteness (and the exact one was
///         used)
/// Source: Pinto & Engel 2015, with the exact scatter recursion (Welford 1962, West 1979).
bool learn(IncrementalComponent& component, ComponentDistance& distance, double share,
           UpdateRule rule);

/// What a factorisation found.
struct RefactorOutcome {
    bool is_repaired = false;
    double log_det_change = 0.0;
};
/// Recomputes log |C| from the precision, gives the prior the weight back that it lost by forgetting
/// (C = (nu C + g V0) / (nu + g), g = prior_strength - kappa), and repairs a matrix that is no longer
/// positive definite. Time d^3.
RefactorOutcome refactorise(IncrementalComponent& component, double prior_strength);

/// C, exactly symmetric. Time d^3.
Eigen::MatrixXd covariance_matrix(const IncrementalComponent& component);
/// Sets C, its inverse, log-determinant and diagonal. @param covariance positive definite
void set_covariance(IncrementalComponent& component, const Eigen::MatrixXd& covariance);

}  // namespace mixtura
