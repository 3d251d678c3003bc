// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "mixtura/factor_mixture/factor_fit.h"
#include "mixtura/factor_mixture/factor_problem.h"
#include "mixtura/gaussian_mixture/em_run.h"

namespace mixtura {

/// One start with what is needed to compare it and to build its model. The record's diagnosis names
/// what is spurious or degenerate.
struct FactorRunOutcome {
    EmRun record;
    std::optional<FactorParameters> parameters;  ///< none where degenerate, or cancelled too early
};

/// One start of AECM, iterated to its end from the start's partition, or from `partition` where it is
/// not empty.
FactorRunOutcome run_aecm(const FactorProblem& problem, const FactorOptions& options,
                          const FitControl& control, const Partition& partition,
                          SerialReporter& reporter, int run);

/// One iteration from `parameters`, whose expectation is in `statistics`: mixing weights and means,
/// then loadings and uniquenesses. On return `statistics` is the expectation at the new parameters.
/// @return the new parameters; none, with `fault` saying why, where there is none
/// @throw compute::Cancelled  the stop was requested
std::optional<FactorParameters> aecm_step(const FactorProblem& problem,
                                          const FactorOptions& options,
                                          const FactorParameters& parameters,
                                          FactorMeanStatistics& statistics, int& floors_applied,
                                          std::string& fault);

}  // namespace mixtura
