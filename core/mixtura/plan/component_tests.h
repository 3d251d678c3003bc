// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "mixtura/plan/plan.h"

namespace mixtura {

/// Bootstrap tests of K against K + 1 components of the chosen model's covariance structure, from
/// the least count of the search upwards to the first that does not reject at 5 %. Ends earlier
/// where K + 1 was not searched or one of the two has no admissible fit.
/// @param search  in the units of the fit
/// @throw compute::Cancelled  the stop was requested
std::vector<ComponentTestRecord> component_tests(const SearchResult& search, std::size_t chosen,
                                                 Eigen::Index row_count,
                                                 const SearchOptions& options, int replicate_count,
                                                 const FitControl& control);

/// "1 against 2 components: p = 0.005; 2 against 3: p = 0.595. At 5 % 2 components suffice."
std::string component_tests_in_words(const std::vector<ComponentTestRecord>& tests);

}  // namespace mixtura
