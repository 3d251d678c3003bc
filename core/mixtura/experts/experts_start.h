// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "mixtura/common/fit_control.h"
#include "mixtura/common/random.h"
#include "mixtura/experts/experts_problem.h"

namespace mixtura::experts {

/// How starts find their partition, in the order in which starts take turns: none is best on all data.
enum class StartRule { lines, kmeans, soft_random, segments, hard_random };
inline constexpr int start_rule_count = 5;
std::string_view to_string(StartRule rule) noexcept;
[[nodiscard]] StartRule start_rule(int start) noexcept;

/// Responsibilities to begin from, n x K: `lines` regresses on a few random rows for each component
/// and keeps the best of 20 such sets by its trimmed sum of squares; `kmeans` clusters standardised
/// covariates and response; `segments` cuts the first gate covariate at quantiles.
Eigen::MatrixXd start_responsibilities(const ExpertsProblem& problem, int component_count,
                                       StartRule rule, RandomStream& random,
                                       const FitControl& control);

}  // namespace mixtura::experts
