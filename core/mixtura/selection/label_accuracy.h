// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "mixtura/gaussian_mixture/component_classes.h"
#include "mixtura/gaussian_mixture/em_fit.h"

namespace mixtura {

/// How well a mixture tells the labels of rows whose component is known: each goes to its most
/// probable component, as if its label were not known.
struct LabelAccuracy {
    /// C x K, labelled rows by label and most probable component; C x C by most probable class where
    /// components are gathered in classes.
    Eigen::MatrixXd counts;
    double brier = 0.0;           ///< mean over rows of 1/2 sum_k (r_k - [k is the label])^2
    double standard_error = 0.0;  ///< of the error rate, from how folds differ; 0 without folds
    int fold_count = 0;           ///< 0: the model itself, on the rows that it was fitted to
    std::string failure;          ///< not empty: a fold could not be fitted, and why; no figures

    [[nodiscard]] double row_count() const { return counts.sum(); }
    [[nodiscard]] double error_rate() const;
};

/// A mixture that tells labels: by its first components, or by classes of components.
struct LabelModel {
    GaussianMixture mixture;
    ComponentClasses component_classes;  ///< empty: component k tells label k
};

/// Accuracy of the model on the labelled rows. @param known  n, as in `fit_em`
LabelAccuracy label_accuracy(const LabelModel& model, const MatrixRef& observations,
                             const std::vector<std::int32_t>& known, const FitControl& control);

/// Cross-validated accuracy: the labelled rows are cut into folds, each with its share of every
/// label, and those of each fold are classified by a fit to all rows but them. As many folds as
/// labelled rows leave one out at a time. Folds are fitted in parallel in the calling task arena.
/// @param fold_count  2 to the number of labelled rows
/// @throw InvalidArgument     fold_count out of range; weights as in `fit_em`
/// @throw compute::Cancelled  the stop was requested
/// Time that of fold_count fits, memory that of as many copies of the data as threads.
LabelAccuracy cross_validated_label_accuracy(const MatrixRef& observations,
                                             const VectorRef& observation_weights,
                                             const std::vector<std::int32_t>& known,
                                             const EmOptions& options, int fold_count,
                                             const FitControl& control);

/// Fits the rows that a fold leaves (their numbers in `kept`); may be called side by side.
using FoldFit = std::function<LabelModel(const std::vector<Eigen::Index>& kept,
                                         const std::vector<std::int32_t>& labels_of_kept,
                                         const FitControl& control)>;
/// The same for any fit. An Error of one that is no BackendError becomes the result's failure.
/// @param column_count  columns of the counts: K, or the number of classes
LabelAccuracy cross_validated_label_accuracy(const MatrixRef& observations,
                                             const std::vector<std::int32_t>& known,
                                             const FoldFit& fit, int column_count, int fold_count,
                                             std::uint64_t seed, const FitControl& control);

/// Fold of each labelled row, -1 of the others: labels in random order, dealt out in turn, so that
/// the folds' shares of a label differ by one row at most.
/// @throw InvalidArgument  as above
std::vector<int> stratified_folds(const std::vector<std::int32_t>& known, int fold_count,
                                  std::uint64_t seed);

}  // namespace mixtura
