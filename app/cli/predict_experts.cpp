// SPDX-License-Identifier: Apache-2.0
#include "predict_experts.h"

#include <algorithm>
#include <iostream>

#include "mixtura/common/error.h"
#include "mixtura/io/experts_file.h"
#include "mixtura/io/number_format.h"
#include "mixtura/plan/plan.h"

#include "exit_status.h"
#include "experts_columns.h"
#include "interrupt.h"
#include "output.h"
#include "text_table.h"

namespace mixtura::cli {

namespace {

bool has_column(const DataSet& data, const std::string& name) {
    return std::any_of(data.columns().begin(), data.columns().end(),
                       [&](const Column& column) { return column.name == name; });
}

/// What is said beside a table that goes to a file.
std::string text_of(const SavedExperts& saved, const ExpertsTable& table,
                    const std::string& data_path, const std::string& output) {
    const experts::ExpertsRows& rows = table.rows;
    std::string text = display_text(data_path, 200) + ": " +
                       std::to_string(table.row_of_data.size()) + " rows predicted";
    if (rows.response.size() > 0) {
        const auto scores = experts::score(saved.model, rows.response, rows.expert_covariates,
                                           rows.gate_covariates);
        text += ", log-likelihood " + fixed_text(scores.log_densities.sum(), 3);
    }
    return text + "\nWritten: " + display_text(output, 400) + "\n";
}

}  // namespace

int predict_experts(const std::string& model_path, const std::string& data_path,
                    const CsvOptions& options, const std::string& output, bool as_json,
                    const RunArguments& run) {
    if (as_json)
        throw InvalidArgument(
            "--json is not available for mixtures of experts; predict writes a CSV table.");
    const SavedExperts saved = read_experts_file(model_path);
    const Interrupt interrupt;
    RunControl run_with = run_control(run);
    run_with.control.stop = interrupt.token();
    const ImportResult import = import_data(data_path, options, run_with.control);
    ExpertsColumns columns{
        .response = has_column(import.data, saved.response) ? saved.response : std::string(),
        .experts = saved.expert_covariates,
        .gate = saved.gate_covariates,
        .weights = {},
        .degree = saved.degree};
    for (const std::string& name : columns.covariate_names()) {
        if (!has_column(import.data, name))
            throw DataError("'" + import.data.source() + "' has no column '" + display_text(name) +
                                "', which the model needs.",
                            {.file = import.data.source(), .column_name = name, .cell = {}});
    }
    const ExpertsTable table = experts_table(import.data, columns, MissingRows::drop);
    write_output(output, experts_csv(saved.model, table));
    if (!output.empty() && output != "-")
        write_output("-", text_of(saved, table, data_path, output));
    if (table.rows_dropped > 0)
        std::cerr << "mixtura-cli: " << table.rows_dropped
                  << " rows have no prediction, because a value is missing.\n";
    return exit_done;
}

}  // namespace mixtura::cli
