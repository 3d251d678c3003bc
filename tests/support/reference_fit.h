// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "mixtura/gaussian_mixture/em_fit.h"

#include "support/text_table.h"

namespace mixtura::test {

/// Exactly so many EM iterations on a sample data set from the partition `start` of
/// tests/reference/init, for example ("iris", "hc", "VEV", 3).
inline EmFit reference_fit(const std::string& data_set, const std::string& start,
                           std::string_view structure, int component_count, int iterations) {
    return fit_em(
        measurements(data_set),
        {.component_count = component_count,
         .covariance_structure = covariance_structure_from(structure),
         .tolerance = 0.0,
         .iteration_limit = iterations},
        {}, Eigen::VectorXd(),
        {.partition = reference_partition(data_set + "-" + start, component_count), .model = {}});
}

}  // namespace mixtura::test
