// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "mixtura/common/fit_control.h"
#include "mixtura/data/data_set.h"
#include "mixtura/io/csv.h"
#include "mixtura/io/model_file.h"
#include "mixtura/selection/search.h"

namespace mixtura {

enum class Standardise { none, zscore, robust };

/// Which columns and rows of the data set are used, and how.
struct ColumnPlan {
    std::vector<std::string> features;  ///< names, or 1-based positions; empty: all numeric columns
    std::vector<std::string> excluded;
    std::string weights;  ///< name of the case-weight column; empty: none
    MissingRows missing_rows = MissingRows::drop;
    Standardise standardise = Standardise::none;
};

/// One run as plain data. Command line, window, project log and replay are spellings of this;
/// only `run` executes it, which is why they give equal numbers.
struct Plan {
    std::string data_path;  ///< CSV, "-" for standard input
    CsvOptions import;
    ColumnPlan columns;
    SearchOptions search;
    std::string start_labels;  ///< column whose values are the start partition; empty: none
    std::string start_model;   ///< model file to start from; empty: none
    std::string model_output;
    std::string assignments_output;
    std::string trace_output;
};

nlohmann::json to_json(const Plan& plan);
/// @throw DataError  names the key
Plan plan_from(const nlohmann::json& document);
/// The `mixtura-cli` arguments that repeat the plan, quoted for a POSIX shell.
std::string command_line(const Plan& plan);

/// What a run gives: every model tried, and the chosen one ready to be saved.
struct RunResult {
    FeatureTable table;
    SearchResult search;
    std::vector<SelectionRecord> selection;
    std::optional<SavedModel> chosen;  ///< of `search.best`; none if no model is admissible
};

/// Executes the plan on data already imported (the window, which keeps its table) ...
RunResult run(const Plan& plan, const DataSet& data, const FitControl& control = {},
              SearchObserver* observer = nullptr);
/// ... or imports it first, and writes the outputs the plan names.
RunResult run(const Plan& plan, const FitControl& control = {}, SearchObserver* observer = nullptr);

/// The model of any fitted candidate, as a file's content.
SavedModel saved_model(const Plan& plan, const DataSet& data, const RunResult& result,
                       std::size_t candidate);
/// CSV of the rows used: row number, classification (1-based), uncertainty, log density,
/// responsibilities.
std::string assignments_csv(const FeatureTable& table, const Scores& scores);

}  // namespace mixtura
