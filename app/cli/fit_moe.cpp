// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <numbers>
#include <optional>
#include <utility>

#include "mixtura/common/cancelled.h"
#include "mixtura/common/error.h"
#include "mixtura/experts/experts_fit.h"
#include "mixtura/experts/experts_inference.h"
#include "mixtura/io/atomic_file.h"
#include "mixtura/io/experts_file.h"
#include "mixtura/io/number_format.h"
#include "mixtura/io/output_files.h"
#include "mixtura/io/sha256.h"
#include "mixtura/plan/option_names.h"
#include "mixtura/plan/plan.h"
#include "mixtura/selection/criteria.h"

#include "arguments.h"
#include "commands.h"
#include "data_columns.h"
#include "exit_status.h"
#include "experts_columns.h"
#include "interrupt.h"
#include "output.h"
#include "progress.h"
#include "text_table.h"

namespace mixtura::cli {

namespace {

using experts::ExpertsFit;
using experts::ExpertsRun;
using experts::ExpertsStatus;

struct ExpertsArguments {
    std::string data;
    ImportArguments import;
    RunArguments run;
    std::string response;
    std::optional<std::string> experts;
    std::optional<std::string> gate;
    std::string exclude;
    std::string observation_weights;
    std::string missing_rows = "drop";
    std::string components = "1:4";
    std::string criterion = "bic";
    std::string family = "gaussian";
    std::string variances = "free";
    int degree = 1;
    std::optional<std::string> standard_errors;  ///< the kind; none: not asked for
    experts::ExpertsOptions options;
    std::string output;
    std::string assignments;
    std::string trace;
    bool json = false;
};

/// One count of components that was tried.
struct Tried {
    SelectionRecord record;
    std::optional<ExpertsFit> fit;
};

Tried tried(const experts::ExpertsRows& rows, const experts::ExpertsOptions& options,
            const FitControl& control) {
    const auto began = std::chrono::steady_clock::now();
    Tried result;
    result.record.component_count = options.component_count;
    result.record.covariance_structure = to_string(options.family);
    try {
        result.fit = experts::fit_experts(rows, options, control);
        const ExpertsFit& fit = *result.fit;
        const InformationCriteria criteria = information_criteria(
            fit.log_likelihood, fit.parameter_count, fit.weight_sum, fit.map_term);
        const ExpertsRun& best = fit.runs[fit.best_run];
        result.record.parameter_count = fit.parameter_count;
        result.record.log_likelihood = fit.log_likelihood;
        result.record.bic = criteria.bic;
        result.record.icl = criteria.icl;
        result.record.aic = criteria.aic;
        result.record.status = to_string(best.status);
        result.record.iterations = best.iterations;
    } catch (const NumericalError& error) {
        result.record.status = "failed";
        result.record.message = error.what();
    }
    result.record.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return result;
}

double value_of(const SelectionRecord& record, Criterion criterion) {
    return criterion == Criterion::icl   ? record.icl
           : criterion == Criterion::aic ? record.aic
                                         : record.bic;
}

/// The least by the criterion of those that are not spurious; of spurious ones where there is none else.
std::size_t chosen_of(const std::vector<Tried>& all, Criterion criterion) {
    std::optional<std::size_t> best;
    const auto rank = [&](std::size_t i) {
        return std::pair(all[i].record.status == "spurious", value_of(all[i].record, criterion));
    };
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].fit && (!best || rank(i) < rank(*best)))
            best = i;
    }
    if (!best)
        throw NumericalError("No mixture of experts could be fitted. " +
                             all.front().record.message);
    return *best;
}

FitRecord fit_record(const Tried& chosen, std::int64_t rows_dropped) {
    const ExpertsFit& fit = *chosen.fit;
    const ExpertsRun& best = fit.runs[fit.best_run];
    FitRecord record;
    record.status = chosen.record.status;
    record.log_likelihood = fit.log_likelihood;
    record.parameter_count = fit.parameter_count;
    record.bic = chosen.record.bic;
    record.icl = chosen.record.icl;
    record.aic = chosen.record.aic;
    record.entropy = fit.entropy;
    record.iterations = best.iterations;
    record.trace = best.trace;
    record.rows_dropped = rows_dropped;
    record.seconds = chosen.record.seconds;
    record.spurious = best.diagnosis;
    record.best_start = fit.best_run;
    for (const ExpertsRun& run : fit.runs)
        record.starts.push_back({.start = run.start,
                                 .log_likelihood = run.log_likelihood,
                                 .status = std::string(to_string(run.status)),
                                 .iterations = run.iterations,
                                 .diagnosis = run.diagnosis});
    return record;
}

