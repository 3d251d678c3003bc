// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "mixtura/gaussian_mixture/em_run.h"
#include "mixtura/variational/variational_fit.h"

namespace mixtura {

/// One start with what is needed to compare it.
struct VariationalRunOutcome {
    EmRun record;  ///< its `log_likelihood` holds the lower bound of each iteration
    std::optional<VariationalPosterior>
        posterior;  ///< none where degenerate or cancelled too early
};

/// One iteration: the responsibilities under `posterior`, and the best posterior for them with its
/// lower bound.
/// @throw NumericalError      a scale matrix is not positive definite
/// @throw compute::Cancelled  the stop was requested
VariationalPosterior variational_step(const EmProblem& problem, const VariationalPrior& prior,
                                      const VariationalPosterior& posterior);

/// One start of the coordinate ascent, iterated to its end from the start's partition, or from
/// `partition` where it is not empty.
VariationalRunOutcome run_variational(const EmProblem& problem, const VariationalOptions& options,
                                      const VariationalPrior& prior, const FitControl& control,
                                      const Partition& partition, SerialReporter& reporter,
                                      int run);

}  // namespace mixtura
