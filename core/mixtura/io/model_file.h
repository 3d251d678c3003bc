// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "mixtura/gaussian_mixture/component_classes.h"
#include "mixtura/gaussian_mixture/gaussian_mixture.h"
#include "mixtura/io/incremental_record.h"
#include "mixtura/variational/variational_posterior.h"

namespace mixtura {

/// What a model was fitted to.
struct DataProvenance {
    std::string source;
    std::string sha256;
    std::int64_t rows = 0;
    std::int64_t rows_used = 0;
    std::vector<std::string> features;
    nlohmann::json transform = nlohmann::json::array();
};

/// How one start of a fit ended.
struct StartRecord {
    std::string start;
    double log_likelihood = 0.0;
    std::string status;
    int iterations = 0;
    std::string diagnosis;
};

/// Figures of the fit that belong to the stored model.
struct FitRecord {
    std::string status;
    double log_likelihood = 0.0;
    int parameter_count = 0;
    double bic = 0.0;
    double icl = 0.0;
    double aic = 0.0;
    double entropy = 0.0;
    int iterations = 0;
    std::vector<double> trace;
    std::int64_t rows_dropped = 0;
    int floors_applied = 0;
    double seconds = 0.0;
    std::string spurious;  ///< empty, or why the solution is not to be trusted
    std::vector<StartRecord> starts;
    std::size_t best_start = 0;
};

/// One line of the table of models tried.
struct SelectionRecord {
    int component_count = 0;
    std::string covariance_structure;
    int parameter_count = 0;
    double log_likelihood = 0.0;
    double bic = 0.0;
    double icl = 0.0;
    double aic = 0.0;
    double nec = std::numeric_limits<double>::quiet_NaN();  ///< NaN here and below: not known
    double cv = std::numeric_limits<double>::quiet_NaN();
    double cv_standard_error = std::numeric_limits<double>::quiet_NaN();
    std::string status;   ///< a FitStatus, "failed" or "spurious"
    std::string message;  ///< why not, where it was not fitted
    int iterations = 0;
    double seconds = 0.0;
};

/// A bootstrap likelihood-ratio test of K components against K + 1.
struct ComponentTestRecord {
    int component_count = 0;  ///< K
    double statistic = 0.0;   ///< 2 (log L_{K+1} - log L_K)
    double p_value = 0.0;
    int replicate_count = 0;      ///< samples that both models could be fitted to
    int failure_count = 0;        ///< others
    double critical_value = 0.0;  ///< 95 % point of the statistic under K components
};

/// How the labelled rows are classified, see selection/label_accuracy.h.
struct LabelAccuracyRecord {
    /// C x K, rows by label and most probable component; C x C where labels are classes.
    std::vector<std::vector<double>> counts;
    double error_rate = 0.0;
    double brier = 0.0;
};

/// The known labels that a fit took into account.
struct LabelRecord {
    std::string column;
    std::vector<std::string> names;  ///< C >= 1, of the first components; empty: no labels
    /// Of the model on the rows that it was fitted to; no counts: not worked out.
    LabelAccuracyRecord training;
    int fold_count = 0;  ///< 0: not cross-validated
    LabelAccuracyRecord cross_validated;
    double standard_error = 0.0;  ///< of the cross-validated error rate
    std::string failure;          ///< why there are no cross-validated figures
    /// Where each label is a class with a mixture of its own: K, the component's position in
    /// `names`, ascending; else empty.
    ComponentClasses component_classes = {};
    std::vector<SelectionRecord> class_models = {};  ///< C, the mixture of each class on its rows
    /// Nats, of the rows and their classes together.
    double joint_log_likelihood = std::numeric_limits<double>::quiet_NaN();
};

/// A fitted Gaussian or Student-t mixture with its provenance: the content of a model file.
struct SavedModel {
    std::string backend = "cpu";
    DataProvenance data;
    nlohmann::json options = nlohmann::json::object();
    GaussianMixture model;
    FitRecord fit;
    std::vector<SelectionRecord> selection;
    std::vector<ComponentTestRecord> component_tests;  ///< of the model's covariance structure
    LabelRecord labels;
    /// Of an incremental mixture, which has no likelihood of all its rows: its figures are unknown.
    std::optional<IncrementalRecord> incremental = std::nullopt;
    /// Of a variational Bayesian mixture, whose predictive density is `model` and whose trace is of the
    /// lower bound: log-likelihood, criteria and parameter count do not apply.
    std::optional<VariationalPosterior> posterior = std::nullopt;
};

/// The name of each group where labels name some or there is noise: the labels, then "component 4"
/// and so on, and "noise" as the last; of a class of several components "virginica 1", "virginica
/// 2"; else empty.
std::vector<std::string> component_names(const SavedModel& saved);

/// Version of the model file written here, and the newest one read.
inline constexpr int model_file_version = 1;

/// The model file, format "mixtura-model" (its JSON Schema stands in resources/schema). Numbers
/// read back exactly; figures that are not finite are null.
nlohmann::json to_json(const SavedModel& saved);
/// @throw DataError  a newer version, a missing key, a wrong shape or value; names the key's path
///                   ("/parameters/means/1")
SavedModel saved_model_from(const nlohmann::json& document);
/// The text of a model file.
std::string model_file_text(const SavedModel& saved);
/// @throw FileError  names the path and the system's reason
void write_model_file(const std::string& path, const SavedModel& saved);
/// @throw FileError  the file cannot be read @throw DataError  as above, with the file's name
SavedModel read_model_file(const std::string& path);

}  // namespace mixtura