/// "1.02 + 2.02 x1 - 0.5 x2"
std::string formula(const Eigen::RowVectorXd& coefficients, const std::vector<std::string>& names) {
    std::string text = rounded_text(coefficients[0], 4);
    for (std::size_t j = 0; j < names.size(); ++j) {
        const double value = coefficients[static_cast<Eigen::Index>(j) + 1];
        text += (value < 0.0 ? " - " : " + ") + rounded_text(std::abs(value), 4) + " " +
                display_text(names[j], 30);
    }
    return text;
}

std::string component_text(const SavedExperts& saved, const ExpertsFit& fit, Eigen::Index k) {
    const experts::ExpertsModel& model = saved.model;
    const double share = 100.0 * fit.masses[k] / fit.weight_sum;
    std::string text = "Component " + std::to_string(k + 1) + ", " + fixed_text(share, 1) +
                       " % of the rows: " + display_text(saved.response, 30) +
                       (model.family == experts::ExpertFamily::poisson ? " of mean exp(" : " = ") +
                       formula(model.expert_coefficients.row(k),
                               power_names(saved.expert_covariates, saved.degree));
    switch (model.family) {
        case experts::ExpertFamily::gaussian:
            text += ", standard deviation " + rounded_text(std::sqrt(model.expert_variances[k]), 4);
            break;
        case experts::ExpertFamily::student:
            text += ", scale " + rounded_text(std::sqrt(model.expert_variances[k]), 4) + " with " +
                    rounded_text(model.degrees_of_freedom, 4) + " degrees of freedom";
            break;
        case experts::ExpertFamily::laplace:
            text += ", Laplace scale " + rounded_text(model.expert_variances[k], 4);
            break;
        case experts::ExpertFamily::poisson:
            text += ")";
            break;
    }
    text += ".\n";
    const Eigen::Index last = model.component_count() - 1;
    if (k < last && !saved.gate_covariates.empty())
        text += "  log odds against component " + std::to_string(last + 1) + ": " +
                formula(model.gate_coefficients.row(k), saved.gate_covariates) + ".\n";
    return text;
}

/// Estimates with their standard errors, z = estimate / error and its two-sided p-value.
std::string errors_text(const SavedExperts& saved) {
    const ExpertsErrorRecord& record = *saved.standard_errors;
    if (!record.failure.empty())
        return "\nNo standard errors: " + display_text(record.failure, 400) + "\n";
    const experts::ExpertsModel& model = saved.model;
    TextTable table({{"component"},
                     {"coefficient", TextTable::Align::left},
                     {"estimate"},
                     {"standard error"},
                     {"z"},
                     {"p"}});
    const auto add = [&](Eigen::Index k, const std::string& name, double estimate, double error) {
        const double z = estimate / error;
        table.add_row({std::to_string(k + 1), display_text(name, 40), rounded_text(estimate, 5),
                       rounded_text(error, 4), fixed_text(z, 2),
                       fixed_text(std::erfc(std::abs(z) / std::numbers::sqrt2), 4)});
    };
    const auto add_terms = [&](Eigen::Index k, const std::string& of,
                               const std::vector<std::string>& names,
                               const Eigen::MatrixXd& estimates, const Eigen::MatrixXd& errors) {
        for (Eigen::Index j = 0; j < estimates.cols(); ++j)
            add(k, of + (j == 0 ? "(intercept)" : names[static_cast<std::size_t>(j) - 1]),
                estimates(k, j), errors(k, j));
    };
    for (Eigen::Index k = 0; k < model.component_count(); ++k) {
        add_terms(k, "", power_names(saved.expert_covariates, saved.degree),
                  model.expert_coefficients, record.errors.expert_coefficients);
        add(k, "log variance", std::log(model.expert_variances[k]), record.errors.log_variances[k]);
        if (k + 1 < model.component_count())
            add_terms(k, "gate: ", saved.gate_covariates, model.gate_coefficients,
                      record.errors.gate_coefficients);
    }
    return "\nStandard errors (" + record.kind + ")\n" + table.text();
}

