// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "mixtura/io/json_reader.h"
#include "mixtura/variational/variational_posterior.h"

namespace mixtura {

/// The object `posterior` of the model file of a variational Bayesian mixture.
nlohmann::json to_json(const VariationalPosterior& posterior);
/// @param supported_count  components of the predictive mixture: the posterior has as many or more
/// @throw DataError  a missing key, a wrong shape or value; names the key's path
VariationalPosterior read_posterior(const JsonReader& reader, std::size_t supported_count,
                                    std::size_t feature_count);

}  // namespace mixtura
