// SPDX-License-Identifier: Apache-2.0
#include "mixtura/factor_mixture/factor_problem.h"

#include <algorithm>

#include "mixtura/common/error.h"
#include "mixtura/common/random.h"
#include "mixtura/factor_mixture/factor_estimate.h"
#include "mixtura/gaussian_mixture/observation_checks.h"
#include "mixtura/gaussian_mixture/start_partition.h"

namespace mixtura {

using Eigen::Index;

FactorProblem::FactorProblem(const MatrixRef& observations, const VectorRef& observation_weights,
                             const FitControl& control)
    : observations_(observations.data(), observations.rows(), observations.cols(),
                    Eigen::OuterStride<>(observations.outerStride())),
      weights_(observation_weights),
      totals_(check_observations(observations, weights_, control.stop)),
      passes_(observations, weights_, control.stop) {
    variances_.resize(observations.cols());
    for (Index j = 0; j < observations.cols(); ++j)
        variances_[j] = weighted_variance(observations.col(j), weights_);
}

void FactorProblem::prepare_hierarchical_tree(const FitControl& control) {
    if (!tree_)
        tree_ = std::make_unique<HierarchicalTree>(observations_, control);
}

Partition FactorProblem::start_partition(const FactorOptions& options, int start,
                                         const FitControl& control, std::string& name) const {
    const Initialisation method = start == 0 || options.initialisation == Initialisation::random
                                      ? options.initialisation
                                      : Initialisation::kmeans;
    return partition_by(method, observations_, weights_, options.component_count,
                        RandomStream(options.seed, static_cast<std::uint64_t>(start)), tree_.get(),
                        control, name);
}

void FactorProblem::check_partition(const Partition& partition, int component_count) const {
    check_start_partition(partition, row_count(), component_count);
    std::vector<bool> has_weight(static_cast<std::size_t>(component_count), false);
    for (std::size_t i = 0; i < partition.size(); ++i) {
        if (weights_.size() == 0 || weights_[static_cast<Index>(i)] > 0.0)
            has_weight[static_cast<std::size_t>(partition[i])] = true;
    }
    const auto without = std::ranges::find(has_weight, false);
    if (without != has_weight.end()) {
        throw InvalidArgument("All rows that the start puts into component " +
                              std::to_string(without - has_weight.begin()) + " of 0 to " +
                              std::to_string(component_count - 1) +
                              " have weight zero. Use fewer components or another start.");
    }
}

FactorParameters FactorProblem::start_parameters(const FactorOptions& options,
                                                 const Partition& partition,
                                                 const FitControl& control) const {
    check_partition(partition, options.component_count);
    return factor_start(observations_, weights_, partition, options.component_count,
                        options.factor_count, options.structure, variances_.cwiseSqrt(),
                        options.uniqueness_floor * variances_, control.stop);
}

}  // namespace mixtura