std::string models_text(const std::vector<Tried>& all) {
    TextTable table({{"components"},
                     {"log-likelihood"},
                     {"parameters"},
                     {"BIC"},
                     {"ICL"},
                     {"AIC"},
                     {"status", TextTable::Align::left}});
    std::string failures;
    for (const Tried& one : all) {
        const SelectionRecord& record = one.record;
        if (!one.fit) {
            failures += "  " + std::to_string(record.component_count) +
                        " components: " + display_text(record.message, 300) + "\n";
            continue;
        }
        table.add_row({std::to_string(record.component_count), fixed_text(record.log_likelihood, 3),
                       std::to_string(record.parameter_count), fixed_text(record.bic, 3),
                       fixed_text(record.icl, 3), fixed_text(record.aic, 3), record.status});
    }
    return table.text() + failures;
}

std::string summary_text(const ExpertsArguments& arguments, const SavedExperts& saved,
                         const std::vector<Tried>& all, const ExpertsFit& fit) {
    const auto K = saved.model.component_count();
    std::string text = display_text(arguments.data, 200) + ": " +
                       std::to_string(saved.data.rows_used) + " of " +
                       std::to_string(saved.data.rows) + " rows\n";
    if (all.size() > 1)
        text +=
            "\nModels by number of components (criteria: smaller is better):\n" + models_text(all);
    text += "\nMixture of " + std::to_string(K) + " " + std::string(to_string(saved.model.family)) +
            (K == 1 ? " expert" : " experts") +
            (saved.gate_covariates.empty() ? ", constant gate" : ", softmax gate") + "\n";
    text += "Log-likelihood " + fixed_text(saved.fit.log_likelihood, 3) + ", " +
            std::to_string(saved.fit.parameter_count) + " parameters, BIC " +
            fixed_text(saved.fit.bic, 3) + ", ICL " + fixed_text(saved.fit.icl, 3) + ", AIC " +
            fixed_text(saved.fit.aic, 3) + "; " + saved.fit.status + " after " +
            std::to_string(saved.fit.iterations) + " iterations.\n\n";
    for (Eigen::Index k = 0; k < K; ++k) text += component_text(saved, fit, k);
    if (saved.standard_errors)
        text += errors_text(saved);
    if (!saved.fit.spurious.empty())
        text += "\n" + display_text(saved.fit.spurious, 1000) + "\n";
    for (const std::string& path : {arguments.output, arguments.assignments, arguments.trace}) {
        if (!path.empty())
            text += "Written: " + display_text(path, 400) + "\n";
    }
    return text;
}

std::string trace_csv(const ExpertsFit& fit) {
    std::string text = "start,iteration,log_likelihood\n";
    for (std::size_t run = 0; run < fit.runs.size(); ++run)
        for (std::size_t t = 0; t < fit.runs[run].trace.size(); ++t)
            text += std::to_string(run + 1) + "," + std::to_string(t) + "," +
                    exact_text(fit.runs[run].trace[t]) + "\n";
    return text;
}

Criterion criterion_of(const ExpertsArguments& arguments) {
    const Criterion criterion = criterion_from(arguments.criterion);
    if (criterion != Criterion::bic && criterion != Criterion::icl && criterion != Criterion::aic)
        throw InvalidArgument("--criterion " + arguments.criterion +
                              " is not available for mixtures of experts; it takes bic, icl or "
                              "aic.");
    return criterion;
}

void check_outputs(const ExpertsArguments& arguments) {
    int to_standard_output = arguments.json ? 1 : 0;
    for (const std::string& path : {arguments.output, arguments.assignments, arguments.trace}) {
        if (path == "-")
            ++to_standard_output;
    }
    expect_outputs({arguments.output, arguments.assignments, arguments.trace},
                   {{arguments.data, "data file"}});
    if (to_standard_output > 1)
        throw InvalidArgument(
            "Standard output holds one thing: the JSON document of --json, or one file. Give the "
            "others the names of files.");
}

/// What stands in the way of standard errors is said before the work.
void check_standard_errors(const ExpertsArguments& arguments,
                           const experts::ExpertsOptions& options) {
    if (!arguments.standard_errors)
        return;
    static_cast<void>(experts::information_kind_from(*arguments.standard_errors));
    if (options.family != experts::ExpertFamily::gaussian || options.equal_variances ||
        options.gate_ridge > 0.0)
        throw InvalidArgument(
            "--standard-errors are those of Gaussian experts with free variances and no ridge "
            "penalty; leave out --expert-family, --variances and --gate-ridge, or it.");
}

