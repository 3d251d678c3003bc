// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>

#include "mixtura/common/error.h"
#include "mixtura/gaussian_mixture/incomplete_rows.h"
#include "mixtura/io/atomic_file.h"
#include "mixtura/io/number_format.h"
#include "mixtura/plan/option_names.h"
#include "mixtura/plan/plan.h"
#include "mixtura/plan/summary.h"

#include "arguments.h"
#include "commands.h"
#include "exit_status.h"
#include "interrupt.h"
#include "output.h"
#include "progress.h"
#include "text_table.h"

namespace mixtura::cli {

namespace {

struct FitArguments {
    std::string data;
    ImportArguments import;
    RunArguments run;
    std::optional<std::string> columns;
    std::string exclude;
    std::optional<std::string> observation_weights;
    std::optional<std::string> labels;
    std::optional<std::string> classes;
    int label_fold_count = 0;
    std::string missing_rows = "drop";
    std::string standardise = "none";
    std::optional<std::string> components;
    std::optional<std::string> covariance;
    bool has_factors = false;
    std::optional<std::string> factors;
    std::optional<double> uniqueness_floor;
    bool is_variational = false;
    VariationalSearchOptions variational;
    std::string variational_option;  ///< one that was given, for example "--concentration"
    bool has_run_count = false;
    std::string criterion = "bic";
    int fold_count = SearchOptions{}.fold_count;
    int bootstrap_replicates = 0;
    std::string init = "hierarchical";
    EmOptions em;
    std::string output;
    std::string assignments;
    std::string trace;
    std::string checkpoint;
    double checkpoint_seconds = Plan{}.checkpoint_seconds;
    std::string resume;
    bool json = false;
};

void set_start(const FitArguments& arguments, Plan& plan) {
    constexpr std::string_view labels = "labels:";
    if (arguments.init.starts_with(labels))
        plan.start_labels = arguments.init.substr(labels.size());
    else if (arguments.init.ends_with(".json") || arguments.init.find('/') != std::string::npos)
        plan.start_model = arguments.init;
    else if (arguments.init == "hierarchical" || arguments.init == "kmeans" ||
             arguments.init == "random")
        plan.search.em.initialisation = initialisation_from(arguments.init);
    else
        throw InvalidArgument("'" + display_text(arguments.init) +
                              "' is not a start; --init takes hierarchical, kmeans, random, a "
                              "model file (MODEL.json) or labels:COLUMN.");
    if (arguments.init == labels)
        throw InvalidArgument("--init labels: needs the name of a column after the colon.");
}

/// More than one start, since the first is no better than the others; of variational Bayes too.
constexpr int factor_run_count = 5;

void set_factors(const FitArguments& arguments, SearchOptions& search) {
    if (!arguments.has_factors && (arguments.factors || arguments.uniqueness_floor))
        throw InvalidArgument(
            std::string(arguments.factors ? "--factors" : "--uniqueness-floor") +
            " belongs to factor analysers; add --family factor, or leave it out.");
    if (!arguments.has_factors)
        return;
    FactorSearchOptions& factors = search.factors.emplace();
    if (arguments.factors)
        factors.factor_counts = counts_from(*arguments.factors, "factors");
    if (arguments.covariance)
        factors.structures = factor_structures_from(*arguments.covariance);
    factors.uniqueness_floor = arguments.uniqueness_floor.value_or(default_uniqueness_floor);
    if (!arguments.has_run_count)
        search.em.run_count = factor_run_count;
}

/// The most components of a variational mixture where no other number is asked for.
constexpr int largest_component_count = 10;

void set_variational(const FitArguments& arguments, SearchOptions& search) {
    if (!arguments.is_variational && !arguments.variational_option.empty())
        throw InvalidArgument(
            arguments.variational_option +
            " belongs to variational Bayes; add --family bayesian, or leave it out.");
    if (!arguments.is_variational)
        return;
    if (arguments.covariance)
        throw InvalidArgument(
            "Components of --family bayesian have full covariances; leave --covariance out.");
    search.variational = arguments.variational;
    if (!arguments.has_run_count)
        search.em.run_count = factor_run_count;
}

Plan plan_of(const FitArguments& arguments) {
    Plan plan;
    plan.data_path = arguments.data;
    plan.import = csv_options(arguments.import);
    plan.columns.features = list_from(arguments.columns.value_or(""));
    if (arguments.columns && plan.columns.features.empty())
        throw InvalidArgument("--columns names no column; leave it out to use all numeric ones.");
    plan.columns.excluded = list_from(arguments.exclude);
    plan.columns.weights = arguments.observation_weights.value_or("");
    if (arguments.observation_weights && plan.columns.weights.empty())
        throw InvalidArgument("--observation-weights needs the name of a column.");
    plan.columns.labels = arguments.labels.value_or("");
    if (arguments.labels && plan.columns.labels.empty())
        throw InvalidArgument("--labels needs the name of a column.");
    plan.columns.classes = arguments.classes.value_or("");
    if (arguments.classes && plan.columns.classes.empty())
        throw InvalidArgument("--classes needs the name of a column.");
    plan.label_fold_count = arguments.label_fold_count;
    plan.columns.missing_rows = missing_rows_from(arguments.missing_rows);
    plan.columns.standardise = standardise_from(arguments.standardise);
    plan.search.em = arguments.em;
    plan.search.criterion = criterion_from(arguments.criterion);
    plan.search.fold_count = arguments.fold_count;
    plan.bootstrap_replicates = arguments.bootstrap_replicates;
    set_start(arguments, plan);
    const bool has_count =
        !plan.start_labels.empty() || !plan.start_model.empty() || !plan.columns.labels.empty();
    if (arguments.components)
        plan.search.component_counts = counts_from(*arguments.components);
    else if (has_count)
        plan.search.component_counts.clear();
    else if (arguments.has_factors || arguments.classes)
        plan.search.component_counts = {1, 2, 3, 4, 5};
    else if (arguments.is_variational)
        plan.search.component_counts = {largest_component_count};
    set_factors(arguments, plan.search);
    set_variational(arguments, plan.search);
    if (arguments.covariance && !arguments.has_factors)
        plan.search.covariance_structures = covariance_structures_from(*arguments.covariance);
    else if (!plan.start_model.empty())
        plan.search.covariance_structures.clear();
    plan.model_output = output_path(arguments.output);
    plan.assignments_output = output_path(arguments.assignments);
    plan.trace_output = output_path(arguments.trace);
    if (output_path(arguments.checkpoint) == output_path("-"))
        throw InvalidArgument("--checkpoint needs a file, which --resume can read later.");
    plan.checkpoint_output = arguments.checkpoint;
    plan.checkpoint_seconds = arguments.checkpoint_seconds;
    plan.resume_from = arguments.resume;
    return plan;
}

/// Why no model could be chosen: every different reason once, with the models it concerns.
[[noreturn]] void fail_without_model(const RunResult& result) {
    std::vector<std::pair<std::string, std::string>> reasons;
    for (const SelectionRecord& record : result.selection) {
        const std::string model =
            record.covariance_structure + "," + std::to_string(record.component_count);
        const std::string reason = record.message.empty() ? record.status : record.message;
        const auto known = std::find_if(reasons.begin(), reasons.end(),
                                        [&](const auto& entry) { return entry.first == reason; });
        if (known == reasons.end())
            reasons.emplace_back(reason, model);
        else if (known->second.size() < 60)
            known->second += " " + model;
    }
    std::string text = result.selection.size() == 1
                           ? "The model could not be fitted: "
                           : "None of the " + std::to_string(result.selection.size()) +
                                 " models could be fitted: ";
    for (std::size_t i = 0; i < std::min<std::size_t>(reasons.size(), 3); ++i)
        text += (i > 0 ? " " : "") + reasons[i].second + ": " + reasons[i].first;
    if (reasons.size() > 3)
        text += " (and " + std::to_string(reasons.size() - 3) + " other reasons)";
    throw NumericalError(text);
}

/// A figure that may not be known.
std::string figure_text(double value, int decimals) {
    return std::isfinite(value) ? fixed_text(value, decimals) : "-";
}

std::string models_text(const RunResult& result, Criterion criterion) {
    constexpr std::size_t shown = 10;
    std::vector<std::size_t> ranked;
    for (std::size_t i = 0; i < result.search.candidates.size(); ++i) {
        if (result.search.candidates[i].criteria && result.search.candidates[i].fit)
            ranked.push_back(i);
    }
    const auto& candidates = result.search.candidates;
    std::stable_sort(ranked.begin(), ranked.end(), [&](std::size_t a, std::size_t b) {
        if (candidates[a].is_admissible() != candidates[b].is_admissible())
            return candidates[a].is_admissible();
        if (candidates[a].is_comparable(criterion) != candidates[b].is_comparable(criterion))
            return candidates[a].is_comparable(criterion);
        return candidates[a].criteria->value(criterion) < candidates[b].criteria->value(criterion);
    });
    TextTable table({{"model", TextTable::Align::left},
                     {"components"},
                     {"log-likelihood"},
                     {"parameters"},
                     {"BIC"},
                     {"ICL"},
                     {"AIC"},
                     {criterion == Criterion::cv ? "CV" : "NEC"},
                     {"status", TextTable::Align::left}});
    for (std::size_t i = 0; i < std::min(shown, ranked.size()); ++i) {
        const SelectionRecord& record = result.selection[ranked[i]];
        table.add_row(
            {record.covariance_structure, std::to_string(record.component_count),
             fixed_text(record.log_likelihood, 3), std::to_string(record.parameter_count),
             fixed_text(record.bic, 3), fixed_text(record.icl, 3), fixed_text(record.aic, 3),
             criterion == Criterion::cv ? figure_text(record.cv, 3) : figure_text(record.nec, 4),
             record.status});
    }
    std::string text = "Best models by ";
    for (const char c : to_string(criterion)) text += static_cast<char>(c - 'a' + 'A');
    text += " (smaller is better), of " + std::to_string(candidates.size()) + " tried:\n";
    text += table.text();
    const auto failed = candidates.size() - ranked.size();
    if (failed > 0)
        text += "  " + std::to_string(failed) + (failed == 1 ? " model" : " models") +
                " could not be fitted; --json gives each reason.\n";
    return text;
}

/// What was chosen for each class.
std::string class_models_text(const LabelRecord& labels) {
    TextTable table({{"class", TextTable::Align::left},
                     {"rows"},
                     {"model", TextTable::Align::left},
                     {"components"},
                     {"log-likelihood"},
                     {"parameters"},
                     {"BIC"}});
    for (std::size_t c = 0; c < labels.names.size(); ++c) {
        const SelectionRecord& model = labels.class_models[c];
        const std::vector<double>& counts = labels.training.counts[c];
        table.add_row({display_text(labels.names[c], 40),
                       fixed_text(std::accumulate(counts.begin(), counts.end(), 0.0), 0),
                       model.covariance_structure, std::to_string(model.component_count),
                       fixed_text(model.log_likelihood, 3), std::to_string(model.parameter_count),
                       fixed_text(model.bic, 3)});
    }
    return "Mixture of each class, on its rows:\n" + table.text();
}

/// Labelled rows by their label and the component that they would go to without it.
std::string label_counts_text(const SavedModel& saved) {
    const LabelRecord& labels = saved.labels;
    const bool is_validated = labels.fold_count > 0 && labels.failure.empty();
    const LabelAccuracyRecord& accuracy = is_validated ? labels.cross_validated : labels.training;
    const bool has_classes = !labels.component_classes.empty();
    std::vector<TextTable::Heading> headings{
        {has_classes ? "class" : "label", TextTable::Align::left}};
    for (const std::string& name : has_classes ? labels.names : component_names(saved))
        headings.push_back({display_text(name, 40)});
    TextTable table(std::move(headings));
    for (std::size_t label = 0; label < labels.names.size(); ++label) {
        std::vector<std::string> cells{display_text(labels.names[label], 40)};
        for (const double count : accuracy.counts[label]) cells.push_back(fixed_text(count, 0));
        table.add_row(std::move(cells));
    }
    return std::string(has_classes ? "Rows by their class and the class they would go to"
                                   : "Labelled rows by the component they would go to") +
           (is_validated ? ", each left out of the fit" : "") + ":\n" + table.text();
}

/// Where the starts of the chosen model ended, the best solutions first.
std::string optima_text(const std::vector<LocalOptimum>& optima,
                        const std::vector<StartRecord>& starts, const std::string& climbed) {
    constexpr std::size_t shown = 8;
    TextTable table({{climbed},
                     {"starts"},
                     {"first found by", TextTable::Align::left},
                     {"", TextTable::Align::left}});
    for (std::size_t i = 0; i < std::min(shown, optima.size()); ++i) {
        const LocalOptimum& optimum = optima[i];
        table.add_row({fixed_text(optimum.log_likelihood, 3), std::to_string(optimum.hits),
                       "start " + std::to_string(optimum.first_run + 1) + ", " +
                           starts[optimum.first_run].start,
                       optimum.is_spurious ? "spurious" : ""});
    }
    std::string text = "Solutions that the " + std::to_string(starts.size()) +
                       " starts of this model ended in:\n" + table.text();
    if (optima.size() > shown)
        text += "  and " + std::to_string(optima.size() - shown) + " more\n";
    return text;
}

/// The figures of the fit in a line.
std::string figures_text(const SavedModel& saved) {
    const FitRecord& fit = saved.fit;
    const std::string figures =
        saved.posterior
            ? "Lower bound of the log evidence " + fixed_text(saved.posterior->lower_bound, 3)
            : "Log-likelihood " + fixed_text(fit.log_likelihood, 3) + ", " +
                  std::to_string(fit.parameter_count) + " parameters, BIC " +
                  fixed_text(fit.bic, 3) + ", ICL " + fixed_text(fit.icl, 3) + ", AIC " +
                  fixed_text(fit.aic, 3);
    return figures + "; " + fit.status + " after " + std::to_string(fit.iterations) +
           " iterations.\n\n";
}

std::string summary_text(const Plan& plan, const RunResult& result, const FitControl& control) {
    const SavedModel& saved = *result.chosen;
    FitControl unstopped = control;
    unstopped.stop = {};
    const Scores scores = score_observed(saved.model, result.table.observations, unstopped);
    const ModelSummary summary = summarise(saved, result.table, scores);
    std::string text = display_text(plan.data_path, 200) + ": " +
                       std::to_string(saved.data.rows_used) + " of " +
                       std::to_string(saved.data.rows) + " rows, " +
                       std::to_string(saved.data.features.size()) + " features\n";
    for (const std::string& note : result.notes) text += display_text(note, 400) + "\n";
    if (result.selection.size() > 1)
        text += "\n" + models_text(result, plan.search.criterion) + "\n" +
                verdict(result.search, plan.search.criterion) + "\n";
    text += "\n" + summary.headline + "\n";
    if (!saved.labels.component_classes.empty())
        text += class_models_text(saved.labels) + "\n";
    text += figures_text(saved);
    for (const ComponentSummary& component : summary.components)
        text += display_text(component.words, 2000) + "\n";
    text += "\n";
    if (!saved.labels.training.counts.empty())
        text += label_counts_text(saved) + "\n";
    if (summary.optima.size() > 1)
        text += optima_text(summary.optima, saved.fit.starts,
                            saved.posterior ? "lower bound" : "log-likelihood") +
                "\n";
    for (const std::string& remark : summary.remarks) text += display_text(remark, 2000) + "\n";
    for (const std::string& path :
         {plan.model_output, plan.assignments_output, plan.trace_output, plan.checkpoint_output}) {
        if (!path.empty())
            text += "Written: " + display_text(path, 400) + "\n";
    }
    return text;
}

void check_short_runs(const EmOptions& em) {
    if (em.short_run_count > 0 && em.run_count < 2)
        throw InvalidArgument(
            "--short-runs chooses among starts, but --starts 1 runs the first one alone; ask for "
            "--starts 2 or more.");
}

int fit(const FitArguments& arguments) {
    check_short_runs(arguments.em);
    const Plan plan = plan_of(arguments);
    const std::string standard_output = output_path("-");
    const bool writes_table =
        plan.assignments_output == standard_output || plan.trace_output == standard_output;
    if (arguments.json && writes_table)
        throw InvalidArgument(
            "Standard output holds one thing: the JSON document of --json, or one table. Give "
            "--assignments and --trace the names of files.");
    const Interrupt interrupt;
    RunControl run_with = run_control(arguments.run);
    run_with.control.stop = interrupt.token();
    ProgressLine progress(
        arguments.run.quiet,
        plan.columns.classes.empty()
            ? plan.search.component_counts.size() * covariance_forms(plan.search).size()
            : 1,
        plan.search.em, plan.search.variational ? "lower bound" : "log-likelihood");
    const RunResult result = run(plan, run_with.control, &progress);
    progress.clear();
    if (!result.chosen && result.search.cancelled)
        throw compute::Cancelled{};
    if (!result.chosen)
        fail_without_model(result);
    if (arguments.json && plan.model_output != standard_output)
        write_output("-", model_file_text(*result.chosen));
    else if (!arguments.json && !writes_table && plan.model_output != standard_output)
        write_output("-", summary_text(plan, result, run_with.control));
    return result.search.cancelled ? exit_cancelled : exit_done;
}

void add_columns_options(CLI::App& command, FitArguments& arguments) {
    constexpr const char* group = "Rows and columns";
    command
        .add_option("--columns", arguments.columns,
                    "Features, by name or 1-based position: a,b,c; a name with a comma is quoted: "
                    "'\"a,b\",c' [all numeric columns]")
        ->group(group);
    command.add_option("--exclude", arguments.exclude, "Columns that are not features")
        ->group(group);
    command
        .add_option("--observation-weights", arguments.observation_weights,
                    "Column of case weights [none]")
        ->group(group);
    command
        .add_option("--labels", arguments.labels,
                    "Column of known labels: rows that have one stay in its component, the others "
                    "are shared out; as many components as labels, or more [none]")
        ->type_name("COLUMN")
        ->group(group);
    command
        .add_option("--classes", arguments.classes,
                    "Column of classes, each of which gets a mixture of its own, chosen on its "
                    "rows: a classifier for new rows [none]")
        ->type_name("COLUMN")
        ->group(group);
    add_number(command, "--label-folds", arguments.label_fold_count, 0,
               std::numeric_limits<int>::max(),
               "Cross-validate the classification of the rows with a label or class in so many "
               "parts [0]")
        ->group(group);
    command
        .add_option(
            "--missing-rows", arguments.missing_rows,
            "Rows with a missing feature: leave out (drop), refuse (error), or use what they "
            "hold, missing at random (mar) [drop]")
        ->group(group);
    command
        .add_option("--standardise", arguments.standardise,
                    "Scale the features for the fit: none, zscore or robust; results are in the "
                    "data's own units [none]")
        ->group(group);
}

void add_variational_options(CLI::App& command, FitArguments& arguments) {
    constexpr const char* group = "Model";
    VariationalSearchOptions& variational = arguments.variational;
    command
        .add_option_function<std::string>(
            "--weight-prior",
            [&arguments](const std::string& name) {
                arguments.variational.weight_prior = weight_prior_from(name);
                arguments.variational_option = "--weight-prior";
            },
            "Of --family bayesian: prior of the mixing weights, dirichlet or process (Dirichlet "
            "process) [dirichlet]")
        ->type_name("NAME")
        ->group(group);
    const auto add_strength = [&](const std::string& name, auto& target, const std::string& what) {
        command
            .add_option_function<double>(
                name,
                [&arguments, &target, name](double value) {
                    target = value;
                    arguments.variational_option = name;
                },
                "Of --family bayesian: " + what)
            ->type_name("NUMBER")
            ->group(group);
    };
    add_strength(
        "--concentration", variational.concentration,
        "concentration of the weight prior; the smaller, the fewer components stay [1 / K]");
    add_strength("--mean-precision", variational.mean_precision,
                 "rows that the prior of a mean counts for [1]");
    add_strength(
        "--prior-degrees-of-freedom", variational.prior_degrees_of_freedom,
        "rows that the prior of a covariance counts for, more than features - 1 [features]");
}

void add_model_options(CLI::App& command, FitArguments& arguments) {
    constexpr const char* group = "Model";
    command
        .add_option("--components", arguments.components,
                    "Component counts: K, A:B or a list [1:9; of --family factor or --classes 1:5; "
                    "of --family bayesian one count, 10]")
        ->group(group);
    command
        .add_option("--covariance", arguments.covariance,
                    "Covariance structures: EII VII EEI VEI EVI VVI EEE VEE EVE VVE EEV VEV EVV "
                    "VVV, spherical diagonal tied full; of --family factor UUU UUC UCU UCC CUU CUC "
                    "CCU CCC; as a list, or all [all]")
        ->group(group);
    command
        .add_option_function<std::string>(
            "--family",
            [&arguments](const std::string& family) {
                arguments.has_factors = family == "factor";
                arguments.is_variational = family == "bayesian";
                if (arguments.has_factors || arguments.is_variational)
                    return;
                if (family != "gaussian" && family != "student")
                    throw InvalidArgument("'" + display_text(family) +
                                          "' is not a family; the choices are gaussian, student, "
                                          "factor and bayesian.");
                arguments.em.family = component_family_from(family);
            },
            "What the components are: gaussian; student for the heavier tails of Student-t "
            "distributions, which bear outlying rows; factor for Gaussian factor analysers, "
            "which bear many features and few rows; or bayesian for Gaussians by variational "
            "Bayes, "
            "of which --components is the largest number [gaussian]")
        ->type_name("NAME")
        ->group(group);
    command
        .add_option("--factors", arguments.factors,
                    "Of --family factor: factor counts, a count, A:B or a list [1:3]")
        ->type_name("COUNTS")
        ->group(group);
    command
        .add_option("--uniqueness-floor", arguments.uniqueness_floor,
                    "Of --family factor: least uniqueness, relative to the variance of the feature "
                    "[0.001]")
        ->type_name("NUMBER")
        ->group(group);
    add_variational_options(command, arguments);
    command
        .add_option_function<std::string>(
            "--degrees-of-freedom",
            [&em = arguments.em](const std::string& text) { set_degrees_of_freedom(text, em); },
            "Of --family student: free (each component its own), common, or a number from 0.5 to "
            "200 at which all are held [free]")
        ->type_name("RULE")
        ->group(group);
    command
        .add_option("--criterion", arguments.criterion,
                    "What the search minimises: bic, icl, aic, nec or cv [bic]")
        ->group(group);
    add_number(command, "--folds", arguments.fold_count, fold_count_least, fold_count_limit,
               "Folds of the cross-validation of --criterion cv [10]")
        ->group(group);
    add_number(command, "--bootstrap-test", arguments.bootstrap_replicates,
               bootstrap_replicates_least, bootstrap_replicates_limit,
               "Test the number of components of the chosen structure, one against two and "
               "upwards, by so many samples each [no test]")
        ->group(group);
    command
        .add_option("--init", arguments.init,
                    "Start: hierarchical, kmeans, random, MODEL.json (exactly its parameters) or "
                    "labels:COLUMN [hierarchical]")
        ->group(group);
    add_number(
        command, "--starts", arguments.em.run_count, 1, run_count_limit,
        "Starts that are run to the end; the best is kept [1; of --family factor and bayesian 5]")
        ->each([&arguments](const std::string& /*value*/) { arguments.has_run_count = true; })
        ->group(group);
    add_number(command, "--short-runs", arguments.em.short_run_count, 0, run_count_limit,
               "Starts tried for five iterations, of which the best become --starts beside the "
               "first [0]")
        ->group(group);
    add_number(command, "--seed", arguments.em.seed, std::uint64_t{0},
               std::numeric_limits<std::uint64_t>::max(), "Seed of the random numbers [1]")
        ->group(group);
    add_number(command, "--max-iterations", arguments.em.iteration_limit, 1,
               std::numeric_limits<int>::max(), "Most iterations of a start [5000]")
        ->group(group);
    add_number(command, "--tolerance", arguments.em.tolerance, 0.0,
               std::numeric_limits<double>::max(),
               "Stop when the limit of the log-likelihood is predicted to be nearer than this, in "
               "nats; 0 runs exactly --max-iterations [1e-5]")
        ->group(group);
    add_number(command, "--covariance-floor", arguments.em.covariance_floor, covariance_floor_least,
               covariance_floor_limit,
               "Least eigenvalue of a covariance, relative to the mean variance [1e-8]")
        ->group(group);
    command
        .add_option_function<std::string>(
            "--prior",
            [&em = arguments.em](const std::string& name) {
                em.prior = name.empty() ? Prior::conjugate : prior_from(name);
            },
            "Prior of means and covariances: none or conjugate (also without a value) [none]")
        ->expected(0, 1)
        ->group(group);
    command
        .add_flag("--noise", arguments.em.has_noise,
                  "Beside the components, noise: rows that belong to none, spread evenly over the "
                  "range of the data; with --init labels:COLUMN rows without a label begin there")
        ->group(group);
}

void add_output_options(CLI::App& command, FitArguments& arguments) {
    constexpr const char* group = "Output";
    add_file(command, "-o,--output", arguments.output, "Write the chosen model (JSON)")
        ->group(group);
    add_file(command, "--assignments", arguments.assignments,
             "Write classification, uncertainty, log density and responsibilities (CSV)")
        ->group(group);
    add_file(command, "--trace", arguments.trace, "Write the log-likelihood by iteration (CSV)")
        ->group(group);
    command.add_flag("--json", arguments.json, "Print the model file instead of the summary")
        ->group(group);
}

void add_interruption_options(CLI::App& command, FitArguments& arguments) {
    constexpr const char* group = "Interrupting and going on";
    auto* checkpoint = add_file(command, "--checkpoint", arguments.checkpoint,
                                "Keep in this file how far the fit has come: while it runs, at "
                                "Ctrl-C and at the end");
    checkpoint->group(group);
    add_number(command, "--checkpoint-every", arguments.checkpoint_seconds,
               checkpoint_seconds_least, checkpoint_seconds_limit,
               "Seconds between two writings of the checkpoint [60]")
        ->needs(checkpoint)
        ->group(group);
    add_file(command, "--resume", arguments.resume,
             "Go on from a checkpoint of the same data and options, to the same result as without "
             "the interruption")
        ->group(group);
}

}  // namespace

void add_fit_gmm(CLI::App& fit_command, Action& action) {
    auto arguments = std::make_shared<FitArguments>();
    CLI::App* command = fit_command.add_subcommand(
        "gmm", "Gaussian mixture: searches component counts and covariance structures");
    command->add_option("DATA", arguments->data, "CSV file, or - for standard input")->required();
    add_model_options(*command, *arguments);
    add_columns_options(*command, *arguments);
    add_import_options(*command, arguments->import);
    add_run_options(*command, arguments->run);
    add_output_options(*command, *arguments);
    add_interruption_options(*command, *arguments);
    set_example(*command,
                "mixtura-cli fit gmm faithful.csv --components 1:9 --covariance all -o model.json");
    command->callback([arguments, &action] { action = [arguments] { return fit(*arguments); }; });
}

}  // namespace mixtura::cli
