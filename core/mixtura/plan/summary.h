// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "mixtura/data/data_set.h"
#include "mixtura/gaussian_mixture/local_optima.h"
#include "mixtura/io/model_file.h"

namespace mixtura {

/// A component in figures and words: "Component 2 holds 36 % of the rows (97); it has low
/// eruptions (2.04, overall 3.49) and low waiting (54.5, overall 70.9)."
struct ComponentSummary {
    int component = 0;  ///< 0-based
    double mixing_weight = 0.0;
    std::int64_t rows = 0;  ///< most probably of this component
    std::string words;
};

/// The fitted model in plain words, a sentence or two per item.
struct ModelSummary {
    std::string headline;  ///< "3 groups, ellipsoidal, equal volume, shape and orientation (EEE)"
    std::vector<ComponentSummary> components;
    std::vector<std::string> remarks;  ///< uncertain rows, warnings, floors, spurious solutions
    std::vector<LocalOptimum> optima;  ///< where the starts ended; empty for a single start
};
/// How the starts of a fit ended, in their order, for `local_optima`; the degenerate ones nowhere.
std::vector<RunEnd> run_ends(const std::vector<StartRecord>& starts);

/// The model in a few words: "2 groups, ellipsoidal, ... (VVV)".
std::string headline(const GaussianMixture& model);
/// Of a variational Bayesian mixture: "3 groups of at most 10, variational Bayes, ...".
std::string headline(const VariationalPosterior& posterior);
ModelSummary summarise(const SavedModel& saved, const FeatureTable& table, const Scores& scores);

}  // namespace mixtura