ExpertsErrorRecord error_record(const experts::ExpertsRows& rows,
                                const experts::ExpertsModel& model, const std::string& kind) {
    ExpertsErrorRecord record{.kind = kind, .errors = {}, .failure = {}};
    try {
        record.errors = experts::standard_errors(rows, model, experts::information_kind_from(kind));
    } catch (const NumericalError& error) {
        record.failure = error.what();
    }
    return record;
}

int fit(const ExpertsArguments& arguments) {
    const Criterion criterion = criterion_of(arguments);
    const std::vector<int> counts = counts_from(arguments.components);
    experts::ExpertsOptions options = arguments.options;
    options.family = experts::expert_family_from(arguments.family);
    if (arguments.variances != "free" && arguments.variances != "equal")
        throw InvalidArgument("'" + display_text(arguments.variances) +
                              "' is no rule of variances; --variances takes free or equal.");
    options.equal_variances = arguments.variances == "equal";
    check_standard_errors(arguments, options);
    check_outputs(arguments);
    const Interrupt interrupt;
    RunControl run_with = run_control(arguments.run);
    run_with.control.stop = interrupt.token();
    ProgressLine progress(arguments.run.quiet);
    run_with.control.observer = &progress;
    const ImportResult import =
        import_data(arguments.data, csv_options(arguments.import), run_with.control);
    ExpertsColumns columns =
        experts_columns(import.data, {.response = arguments.response,
                                      .experts = arguments.experts,
                                      .gate = arguments.gate,
                                      .excluded = list_from(arguments.exclude),
                                      .weights = arguments.observation_weights});
    columns.degree = arguments.degree;
    const ExpertsTable table =
        experts_table(import.data, columns, complete_rows_from(arguments.missing_rows, "fit moe"));
    std::vector<Tried> all;
    for (const int count : counts) {
        options.component_count = count;
        all.push_back(tried(table.rows, options, run_with.control));
    }
    progress.clear();
    const Tried& chosen = all[chosen_of(all, criterion)];
    const ExpertsFit& found = *chosen.fit;
    SavedExperts saved{.data = {.source = import.data.source(),
                                .sha256 = {},
                                .rows = import.data.row_count(),
                                .rows_used = table.rows.response.size(),
                                .features = columns.covariate_names()},
                       .response = columns.response,
                       .expert_covariates = columns.experts,
                       .degree = columns.degree,
                       .gate_covariates = columns.gate,
                       .options = {{"component_count", chosen.record.component_count},
                                   {"expert_family", arguments.family},
                                   {"variances", arguments.variances},
                                   {"degree", arguments.degree},
                                   {"criterion", arguments.criterion},
                                   {"gate_ridge", options.gate_ridge},
                                   {"tolerance", options.tolerance},
                                   {"iteration_limit", options.iteration_limit},
                                   {"run_count", options.run_count},
                                   {"seed", options.seed},
                                   {"observation_weights", arguments.observation_weights}},
                       .model = found.model,
                       .fit = fit_record(chosen, table.rows_dropped),
                       .selection = {},
                       .standard_errors = {}};
    if (arguments.standard_errors)
        saved.standard_errors = error_record(table.rows, found.model, *arguments.standard_errors);
    if (arguments.data != "-")
        saved.data.sha256 = file_sha256(arguments.data, run_with.control.stop);
    for (const Tried& one : all) saved.selection.push_back(one.record);
    if (!arguments.output.empty())
        write_output(arguments.output, experts_file_text(saved));
    if (!arguments.assignments.empty())
        write_output(arguments.assignments, experts_csv(saved.model, table));
    if (!arguments.trace.empty())
        write_output(arguments.trace, trace_csv(found));
    if (arguments.json)
        write_output("-", experts_file_text(saved));
    else if (arguments.output != "-" && arguments.assignments != "-" && arguments.trace != "-")
        write_output("-", summary_text(arguments, saved, all, found));
    return chosen.record.status == "cancelled" ? exit_cancelled : exit_done;
}

