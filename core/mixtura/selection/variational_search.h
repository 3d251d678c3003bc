// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "mixtura/selection/search.h"

namespace mixtura {

/// Fits the one variational Bayesian mixture that the options ask for and presents it as a search of
/// one candidate, which is the best where it could be fitted: its model is the predictive mixture of
/// the components that the data support, its `component_count` the number of these, its traces are of
/// the lower bound. A cancelled fit keeps what is done.
/// @param options  `variational` must be set; exactly one component count
/// @param start    a partition, or nothing
/// @throw InvalidArgument  an option out of range; weights as in `fit_variational`
/// @throw DataError        as in `fit_variational`
SearchResult search_variational_mixture(const MatrixRef& observations, const SearchOptions& options,
                                        const FitControl& control = {},
                                        SearchObserver* observer = nullptr,
                                        const VectorRef& observation_weights = Eigen::VectorXd(),
                                        const std::vector<std::int32_t>& start = {});

/// @throw InvalidArgument  an option that no variational mixture can have
void validate_variational_search(const SearchOptions& options);

}  // namespace mixtura
