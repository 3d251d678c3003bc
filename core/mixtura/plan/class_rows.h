// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "mixtura/plan/plan.h"
#include "mixtura/plan/standardisation.h"
#include "mixtura/selection/class_mixtures.h"

namespace mixtura {

/// Rows of the data whose class is known, to be passed to `feature_table`, with a note on how many
/// are not. @param column  that of the classes; empty: all rows
std::vector<bool> rows_with_class(const std::string& column, const DataSet& data,
                                  std::vector<std::string>& notes);

/// @throw InvalidArgument  the column of the classes is a feature; more folds than rows
/// @throw DataError        fewer than two classes; a class of one row, or in which a feature is
///                         constant: names class and feature
void check_classes(const Plan& plan, const DataSet& data, const FeatureTable& table,
                   const RowClasses& classes);

/// The joint mixture as the one candidate of a search.
SearchResult joint_search(const ClassMixtures& mixtures);

/// Records the mixtures of the classes in the data's own units, with notes on models that a
/// class does not bear.
void add_class_models(const ClassMixtures& mixtures, const RowClasses& classes,
                      const Standardisation& scales, RunResult& result);

}  // namespace mixtura