void add_model_options(CLI::App& command, ExpertsArguments& arguments) {
    constexpr const char* group = "Model";
    command
        .add_option("--components", arguments.components, "Counts to try: K, A:B or a list [1:4]")
        ->group(group);
    command.add_option("--criterion", arguments.criterion, "bic, icl or aic chooses [bic]")
        ->group(group);
    command
        .add_option("--expert-family", arguments.family,
                    "Distribution of the response: gaussian, student, laplace or poisson "
                    "[gaussian]")
        ->group(group);
    command.add_option("--variances", arguments.variances, "free, or equal for all experts [free]")
        ->group(group);
    add_number(command, "--degree", arguments.degree, 1, degree_limit,
               "Powers of each expert covariate: 1 a straight line, 2 a parabola [1]")
        ->group(group);
    command
        .add_option_function<std::string>(
            "--standard-errors",
            [&arguments](const std::string& kind) {
                arguments.standard_errors = kind.empty() ? "observed" : kind;
            },
            "Of all coefficients: observed (also without a value), opg or sandwich [none]")
        ->type_name("KIND")
        ->expected(0, 1)
        ->group(group);
    add_number(command, "--degrees-of-freedom", arguments.options.degrees_of_freedom, 0.1, 1e6,
               "Of student experts, held [4]")
        ->group(group);
    add_number(command, "--gate-ridge", arguments.options.gate_ridge, 0.0, 1e12,
               "Ridge penalty of the gate, in standardised units [0]")
        ->group(group);
    add_number(command, "--starts", arguments.options.run_count, 1, experts::expert_run_limit,
               "Short starts, of which the best five go on [30]")
        ->group(group);
    add_number(command, "--seed", arguments.options.seed, std::uint64_t{0},
               std::numeric_limits<std::uint64_t>::max(), "Seed of the random starts [1]")
        ->group(group);
    add_number(command, "--max-iterations", arguments.options.iteration_limit, 1,
               std::numeric_limits<int>::max(), "Most iterations of a start [2000]")
        ->group(group);
    add_number(command, "--tolerance", arguments.options.tolerance, 0.0, 1.0,
               "Stop at a relative gain below this; 0 runs exactly --max-iterations [1e-8]")
        ->group(group);
}

void add_columns_options(CLI::App& command, ExpertsArguments& arguments) {
    constexpr const char* group = "Rows and columns";
    command.add_option("--response", arguments.response, "Column to explain")
        ->type_name("COLUMN")
        ->required()
        ->group(group);
    command
        .add_option("--experts", arguments.experts,
                    "Covariates of the experts: x1,x2; '' for means only [all other numeric "
                    "columns]")
        ->group(group);
    command
        .add_option("--gate", arguments.gate,
                    "Covariates of the gate: z1,z2; '' for a constant gate [all other numeric "
                    "columns]")
        ->group(group);
    command.add_option("--exclude", arguments.exclude, "Columns that are no covariates")
        ->group(group);
    command
        .add_option("--observation-weights", arguments.observation_weights,
                    "Column of case weights [none]")
        ->group(group);
    command
        .add_option("--missing-rows", arguments.missing_rows,
                    "Rows with a missing value: drop or error [drop]")
        ->group(group);
}

/// Options of the public interface that this version has not.
void add_later_options(CLI::App& command) {
    for (const auto& [name, instead] :
         {std::pair("--expert-penalty", "leave covariates out by --experts."),
          std::pair("--gate-penalty", "--gate-ridge keeps the gate's coefficients finite."),
          std::pair("--gate-kind", "the gate is a softmax; --gate '' makes it constant.")}) {
        add_refused(command, name,
                    std::string(name) + " is not available for mixtures of experts: " + instead);
    }
}

}  // namespace

void add_fit_moe(CLI::App& fit_command, Action& action) {
    auto arguments = std::make_shared<ExpertsArguments>();
    CLI::App* command = fit_command.add_subcommand(
        "moe", "Mixture of experts: regressions whose weights depend on covariates");
    command->add_option("DATA", arguments->data, "CSV file, or - for standard input")->required();
    add_model_options(*command, *arguments);
    add_columns_options(*command, *arguments);
    add_import_options(*command, arguments->import);
    add_run_options(*command, arguments->run);
    constexpr const char* group = "Output";
    add_file(*command, "-o,--output", arguments->output, "Write the chosen model (JSON)")
        ->group(group);
    add_file(*command, "--assignments", arguments->assignments,
             "Write prediction, classification and responsibilities of each row (CSV)")
        ->group(group);
    add_file(*command, "--trace", arguments->trace, "Write the log-likelihood by iteration (CSV)")
        ->group(group);
    command->add_flag("--json", arguments->json, "Print the model file instead of the summary")
        ->group(group);
    add_later_options(*command);
    set_example(*command,
                "mixtura-cli fit moe faithful.csv --response waiting --experts eruptions --gate "
                "eruptions --components 2 -o model.json");
    command->callback([arguments, &action] { action = [arguments] { return fit(*arguments); }; });
}

}  // namespace mixtura::cli
