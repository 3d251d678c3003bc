// SPDX-License-Identifier: Apache-2.0
#include "mixtura/interpretation/row_checks.h"

#include <string>

#include "mixtura/common/error.h"

namespace mixtura {

void check_rows(const GaussianMixture& model, const MatrixRef& observations,
                const VectorRef& weights) {
    if (observations.cols() != model.feature_count())
        throw InvalidArgument("The model has " + std::to_string(model.feature_count()) +
                              " features, the observations " + std::to_string(observations.cols()) +
                              ".");
    if (weights.size() != 0 && weights.size() != observations.rows())
        throw InvalidArgument("There are " + std::to_string(weights.size()) +
                              " observation_weights for " + std::to_string(observations.rows()) +
                              " rows.");
}

}  // namespace mixtura
