// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <memory>

#include "mixtura/plan/plan.h"

#include "arguments.h"
#include "commands.h"
#include "data_columns.h"
#include "exit_status.h"
#include "interrupt.h"
#include "output.h"
#include "progress.h"

namespace mixtura::cli {

namespace {

struct PredictArguments {
    std::string model;
    std::string data;
    std::string output;
    ImportArguments import;
    RunArguments run;
};

int predict(const PredictArguments& arguments) {
    const SavedModel saved = read_model_file(arguments.model);
    const CsvOptions options = csv_options(arguments.import);
    const Interrupt interrupt;
    RunControl run_with = run_control(arguments.run);
    run_with.control.stop = interrupt.token();
    ProgressLine progress(arguments.run.quiet, 0);
    run_with.control.observer = &progress;
    const ImportResult import = import_data(arguments.data, options, run_with.control);
    const FeatureTable table = model_features(saved, import.data);
    const Scores scores = score(saved.model, table.observations, run_with.control);
    progress.clear();
    write_output(arguments.output, assignments_csv(table, scores, import.data.row_count()));
    if (table.rows_dropped > 0)
        std::cerr << "mixtura-cli: " << table.rows_dropped << " of " << import.data.row_count()
                  << " rows have empty fields, because a feature is missing.\n";
    return exit_done;
}

}  // namespace

void add_predict(CLI::App& app, Action& action) {
    auto arguments = std::make_shared<PredictArguments>();
    CLI::App* command = app.add_subcommand(
        "predict", "Classification, uncertainty, log density and responsibilities of each row");
    command->add_option("MODEL", arguments->model, "Model file")->required();
    command
        ->add_option("DATA", arguments->data,
                     "CSV file with the model's features, or - for standard input")
        ->required();
    command->add_option("-o,--output", arguments->output, "CSV file to write [standard output]");
    add_import_options(*command, arguments->import);
    add_run_options(*command, arguments->run);
    set_example(*command, "mixtura-cli predict model.json new.csv -o labels.csv");
    command->callback(
        [arguments, &action] { action = [arguments] { return predict(*arguments); }; });
}

}  // namespace mixtura::cli
