// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mixtura/common/fit_control.h"
#include "mixtura/common/matrix.h"
#include "mixtura/gaussian_mixture/em_fit.h"
#include "mixtura/gaussian_mixture/factor_structure.h"
#include "mixtura/gaussian_mixture/gaussian_mixture.h"

namespace mixtura {

inline constexpr double default_uniqueness_floor = 1e-3;

/// What to estimate and when to stop. Plain data, saved with the model as its provenance.
struct FactorOptions {
    int component_count = 2;  ///< K >= 1
    int factor_count = 1;     ///< q >= 1, admissible for the features, see factor_structure.h
    FactorStructure structure = FactorStructure::UUU;
    /// Where the first start begins; further ones are k-means++ starts (random ones where `random`
    /// is asked for) with their own random streams. `hierarchical` takes O(n^2 d^3) time: for few
    /// features.
    Initialisation initialisation = Initialisation::kmeans;
    /// A run has converged when at three iterations in succession the limit that Aitken's
    /// acceleration predicts is nearer than this, in nats, or the iteration gains less than
    /// 1e-10 (1 + |log L|). 0: exactly `iteration_limit` iterations are done.
    double tolerance = 1e-5;
    int iteration_limit = 5000;  ///< per run
    int run_count = 5;           ///< starts; the best is kept
    /// Least uniqueness, relative to the variance of the feature over all rows; for an isotropic
    /// structure to the mean of these. Where it holds one (a Heywood case: the factors explain all of
    /// the feature) the estimate is the maximum subject to it, and the climb stays monotone. Without
    /// it such a uniqueness creeps towards zero for tens of thousands of iterations.
    double uniqueness_floor = default_uniqueness_floor;
    std::uint64_t seed = 1;  ///< start r draws from its own stream (seed, r)
};
/// Allowed ranges beside those of em_fit.h, read by `validate` and by the spin boxes.
inline constexpr int factor_count_limit = 1000;
inline constexpr double uniqueness_floor_least = 1e-12;
inline constexpr double uniqueness_floor_limit = 0.5;
/// @throw InvalidArgument  option, value and condition
void validate(const FactorOptions& options);

/// Maximum-likelihood estimate of a mixture of factor analysers, p(x) = sum_k pi_k N(x; mu_k,
/// Lambda_k Lambda_k' + Psi_k), by alternating expectation-conditional maximisation (AECM): an
/// iteration is an expectation with new mixing weights and means, then an expectation with the
/// factors as missing data and new loadings and uniquenesses. The log-likelihood never decreases; a
/// run in which it does by more than rounding ends with a diagnosis. No matrix of d x d is made per
/// iteration, and fewer rows than features will do.
/// Source: Ghahramani & Hinton (1996), CRG-TR-96-1; Meng & van Dyk (1997), J. R. Stat. Soc. B 59:511;
/// McNicholas & Murphy (2008), Stat. Comput. 18:285.
///
/// @param observations         n x d, one observation per row, finite, n >= K; in the data's own units
/// @param observation_weights  n case weights >= 0, or empty for all one
/// @param start_partition      n, 0-based component of each row to start from (one run, see
///                             factor_start in factor_estimate.h); or empty: as the options say
/// @return every run, whose traces begin with the log-likelihood of the start's parameters, and the
///         model of the one that is not spurious with the highest log-likelihood; a cancelled run
///         ends with its last complete iterate. Components stand in canonical order, loadings are
///         turned to their principal axes (factor_estimate.h). Free uniquenesses that the floor
///         holds are counted as floors and are no fault by themselves; a component all of whose
///         uniquenesses it holds collapsed onto q dimensions and is spurious.
/// @throw InvalidArgument     an option, the weights or the start break a condition stated above
/// @throw DataError           fewer rows than components, a value that is not finite, a constant feature
/// @throw NumericalError      every run was degenerate; quotes their diagnoses
/// @throw compute::Cancelled  stopped before the first complete iterate
/// Time O(n K d q) per iteration, O(K d^3) for each start and for the covariances returned; memory
/// O(n d + K d^2) doubles.
EmFit fit_factor_mixture(const MatrixRef& observations, const FactorOptions& options = {},
                         const FitControl& control = {},
                         const VectorRef& observation_weights = Eigen::VectorXd(),
                         const std::vector<std::int32_t>& start_partition = {});

}  // namespace mixtura
