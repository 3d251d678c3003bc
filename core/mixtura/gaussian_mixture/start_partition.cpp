// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/start_partition.h"

namespace mixtura {

Partition partition_by(Initialisation method, const MatrixRef& observations,
                       const VectorRef& weights, int component_count, RandomStream random,
                       const HierarchicalTree* tree, const FitControl& control, std::string& name) {
    name = to_string(method);
    if (component_count == 1)
        return Partition(static_cast<std::size_t>(observations.rows()), 0);
    switch (method) {
        case Initialisation::random:
            return random_partition(observations, weights, component_count, random, control);
        case Initialisation::kmeans:
            return kmeans_partition(observations, weights, component_count, random, control);
        case Initialisation::hierarchical:
            break;
    }
    if (observations.cols() == 1) {
        name = "quantiles";
        return quantile_partition(observations.col(0), component_count);
    }
    return tree != nullptr ? tree->partition(component_count)
                           : HierarchicalTree(observations, control).partition(component_count);
}

}  // namespace mixtura
