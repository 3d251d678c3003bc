// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mixtura/common/fit_control.h"
#include "mixtura/common/matrix.h"
#include "mixtura/gaussian_mixture/covariance_structure.h"
#include "mixtura/gaussian_mixture/gaussian_mixture.h"
#include "mixtura/gaussian_mixture/student_tails.h"

namespace mixtura {

/// Where the first start begins. Further starts of `hierarchical`, which is deterministic, are
/// k-means++ starts with their own random streams. Short runs begin at k-means++ partitions and at
/// random ones in turn, unless `random` is asked for.
enum class Initialisation {
    hierarchical,  ///< model-based agglomeration (quantiles where d = 1)
    kmeans,        ///< k-means++ seeding and Lloyd iterations on standardised features
    random         ///< random rows as centres, nearest-centre partition
};
std::string_view to_string(Initialisation initialisation) noexcept;
/// @throw InvalidArgument  any other text; lists the names
Initialisation initialisation_from(std::string_view name);

/// What is climbed: the likelihood, or the posterior density under the default conjugate prior of
/// the means and covariances, see conjugate_prior.h.
enum class Prior { none, conjugate };
std::string_view to_string(Prior prior) noexcept;
/// @throw InvalidArgument  any other text; lists the names
Prior prior_from(std::string_view name);

/// What to estimate and when to stop. Plain data, saved with the model as its provenance.
struct EmOptions {
    int component_count = 2;  ///< K >= 1
    CovarianceStructure covariance_structure = CovarianceStructure::VVV;
    ComponentFamily family = ComponentFamily::gaussian;
    DegreesOfFreedomRule degrees_of_freedom_rule = DegreesOfFreedomRule::free;  ///< Student-t
    /// Of Student-t components: where they are held (rule `fixed`), else where they begin.
    double degrees_of_freedom = 50.0;
    Initialisation initialisation = Initialisation::hierarchical;
    /// A run has converged when at three EM steps in succession the limit that Aitken's
    /// acceleration predicts is nearer than this, in nats, or the step gains less than
    /// 1e-10 (1 + |log L|). Where it is positive, SQUAREM jumps speed up the run, see em_run.h.
    /// 0: exactly `iteration_limit` plain EM iterations are done.
    double tolerance = 1e-5;
    int iteration_limit = 5000;  ///< M-steps per run
    int run_count = 1;           ///< runs to the end; the best is kept
    /// Starts that are tried for five iterations; beside the first start, the best run_count - 1 of
    /// them are run to the end. Where that leaves no choice, no start is tried.
    int short_run_count = 0;
    /// Least covariance, relative to the typical variances of the features (their variances, or
    /// (interquartile range / 1.349)^2 where that is less, so that far rows do not raise it). The
    /// M-step is exact subject to it, which keeps the likelihood monotone. Counted in the result.
    double covariance_floor = 1e-8;
    Prior prior = Prior::none;
    std::uint64_t seed = 1;  ///< start r draws from its own stream (seed, r)
    /// NaN marks a value that is missing at random: the likelihood is that of the observed values.
    /// Gaussian components without known ones; a row needs one observed value at least.
    bool has_missing_values = false;
    /// Beside the K components there is noise, see noise_component.h. Of the starts, two at least,
    /// every other one begins with the rows that look like noise as noise, see clutter_rows.h, and
    /// the others where a fit without noise ends. Gaussian components without known ones, complete rows.
    bool has_noise = false;
};
/// Allowed ranges, read by `validate` and by the spin boxes.
inline constexpr int component_count_limit = 1000;
inline constexpr int run_count_limit = 100000;
inline constexpr double covariance_floor_least = 1e-15;
inline constexpr double covariance_floor_limit = 0.1;
/// @throw InvalidArgument  option, value and condition
void validate(const EmOptions& options);

/// Free parameters of the model that the options ask for.
int parameter_count(const EmOptions& options, int feature_count) noexcept;

/// Start from exactly this, instead of from `options.initialisation`: one of the two. There is one
/// run then.
struct EmStart {
    std::vector<std::int32_t>
        partition;  ///< n, 0-based component of each row, K: noise; begins with an M-step
    std::optional<GaussianMixture> model;  ///< begins with an E-step
};

/// One start of the algorithm, kept whether or not it won.
struct EmRun {
    FitStatus status = FitStatus::converged;
    std::vector<double>
        log_likelihood;  ///< nats, after each M-step; first that of a start model of the structure
    /// Nats, log-likelihood plus log prior up to a constant, entry by entry; empty without a prior.
    std::vector<double> log_posterior;
    int iterations = 0;      ///< M-steps whose estimate was kept
    int floors_applied = 0;  ///< eigenvalues clipped in the last M-step
    std::string diagnosis;   ///< of a degenerate or suspicious run: what, and why
    std::string start;       ///< "hierarchical", "kmeans", "labels", ...
};

/// Facts about the returned model, on the rows it was fitted to.
struct EmFit {
    std::vector<EmRun> runs;
    std::size_t best_run = 0;
    GaussianMixture model;        ///< that of the best admissible run, in canonical order
    double log_likelihood = 0.0;  ///< nats, of `model`: the last entry of the best run's trace
    double entropy = 0.0;         ///< -sum w r log r, nats
    double map_term = 0.0;        ///< 2 sum w log max_k r, <= 0
    double weight_sum = 0.0;      ///< sum of the case weights
    /// Not empty: the solution is spurious (a component on too few rows, or nearly flat); says which
    /// and why. Such a fit is never chosen by a search.
    std::string spurious;
};

/// Maximum-likelihood estimate of a Gaussian or Student-t mixture by expectation-maximisation (EM).
///
/// Alternates the responsibilities r_ik = pi_k N(x_i; mu_k, Sigma_k) / p(x_i) with the estimates
/// they imply under the covariance structure. Rows of Student-t components weigh
/// u_ik = (nu_k + d) / (nu_k + D_ik) in the moments; their scale matrices are those of PX-EM, and the
/// degrees of freedom take a Newton step each iteration (student_tails.h). Where the floor is inactive the log-likelihood (under
/// a prior, the log-posterior) never decreases.
/// Source: Dempster, Laird & Rubin (1977), J. R. Stat. Soc. B 39:1; Celeux & Govaert (1995);
/// Varadhan & Roland (2008), Scand. J. Stat. 35:335; Peel & McLachlan (2000), Stat. Comput. 10:339;
/// Liu, Rubin & Wu (1998), Biometrika 85:755.
///
/// @param observations         n x d, one observation per row, finite, n >= K; in the data's own units
/// @param observation_weights  n case weights >= 0, or empty for all one
/// @param known_components     n, the 0-based component of each row whose component is known, else
///                             -1; or empty. Known ones must be 0 to C - 1 <= K - 1; they keep
///                             these places in the model. The likelihood is that of the labels
///                             too: a labelled row counts with log(pi_k N(x; mu_k, Sigma_k)).
/// @return every run, and the model of the admissible one with the highest log-likelihood; a
///         cancelled run ends with its last complete iterate
/// @throw InvalidArgument     an option, the weights or the start break a condition stated above;
///                            Student-t components with a prior or with known components
/// @throw DataError           fewer rows than components (or, unless the structure is diagonal, not
///                            more than features), a value that is not finite, a constant feature
/// @throw NumericalError      every run was degenerate; quotes their diagnoses
/// @throw compute::Cancelled  stopped before the first complete iterate
/// Time O(n K d^2) per iteration; memory O(n d + K d^2) doubles.
EmFit fit_em(const MatrixRef& observations, const EmOptions& options = {},
             const FitControl& control = {},
             const VectorRef& observation_weights = Eigen::VectorXd(), const EmStart& start = {},
             const std::vector<std::int32_t>& known_components = {});

}  // namespace mixtura
