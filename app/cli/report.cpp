// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <iostream>
#include <memory>

#include "mixtura/common/brief_text.h"
#include "mixtura/common/error.h"
#include "mixtura/io/number_format.h"
#include "mixtura/io/output_files.h"
#include "mixtura/plan/target_prediction.h"
#include "mixtura/report/report_html.h"

#include "arguments.h"
#include "commands.h"
#include "data_columns.h"
#include "exit_status.h"
#include "interrupt.h"
#include "output.h"
#include "progress.h"

namespace mixtura::cli {

namespace {

struct ReportArguments {
    std::string model;
    std::string data;
    std::string output;
    ImportArguments import;
    RunArguments run;
};

/// Where the rows drawn are from, and whether the model was fitted to them.
std::string rows_sentence(const ReportArguments& arguments, const SavedModel& saved,
                          const FeatureTable& table, const Scores& scores) {
    std::string text = "The rows drawn are the ";
    text.append(std::to_string(table.rows.size()))
        .append(" of ")
        .append(arguments.data == "-" ? "standard input" : arguments.data)
        .append(" that have all features");
    const double log_likelihood =
        table.weights.size() > 0 ? table.weights.dot(scores.log_densities) : scores.log_likelihood;
    const double tolerance = 1e-6 * (1.0 + std::abs(saved.fit.log_likelihood));
    const bool are_those_fitted = saved.labels.names.empty() &&
                                  std::abs(log_likelihood - saved.fit.log_likelihood) <= tolerance;
    return text
        .append(are_those_fitted ? "; their log-likelihood is that of the fit."
                                 : "; their log-likelihood under the model is ")
        .append(are_those_fitted ? "" : fixed_text(log_likelihood, 3).append("."));
}

std::string report_with_rows(const ReportArguments& arguments, const SavedModel& saved) {
    const Interrupt interrupt;
    RunControl run_with = run_control(arguments.run);
    run_with.control.stop = interrupt.token();
    ProgressLine progress(arguments.run.quiet);
    run_with.control.observer = &progress;
    const ImportResult import =
        import_for_model(saved, arguments.data, csv_options(arguments.import), run_with.control);
    const FeatureTable table = model_features_and_weights(saved, import.data);
    const Scores scores = score(saved.model, table.observations, run_with.control);
    progress.clear();
    std::cerr << left_out_text(table, import.data.row_count());
    const ReportRows rows{.table = table, .scores = scores};
    return report_html(
        saved, &rows,
        {.verdict = {}, .command = {}, .rows = rows_sentence(arguments, saved, table, scores)});
}

int report(const ReportArguments& arguments) {
    expect_outputs({arguments.output},
                   {{arguments.data, "data file"}, {arguments.model, "model file"}});
    const SavedModel saved = read_model_file(arguments.model);
    write_output(arguments.output, arguments.data.empty()
                                       ? report_html(saved)
                                       : report_with_rows(arguments, input_model(saved)));
    return exit_done;
}

}  // namespace

void add_report(CLI::App& app, Action& action) {
    auto arguments = std::make_shared<ReportArguments>();
    CLI::App* command = app.add_subcommand(
        "report", "A model as one self-contained HTML page with figures and words");
    command->add_option("MODEL", arguments->model, "Model file")->required();
    command->add_option("DATA", arguments->data,
                        "CSV file with the model's features, or - for standard input: its rows are "
                        "drawn and the components put into words");
    add_file(*command, "-o,--output", arguments->output, "File to write; - for standard output")
        ->required();
    add_import_options(*command, arguments->import);
    add_run_options(*command, arguments->run);
    set_example(*command, "mixtura-cli report model.json faithful.csv -o report.html");
    command->callback(
        [arguments, &action] { action = [arguments] { return report(*arguments); }; });
}

}  // namespace mixtura::cli
