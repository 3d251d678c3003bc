// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "mixtura/common/fit_control.h"
#include "mixtura/data/data_set.h"
#include "mixtura/io/csv.h"
#include "mixtura/io/model_file.h"
#include "mixtura/selection/class_mixtures.h"
#include "mixtura/selection/search.h"

namespace mixtura {

enum class Standardise { none, zscore, robust };

/// Which columns and rows of the data set are used, and how.
struct ColumnPlan {
    std::vector<std::string> features;  ///< names, or 1-based positions; empty: all numeric columns
    std::vector<std::string> excluded;
    std::string weights;  ///< name of the case-weight column; empty: none
    /// Name of the column of known labels; empty: none. Its values name the first components; a
    /// missing one leaves the row's component open.
    std::string labels;
    /// Name of the column of classes, each of which gets a mixture of its own; empty: none. Rows
    /// without a class are left out.
    std::string classes;
    MissingRows missing_rows = MissingRows::drop;
    Standardise standardise = Standardise::none;
};

/// One run as plain data. Command line, window, project log and replay are spellings of this;
/// only `run` executes it, which is why they give equal numbers.
struct Plan {
    std::string data_path;  ///< CSV, "-" for standard input
    CsvOptions import;
    ColumnPlan columns;
    /// Empty counts mean as many as the labels, start labels or start model give, no structure that
    /// of the start model.
    SearchOptions search;
    std::string start_labels;      ///< column whose values are the start partition; empty: none
    std::string start_model;       ///< model file to start from; empty: none
    int bootstrap_replicates = 0;  ///< samples of each test of K against K + 1; 0: no test
    int label_fold_count = 0;      ///< folds that cross-validate known labels or classes; 0: none
    std::string model_output;
    std::string assignments_output;
    std::string trace_output;
    std::string checkpoint_output;     ///< kept up to date while the fit runs; empty: none
    double checkpoint_seconds = 60.0;  ///< between two writings of it
    std::string resume_from;           ///< checkpoint to go on from; empty: none
};
/// Allowed range of `checkpoint_seconds`.
inline constexpr double checkpoint_seconds_least = 0.01;
inline constexpr double checkpoint_seconds_limit = 1e7;

/// Allowed range of `bootstrap_replicates` where it is not 0: with fewer, no p-value is below 5 %.
inline constexpr int bootstrap_replicates_least = 19;
inline constexpr int bootstrap_replicates_limit = 100000;

nlohmann::json to_json(const Plan& plan);
/// Keys that are absent keep their default. @throw DataError  names the key
Plan plan_from(const nlohmann::json& document);
/// The import options that are set, each under its name.
nlohmann::json to_json(const CsvOptions& options);
/// @throw DataError  names the key
CsvOptions csv_options_from(const nlohmann::json& document);
/// The `mixtura-cli` command that repeats the plan, quoted for a POSIX shell.
std::string command_line(const Plan& plan);
/// The `mixtura-cli inspect` arguments that read the plan's file in the same way.
std::string inspect_command_line(const Plan& plan);

/// What a run gives: every model tried, and the chosen one ready to be saved. All figures are in
/// the data's own units, also where the features were standardised.
struct RunResult {
    FeatureTable table;
    SearchResult search;
    std::vector<SelectionRecord> selection;
    /// Of `search.best`; none if no model is admissible. After a cancelled search the best of the
    /// models that were reached, with the status "cancelled".
    std::optional<SavedModel> chosen;
    nlohmann::json transform = nlohmann::json::array();  ///< how the features were standardised
    std::string data_sha256;
    std::string backend = "cpu";     ///< name of the one that computed
    std::vector<std::string> notes;  ///< sentences about rows and columns left out
    /// Tests of K against K + 1 components of the chosen structure, up to the first that does not
    /// reject at 5 %; where they were asked for and the counts were searched.
    std::vector<ComponentTestRecord> component_tests;
    /// Of the table's rows, as in `fit_em`, or their classes; or empty.
    std::vector<std::int32_t> known_components;
    std::vector<std::string> label_names;  ///< of the first components, or of the classes; or empty
    /// Of mixtures of classes, of which `search` holds the one of all rows: K; else empty.
    ComponentClasses component_classes;
    std::vector<SelectionRecord> class_models;  ///< C, the mixture chosen for each class
    double joint_log_likelihood = 0.0;          ///< nats, of rows and classes together
    /// Of each candidate on the labelled rows; no rows where there is no fit, and after a cancelled
    /// search of all but the chosen one.
    std::vector<LabelAccuracy> label_accuracies;
    LabelAccuracy cross_validated_labels;  ///< of the chosen model; no folds: not done
    /// Empty, or why the checkpoint could not be written at the end.
    std::string checkpoint_failure;
};

/// Imports a data file and refuses what only a person can decide, such as the meaning of "1,234".
/// @throw DataError, FileError, compute::Cancelled  as import_csv
ImportResult import_data(const std::string& path, const CsvOptions& options,
                         const FitControl& control = {});

/// Executes the plan on data already imported (the window, which keeps its table) ...
/// @throw InvalidArgument  an option out of range, a column that does not exist
/// @throw DataError        data that cannot be used; a constant column; too few rows
RunResult run(const Plan& asked, const DataSet& data, const FitControl& control = {},
              SearchObserver* observer = nullptr);
/// ... or imports it first, and writes the outputs the plan names.
/// @throw FileError  what is to be written cannot be; said before the work where it can be known
RunResult run(const Plan& plan, const FitControl& control = {}, SearchObserver* observer = nullptr);
/// Writes the model, assignments and trace that the plan names; nothing where none was chosen.
void write_outputs(const Plan& plan, const RunResult& result, const FitControl& control = {});

/// The candidate as a line of the table of models tried.
SelectionRecord selection_record(const Candidate& candidate);
/// The model of any fitted candidate, as a file's content.
SavedModel saved_model(const Plan& plan, const DataSet& data, const RunResult& result,
                       std::size_t candidate);
/// How a row's label follows from its scores.
struct RowLabels {
    std::vector<std::string> names;      ///< of the groups, or of the classes; empty: no labels
    ComponentClasses component_classes;  ///< K, of the components; empty: there are no classes
};
RowLabels row_labels(const SavedModel& saved);
/// CSV of the rows used: row number, classification (1-based component, 0 for noise), uncertainty,
/// log density, responsibilities; then, where there are labels, that of the classification. Where
/// there are classes the label is the most probable class, the uncertainty is that of the class, and
/// the probabilities of the classes stand before the label.
std::string assignments_csv(const FeatureTable& table, const Scores& scores,
                            const RowLabels& labels = {});
/// The same for `row_count` rows; those that are not in the table have empty fields.
std::string assignments_csv(const FeatureTable& table, const Scores& scores, std::int64_t row_count,
                            const RowLabels& labels = {});
/// CSV of the log-likelihood after every iteration of every start.
/// @param climbed  name of the last column: "lower_bound" of a variational Bayesian mixture
std::string trace_csv(const EmFit& fit, std::string_view climbed = "log_likelihood");

}  // namespace mixtura
