// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mixtura/gaussian_mixture/component_classes.h"
#include "mixtura/selection/label_accuracy.h"
#include "mixtura/selection/search.h"

namespace mixtura {

/// The class of every row, and how messages call the classes.
struct RowClasses {
    std::vector<std::int32_t> of_rows;  ///< n, 0 to C - 1; every class has a row
    std::vector<std::string> names;     ///< C
};

/// Discriminant analysis in which each class has a mixture of its own.
struct ClassMixtures {
    std::vector<SearchResult> searches;  ///< C, on the rows of each class
    std::vector<std::size_t> chosen;     ///< C, candidate of each search; empty where one has none
    /// The mixture of all rows, the components of the classes one after another, as if it were the
    /// one candidate of a search: f(x) = sum_c pi_c f_c(x), pi_c the shares of the classes in the
    /// weights. Its log-likelihood is sum w log f(x_i); its parameters are those of the classes and
    /// the C - 1 free shares. Without a fit where a class has none.
    Candidate joint;
    ComponentClasses component_classes;  ///< of the components of `joint`
    /// Nats, sum w log(pi_y f_y(x_i)): the classes of the rows count too.
    double joint_log_likelihood = 0.0;
    bool cancelled = false;
};

/// Searches the mixture of each class on its rows, by the criterion of `options`, and puts them
/// together. The classes follow one another; what can be done side by side within one is. The same
/// bits for any number of threads.
/// Source: Fraley & Raftery (2002), J. Am. Stat. Assoc. 97:611, sec. 4.3 (MclustDA); Hastie &
/// Tibshirani (1996), J. R. Stat. Soc. B 58:155.
///
/// @param observations         n x d, finite
/// @param options              Gaussian components without missing values
/// @param observer             is told of progress over all candidates of all classes, and at the
///                             end of `joint` as candidate 0
/// @param observation_weights  n case weights >= 0, or empty for all one
/// @throw InvalidArgument  an option or the weights, as `search_gaussian_mixtures`; classes of another
///                         length, with a gap, or not named
/// @throw DataError        a class whose rows no model can use; names the class
/// @throw NumericalError   a class that no model could be fitted to; names it and quotes a reason
ClassMixtures fit_class_mixtures(const MatrixRef& observations, const RowClasses& classes,
                                 const SearchOptions& options, const FitControl& control = {},
                                 SearchObserver* observer = nullptr,
                                 const VectorRef& observation_weights = Eigen::VectorXd());

/// Cross-validated accuracy: folds as of `cross_validated_label_accuracy`; each searches the models
/// of the classes anew, on the rows that are left, so that the choice of the models is judged too.
/// The shares of the classes are those of these rows. A class of which a fold takes no row keeps its
/// mixture.
/// @param whole  that of all rows, with a joint model
/// @throw InvalidArgument, compute::Cancelled  as cross_validated_label_accuracy
LabelAccuracy cross_validated_class_accuracy(const MatrixRef& observations,
                                             const RowClasses& classes,
                                             const SearchOptions& options,
                                             const ClassMixtures& whole, int fold_count,
                                             const FitControl& control,
                                             const VectorRef& observation_weights);

}  // namespace mixtura
