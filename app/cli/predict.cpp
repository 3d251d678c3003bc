// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <iostream>
#include <memory>
#include <optional>

#include "mixtura/common/error.h"
#include "mixtura/gaussian_mixture/incomplete_rows.h"
#include "mixtura/io/experts_file.h"
#include "mixtura/io/json_text.h"
#include "mixtura/io/number_format.h"
#include "mixtura/io/output_files.h"
#include "mixtura/plan/option_names.h"
#include "mixtura/plan/plan.h"
#include "mixtura/plan/target_prediction.h"

#include "arguments.h"
#include "commands.h"
#include "data_columns.h"
#include "exit_status.h"
#include "interrupt.h"
#include "output.h"
#include "predict_experts.h"
#include "progress.h"
#include "text_table.h"

namespace mixtura::cli {

namespace {

using nlohmann::json;

struct PredictArguments {
    std::string model;
    std::string data;
    std::string output;
    std::optional<std::string> missing_rows;
    std::string imputed;
    ImportArguments import;
    RunArguments run;
    bool json = false;
};

json numbers_json(const VectorRef& values) {
    json result = json::array();
    for (const double value : values)
        result.push_back(std::isfinite(value) ? json(value) : json(nullptr));
    return result;
}

/// The most probable class of each row, its uncertainty in place of the component's, and the
/// probabilities.
void add_classes(const LabelRecord& labels, const Scores& scores, json& document) {
    const Scores classes = class_scores(scores, labels.component_classes);
    json names = json::array();
    json probabilities = json::array();
    for (std::size_t i = 0; i < classes.classification.size(); ++i) {
        names.push_back(labels.names[static_cast<std::size_t>(classes.classification[i])]);
        probabilities.push_back(
            numbers_json(classes.responsibilities.row(static_cast<Eigen::Index>(i)).transpose()));
    }
    document["class_names"] = labels.names;
    document["class"] = std::move(names);
    document["class_probabilities"] = std::move(probabilities);
    document["uncertainty"] = numbers_json(classes.uncertainty);
}

/// An array for each column of the table; `rows` are the 1-based rows that have an entry.
json scores_json(const FeatureTable& table, const Scores& scores, std::int64_t row_count,
                 const SavedModel& saved) {
    const std::vector<std::string> names = component_names(saved);
    json rows = json::array();
    json classification = json::array();
    json responsibilities = json::array();
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        rows.push_back(table.rows[i] + 1);
        classification.push_back(scores.number_of(scores.classification[i]));
        responsibilities.push_back(
            numbers_json(scores.responsibilities.row(static_cast<Eigen::Index>(i)).transpose()));
    }
    json document = {{"row_count", row_count},
                     {"rows", std::move(rows)},
                     {"log_likelihood", scores.log_likelihood},
                     {"classification", std::move(classification)},
                     {"uncertainty", numbers_json(scores.uncertainty)},
                     {"log_density", numbers_json(scores.log_densities)},
                     {"responsibilities", std::move(responsibilities)}};
    if (!names.empty())
        document["component_names"] = names;
    if (!saved.labels.component_classes.empty())
        add_classes(saved.labels, scores, document);
    return document;
}

/// What is said of the model's target, an array for each column of the table.
json target_json(const SavedModel& saved, const TargetPrediction& prediction,
                 const TargetScore& target_score) {
    json document = {{"column", saved.incremental->target}};
    if (prediction.classes.empty()) {
        document["mean"] = numbers_json(prediction.mean);
        document["variance"] = numbers_json(prediction.variance);
        document["lower"] = numbers_json(prediction.lower);
        document["upper"] = numbers_json(prediction.upper);
        if (target_score.row_count > 0)
            document["rmse"] = target_score.rmse;
        return document;
    }
    document["classes"] = prediction.classes;
    json classification = json::array();
    json probabilities = json::array();
    for (std::size_t i = 0; i < prediction.classification.size(); ++i) {
        classification.push_back(
            prediction.classes[static_cast<std::size_t>(prediction.classification[i])]);
        probabilities.push_back(
            numbers_json(prediction.probabilities.row(static_cast<Eigen::Index>(i)).transpose()));
    }
    document["prediction"] = std::move(classification);
    document["probabilities"] = std::move(probabilities);
    if (target_score.row_count > 0)
        document["accuracy"] = target_score.accuracy;
    return document;
}

std::string target_text(const SavedModel& saved, const TargetPrediction& prediction,
                        const TargetScore& target_score) {
    if (target_score.row_count == 0)
        return {};
    return "Target '" + display_text(saved.incremental->target, 40) + "': " +
           (prediction.classes.empty()
                ? "root mean squared error " + rounded_text(target_score.rmse, 5)
                : "accuracy " + fixed_text(target_score.accuracy, 4)) +
           " on " + std::to_string(target_score.row_count) + " rows that have it\n";
}

/// How many rows went to each component, in a few lines.
std::string scores_text(const PredictArguments& arguments, const FeatureTable& table,
                        const Scores& scores, std::int64_t row_count, const LabelRecord& labels) {
    const bool has_classes = !labels.component_classes.empty();
    const std::vector<std::string>& label_names = labels.names;
    const Scores counted = has_classes ? class_scores(scores, labels.component_classes) : scores;
    std::vector<std::int64_t> counts(static_cast<std::size_t>(counted.responsibilities.cols()), 0);
    for (const std::int32_t component : counted.classification)
        ++counts[static_cast<std::size_t>(component)];
    std::string text = display_text(arguments.data, 200) + ": " +
                       std::to_string(table.rows.size()) + " of " + std::to_string(row_count) +
                       " rows, log-likelihood " + fixed_text(scores.log_likelihood, 3) + "\n";
    for (std::size_t k = 0; k < counts.size(); ++k)
        text += (scores.is_noise(static_cast<std::int32_t>(k))
                     ? std::string("Noise")
                     : (has_classes ? "Class " : "Component ") + std::to_string(k + 1)) +
                (k < label_names.size() ? " (" + display_text(label_names[k], 40) + ")" : "") +
                ": " + std::to_string(counts[k]) + (counts[k] == 1 ? " row\n" : " rows\n");
    return text + "Written: " + display_text(arguments.output, 400) + "\n";
}

/// What is asked for, or else what the fit did.
MissingRows missing_rows_of(const PredictArguments& arguments, const SavedModel& saved) {
    if (arguments.missing_rows)
        return missing_rows_from(*arguments.missing_rows);
    const bool fit_used_them = saved.options.value("missing_rows", nlohmann::json()) == "mar";
    return fit_used_them ? MissingRows::mar : MissingRows::drop;
}

/// The features with each missing value replaced by its expectation, exact numbers.
std::string imputed_csv(const SavedModel& saved, const FeatureTable& table) {
    std::string text = "row";
    for (const std::string& name : table.names) text += "," + csv_field(name);
    text += "\n";
    const Eigen::MatrixXd filled = imputed_rows(saved.model, table.observations);
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        text += std::to_string(table.rows[i] + 1);
        for (const double value : filled.row(static_cast<Eigen::Index>(i)))
            text += "," + exact_text(value);
        text += "\n";
    }
    return text;
}

