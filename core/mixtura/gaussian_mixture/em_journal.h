// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <tuple>

#include "mixtura/gaussian_mixture/covariance_estimate.h"
#include "mixtura/gaussian_mixture/em_fit.h"

namespace mixtura {

/// The parameters of a mixture between two passes over the rows, with what the next M-step needs.
struct EmIterate {
    Eigen::VectorXd mixing_weights;  ///< K
    Eigen::MatrixXd means;           ///< K x d
    CovarianceEstimate estimate;
    Eigen::VectorXd degrees_of_freedom;  ///< K; empty: Gaussian components
};

/// How a run proceeds, beside its parameters.
struct EmPace {
    int plain_steps = 0;      ///< EM steps in succession since the start or the last jump
    double jump_limit = 1.0;  ///< greatest length of the next SQUAREM jump
    int floored_steps = 0;    ///< iterates in succession that the covariance floor held
    double tail_reach = 4.0;  ///< greatest factor by which degrees of freedom change in a step
};

/// Which start of which model.
struct EmRunKey {
    int component_count = 0;
    CovarianceStructure covariance_structure = CovarianceStructure::VVV;
    int run = 0;  ///< 0-based
    friend bool operator==(const EmRunKey&, const EmRunKey&) = default;
    friend bool operator<(const EmRunKey& a, const EmRunKey& b) {
        return std::tie(a.component_count, a.covariance_structure, a.run) <
               std::tie(b.component_count, b.covariance_structure, b.run);
    }
};

/// How far one start has come: its last complete iterate.
struct EmRunState {
    EmRun record;  ///< its status and diagnosis mean something once `has_ended`
    bool has_ended = false;
    /// None where the run ended degenerate, or ended behind another run of the same model.
    std::optional<EmIterate> iterate;
    EmPace pace;
};

/// Keeps the last complete iterate of every start of a fit or search, so that work that is
/// interrupted can go on: a start whose state is known begins there, with one pass over the rows,
/// and goes on to the same bits as if it had never stopped. Knows nothing of files; the data,
/// options and start must be the same, which is for the caller to see to.
class EmJournal {
  public:
    using States = std::map<EmRunKey, EmRunState>;

    EmJournal() = default;
    /// Goes on from `states`.
    explicit EmJournal(States states) : states_(std::move(states)) {}

    [[nodiscard]] std::optional<EmRunState> state(const EmRunKey& key) const;
    /// A copy of all that is known, at any moment of a running fit.
    [[nodiscard]] States states() const;

    /// Called by a run after each complete iterate, and once when it has ended unless cancelled.
    void keep(const EmRunKey& key, const EmRun& record, const EmIterate& iterate,
              const EmPace& pace);
    void end(const EmRunKey& key, const EmRun& record);

  private:
    mutable std::mutex mutex_;
    States states_;
};

/// What a run climbs: its log-posterior where it has a prior, else its log-likelihood.
[[nodiscard]] inline const std::vector<double>& climbed_by(const EmRun& run) {
    return run.log_posterior.empty() ? run.log_likelihood : run.log_posterior;
}

/// Whether run `a` would be chosen before run `b`, both with a model: the one that is not spurious,
/// then the one that climbed higher.
[[nodiscard]] bool is_better_run(const EmRun& a, const EmRun& b);

}  // namespace mixtura
