// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>

#include "mixtura/experts/expert_estimate.h"
#include "mixtura/experts/experts_fit.h"

namespace mixtura::experts {

/// One start with its model, in the problem's standardised units; none where degenerate.
struct ExpertsRunOutcome {
    ExpertsRun record;
    std::optional<ExpertsModel> model;
    std::optional<ExpertsExpectation> expectation;  ///< of the model
};

/// What a run is told about how far to go.
struct RunLimits {
    double tolerance = 1e-8;
    int iteration_limit = 1000;
    bool is_short = false;  ///< ends early, to be continued or given up: no verdict on its end
};
/// Called with iteration, what is climbed and the expected rest.
using RunReporter = std::function<void(int, double, double)>;

/// EM from `start` on, in standardised units. A gate that separates the rows has no maximum: the run
/// is taken along the direction in which the likelihood does not fall, to within rounding of its
/// supremum, and ends with the status `boundary`.
ExpertsRunOutcome run_em(const ExpertsProblem& problem, const ExpertsOptions& options,
                         const RunLimits& limits, const ExpertsModel& start,
                         const std::stop_token& stop, const RunReporter& report);

/// The model that one M-step makes of responsibilities, its gate constant; `fault` says why not.
std::optional<ExpertsModel> model_from_responsibilities(const ExpertsProblem& problem,
                                                        const ExpertsOptions& options,
                                                        const Eigen::MatrixXd& responsibilities,
                                                        const std::stop_token& stop,
                                                        std::string& fault);

}  // namespace mixtura::experts
