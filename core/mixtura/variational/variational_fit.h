// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mixtura/common/fit_control.h"
#include "mixtura/common/matrix.h"
#include "mixtura/gaussian_mixture/em_fit.h"
#include "mixtura/gaussian_mixture/em_problem.h"
#include "mixtura/variational/variational_posterior.h"

namespace mixtura {

/// What to estimate and when to stop. Plain data, saved with the model as its provenance.
struct VariationalOptions {
    int component_count = 2;  ///< K >= 1: the most components that there can be
    WeightPrior weight_prior = WeightPrior::dirichlet;
    /// alpha_0 or gamma_0 > 0: the smaller, the fewer components stay. None: 1 / K.
    std::optional<double> concentration = std::nullopt;
    double mean_precision = 1.0;  ///< beta_0 > 0, in rows
    /// nu_0 > d - 1, in rows. None: d.
    std::optional<double> prior_degrees_of_freedom = std::nullopt;
    /// Where the first start begins; further ones are k-means++ starts (random ones where `random`
    /// is asked for) with their own random streams.
    Initialisation initialisation = Initialisation::kmeans;
    /// A run has converged when at three iterations in succession the limit that Aitken's
    /// acceleration predicts is nearer than this, in nats, or the iteration gains less than
    /// 1e-10 (1 + |bound|). 0: exactly `iteration_limit` iterations are done.
    double tolerance = 1e-5;
    int iteration_limit = 5000;  ///< per run
    int run_count = 5;           ///< starts; the one with the highest bound is kept
    std::uint64_t seed = 1;      ///< start r draws from its own stream (seed, r)
};
/// Allowed ranges beside those of em_fit.h, read by `validate` and by the spin boxes.
inline constexpr double prior_strength_least = 1e-6;
inline constexpr double prior_strength_limit = 1e6;
/// @throw InvalidArgument  option, value and condition
void validate(const VariationalOptions& options);

/// The prior that the options ask for: m_0 is the mean and W_0^-1 the covariance (divisor N - 1) of
/// all rows.
/// @throw InvalidArgument  prior_degrees_of_freedom <= d - 1
/// @throw DataError        not more rows than features, or features that depend on each other: the
///                         covariance is singular
VariationalPrior variational_prior(const EmProblem& problem, const VariationalOptions& options);

struct VariationalFit {
    std::vector<EmRun> runs;  ///< their `log_likelihood` holds the lower bound by iteration, nats
    std::size_t best_run = 0;
    VariationalPrior prior;
    VariationalPosterior posterior;  ///< of the best run, all K components in order of falling mass
    double weight_sum = 0.0;         ///< sum of the case weights
};

/// Variational Bayes for a Gaussian mixture: the product of a posterior of the weights and one of each
/// component's mean and precision that is nearest to the true posterior of all of them together, by
/// coordinate ascent. The lower bound of the log evidence never decreases. Components that the data do
/// not need lose their rows: K is the most that there can be. The components of a Dirichlet process
/// are sorted by mass at every iteration, which raises the bound.
/// Source: Attias (2000), NIPS 12; Bishop (2006), PRML, sec. 10.2; Blei & Jordan (2006), Bayesian Anal.
/// 1:121; Kurihara, Welling & Teh (2007), IJCAI (the order of a process).
///
/// @param observations         n x d, one observation per row, finite, n >= K, n > d; in the data's
///                             own units
/// @param observation_weights  n case weights >= 0, or empty for all one: a row of weight 2 is two rows
/// @param start_partition      n, 0-based component of each row to start from (one run), or empty
/// @return every run, whose trace has one bound for each iteration, and the posterior of the best; a
///         cancelled run ends with its last complete iterate
/// @throw InvalidArgument     an option, the weights or the start break a condition stated above
/// @throw DataError           fewer rows than components, not more than features, a value that is not
///                            finite, a constant feature, features that depend on each other
/// @throw NumericalError      every run was degenerate; quotes their diagnoses
/// @throw compute::Cancelled  stopped before the first complete iterate
/// Time O(n K d^2) per iteration; memory O(n d + K d^2) doubles.
VariationalFit fit_variational(const MatrixRef& observations,
                               const VariationalOptions& options = {},
                               const FitControl& control = {},
                               const VectorRef& observation_weights = Eigen::VectorXd(),
                               const std::vector<std::int32_t>& start_partition = {});

/// The same on data made ready before. Runs its starts in parallel in the calling task arena.
VariationalFit fit_variational(const EmProblem& problem, const VariationalOptions& options,
                               const FitControl& control, const Partition& start_partition = {});

}  // namespace mixtura
