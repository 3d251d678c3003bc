// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>

#include "mixtura/common/error.h"
#include "mixtura/io/json_text.h"
#include "mixtura/io/number_format.h"
#include "mixtura/io/output_files.h"
#include "mixtura/plan/explanation.h"
#include "mixtura/plan/plan.h"

#include "arguments.h"
#include "commands.h"
#include "data_columns.h"
#include "exit_status.h"
#include "explain_text.h"
#include "interrupt.h"
#include "output.h"
#include "progress.h"
#include "text_table.h"

namespace mixtura::cli {

namespace {

using nlohmann::json;

struct ExplainArguments {
    std::string model;
    std::string data;
    ExplanationOptions chosen;
    std::optional<std::string> labels;
    std::string output;
    ImportArguments import;
    RunArguments run;
    bool json = false;
};

bool is_chosen(const ExplainArguments& arguments) {
    const ExplanationOptions& chosen = arguments.chosen;
    return chosen.modes || chosen.merging || chosen.subspace_lambda ||
           !chosen.density_masses.empty() || chosen.outlier_tail || chosen.error_source ||
           arguments.labels;
}

ExplanationOptions options_of(const ExplainArguments& arguments, const SavedModel& saved) {
    if (is_chosen(arguments))
        return arguments.chosen;
    ExplanationOptions options = cheap_explanation(saved.model.component_count());
    options.seed = arguments.chosen.seed;
    return options;
}

/// The refits of a bootstrap climb what the fit itself climbed, and end as it did.
void take_fit_options(ExplanationOptions& options, const SavedModel& saved) {
    const json& fit = saved.options;
    EmOptions& em = options.bootstrap.em;
    if (fit.contains("tolerance") && fit.at("tolerance").is_number() &&
        fit.at("tolerance").get<double>() > 0.0)
        em.tolerance = fit.at("tolerance").get<double>();
    if (fit.contains("covariance_floor") && fit.at("covariance_floor").is_number())
        em.covariance_floor = fit.at("covariance_floor").get<double>();
    if (fit.contains("prior") && fit.at("prior").is_string())
        em.prior = prior_from(fit.at("prior").get<std::string>());
}

std::string header_text(const ExplainArguments& arguments, const SavedModel& saved,
                        const FeatureTable& table, std::int64_t row_count,
                        const Explanation& explanation) {
    return display_text(arguments.data, 200) + ": " + std::to_string(table.rows.size()) + " of " +
           std::to_string(row_count) + " rows, " + to_string(saved.model.covariance_form()) + "," +
           std::to_string(saved.model.component_count()) + ", log-likelihood " +
           fixed_text(explanation.scores.log_likelihood, 3) + "\n\n";
}

int explain(const ExplainArguments& arguments) {
    const CsvOptions import_options = csv_options(arguments.import);
    if (arguments.json && arguments.output == "-")
        throw InvalidArgument(
            "Standard output holds one document; leave out --output, or give it the name of a "
            "file.");
    expect_outputs({arguments.output},
                   {{arguments.data, "data file"}, {arguments.model, "model file"}});
    const SavedModel saved = read_model_file(arguments.model);
    if (arguments.chosen.error_source && !saved.labels.names.empty())
        throw InvalidArgument(
            "Standard errors of a fit with known labels are not available: they would be those of "
            "the rows without their labels. Leave out --standard-errors.");
    if (arguments.chosen.error_source && saved.posterior)
        throw InvalidArgument(
            "Standard errors are those of a maximum-likelihood fit; this model is a posterior of "
            "variational Bayes, which says itself how sure it is: see the key posterior of its "
            "file. "
            "Leave out --standard-errors.");
    ExplanationOptions options = options_of(arguments, saved);
    take_fit_options(options, saved);
    const Interrupt interrupt;
    RunControl run_with = run_control(arguments.run);
    run_with.control.stop = interrupt.token();
    ProgressLine progress(arguments.run.quiet);
    run_with.control.observer = &progress;

    const ImportResult import =
        import_for_model(saved, arguments.data, import_options, run_with.control);
    const FeatureTable table = model_features_and_weights(saved, import.data);
    const Explanation explanation = mixtura::explain(saved.model, table, options, run_with.control);
    std::optional<LabelComparison> labels;
    if (arguments.labels)
        labels = compare_with_labels(
            import.data.column(import.data.column_index(*arguments.labels)), table,
            explanation.scores.classification, saved.model.group_count());
    progress.clear();

    json document = to_json(explanation, table);
    document["row_count"] = import.data.row_count();
    if (labels)
        document["labels"] = to_json(*labels);
    const std::string text = json_text(document);
    if (!arguments.output.empty())
        write_output(arguments.output, text);
    if (arguments.json)
        write_output("-", text);
    else if (arguments.output != "-")
        write_output("-",
                     header_text(arguments, saved, table, import.data.row_count(), explanation) +
                         explanation_text(saved, table, explanation, labels) +
                         (arguments.output.empty()
                              ? ""
                              : "\nWritten: " + display_text(arguments.output, 400) + "\n"));
    std::cerr << left_out_text(table, import.data.row_count());
    const bool is_cancelled = explanation.errors && explanation.errors->replicates &&
                              explanation.errors->replicates->cancelled;
    return is_cancelled ? exit_cancelled : exit_done;
}

/// An option that may stand alone (then `usual`) or with a number from `least` to `greatest`.
void add_optional_number(CLI::App& command, const std::string& name, std::optional<double>& target,
                         double usual, double least, double greatest,
                         const std::string& description) {
    command
        .add_option_function<std::string>(
            name,
            [=, &target](const std::string& text) {
                double value = usual;
                if (!text.empty() && text != "{}") {
                    const char* end = text.data() + text.size();
                    const auto [stop, error] = std::from_chars(text.data(), end, value);
                    if (error != std::errc() || stop != end ||
                        !(value >= least && value <= greatest))
                        throw InvalidArgument(name + " is '" + display_text(text) +
                                              "'; it stands alone or before a number from " +
                                              exact_text(least) + " to " + exact_text(greatest) +
                                              ".");
                }
                target = value;
            },
            description)
        ->expected(0, 1)
        ->type_name("[NUMBER]")
        ->group("What to explain (default: all but standard errors and labels)");
}

void add_choices(CLI::App& command, ExplainArguments& arguments) {
    constexpr const char* group = "What to explain (default: all but standard errors and labels)";
    constexpr double usual_lambda = 1.0;
    constexpr double usual_tail = 0.001;
    ExplanationOptions& chosen = arguments.chosen;
    command
        .add_flag("--modes", chosen.modes, "Maxima of the density, and which components share one")
        ->group(group);
    command
        .add_flag("--merge", chosen.merging,
                  "Components merged step by step, those first that rows cannot tell apart")
        ->group(group);
    add_optional_number(command, "--subspace", chosen.subspace_lambda, usual_lambda, 0.0, 1.0,
                        "Directions in which the components differ most: 1 by their means alone, "
                        "down to 0 by their covariances alone [1]");
    command
        .add_flag_callback(
            "--levels", [&chosen] { chosen.density_masses = cheap_explanation(1).density_masses; },
            "Densities above which 25, 50, 75 and 95 % of the rows lie")
        ->group(group);
    add_optional_number(command, "--outliers", chosen.outlier_tail, usual_tail,
                        std::numeric_limits<double>::min(), 0.5,
                        "Rows whose Mahalanobis distance to their component is exceeded with less "
                        "than this probability [0.001]");
    command
        .add_option_function<std::string>(
            "--standard-errors",
            [&chosen](const std::string& name) { chosen.error_source = error_source_from(name); },
            "Of weights, means and covariances: hessian, opg, sandwich, bootstrap, "
            "weighted-bootstrap or parametric-bootstrap")
        ->type_name("METHOD")
        ->group(group);
    command
        .add_option("--labels", arguments.labels,
                    "Column to hold the classification against: adjusted Rand index and table")
        ->type_name("COLUMN")
        ->group(group);
    add_number(command, "--replicates", chosen.bootstrap.replicate_count, 2, replicate_count_limit,
               "Refits of a bootstrap [999]")
        ->group(group);
    add_number(command, "--seed", chosen.seed, std::uint64_t{0},
               std::numeric_limits<std::uint64_t>::max(), "Seed of the random numbers [1]")
        ->group(group);
}

}  // namespace

void add_explain(CLI::App& app, Action& action) {
    auto arguments = std::make_shared<ExplainArguments>();
    CLI::App* command = app.add_subcommand(
        "explain",
        "What a model says: certainty, modes, merging, discriminant subspace, outliers, standard "
        "errors");
    command->add_option("MODEL", arguments->model, "Model file")->required();
    command
        ->add_option("DATA", arguments->data,
                     "CSV file with the model's features, or - for standard input")
        ->required();
    add_choices(*command, *arguments);
    add_file(*command, "-o,--output", arguments->output, "Write a JSON document");
    command->add_flag("--json", arguments->json, "Print the JSON document instead of tables");
    add_import_options(*command, arguments->import);
    add_run_options(*command, arguments->run);
    set_example(*command,
                "mixtura-cli explain model.json faithful.csv --merge --standard-errors hessian");
    command->callback(
        [arguments, &action] { action = [arguments] { return explain(*arguments); }; });
}

}  // namespace mixtura::cli
