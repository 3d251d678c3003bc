// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "mixtura/selection/search.h"

namespace mixtura {

/// Fits mixtures of factor analysers of every structure at every count of components and factors, in
/// parallel jobs, and ranks the admissible ones. With one component a structure differs from another
/// by its third letter alone: the first is fitted, the others are reported alike. Counts of factors
/// that the features do not admit are candidates with a failure. Repeated counts and structures are
/// tried once. A cancelled search keeps what is done. The same bits for any number of threads.
/// @param options  `factors` must be set; criterion bic, icl or aic; Gaussian components without a
///                 prior and without short runs
/// @param start    a partition, or nothing
/// @throw InvalidArgument  an option out of range, no admissible factor count; weights as in
///                         `fit_factor_mixture`
/// @throw DataError        data that no candidate can use, as in `fit_factor_mixture`; fewer rows than
///                         the least component count
SearchResult search_factor_mixtures(const MatrixRef& observations, const SearchOptions& options,
                                    const FitControl& control = {},
                                    SearchObserver* observer = nullptr,
                                    const VectorRef& observation_weights = Eigen::VectorXd(),
                                    const std::vector<std::int32_t>& start = {});

/// @throw InvalidArgument  an option that no search over factor mixtures can have
void validate_factor_search(const SearchOptions& options);

}  // namespace mixtura
