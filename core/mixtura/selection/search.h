// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mixtura/factor_mixture/factor_fit.h"
#include "mixtura/gaussian_mixture/em_fit.h"
#include "mixtura/selection/criteria.h"
#include "mixtura/variational/variational_posterior.h"

namespace mixtura {

/// Which factor analysers to try.
struct FactorSearchOptions {
    std::vector<int> factor_counts = {1, 2, 3};
    std::vector<FactorStructure> structures{all_factor_structures.begin(),
                                            all_factor_structures.end()};
    double uniqueness_floor = default_uniqueness_floor;  ///< see factor_fit.h
};

/// The prior of a variational Bayesian mixture, see variational_fit.h.
struct VariationalSearchOptions {
    WeightPrior weight_prior = WeightPrior::dirichlet;
    std::optional<double> concentration = std::nullopt;  ///< none: 1 / K
    double mean_precision = 1.0;
    std::optional<double> prior_degrees_of_freedom = std::nullopt;  ///< none: d
};

/// Which models to try.
struct SearchOptions {
    std::vector<int> component_counts = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    std::vector<CovarianceStructure> covariance_structures{all_covariance_structures.begin(),
                                                           all_covariance_structures.end()};
    Criterion criterion = Criterion::bic;
    int fold_count = 10;  ///< of the cross-validation, done where the criterion is `cv`
    EmOptions em;         ///< count and structure are overwritten by each candidate's
    /// Where set, mixtures of factor analysers are tried in place of the covariance structures, see
    /// factor_search.h; of `em` its starts, seed, tolerance and iteration limit hold.
    std::optional<FactorSearchOptions> factors;
    /// Where set, one variational Bayesian mixture is fitted in place of a search, see
    /// variational_search.h; of `em` its starts, seed, tolerance and iteration limit hold.
    std::optional<VariationalSearchOptions> variational = std::nullopt;
};

/// What a search tries at every component count, in its order.
std::vector<CovarianceForm> covariance_forms(const SearchOptions& options);

/// One model of a search, whether it could be fitted or not.
struct Candidate {
    int component_count = 0;
    CovarianceForm covariance_form;
    std::optional<EmFit> fit;  ///< none: `failure` says why, in a sentence
    std::string failure;
    std::optional<InformationCriteria> criteria;
    int parameter_count = 0;
    double seconds = 0.0;
    std::string cv_failure;  ///< why there is no cross-validated figure although one was asked for
    /// Of a variational Bayesian mixture. Its fit's model is the predictive density and its traces are
    /// lower bounds; log-likelihood, criteria and parameter count do not apply, and are NaN and 0.
    std::optional<VariationalPosterior> posterior = std::nullopt;
    /// Fitted, not degenerate, not spurious, not cancelled: may be chosen.
    [[nodiscard]] bool is_admissible() const noexcept;
    /// Admissible, and the criterion is known.
    [[nodiscard]] bool is_comparable(Criterion criterion) const noexcept;
};

struct SearchResult {
    std::vector<Candidate> candidates;  ///< counts outer, forms inner, in the order asked for
    std::optional<std::size_t>
        best;                ///< least criterion among the admissible; none if there is none
    bool cancelled = false;  ///< candidates not reached have the failure "cancelled"
};

/// Called as each candidate ends; from fitting threads, one at a time.
class SearchObserver : public FitObserver {
  public:
    virtual void on_candidate(std::size_t /*index*/, const Candidate& /*candidate*/) {}
};

/// Allowed range of `fold_count`.
inline constexpr int fold_count_least = 2;
inline constexpr int fold_count_limit = 1000;

/// Fits every structure at every count, in parallel jobs, and ranks the admissible ones. With one
/// component all structures of one kind (spherical, diagonal, ellipsoidal) coincide: one is fitted,
/// the others are reported alike. Where d = 1 only equal and variable volumes differ; of each the
/// first structure asked for is tried. Where a model ended below one nested in it, it is run once
/// more from there, see shared_starts.h. Repeated counts are tried once. A cancelled search keeps
/// what is done. The same bits for any number of threads.
/// @param known_components  as in `fit_em`; there is no NEC and no cross-validation then
/// @throw InvalidArgument  an option out of range; weights and known components as in `fit_em`
/// @throw DataError        data that no candidate can use, as in `fit_em`; fewer rows than the least
///                         component count
SearchResult search_gaussian_mixtures(const MatrixRef& observations, const SearchOptions& options,
                                      const FitControl& control = {},
                                      SearchObserver* observer = nullptr,
                                      const VectorRef& observation_weights = Eigen::VectorXd(),
                                      const EmStart& start = {},
                                      const std::vector<std::int32_t>& known_components = {});

/// The verdict in words, with the margin to the next admissible model: "VEV,2 leads VEV,3 by 0.8
/// (BIC): too close to call."
/// Under cross-validation the margin is measured by the standard error over the folds.
std::string verdict(const SearchResult& result, Criterion criterion);

}  // namespace mixtura