int predict(const PredictArguments& arguments) {
    const CsvOptions options = csv_options(arguments.import);
    const bool writes_file = !arguments.output.empty() && arguments.output != "-";
    if (arguments.json && arguments.output == "-")
        throw InvalidArgument(
            "Standard output holds one thing: the JSON document of --json, or the table. Give "
            "--output the name of a file.");
    if (arguments.imputed == "-")
        throw InvalidArgument("--imputed needs the name of a file.");
    expect_outputs({arguments.output, arguments.imputed},
                   {{arguments.data, "data file"}, {arguments.model, "model file"}});
    if (is_experts_file(arguments.model))
        return predict_experts(arguments.model, arguments.data, options, arguments.output,
                               arguments.json, arguments.run);
    const SavedModel whole = read_model_file(arguments.model);
    const SavedModel saved = input_model(whole);
    const Interrupt interrupt;
    RunControl run_with = run_control(arguments.run);
    run_with.control.stop = interrupt.token();
    ProgressLine progress(arguments.run.quiet);
    run_with.control.observer = &progress;
    const ImportResult import = import_for_model(saved, arguments.data, options, run_with.control);
    const std::int64_t row_count = import.data.row_count();
    const FeatureTable table =
        model_features(saved, import.data, missing_rows_of(arguments, saved));
    if (table.incomplete_rows > 0 && has_target(whole))
        throw InvalidArgument(
            "A target is predicted from complete rows; leave the others out: --missing-rows drop.");
    const Scores scores = score_observed(saved.model, table.observations, run_with.control);
    if (!arguments.imputed.empty())
        write_output(arguments.imputed, imputed_csv(saved, table));
    std::optional<TargetPrediction> prediction;
    TargetScore target_score;
    if (has_target(whole)) {
        prediction = predict_target(whole, table.observations);
        target_score = score_target(whole, *prediction, table, import.data);
    }
    progress.clear();
    if (writes_file || !arguments.json) {
        const std::string csv = assignments_csv(table, scores, row_count, row_labels(saved));
        write_output(arguments.output,
                     prediction ? with_target_columns(csv, table, *prediction, row_count) : csv);
    }
    if (arguments.json) {
        json document = scores_json(table, scores, row_count, saved);
        if (prediction)
            document["target"] = target_json(whole, *prediction, target_score);
        write_output("-", json_text(document));
    } else if (writes_file) {
        write_output("-", (prediction ? target_text(whole, *prediction, target_score) : "") +
                              scores_text(arguments, table, scores, row_count, saved.labels));
    }
    std::cerr << left_out_text(table, row_count);
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
    add_file(*command, "-o,--output", arguments->output, "CSV file to write [standard output]");
    command->add_option(
        "--missing-rows", arguments->missing_rows,
        "Rows with a missing feature: leave out (drop), refuse (error), or judge by what they hold "
        "(mar) [as the fit did]");
    add_file(*command, "--imputed", arguments->imputed,
             "CSV file to write with the features, missing values replaced by their expectation");
    command->add_flag("--json", arguments->json, "Print a JSON document");
    add_import_options(*command, arguments->import);
    add_run_options(*command, arguments->run);
    set_example(*command, "mixtura-cli predict model.json new.csv -o labels.csv");
    command->callback(
        [arguments, &action] { action = [arguments] { return predict(*arguments); }; });
}

}  // namespace mixtura::cli
