// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "mixtura/common/fit_control.h"
#include "mixtura/data/data_set.h"
#include "mixtura/gaussian_mixture/gaussian_mixture.h"
#include "mixtura/interpretation/bootstrap.h"
#include "mixtura/interpretation/density_modes.h"
#include "mixtura/interpretation/discriminant_subspace.h"
#include "mixtura/interpretation/entropy_merging.h"
#include "mixtura/interpretation/highest_density_levels.h"
#include "mixtura/interpretation/mahalanobis.h"
#include "mixtura/interpretation/standard_errors.h"

namespace mixtura {

/// Where standard errors come from.
enum class ErrorSource {
    hessian,
    opg,
    sandwich,
    bootstrap,             ///< rows drawn from the rows
    weighted_bootstrap,    ///< random weights of the rows
    parametric_bootstrap,  ///< rows drawn from the model
};
/// "hessian", "opg", "sandwich", "bootstrap", "weighted-bootstrap", "parametric-bootstrap".
std::string_view to_string(ErrorSource source) noexcept;
/// @throw InvalidArgument  any other text; lists the names
ErrorSource error_source_from(std::string_view name);

/// What to say about a fitted mixture at the rows of a table.
struct ExplanationOptions {
    bool modes = false;
    bool merging = false;
    std::optional<double> subspace_lambda;    ///< discriminant subspace with this lambda
    std::vector<double> density_masses;       ///< highest-density levels that hold these
    std::optional<double> outlier_tail;       ///< outliers: rows less probable than this
    std::optional<ErrorSource> error_source;  ///< standard errors
    BootstrapOptions bootstrap;               ///< where `error_source` is one; the kind is its own
    std::uint64_t seed = 1;                   ///< of the bootstrap and of the starts of modes
};
/// Everything that takes about as long as one pass over the rows.
ExplanationOptions cheap_explanation(int component_count);

/// A component and the rows classified into it.
struct ComponentCertainty {
    std::int64_t rows = 0;
    double mean_uncertainty = 0.0;    ///< NaN where there is no row
    std::int64_t uncertain_rows = 0;  ///< of uncertainty above `uncertain_above`
};
inline constexpr double uncertain_above = 0.3;

/// Standard errors, and where they are of a bootstrap, percentile intervals.
struct ParameterErrors {
    ErrorSource source = ErrorSource::hessian;
    MixtureParameters standard_errors;
    double remaining_gain = 0.0;                ///< of derivatives; see `StandardErrors`
    std::optional<BootstrapResult> replicates;  ///< of a bootstrap
};

struct Explanation {
    Scores scores;
    std::vector<double> row_entropy;             ///< n, nats: -sum_k r_k log r_k
    std::vector<std::int32_t> second_component;  ///< n, second most probable; -1 where there is one
    std::vector<ComponentCertainty> components;  ///< K
    std::int64_t noise_rows = 0;                 ///< that belong to no component
    std::optional<DensityModes> modes;
    std::optional<EntropyMergeTree> merging;
    double subspace_lambda = 1.0;
    std::optional<DiscriminantSubspace> subspace;
    std::vector<HighestDensityLevel> density_levels;
    MahalanobisDistances distances;
    double outlier_tail = 0.0;
    std::optional<std::vector<Eigen::Index>> outliers;  ///< observations, the farthest first
    std::optional<ParameterErrors> errors;
    std::vector<std::string> notes;  ///< sentences about what could not be had
};

/// @param table  the model's features, in its order, and the case weights it was fitted with
/// @throw InvalidArgument, DataError, NumericalError, compute::Cancelled  as the parts; where only the
///        subspace does not exist, a note says so
Explanation explain(const GaussianMixture& model, const FeatureTable& table,
                    const ExplanationOptions& options, const FitControl& control = {});

/// Rows by their label and their component.
struct LabelComparison {
    std::string column;
    std::vector<std::string> labels;  ///< in order of first appearance
    Eigen::MatrixXd counts;           ///< labels x K
    double adjusted_rand_index = 0.0;
    std::int64_t unlabelled_rows = 0;  ///< left out
};
/// @throw DataError  no row has a label
LabelComparison compare_with_labels(const Column& column, const FeatureTable& table,
                                    const std::vector<std::int32_t>& classification,
                                    int component_count);

/// One document with everything; components, modes, clusters and rows are numbered from 1.
nlohmann::json to_json(const Explanation& explanation, const FeatureTable& table);
nlohmann::json to_json(const LabelComparison& comparison);

}  // namespace mixtura
